"""Fakes of what the Kafka host works with: a log, a group, a producer, a fold that counts.

Each keeps its port's contract: batches of one partition land in order and whole, a commit of an
old generation is refused, a loader reads what has landed.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from streams.batch import Batch
from streams.errors import WorkerStopError
from streams.frame import Frame, pack, unpack
from streams.kafka.cluster import FoldTopics, Layout
from streams.kafka.faults import Fault
from streams.kafka.held import Row, Sent
from streams.kafka.host import Host
from streams.kafka.means import Means
from streams.kafka.membership import Commit, Member
from streams.kafka.tuning import Tuning
from streams.ports import Outgoing
from streams.processor import Entry
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DESK_EVENTS, TASKS

EPOCH = "ab" * 16
STATE = "state-client"
TOPICS = FoldTopics(CLIENT_EVENTS, STATE, (CLIENT_FACTS, TASKS), (DESK_EVENTS, "dead-letters"))
FAST = Tuning(session_s=0.2, patience_s=0.3, jitter_s=0.0, slice_records=3)


class Stopped(BaseException):
    """The process has ended with 70."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


class Rec(NamedTuple):
    """A record as aiokafka gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Any = ()
    timestamp: int = 0


class Place:
    """What a producer's future gives."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


class FakeBroker:
    """Durable logs, and the group's commits."""

    def __init__(self) -> None:
        self.logs: dict[tuple[str, int], list[Rec]] = defaultdict(list)
        self.starts: dict[tuple[str, int], int] = defaultdict(int)
        self.commits: dict[int, Commit] = {}
        self.generation = 0
        self.epoch = EPOCH
        self.is_away = False
        self.journal: list[tuple[str, Any]] = []
        """What became durable, in order: topics of batches, and `commit`."""

    def append(self, topic: str, partition: int, rows: Iterable[Row]) -> int:
        log = self.logs[topic, partition]
        base = self.end(topic, partition)
        for key, value, headers in rows:
            log.append(Rec(topic, partition, self.end(topic, partition), key, value, list(headers)))
        self.journal.append((topic, partition))
        return base

    def end(self, topic: str, partition: int) -> int:
        log = self.logs[topic, partition]
        return log[-1].offset + 1 if log else self.starts[topic, partition]

    def feed(self, partition: int, *keys: str) -> list[Rec]:
        """Events of clients on the source."""
        base = self.append(
            CLIENT_EVENTS, partition, [Row(key.encode(), b"event", ()) for key in keys]
        )
        return self.logs[CLIENT_EVENTS, partition][base:]

    def states(self, partition: int) -> dict[str, int]:
        """What a loader makes of the changelog: the state with the highest applied offset."""
        found: dict[str, tuple[int, int]] = {}
        for record in self.logs[STATE, partition]:
            frame = unpack(record.value or b"", epoch=EPOCH, end=1 << 60)
            key = (record.key or b"").decode()
            found[key] = max(found.get(key, (-1, 0)), (frame.applied, int(frame.state)))
        return {key: count for key, (_, count) in found.items()}

    def last_states(self, partition: int) -> dict[str, int]:
        """What compaction would leave."""
        return {
            (r.key or b"").decode(): int(unpack(r.value or b"", epoch=EPOCH, end=1 << 60).state)
            for r in self.logs[STATE, partition]
        }

    def outputs(self, topic: str, partition: int) -> list[str]:
        return [dict(record.headers)["src"].decode() for record in self.logs[topic, partition]]


class FakeLoader:
    """Reads what has landed; `on_read` lets a test do something meanwhile."""

    on_read: Callable[[], None] | None = None

    def __init__(self, broker: FakeBroker, fault: Fault) -> None:
        self._broker, self.fault = broker, fault

    async def __aenter__(self):
        self._ask()
        return self

    async def __aexit__(self, *_):
        await asyncio.sleep(0)

    async def bounds(self, tps):
        await asyncio.sleep(0)
        self._ask()
        tps = list(tps)
        starts = {tp: self._broker.starts[tp.topic, tp.partition] for tp in tps}
        return starts, {tp: self._broker.end(tp.topic, tp.partition) for tp in tps}

    async def read(self, starts, handle, *, ends=None):
        upto = {tp: self._broker.end(tp.topic, tp.partition) for tp in starts}
        if ends is not None:
            upto = {tp: min(ends[tp], end) for tp, end in upto.items()}
        for tp, start in starts.items():
            await asyncio.sleep(0)
            self._ask()
            if FakeLoader.on_read is not None:
                FakeLoader.on_read()
            log = self._broker.logs[tp.topic, tp.partition]
            found = [record for record in log if start <= record.offset < upto[tp]]
            if found:
                handle(tp, found)
        return upto

    def _ask(self) -> None:
        if self._broker.is_away:
            raise KafkaConnectionError("away")


