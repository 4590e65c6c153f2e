"""The desk fold: open tasks of one desk, ranked within its hours, claimed once."""
