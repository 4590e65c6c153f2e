"""The stop switch as an operator's command meets it: the doors' table, the way to the engine."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from journeys.catalogue.edition import Edition
from journeys.reference import Reference
from schemas.reference import Stops
from schemas.wire import Channel
from streams.errors import TransientError
from streams.gate import States
from streams.readmodel.stops import StopSwitch


class Standing(NamedTuple):
    """What is in force and under way, before something is released."""

    reference: Reference
    states: States


class Board(NamedTuple):
    """One deployment's switch, over a folder or a cluster."""

    switch: StopSwitch
    release: Callable[[Stops], None]
    """Tells the engine; raises `TransientError` while the log is away."""
    edition: Callable[[], Edition]
    """The policy in force; raises `TransientError` while the log is away."""

    def names(self, scope: str) -> Sequence[str] | None:
        """What may be stopped by name; `None` if that cannot be told now.

        A misspelt name would stop nothing.
        """
        if scope == "channel":
            return [str(channel) for channel in Channel if channel is not Channel.UNKNOWN]
        if scope == "outlet":
            return self.switch.outlets()
        try:
            return sorted(self.edition().actions)
        except TransientError:
            return None