class FakeWriter:
    """A producer: batches of at most `size` rows; two of a partition on their way at most."""

    def __init__(self, broker: FakeBroker, *, size: int = 4, is_manual: bool = False) -> None:
        self._broker, self._size, self.is_manual = broker, size, is_manual
        self.flying: dict[tuple[str, int], deque[tuple[list[Row], asyncio.Future[Any]]]]
        self.flying = defaultdict(deque)
        self._room = asyncio.Event()
        self.refuses: BaseException | None = None

    async def send(self, topic: str, partition: int, rows: list[Row]) -> Sent:
        place = (topic, partition)
        while len(self.flying[place]) >= 2:
            self._room.clear()
            await self._room.wait()
        batch = rows[: self._size]
        del rows[: len(batch)]
        ack: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.flying[place].append((batch, ack))
        if not self.is_manual:
            asyncio.get_running_loop().call_soon(self.land, place)
        return Sent(topic, partition, len(batch), ack)

    def land(self, place: tuple[str, int]) -> None:
        """The oldest batch of a place becomes durable, and its sender hears of it."""
        if not self.flying[place]:
            return
        batch, ack = self.flying[place].popleft()
        self._room.set()
        if self.refuses is not None:
            ack.set_exception(self.refuses)
            return
        base = self._broker.append(*place, batch)
        if not ack.done():
            ack.set_result(Place(base))

    def places(self) -> list[tuple[str, int]]:
        return [place for place, batches in self.flying.items() if batches]

    def land_all(self) -> None:
        while places := self.places():
            self.land(places[0])

    def die(self) -> None:
        """Nothing on its way arrives any more."""
        self.flying.clear()


class FakeMembership:
    """One member's view of the group; `join` makes it current."""

    def __init__(self, broker: FakeBroker, name: str = "w1") -> None:
        self._broker, self._name = broker, name
        self.lease_s, self.flowing = 1.0, True
        self.me, self.mine = Member("", -1), frozenset[int]()
        self.refuses = 0
        self.before_commit: Callable[[], None] | None = None

    def join(self, partitions: Iterable[int], *, name: str | None = None) -> None:
        self._name = name or self._name
        self._broker.generation += 1
        self.me = Member(self._name, self._broker.generation)
        self.mine = frozenset(partitions)

    def lease_left_s(self) -> float:
        return self.lease_s

    def member(self) -> Member:
        return self.me

    def assigned(self) -> frozenset[int]:
        return self.mine

    def is_flowing(self) -> bool:
        return self.flowing

    async def committed(self, topic: str, partitions: Iterable[int]) -> dict[int, Commit]:
        await asyncio.sleep(0)
        wanted = set(partitions)
        return {n: commit for n, commit in self._broker.commits.items() if n in wanted}

    async def commit_all(self, topic: str, commits: Mapping[int, Commit]) -> bool:
        await asyncio.sleep(0)
        if self.before_commit is not None:
            self.before_commit()
        if self.refuses or self.me.generation != self._broker.generation:
            self.refuses = max(0, self.refuses - 1)
            return False
        if self._broker.is_away:
            raise KafkaConnectionError("away")
        self._broker.commits.update(commits)
        self._broker.journal.append(("commit", dict(commits)))
        return True


class FakeCluster:
    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker
        self.error: Exception | None = None

    def layout(self, topics: FoldTopics) -> Layout:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        names = (topics.source, *topics.aligned, *topics.crossing)
        return Layout(dict.fromkeys(names, 2), self._broker.epoch)


