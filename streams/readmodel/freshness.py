"""Up to when the read model is known to hold all that clients' logs said.

Offsets alone cannot tell, for a busy log is always a little ahead. So a look at a log's end is kept
until its fold has applied it and the facts that followed are in the tables: from then on the tables
are as new as that look.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from schemas.time import Instant
from streams.ports import Clock, LogReader
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, partition_of


class Applied(Protocol):
    """How far the folds have come."""

    def applied(self, topic: str, partition: int) -> int:
        """The offset up to which (exclusive) a log's fold has applied it."""
        ...


class Projected(Protocol):
    """How far the tables have come."""

    def projected(self, topic: str) -> Mapping[int, int]:
        """By partition, the offset up to which (exclusive) a log is in the tables."""
        ...


class _Look(NamedTuple):
    at: Instant
    events: int
    facts: int | None = None
    """The end of the facts, once the events are applied."""


class Freshness:
    """One thread refreshes, any thread asks."""

    def __init__(
        self, reader: LogReader, progress: Applied, tables: Projected, clock: Clock
    ) -> None:
        self._reader, self._progress = reader, progress
        self._tables, self._clock = tables, clock
        self._looks: dict[int, _Look] = {}
        self._fresh: dict[int, Instant] = {}
        self._count = 0

    def refresh(self) -> None:
        """Look at every partition once more.

        Raises:
            TransientError: the log is away.
            SQLAlchemyError: the database is.
        """
        self._count = self._reader.partitions(CLIENT_EVENTS)
        now, projected = self._clock.now(), self._tables.projected(CLIENT_FACTS)
        for partition in range(self._count):
            look = self._followed(partition, now)
            if look.facts is not None and projected.get(partition, 0) >= look.facts:
                self._fresh[partition] = look.at
                self._looks.pop(partition, None)
            else:
                self._looks[partition] = look

    def as_of(self, client: str) -> Instant | None:
        """When a client's row was last known to be whole; `None` if that is not known yet."""
        return self._fresh.get(partition_of(client.encode(), self._count)) if self._count else None

    def _followed(self, partition: int, now: Instant) -> _Look:
        look = self._looks.get(partition)
        if look is None:
            look = _Look(now, self._reader.end(CLIENT_EVENTS, partition))
        is_applied = self._progress.applied(CLIENT_EVENTS, partition) >= look.events
        if look.facts is None and is_applied:
            return look._replace(facts=self._reader.end(CLIENT_FACTS, partition))
        return look
