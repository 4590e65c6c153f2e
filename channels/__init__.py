"""The doors: what channel systems and people use."""
