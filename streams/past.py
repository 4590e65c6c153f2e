"""The past, folded again: what became of a client, and why. Nothing is written anywhere."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from journeys.reference import Reference
from schemas import codec
from schemas.envelope import kind_of
from schemas.errors import ContractError
from schemas.facts import ContactCounted, DecisionMade, IntentChange, IntentChanged, TaskChanged
from schemas.reference import Stop, StopsReleased
from schemas.tasks import Task
from schemas.time import Instant
from streams import recording
from streams.errors import WorkerStopError
from streams.plain import PlainFold, Said
from streams.ports import LogReader, Record
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, REFERENCE, TASKS, partition_of

_DECIDED = f'"type":"{codec.wire_type(DecisionMade)}"'.encode()
_COUNTED = f'"type":"{codec.wire_type(ContactCounted)}"'.encode()
_OF_TASKS = (TaskChanged,)
_INTENT = f'"type":"{codec.wire_type(IntentChanged)}"'.encode()


class Taken(NamedTuple):
    """A decision, as it stands on a log or as it comes out of one."""

    value: bytes
    partition: int
    offset: int
    """Of the event that it was taken on."""
    beside: tuple[bytes, ...] = ()
    """Changes of intents that came of the same event before it."""

    @property
    def intents(self) -> tuple[IntentChange, ...]:
        """What changed of the client's intents by the very cause of the decision."""
        cause = self.event.causeid
        found = (codec.decode(value, codec.CLIENT_FACTS) for value in self.beside)
        return tuple(
            one.data for one in found if isinstance(one, IntentChanged) and one.causeid == cause
        )

    @property
    def event(self) -> DecisionMade:
        """The decision, read."""
        found = codec.decode(self.value, codec.CLIENT_FACTS)
        if not isinstance(found, DecisionMade):
            raise TypeError("a record of another kind")
        return found


class Concluded(NamedTuple):
    """A fact, and the event that it follows from."""

    value: bytes
    partition: int
    offset: int


class Life(NamedTuple):
    """Decisions, and every version of the tasks that came of them."""

    decisions: tuple[Taken, ...]
    tasks: tuple[Task, ...]


class Standing(NamedTuple):
    """A client at a moment, and the reference that held for them."""

    state: ClientState
    reference: Reference
    """In force at the moment asked about, whether the client had an event since or not."""
    decisions: tuple[Taken, ...] = ()
    """All of the client's on the log, before the moment and after."""


