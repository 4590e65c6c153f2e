"""The sweeper: a release that concerns clients reaches each of them as an event.

There is no standing index of who holds what. For a release the changelog is read once, and a client
is found by a state that is booked under older facts. So what a sweep has done shows in the states
themselves: after a crash only those are found whom it has not reached, under the same ids.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from journeys.client.steps.recheck import has_open_sale, is_outdated
from schemas import codec
from schemas.reference import Activation, CatalogueFiles, Product
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


class Affected(NamedTuple):
    """Clients of a partition whom a release concerns."""

    sales: Sequence[str]
    """What is proposed to them rests on it: perhaps it has to be recalled, so they come first."""
    others: Sequence[str]


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

    def __init__(  # noqa: PLR0913 - what a sweeper is made of, named
        self,
        groups: Groups,
        reader: LogReader,
        write: Callable[[Sequence[Outgoing]], object],
        *,
        clock: Clock,
        per_second: int,
        sales_per_second: int = 4000,
        pause: Callable[[float], bool],
    ) -> None:
        """Prepare to sweep.

        Args:
            groups: where the client fold and we stand.
            reader: of the reference log and the clients' changelog.
            write: to the clients' log.
            clock: says when a client is asked to be looked at.
            per_second: at most so many events.
            sales_per_second: the same of clients with an open sale, who come first.
            pause: waits so many seconds, and shows that we live; `True` if we are told to stop.
        """
        self._groups, self._reader, self._write = groups, reader, write
        self._clock, self._pause = clock, pause
        self._per_second, self._sales_per_second = per_second, sales_per_second
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
        found = {
            partition: self._affected(partition, causes)
            for partition in sorted(self._ready(causes.upto) - self._swept)
        }
        sent, is_stopped = 0, False
        for rate, of in ((self._sales_per_second, "sales"), (self._per_second, "others")):
            for partition, affected in found.items():
                told, is_stopped = self._ask(getattr(affected, of), rate, causes.upto)
                sent += told
                if is_stopped:
                    return sent
                if of == "others":
                    self._swept.add(partition)
        return sent

    def _ask(self, clients: Sequence[str], rate: int, upto: int) -> tuple[int, bool]:
        """Send evenly, no more than so many a second; how many, and whether we are to stop."""
        size, sent = max(1, min(_MOST_AT_ONCE, rate // _PARTS)), 0
        for at in range(0, len(clients), size):
            batch = clients[at : at + size]
            self._write(rechecks(batch, offset=upto, now=self._clock.now()))
            sent += len(batch)
            if self._pause(len(batch) / rate):
                return sent, True
        return sent, False

    def _ready(self, upto: int) -> set[int]:
        """Partitions whose fold uses the release: states and events before its marker are in."""
        found = set()
        for (topic, partition), text in self._groups.commits(_FOLD).items():
            told = metadata.decode(text)
            if topic == CLIENT_EVENTS and told is not None and told.marker >= upto:
                found.add(partition)
        return found

    def _affected(self, partition: int, causes: Causes) -> Affected:
        """Clients whose last state is booked under something older."""
        reference, now = self._references.at(causes.upto), self._clock.now()
        names = tuple(product.encode() for product in causes.products)
        found: dict[str, bool] = {}
        for record in records_of(self._reader, _CHANGELOG, partition):
            if record.offset % _LOOK_UP == 0:
                self._pause(0)
            client = (record.key or b"").decode("ascii")
            found.pop(client, None)
            # A state names what it holds as text: most need not be decoded.
            is_likely = causes.has_catalogue or any(name in record.value for name in names)
            state = _decoded(record) if is_likely else None
            if state is not None and is_outdated(state, reference, now):
                found[client] = has_open_sale(state, reference, now)
        return Affected(
            [client for client in sorted(found) if found[client]],
            [client for client in sorted(found) if not found[client]],
        )


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


def _decoded(record: Record) -> ClientState | None:
    return ClientFold().decode(state_of(record.value)) if record.value else None
