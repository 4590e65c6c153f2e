"""The contract kit: what channel teams get to build against."""
