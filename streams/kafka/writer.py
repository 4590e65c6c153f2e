"""Gives batches to the producer, one in flight per partition."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from aiokafka.errors import KafkaError, KafkaTimeoutError
from typing_extensions import override

from streams.errors import WorkerStopError
from streams.kafka.held import Row, Sent


class Writer(Protocol):
    """Writes rows to one partition of a topic."""

    async def send(self, topic: str, partition: int, rows: list[Row]) -> Sent:
        """Take as many rows as fit one batch off the front; waits while a batch is in the way."""
        ...


class BatchWriter(Writer):
    """Over aiokafka's producer, as Faust holds it."""

    def __init__(self, producer: Callable[[], Any]) -> None:
        self._producer = producer

    @override
    async def send(self, topic: str, partition: int, rows: list[Row]) -> Sent:
        """Take as many rows as fit one batch off the front.

        A cancelled call leaves its rows where they were. With the broker away it waits.
        """
        producer = self._producer()
        batch, count = producer.create_batch(), 0
        for key, value, headers in rows:
            # A first record always fits; `None` says that the batch is full (trap 6).
            if batch.append(key=key, value=value, timestamp=None, headers=[*headers]) is None:
                break
            count += 1
        batch.close()
        ack = await self._hand_over(producer, batch, topic, partition)
        del rows[:count]  # no await between handing over and this line
        return Sent(topic, partition, count, ack)

    async def _hand_over(self, producer: Any, batch: Any, topic: str, partition: int) -> Any:
        while True:
            try:
                return await producer.send_batch(batch, topic, partition=partition)
            except KafkaTimeoutError:
                # No room within the time-out: the batch before it is still on its way.
                await asyncio.sleep(0)


async def first_offset(sent: Sent) -> int:
    """Wait for the broker; the offset of the batch's first record.

    A cancelled call leaves the acknowledgement to whoever asks next.

    Raises:
        WorkerStopError: the broker refuses the batch, or has it and does not say where.
    """
    place = f"{sent.topic}/{sent.partition}"
    try:
        # Shielded: a cancelled wait would cancel the future itself, and with it the next wait.
        offset: int = (await asyncio.shield(sent.ack)).offset
    except KafkaError as error:
        raise WorkerStopError(
            f"the broker refuses a batch on {place}: {type(error).__name__}; grant or allow what "
            "it names, the worker repeats the batch when it starts again"
        ) from error
    if offset < 0:
        raise WorkerStopError(f"a batch on {place} was written, the broker does not say where")
    return offset
