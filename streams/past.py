"""The past, folded again: what became of a client, and why. Nothing is written anywhere."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from journeys.reference import Reference
from schemas import codec
from schemas.envelope import TYPE_PREFIX
from schemas.errors import ContractError
from schemas.facts import DecisionMade
from schemas.reference import Stop, StopsReleased
from schemas.time import Instant
from streams import recording
from streams.errors import WorkerStopError
from streams.plain import PlainFold
from streams.ports import LogReader, Record
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, REFERENCE, partition_of

_DECIDED = f'"type":"{codec.wire_type(DecisionMade)}"'.encode()


class Taken(NamedTuple):
    """A decision, as it stands on a log or as it comes out of one."""

    value: bytes
    partition: int
    offset: int
    """Of the event that it was taken on."""

    @property
    def event(self) -> DecisionMade:
        """The decision, read."""
        found = codec.decode(self.value, codec.CLIENT_FACTS)
        if not isinstance(found, DecisionMade):
            raise TypeError("a record of another kind")
        return found


class Standing(NamedTuple):
    """A client at a moment, and the reference that held for them."""

    state: ClientState
    reference: Reference
    """In force at the moment asked about, whether the client had an event since or not."""


class Past:
    """Asks a log what was."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.references = ReferenceLog(reader)

    def written(self, decision_id: str) -> Taken | None:
        """A decision as the engine wrote it; `None` where no such fact stands."""
        wanted = f'"decision_id":"{decision_id}"'.encode()
        for partition in range(self._reader.partitions(CLIENT_FACTS)):
            for record in recording.records_of(self._reader, CLIENT_FACTS, partition):
                if wanted in record.value and _DECIDED in record.value:
                    _, offset, _ = dict(record.headers)["src"].decode().split(":")
                    return Taken(record.value, partition, int(offset))
        return None

    def written_of(self, client: str) -> Iterator[Taken]:
        """Every decision of a client as the engine wrote it, in order."""
        partition, key = self._home(client), client.encode()
        for record in recording.records_of(self._reader, CLIENT_FACTS, partition):
            if record.key == key and _DECIDED in record.value:
                _, offset, _ = dict(record.headers)["src"].decode().split(":")
                yield Taken(record.value, partition, int(offset))

    def event_type(self, taken: Taken) -> str | None:
        """Of the event that a decision was taken on, as `app.page_viewed`; `None` if it is gone."""
        for record in self._reader.read(CLIENT_EVENTS, taken.partition, taken.offset, 1):
            if record.offset == taken.offset:
                return _type_of(record)
        return None

    def events_upto(self, taken: Taken) -> int:
        """How many of a client's events a decision follows from, its own among them."""
        key = taken.event.partitionkey.encode()
        records = recording.records_of(self._reader, CLIENT_EVENTS, taken.partition)
        upto = takewhile(lambda record: record.offset <= taken.offset, records)
        return sum(record.key == key for record in upto)

    def again(self, decision_id: str, *, client: str | None = None) -> Taken | None:
        """A decision as it comes out of the events; of all clients' unless one is named."""
        wanted = f'"decision_id":"{decision_id}"'.encode()
        return next((one for one in self.decisions(client) if wanted in one.value), None)

    def decisions(self, client: str | None = None) -> Iterator[Taken]:
        """Every decision that comes out of the events of one client, or of all.

        Raises:
            WorkerStopError: the log no longer holds the events from the beginning.
        """
        for partition in self._partitions(client):
            fold = PlainFold(ClientFold(), self.references)
            for said in fold.live(self._records(partition, client)):
                if said.topic == CLIENT_FACTS and _DECIDED in said.value:
                    yield Taken(said.value, partition, said.src[1])

    def standing(self, client: str, *, upto: Instant | None = None) -> Standing | None:
        """A client after their last event by a moment; `None` if there was none.

        Args:
            client: the client's token.
            upto: the moment, by when a record was received; the log's end unless given.

        Raises:
            WorkerStopError: the log no longer holds the events from the beginning.
        """
        partition = self._home(client)
        fold, marker, seen = PlainFold(ClientFold(), self.references), 0, 0
        for record in self._records(partition, client):
            is_by_then = upto is None or _received(record) <= upto
            if record.key is not None and not is_by_then:
                break
            seen = max(seen, recording.marker_offset(record) or 0)
            # A later marker holds already where an event of the client's was applied under it.
            marker = seen if is_by_then or record.key is not None else marker
            for _ in fold.live([record]):
                pass
        if client not in fold.states:
            return None
        return Standing(fold.states[client], self.references.at(marker))

    def ends(self, client: str) -> Instant:
        """When the last record of a client's partition was received."""
        partition = self._home(client)
        end = self._reader.end(CLIENT_EVENTS, partition)
        last = self._reader.read(CLIENT_EVENTS, partition, max(end - 1, 0), 1)
        return max((_received(record) for record in last), default=Instant(0))

    def stopped_since(self, stop: Stop, *, offset: int) -> Instant | None:
        """When a stop that is in force at a reference offset was set last; `None` if it is not."""
        since: Instant | None = None
        for record in recording.records_of(self._reader, REFERENCE, 0):
            if record.offset >= offset:
                break
            event = codec.decode(record.value, codec.REFERENCE)
            if isinstance(event, StopsReleased):
                since = (since or event.time) if stop in event.data.stops else None
        return since

    def _partitions(self, client: str | None) -> Iterable[int]:
        if client is not None:
            return (self._home(client),)
        return range(self._reader.partitions(CLIENT_EVENTS))

    def _home(self, client: str) -> int:
        return partition_of(client.encode(), self._reader.partitions(CLIENT_EVENTS))

    def _records(self, partition: int, client: str | None) -> Iterator[Record]:
        """All records, or one client's and the markers between them."""
        key = None if client is None else client.encode()
        expected = 0
        for record in recording.records_of(self._reader, CLIENT_EVENTS, partition):
            if expected == 0 and record.offset > 0:
                raise WorkerStopError(
                    f"partition {partition} of {CLIENT_EVENTS} begins at {record.offset}: what "
                    "came before is gone; ask an archive or a recording instead"
                )
            expected = record.offset + 1
            if key is None or record.key is None or record.key == key:
                yield record


def _type_of(record: Record) -> str | None:
    try:
        event = codec.decode(record.value, codec.CLIENT_LOG)
    except ContractError:
        return None
    return codec.wire_type(type(event)).removeprefix(TYPE_PREFIX).rsplit(".v", 1)[0]


def _received(record: Record) -> Instant:
    """When a client's record was received; 0 where it cannot be made out."""
    try:
        event = codec.decode(record.value, codec.CLIENT_LOG)
    except ContractError:
        return Instant(0)
    return event.time if event.receivedat is None else event.receivedat