@dataclass
class Noted:
    """An observer that remembers."""

    said: list[tuple[str, Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **more: self.said.append((name, (*args, *more.values())))

    def of(self, name: str) -> list[Any]:
        return [args for said, args in self.said if said == name]


class Points:
    """A fault that counts arrivals, and may do something at one point."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.then: dict[str, Callable[[], None]] = {}

    def at(self, point: str) -> None:
        self.seen.append(point)
        if point in self.then:
            self.then[point]()


class Counting:
    """A processor whose fold counts a client's events: one fact each, a task every third."""

    def __init__(self, stored: Callable[[int, str], bytes | None]) -> None:
        self._stored = stored
        self.halts: list[Exception] = []
        self.says = "says"

    def apply(self, part: Any, records: Sequence[Any]) -> Batch:
        batch = Batch()
        if self.halts:
            batch.halted = self.halts.pop(0)  # type: ignore[assignment]
            return batch
        for record in records:
            if record.offset >= part.next_offset:
                self._one(part, record, batch)
                part.next_offset = record.offset + 1
        return batch

    def cut(self, part: Any) -> list[tuple[str, bytes, Any]]:
        rows = [
            (key, pack(Frame(EPOCH, entry.applied, None, str(entry.state).encode())), None)
            for key, entry in part.dirty.items()
        ]
        part.dirty = {}
        return rows

    def _one(self, part: Any, record: Any, batch: Batch) -> None:
        if record.value == b"stop":
            raise WorkerStopError("the machinery must not go on")
        key = record.key.decode()
        entry = part.entries.get(key) or self._thaw(part.number, key)
        if entry is not None and record.offset <= entry.applied:
            batch.skipped += 1
            return
        count = 1 if entry is None else entry.state + 1
        part.entries[key] = part.dirty[key] = Entry(count, record.offset, 0)
        batch.events += 1
        batch.outputs += self._outputs(part.number, record, count)

    def _outputs(self, number: int, record: Any, count: int) -> list[Outgoing]:
        places: list[tuple[str, int | None]] = [(CLIENT_FACTS, number)]
        places += [(TASKS, number), (DESK_EVENTS, None)] if count % 3 == 0 else []
        return [
            Outgoing(
                topic,
                record.key,
                f"{record.key.decode()} {self.says} {count}".encode(),
                (("src", f"{EPOCH}:{record.offset}:{n}".encode()),),
                partition,
            )
            for n, (topic, partition) in enumerate(places)
        ]

    def _thaw(self, number: int, key: str) -> Entry[int] | None:
        blob = self._stored(number, key)
        if blob is None:
            return None
        frame = unpack(blob, epoch=EPOCH, end=1 << 60)
        return Entry(int(frame.state), frame.applied, 0)


class World:
    """A host over fakes."""

    def __init__(self, broker: FakeBroker | None = None, *, name: str = "w1", **tuning: Any):
        self.broker = broker or FakeBroker()
        self.group = FakeMembership(self.broker, name)
        self.writer = FakeWriter(self.broker)
        self.cluster = FakeCluster(self.broker)
        self.noted, self.points = Noted(), Points()
        self.processor = Counting(lambda number, key: self.host.stored(number, key))  # noqa: PLW0108 - made below
        self.tuning = Tuning(**{**vars_of(FAST), **tuning})
        self.host: Host[int] = Host(self.means(), self.group)

    def means(self) -> Means[int]:
        return Means(
            "client",
            TOPICS,
            self.cluster.layout(TOPICS),
            self.cluster,
            self.processor,
            self.writer,
            lambda: FakeLoader(self.broker, self.points),  # type: ignore[arg-type,return-value]
            self.noted,
            self.points,
            self.tuning,
            _stop,
            jitter=lambda: 0.0,
        )

    async def owning(self, *partitions: int) -> "World":
        """Join and take over."""
        self.group.join(partitions or (0,))
        await self.host.take_over()
        return self

    async def rebalance(self, *partitions: int, name: str | None = None) -> None:
        """A whole rebalance as Faust does one: revoke with a checkpoint, join, take over."""
        self.group.flowing = False
        await self.host.checkpoint()
        self.host.suspend()
        self.group.join(partitions, name=name)
        await self.host.take_over()
        self.group.flowing = True

    def successor(self, **tuning: Any) -> "World":
        """Another process on the same broker; this one is gone, with what it had on its way."""
        self.writer.die()
        return World(self.broker, **tuning)

    def unread(self, number: int = 0) -> list[Rec]:
        """What Faust delivers after a seek: everything from the commit on."""
        start = self.broker.commits.get(number, Commit(0, "")).offset
        return [r for r in self.broker.logs[CLIENT_EVENTS, number] if r.offset >= start]


def vars_of(tuning: Tuning) -> dict[str, Any]:
    return {name: getattr(tuning, name) for name in tuning.__dataclass_fields__}


def _stop(code: str, reason: str) -> NoReturn:
    raise Stopped(code, reason)


def tp(topic: str, partition: int = 0) -> TopicPartition:
    return TopicPartition(topic, partition)


async def turns(count: int = 20) -> None:
    """Let everything that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)
