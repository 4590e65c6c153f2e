"""Conditions: a small typed language over a closed vocabulary.

`maturity in 7d and balance >= 50_000 CNY`, `placed >= 80% of proceeds or agreed`.
"""

from journeys.condition.language import Condition, near, parse
from journeys.condition.literals import Unit, Value, fen_of
from journeys.condition.truth import Lookup

__all__ = ["Condition", "Lookup", "Unit", "Value", "fen_of", "near", "parse"]
