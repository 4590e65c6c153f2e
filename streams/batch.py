"""What a run of records led to, and who is told of it."""

from dataclasses import dataclass, field
from typing import Protocol

from schemas.facts import DecisionMade
from schemas.time import Instant
from streams.errors import TransientError
from streams.ports import Outgoing


@dataclass(slots=True)
class Batch:
    """What a run of records led to."""

    outputs: list[Outgoing] = field(default_factory=list)
    events: int = 0
    skipped: int = 0
    dead: dict[str, int] = field(default_factory=dict)
    surprises: int = 0
    decided: list[DecisionMade] = field(default_factory=list)
    halted: TransientError | None = None
    """What was away; the records after the last applied must be handed in again."""


class Watch(Protocol):
    """Whoever wants to know of a worker's progress: metrics and logs, once per batch."""

    def applied(self, fold: str, part: int, batch: Batch, *, offset: int, seconds: float) -> None:
        """A batch was applied; `offset` is the partition's next, `seconds` what it took."""
        ...

    def committed(self, now: Instant) -> None:
        """Everything applied so far is durable."""
        ...
