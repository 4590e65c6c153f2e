"""The same processor over SQLite: one process, one file, one transaction per batch."""
