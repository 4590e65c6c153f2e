"""What the host needs from outside, and what the doors need from the host."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from journeys.step import Place
from schemas.time import Instant

Headers = tuple[tuple[str, bytes], ...]


class Record(NamedTuple):
    """A record as it stands on a log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Headers
    timestamp: Instant
    """When the log took it."""


class Outgoing(NamedTuple):
    """A record to be written; without a partition its key chooses one."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers = ()
    partition: int | None = None


class Publisher(Protocol):
    """Writes records that are durable when the call returns."""

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """Write all, in order, and say where each stands.

        Raises:
            TransientError: nothing is promised; the same records may be sent again.
        """
        ...


class LogReader(Protocol):
    """Reads records by place."""

    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """At most `limit` records from `offset` on, in order; empty at the end."""
        ...

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        ...

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        ...


class LogFeed(Protocol):
    """Follows many partitions at once."""

    def poll(
        self, starts: Mapping[tuple[str, int], int], limit: int
    ) -> Mapping[tuple[str, int], Sequence[Record]]:
        """What has arrived from each partition's start on: lists in order, none of them empty.

        May wait a little where nothing has arrived.

        Raises:
            TransientError: the log is away.
        """
        ...

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        ...


class Clock(Protocol):
    """The only way to the wall clock."""

    def now(self) -> Instant:
        """The present instant."""
        ...
