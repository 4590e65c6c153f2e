"""Writes records to a broker: all in step replicas have them when the call returns."""

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer
from kafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from typing_extensions import override

from journeys.step import Place
from streams.errors import TransientError, WorkerStopError
from streams.ports import Outgoing, Publisher
from streams.topics import partition_of

MOST_BYTES: Final = 4 << 20
"""Of one request: a catalogue is one record."""
_AGAIN_S: Final = 1.0
"""While the broker is away, connect at most so often; in between calls fail at once."""


class _Connection(NamedTuple):
    """A producer, and how many partitions the topics have that it knows.

    The two are left behind together: a call that still holds them fails as one that came too late.
    """

    producer: KafkaProducer
    counts: dict[str, int]


class KafkaPublisher(Publisher):
    """Idempotent, acknowledged by all replicas in step. For use from any thread or loop."""

    def __init__(self, bootstrap: str, *, answer_s: float = 10.0) -> None:
        """Name a cluster; nothing is connected before the first record.

        Args:
            bootstrap: `host:port,…`.
            answer_s: after so long without an acknowledgement a call fails.
        """
        self._bootstrap, self._answer_s = bootstrap, answer_s
        self._lock = threading.RLock()
        self._connection: _Connection | None = None
        self._not_before = 0.0

    @override
    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """Write all, in order, and say where each stands.

        Raises:
            TransientError: the broker is away; the same records may be sent again.
            WorkerStopError: the broker refuses them: not allowed, or too large.
        """
        if not messages:
            return []
        topics = {message.topic for message in messages}
        connection = self._connection
        if connection is None or not topics <= connection.counts.keys():
            connection = await asyncio.to_thread(self._connected, topics)
        with self._judging(connection):
            sent = _send(connection, messages)
            await self._wait(sent)
            return _places(sent)

    def write(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """The same, for callers without a loop: it blocks."""
        if not messages:
            return []
        connection = self._connected({message.topic for message in messages})
        with self._judging(connection):
            sent = _send(connection, messages)
            until = time.monotonic() + self._answer_s
            for future in sent:
                future.get(timeout=max(0.0, until - time.monotonic()))
            return _places(sent)

    def close(self) -> None:
        """Give up the connection; records not yet acknowledged are lost."""
        with self._lock:
            if self._connection is not None:
                self._drop(self._connection)

    def _connected(self, topics: Iterable[str]) -> _Connection:
        """Connect if need be, and know how many partitions each topic has."""
        with self._lock, self._judging(self._connection):
            if self._connection is None:
                self._connection = _Connection(self._connect(), {})
            producer, counts = self._connection
            for topic in topics:
                if topic not in counts:
                    counts[topic] = len(producer.partitions_for(topic))
            return self._connection

    def _connect(self) -> KafkaProducer:
        if time.monotonic() < self._not_before:
            raise TransientError(f"Kafka at {self._bootstrap} is away")
        wait_ms = int(self._answer_s * 1000)
        try:
            return KafkaProducer(
                bootstrap_servers=self._bootstrap.split(","),
                acks="all",
                enable_idempotence=True,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=min(3000, wait_ms),
                max_block_ms=wait_ms,
                request_timeout_ms=max(1, wait_ms // 2),
                delivery_timeout_ms=wait_ms,
                max_request_size=MOST_BYTES,
                reconnect_backoff_max_ms=500,
                metrics_enabled=False,
            )
        except KafkaError:
            self._not_before = time.monotonic() + _AGAIN_S
            raise

    async def _wait(self, sent: Sequence[Any]) -> None:
        """Wait for the last record of each partition: those before it are acknowledged by then."""
        loop = asyncio.get_running_loop()
        last = {future._produce_future.topic_partition: future for future in sent}
        waits = []
        for future in last.values():
            done = loop.create_future()
            future.add_both(lambda _, done=done: loop.call_soon_threadsafe(_settle, done))
            waits.append(done)
        async with asyncio.timeout(self._answer_s + 1.0):
            await asyncio.gather(*waits)

    @contextmanager
    def _judging(self, connection: _Connection | None) -> Iterator[None]:
        """Turn the client's errors into ours, and leave a failed producer behind."""
        try:
            yield
        except TopicAuthorizationFailedError as error:
            raise WorkerStopError(
                f"Kafka refuses a write ({error}); grant this principal Write on the topic"
            ) from error
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            raise WorkerStopError(
                f"a record is too large for its topic ({error}); raise max.message.bytes"
            ) from error
        except (KafkaError, TimeoutError) as error:
            with self._lock:
                self._drop(connection)
            said = f"Kafka at {self._bootstrap}: {type(error).__name__}; is it up?"
            raise TransientError(said) from error

    def _drop(self, connection: _Connection | None) -> None:
        """Start anew with the next call: a failed producer's sequence numbers prove nothing."""
        if self._connection is connection:  # or somebody has done so already
            self._connection = None
        if connection is not None:
            leaving = threading.Thread(target=self._leave, args=(connection.producer,), daemon=True)
            leaving.start()

    def _leave(self, producer: KafkaProducer) -> None:
        """Close a producer once what it holds has come to its end, written or not.

        Closed at once it would raise, for want of time to flush, and go on for ever.
        """
        with suppress(KafkaError):
            producer.close(timeout=2 * self._answer_s)


def _send(connection: _Connection, messages: Sequence[Outgoing]) -> list[Any]:
    producer, counts = connection
    return [
        producer.send(
            message.topic,
            key=message.key,
            value=message.value,
            headers=list(message.headers),
            partition=_home(message, counts),
        )
        for message in messages
    ]


def _home(message: Outgoing, counts: Mapping[str, int]) -> int:
    if message.partition is not None:
        return message.partition
    if message.key is None:
        return 0  # as an engine file does it: nothing is left to chance
    return partition_of(message.key, counts[message.topic])


def _settle(done: "asyncio.Future[None]") -> None:
    if not done.done():  # nobody waits any more: the call was cancelled
        done.set_result(None)


def _places(sent: Sequence[Any]) -> list[Place]:
    """Where each record stands; raises what the broker said of the first that failed."""
    found = [future.get(timeout=0) for future in sent]
    return [Place(place.partition, place.offset) for place in found]
