"""A no, with its reason: which rule, what it read, where its limit lies."""

from dataclasses import dataclass

from schemas.decisions import Stage, WithheldReason
from schemas.time import Instant


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a candidate may not go on. `until` is set where waiting helps."""

    stage: Stage
    reason: WithheldReason
    rule: str | None = None
    value: str | int | float | None = None
    limit: str | int | float | None = None
    until: Instant | None = None
