"""Inbound events, one module per speaker."""
