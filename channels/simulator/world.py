"""What all of the bank's life shares: the agenda of what happens next, and the wall of truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, NamedTuple

from channels.simulator.client import Client
from channels.simulator.mix import Mix
from channels.simulator.voice import Message, stamp
from schemas.time import MINUTE, Instant

Said = Iterator[Message]


class Doing(NamedTuple):
    """Something that a client does at a minute."""

    at: Instant
    client: Client
    what: str
    extra: Any


@dataclass(slots=True)
class Agenda:
    """What happens next, in order of minute, client and planning.

    Clients are told apart by their number, and each counts their own plans: the order of one
    client's deeds does not depend on any other client.
    """

    opens: Instant
    """Nothing is planned before it."""
    _heap: list[tuple[Instant, int, int, str, Any]] = field(default_factory=list)
    _clients: list[Client] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _planned: list[int] = field(default_factory=list)

    def admit(self, client: Client) -> None:
        """Keep an agenda for a client."""
        self._numbers[client.key] = len(self._clients)
        self._clients.append(client)
        self._planned.append(0)

    def plan(self, at: int, client: Client, what: str, extra: object = None) -> None:
        """Put a deed down for the minute of `at`; what lies before the opening is left out."""
        if at < self.opens:
            return
        number = self._numbers[client.key]
        self._planned[number] += 1
        minute = Instant(at - at % MINUTE)
        heappush(self._heap, (minute, number, self._planned[number], what, extra))

    def next_time(self) -> Instant | None:
        """The minute of the next deed."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: Instant) -> Iterator[Doing]:
        """Every deed up to and at `now`, those planned meanwhile too."""
        while self._heap and self._heap[0][0] <= now:
            at, number, _, what, extra = heappop(self._heap)
            yield Doing(at, self._clients[number], what, extra)


@dataclass(slots=True)
class Truth:
    """What really is, row by row. Nothing that the bank says is read from here."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def note(self, row: str, client: Client, at: Instant, **values: object) -> None:
        """Write one row down."""
        self.rows.append({"row": row, "client": client.key, "at": stamp(at), **values})


@dataclass(frozen=True, slots=True)
class World:
    """The mix, the agenda and the truth of one bank."""

    mix: Mix
    agenda: Agenda
    truth: Truth
