"""Behaviour intent: decayed additive evidence with hysteresis."""
