"""Fills topics as fast as aiokafka can: for benches and drills, where records wait by the million.

No promise of the publisher's holds here: it is not idempotent, and an error ends the fill.
"""

import asyncio
from collections.abc import Iterable
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer

from streams.kafka.held import Row, Sent
from streams.kafka.writer import BatchWriter
from streams.ports import Outgoing
from streams.topics import partition_of

_BATCH_BYTES: Final = 900 << 10
"""Below the broker's default for one batch, 1 MiB."""
_ROWS: Final = 1000
_ANSWER_MS: Final = 60_000


class Filled(NamedTuple):
    """What was written."""

    records: int
    bytes: int
    """Of keys and values."""


def fill(bootstrap: str, messages: Iterable[Outgoing]) -> Filled:
    """Write records, those of one partition in order.

    Raises:
        aiokafka.errors.KafkaError: the broker refused, or went away.
    """
    return asyncio.run(_fill(bootstrap, messages))


async def _fill(bootstrap: str, messages: Iterable[Outgoing]) -> Filled:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        max_batch_size=_BATCH_BYTES,
        request_timeout_ms=_ANSWER_MS,
    )
    await producer.start()
    try:
        return await _Filling(producer).run(messages)
    finally:
        await producer.stop()


class _Filling:
    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer, self._writer = producer, BatchWriter(lambda: producer)
        self._rows: dict[tuple[str, int], list[Row]] = {}
        self._sent: dict[tuple[str, int], Sent] = {}
        """The last batch of each partition: those before it were acknowledged to make room."""
        self._counts: dict[str, int] = {}

    async def run(self, messages: Iterable[Outgoing]) -> Filled:
        count = size = 0
        for message in messages:
            count += 1
            size += len(message.key or b"") + len(message.value)
            place = message.topic, await self._home(message)
            rows = self._rows.setdefault(place, [])
            rows.append(Row(message.key, message.value, message.headers))
            if len(rows) >= _ROWS:
                await self._send(place, rows)
        for place, rows in self._rows.items():
            while rows:
                await self._send(place, rows)
        for sent in self._sent.values():
            await sent.ack
        return Filled(count, size)

    async def _home(self, message: Outgoing) -> int:
        if message.partition is not None:
            return message.partition
        if message.topic not in self._counts:
            found = await self._producer.partitions_for(message.topic)
            self._counts[message.topic] = len(found)
        return partition_of(message.key or b"", self._counts[message.topic])

    async def _send(self, place: tuple[str, int], rows: list[Row]) -> None:
        before = self._sent.get(place)
        if before is not None:
            await before.ack
        self._sent[place] = await self._writer.send(*place, rows)
