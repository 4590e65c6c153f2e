"""Reads records of a broker by place, without a consumer group."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, TopicAuthorizationFailedError
from typing_extensions import override

from schemas.time import Instant
from streams.errors import TransientError, WorkerStopError
from streams.ports import LogFeed, LogReader, Record

_POLL_MS: Final = 100
_MS: Final = 1000


class _Client:
    """One consumer and its lock: kafka-python's is not for several threads."""

    def __init__(self, bootstrap: str, *, answer_s: float, fetch_wait_ms: int) -> None:
        self._bootstrap, self._answer_s = bootstrap, answer_s
        self._fetch_wait_ms = fetch_wait_ms
        self._lock = threading.Lock()
        self._consumer: KafkaConsumer | None = None
        self._counts: dict[str, int] = {}

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has.

        Raises:
            WorkerStopError: there is no such topic.
            TransientError: the broker is away.
        """
        count = self._counts.get(topic)
        if count is None:
            with self.consumer() as consumer:
                found = consumer.partitions_for_topic(topic)
            if not found:
                raise WorkerStopError(f"there is no topic {topic}; 'suishen kafka declare'")
            count = self._counts[topic] = len(found)
        return count

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    @contextmanager
    def consumer(self) -> Iterator[KafkaConsumer]:
        """The consumer, ours alone for now; after an error of the broker's a fresh one follows."""
        with self._lock:
            try:
                if self._consumer is None:
                    self._consumer = self._connect()
                yield self._consumer
            except TopicAuthorizationFailedError as error:
                raise WorkerStopError(
                    f"Kafka refuses a read ({error}); grant this principal Read on the topic"
                ) from error
            except KafkaError as error:
                self._drop()
                raise self.away(type(error).__name__) from error
            except KeyError as error:
                # kafka-python leaves out of its answer what it has no metadata of yet.
                self._drop()
                raise self.away("a partition without metadata") from error

    def away(self, why: str) -> TransientError:
        """The error that says so."""
        return TransientError(f"Kafka at {self._bootstrap}: {why}; is it up?")

    def _connect(self) -> KafkaConsumer:
        wait_ms = int(self._answer_s * _MS)
        return KafkaConsumer(
            bootstrap_servers=self._bootstrap.split(","),
            # No group: whoever reads by place keeps the place.
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=min(3000, wait_ms),
            request_timeout_ms=wait_ms,
            fetch_max_wait_ms=self._fetch_wait_ms,
            reconnect_backoff_max_ms=500,
            metrics_enabled=False,
        )

    def _drop(self) -> None:
        """Start anew with the next call."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=0)


class KafkaReader(LogReader):
    """Reads any partition from any place. Offsets may have gaps: compaction leaves some."""

    def __init__(self, bootstrap: str, *, answer_s: float = 10.0) -> None:
        """Name a cluster; nothing is connected before the first question.

        Args:
            bootstrap: `host:port,…`.
            answer_s: after so long without an answer a call fails.
        """
        self._client = _Client(bootstrap, answer_s=answer_s, fetch_wait_ms=_POLL_MS)
        self._answer_s = answer_s
        self._ends: dict[TopicPartition, int] = {}
        """As last heard: an end only grows, so a place below it need not be asked for again."""

    @override
    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """At most `limit` records from `offset` on, in order; empty at the end.

        Where the log begins later, because older records are gone, reading begins there.

        Raises:
            TransientError: the broker is away.
        """
        place = TopicPartition(topic, partition)
        with self._client.consumer() as consumer:
            if offset >= self._ends.get(place, 0) and offset >= self._end(consumer, place):
                return []
            if consumer.assignment() != {place}:
                consumer.assign([place])
                consumer.seek(place, offset)
            elif consumer.position(place) != offset:
                consumer.seek(place, offset)
            return self._poll(consumer, place, limit)

    @override
    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get.

        Raises:
            TransientError: the broker is away.
        """
        with self._client.consumer() as consumer:
            return self._end(consumer, TopicPartition(topic, partition))

    def ends(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """The ends of all partitions of some topics.

        Raises:
            WorkerStopError: there is no such topic.
            TransientError: the broker is away, or a partition has no leader.
        """
        ends: dict[tuple[str, int], int] = {}
        for topic in topics:
            # One topic at a time: the client forgets partitions of a topic that it does not know
            # yet, if it is asked for one that it knows in the same breath.
            places = [TopicPartition(topic, number) for number in range(self.partitions(topic))]
            with self._client.consumer() as consumer:
                ends |= {tuple(place): end for place, end in self._ask(consumer, places).items()}
        return ends

    @override
    def partitions(self, topic: str) -> int:
        """How many partitions a topic has.

        Raises:
            WorkerStopError: there is no such topic.
            TransientError: the broker is away.
        """
        return self._client.partitions(topic)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _end(self, consumer: KafkaConsumer, place: TopicPartition) -> int:
        self._ends[place] = end = self._ask(consumer, [place])[place]
        return end

    def _ask(
        self, consumer: KafkaConsumer, places: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        try:
            found = consumer.end_offsets(places, timeout_ms=int(self._answer_s * _MS))
        except KeyError as error:
            raise self._client.away("a partition has no leader") from error
        return {place: int(found[place]) for place in places}

    def _poll(self, consumer: KafkaConsumer, place: TopicPartition, limit: int) -> Sequence[Record]:
        """Records, or none if nothing but gaps stands between here and the end."""
        until = time.monotonic() + self._answer_s
        while True:
            found = consumer.poll(timeout_ms=_POLL_MS, max_records=limit).get(place)
            if found:
                return [_record(one) for one in found]
            if consumer.position(place) >= self._ends[place]:
                return []
            if time.monotonic() > until:
                raise self._client.away("no answer")


class KafkaFeed(LogFeed):
    """Follows many partitions at once: one request brings what has arrived in any of them."""

    def __init__(self, bootstrap: str, *, answer_s: float = 10.0, wait_s: float = 0.1) -> None:
        """Name a cluster.

        Args:
            bootstrap: `host:port,…`.
            answer_s: after so long without an answer a question fails.
            wait_s: how long `poll` waits where nothing has arrived.
        """
        self._client = _Client(bootstrap, answer_s=answer_s, fetch_wait_ms=int(wait_s * _MS))
        self._wait_ms = int(wait_s * _MS)
        self._next: dict[TopicPartition, int] = {}

    @override
    def partitions(self, topic: str) -> int:
        """How many partitions a topic has; see `KafkaReader.partitions`."""
        return self._client.partitions(topic)

    @override
    def poll(
        self, starts: Mapping[tuple[str, int], int], limit: int
    ) -> Mapping[tuple[str, int], Sequence[Record]]:
        """What has arrived from each partition's start on, `limit` records in all.

        Raises:
            TransientError: the broker is away.
        """
        with self._client.consumer() as consumer:
            self._seek(consumer, starts)
            found = consumer.poll(timeout_ms=self._wait_ms, max_records=limit)
            for place, records in found.items():
                self._next[place] = records[-1].offset + 1
        return {tuple(place): [_record(one) for one in got] for place, got in found.items()}

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _seek(self, consumer: KafkaConsumer, starts: Mapping[tuple[str, int], int]) -> None:
        """Stand where the caller stands: its last batch may not have become durable."""
        places = {TopicPartition(*place): start for place, start in starts.items()}
        if consumer.assignment() != set(places):
            consumer.assign(list(places))
            self._next = {}
        for place, start in places.items():
            if self._next.get(place) != start:
                consumer.seek(place, start)
                self._next[place] = start


def _record(found: Any) -> Record:
    """A tombstone's value is empty."""
    return Record(
        found.topic,
        found.partition,
        found.offset,
        found.key,
        found.value or b"",
        tuple((name, value or b"") for name, value in found.headers),
        Instant(found.timestamp * _MS),
    )
