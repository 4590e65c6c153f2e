"""Proof by kill: a host killed again and again must say what the plain fold says, once."""