class Past:
    """Asks a log what was."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.references = ReferenceLog(reader)
        self._said_of: dict[str, tuple[Said, ...]] = {}
        """Of clients whose tasks or slots were asked for: what comes out of their events."""

    def written(self, decision_id: str) -> Taken | None:
        """A decision as the engine wrote it; `None` where no such fact stands."""
        wanted = f'"decision_id":"{decision_id}"'.encode()
        for partition in range(self._reader.partitions(CLIENT_FACTS)):
            for taken in _taken(self._facts(partition)):
                if wanted in taken.value:
                    return taken
        return None

    def written_of(self, client: str) -> Iterator[Taken]:
        """Every decision of a client as the engine wrote it, in order."""
        yield from _taken(self._facts(self._home(client), client.encode()))

    def tasks(self, taken: Taken, *, is_written: bool) -> tuple[Task, ...]:
        """Every version of the tasks that a decision issued, in order.

        Args:
            taken: the decision.
            is_written: read what the engine wrote; else what comes out of the client's events.

        Raises:
            WorkerStopError: the log no longer holds the events from the beginning.
        """
        wanted = f'"decision_id":"{taken.event.data.decision_id}"'.encode()
        values = self._values(taken, TASKS, is_written=is_written)
        found = (codec.decode(value, _OF_TASKS) for value in values if wanted in value)
        return tuple(one.data for one in found if isinstance(one, TaskChanged))

    def slots(self, taken: Taken, *, is_written: bool) -> tuple[ContactCounted, ...]:
        """Every move of the contact slots of its tasks, in order; arguments as of `tasks`."""
        mine = set(taken.event.data.task_ids)
        values = self._values(taken, CLIENT_FACTS, is_written=is_written)
        found = (codec.decode(value, codec.CLIENT_FACTS) for value in values if _COUNTED in value)
        counted = (one for one in found if isinstance(one, ContactCounted))
        return tuple(one for one in counted if one.data.task_id in mine)

    def lives(self, client: str | None = None, *, is_written: bool) -> Iterator[Life]:
        """What was decided and what became of it, partition by partition.

        Args:
            client: theirs alone.
            is_written: read what the engine wrote; else what comes out of the events.

        Raises:
            WorkerStopError: the log no longer holds the events from the beginning.
        """
        for partition in self._partitions(client):
            facts, tasks = list[Concluded](), list[bytes]()
            if is_written:
                facts += self._facts(partition, None if client is None else client.encode())
                records = recording.records_of(self._reader, TASKS, partition)
                tasks += [record.value for record in records]
            else:
                for one in self._said(partition, client):
                    facts += _concluded([one])
                    tasks += [one.value] if one.topic == TASKS else []
            told = (codec.decode(value, _OF_TASKS) for value in tasks)
            changed = tuple(one.data for one in told if isinstance(one, TaskChanged))
            mine = tuple(one for one in changed if client in {None, one.client})
            yield Life(tuple(_taken(facts)), mine)

    def _values(self, taken: Taken, topic: str, *, is_written: bool) -> Iterator[bytes]:
        """What stands on the partition of a decision; or what its client's events lead to."""
        if is_written:
            records = recording.records_of(self._reader, topic, taken.partition)
            yield from (record.value for record in records)
            return
        client = taken.event.partitionkey
        if client not in self._said_of:
            self._said_of[client] = tuple(self._said(taken.partition, client))
        yield from (one.value for one in self._said_of[client] if one.topic == topic)

    def _said(self, partition: int, client: str | None) -> Iterator[Said]:
        """What comes out of the events of one client, or of all, folded anew."""
        fold = PlainFold(ClientFold(), self.references)
        return fold.live(self._records(partition, client))

    def after(self, taken: Taken) -> ClientState:
        """The client after the event that a decision was taken on.

        Raises:
            WorkerStopError: the log no longer holds the events from the beginning.
        """
        client = taken.event.partitionkey
        fold = PlainFold(ClientFold(), self.references)
        records = self._records(taken.partition, client)
        for record in takewhile(lambda one: one.offset <= taken.offset, records):
            fold.step(record)
        state: ClientState = fold.states[client]
        return state

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
            yield from _taken(_concluded(self._said(partition, client)))

    def standing(self, client: str, *, upto: Instant | None = None) -> Standing | None:
        """A client after their last event by a moment; `None` if there was none.

        Args:
            client: the client's token.
            upto: the moment, by when a record was received; the log's end unless given.

        Raises:
            WorkerStopError: the log no longer holds the events from the beginning.
        """
        fold, marker, seen = PlainFold(ClientFold(), self.references), 0, 0
        then: ClientState | None = None
        is_past, decisions = False, list[Taken]()
        for record in self._records(self._home(client), client):
            is_by_then = upto is None or _received(record) <= upto
            if not is_past and record.key is not None and not is_by_then:
                is_past, then = True, fold.states.get(client)
            if not is_past:
                seen = max(seen, recording.marker_offset(record) or 0)
                # A later marker holds already where an event was applied under it.
                marker = seen if is_by_then or record.key is not None else marker
            decisions += _taken(_concluded(fold.live([record])))
        state = then if is_past else fold.states.get(client)
        if state is None:
            return None
        return Standing(state, self.references.at(marker), tuple(decisions))

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

    def _facts(self, partition: int, key: bytes | None = None) -> Iterator[Concluded]:
        """What stands on a partition of `client-facts`, of all clients or of one."""
        for record in recording.records_of(self._reader, CLIENT_FACTS, partition):
            if key is None or record.key == key:
                _, offset, _ = dict(record.headers)["src"].decode().split(":")
                yield Concluded(record.value, partition, int(offset))

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


def _taken(facts: Iterable[Concluded]) -> Iterator[Taken]:
    """The decisions among facts, each with the changes of intents that stand before it."""
    place, beside = (-1, -1), list[bytes]()
    for value, *at in facts:
        if tuple(at) != place:
            place, beside = (at[0], at[1]), []
        if _INTENT in value:
            beside.append(value)
        elif _DECIDED in value:
            yield Taken(value, *place, tuple(beside))


def _concluded(said: Iterable[Said]) -> Iterator[Concluded]:
    """The facts about a client among what a fold says."""
    return (Concluded(one.value, *one.src[:2]) for one in said if one.topic == CLIENT_FACTS)


def _type_of(record: Record) -> str | None:
    try:
        event = codec.decode(record.value, codec.CLIENT_LOG)
    except ContractError:
        return None
    return kind_of(codec.wire_type(type(event)))


def _received(record: Record) -> Instant:
    """When a client's record was received; 0 where it cannot be made out."""
    try:
        event = codec.decode(record.value, codec.CLIENT_LOG)
    except ContractError:
        return Instant(0)
    return event.time if event.receivedat is None else event.receivedat
