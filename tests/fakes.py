"""Fakes of the host's ports; each passes the contract suite of its port."""

from collections import defaultdict
from collections.abc import Sequence

from journeys.step import Place
from schemas.time import Instant
from streams.errors import TransientError
from streams.ports import Outgoing, Record
from streams.topics import DEAD_LETTERS, REFERENCE, partition_of

_AT_FIRST = Instant(0)


class FakeLog:
    """Logs in memory: a reader and a publisher."""

    def __init__(self, *, partitions: int = 2) -> None:
        self._records: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self._partitions = partitions
        self.away = False

    def append(self, messages: Sequence[Outgoing], *, now: Instant = _AT_FIRST) -> list[Place]:
        return [self._append(message, now) for message in messages]

    async def publish(self, messages: Sequence[Outgoing]) -> list[Place]:
        if self.away:
            raise TransientError("the log is away")
        return self.append(messages)

    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        return self._records[topic, partition][offset : offset + limit]

    def end(self, topic: str, partition: int) -> int:
        return len(self._records[topic, partition])

    def partitions(self, topic: str) -> int:
        return 1 if topic in (REFERENCE, DEAD_LETTERS) else self._partitions

    def applied(self, topic: str, partition: int) -> int:
        return self.end(topic, partition)

    def _append(self, message: Outgoing, now: Instant) -> Place:
        partition = message.partition
        if partition is None:
            key = message.key or b""
            partition = partition_of(key, self.partitions(message.topic)) if key else 0
        place = Place(partition, self.end(message.topic, partition))
        record = Record(message.topic, *place, message.key, message.value, message.headers, now)
        self._records[message.topic, partition].append(record)
        return place


class StillClock:
    """A clock that a test sets."""

    def __init__(self, moment: Instant) -> None:
        self.moment = moment

    def now(self) -> Instant:
        return self.moment
