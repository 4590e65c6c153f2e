"""Tests of journeys that a product owner reads: a client, what happens, what should follow."""
