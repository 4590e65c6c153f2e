"""A client's state as bytes, part by part."""
