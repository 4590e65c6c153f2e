"""Wealth room: a client's book in whole fen, and the score it gives with the household."""
