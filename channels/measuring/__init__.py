"""The measures in words: what a period is asked for, and its figures as lines of a table."""
