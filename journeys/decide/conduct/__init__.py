"""Suitability, sales, text, contact and data rules: each row a predicate, judged and joined."""
