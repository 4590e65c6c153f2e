"""The sweeper: a release that concerns clients reaches each of them as an event.

There is no standing index of who holds what. For a release the changelog is read once, and a client
is found by a state that is booked under older facts. So what a sweep has done shows in the states
themselves: after a crash only those are found whom it has not reached, under the same ids.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from journeys.client.fold import ClientFold
from journeys.client.steps.recheck import is_outdated
from journeys.reference import Reference
from schemas import codec
from schemas.reference import Activation, CatalogueFiles, Product
from schemas.time import Instant
from streams.errors import WorkerStopError
from streams.frame import state_of
from streams.kafka import metadata
from streams.ports import Clock, LogReader, Outgoing, Record
from streams.recording import records_of
from streams.reference import ReferenceLog, rechecks
from streams.topics import CLIENT_EVENTS, REFERENCE, STATE, SWEEPER_GROUP, group_of

_FOLD: Final = group_of("client")
_CHANGELOG: Final = STATE + "client"
_MOST_AT_ONCE: Final = 500
_PARTS: Final = 5
"""Batches a second, so that the rate is even."""
_LOOK_UP: Final = 1000
"""Records between two signs of life."""
_POLICY: Final = (CatalogueFiles, Activation)


class Causes(NamedTuple):
    """What was released between two offsets of the reference log, as far as clients feel it."""

    upto: int
    products: frozenset[str]
    """Re-graded."""
    has_catalogue: bool

    @property
    def concern_somebody(self) -> bool:
        """Is there anything that a client can feel?"""
        return bool(self.products) or self.has_catalogue


class Groups(Protocol):
    """Where groups stand."""

    def reached(
        self, group: str, topics: Sequence[str]
    ) -> Mapping[tuple[str, int], tuple[int, int]]:
        """By partition: a group's commit, and the log's end."""
        ...

    def commits(self, group: str) -> Mapping[tuple[str, int], str]:
        """By partition: what a group has written beside its commit."""
        ...

    def commit(self, group: str, topic: str, partition: int, offset: int) -> None:
        """Move a group that has no members."""
        ...


class Sweeping:
    """Sweeps release by release."""

    def __init__(
        self,
        groups: Groups,
        reader: LogReader,
        write: Callable[[Sequence[Outgoing]], object],
        *,
        clock: Clock,
        per_second: int,
        pause: Callable[[float], bool],
    ) -> None:
        """Prepare to sweep.

        Args:
            groups: where the client fold and we stand.
            reader: of the reference log and the clients' changelog.
            write: to the clients' log.
            clock: says when a client is asked to be looked at.
            per_second: at most so many events.
            pause: waits so many seconds, and shows that we live; `True` if we are told to stop.
        """
        self._groups, self._reader, self._write = groups, reader, write
        self._clock, self._per_second, self._pause = clock, per_second, pause
        self._references = ReferenceLog(reader)
        self._swept: set[int] = set()
        """Partitions of the release under way."""
        self._upto = 0

    def step(self) -> int:
        """Sweep every partition that is ready for the next release; how many events were sent.

        Raises:
            TransientError: the broker is away; what was sent is found no more, or sent again.
            WorkerStopError: a state or a release cannot be read.
        """
        start, end = self._groups.reached(SWEEPER_GROUP, [REFERENCE])[REFERENCE, 0]
        if start >= end:
            return 0
        causes = causes_of(self._reader, start, end)
        sent = 0
        if causes.concern_somebody:
            sent = self._sweep(causes)
            if len(self._swept) < self._reader.partitions(CLIENT_EVENTS):
                return sent
        self._groups.commit(SWEEPER_GROUP, REFERENCE, 0, end)
        return sent

    def _sweep(self, causes: Causes) -> int:
        if causes.upto != self._upto:
            self._upto, self._swept = causes.upto, set()
        sent = 0
        for partition in sorted(self._ready(causes.upto) - self._swept):
            for batch in self._batches(self._affected(partition, causes)):
                now = self._clock.now()
                self._write(rechecks(batch, offset=causes.upto, now=now))
                sent += len(batch)
                if self._pause(len(batch) / self._per_second):
                    return sent
            self._swept.add(partition)
        return sent

    def _ready(self, upto: int) -> set[int]:
        """Partitions whose fold uses the release: states and events before its marker are in."""
        found = set()
        for (topic, partition), text in self._groups.commits(_FOLD).items():
            told = metadata.decode(text)
            if topic == CLIENT_EVENTS and told is not None and told.marker >= upto:
                found.add(partition)
        return found

    def _affected(self, partition: int, causes: Causes) -> list[str]:
        """Clients whose last state is booked under something older."""
        reference, now = self._references.at(causes.upto), self._clock.now()
        names = tuple(product.encode() for product in causes.products)
        found: set[str] = set()
        for record in records_of(self._reader, _CHANGELOG, partition):
            if record.offset % _LOOK_UP == 0:
                self._pause(0)
            client = (record.key or b"").decode("ascii")
            found.discard(client)
            # A state names what it holds as text: most need not be decoded.
            is_likely = causes.has_catalogue or any(name in record.value for name in names)
            if is_likely and _is_outdated(record, reference, now):
                found.add(client)
        return sorted(found)

    def _batches(self, clients: list[str]) -> Iterable[list[str]]:
        size = max(1, min(_MOST_AT_ONCE, self._per_second // _PARTS))
        return (clients[at : at + size] for at in range(0, len(clients), size))


def causes_of(reader: LogReader, start: int, end: int) -> Causes:
    """What was released between two offsets; the first catalogue and a first version touch nobody.

    Raises:
        WorkerStopError: a release that this version cannot read.
    """
    products, has_catalogue, offset = set(), False, start
    while offset < end:
        records = reader.read(REFERENCE, 0, offset, end - offset)
        if not records:
            raise WorkerStopError(f"the reference log ends at {offset}, it was {end}; restore it")
        for record in records:
            payload = getattr(codec.decode(record.value, codec.REFERENCE), "data", None)
            if isinstance(payload, Product) and payload.version > 1:
                products.add(payload.product)
            has_catalogue |= isinstance(payload, _POLICY) and record.offset > 0
        offset = records[-1].offset + 1
    return Causes(end, frozenset(products), has_catalogue)


def _is_outdated(record: Record, reference: Reference, now: Instant) -> bool:
    return bool(record.value) and is_outdated(
        ClientFold().decode(state_of(record.value)), reference, now
    )
