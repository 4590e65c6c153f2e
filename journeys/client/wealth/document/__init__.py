"""The diagnosis as a document: what was found, what it rests on, and whether it is complete."""
