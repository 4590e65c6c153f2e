"""Faust driver `batch://`: one list of records per partition and poll.

Faust keeps group membership, rebalancing and the worker's life cycle. Four things of its aiokafka
driver are replaced: delivery (a list of records instead of one), commit (each becomes a
checkpoint), the producer (idempotent, and nothing given to it expires), and the lease is added
(`streams.kafka.membership`).

Private names of Faust and aiokafka are used: both are pinned, and a contract test names what moved.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol, cast

import aiokafka
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode.utils.futures import notify
from typing_extensions import override

from schemas.time import Instant
from streams.kafka.exits import Stop, described
from streams.kafka.membership import MemberThread
from streams.kafka.tuning import Tuning
from streams.ports import Record

SCHEME: Final = "batch"
_FOR_EVER_S: Final = 10 * 365 * 86_400.0
_LONGEST_WAIT_S: Final = 1.0
_MILLISECOND: Final = 1000


class Checkpointer(Protocol):
    """What the transport needs from the host."""

    async def checkpoint(self) -> bool:
        """Make everything applied so far durable and commit it."""
        ...

    def suspend(self) -> None:
        """Stop applying and writing until the next take-over."""
        ...


class BatchTransport(driver.Transport):
    """Selected by `faust.App(broker="batch://host:port")`; its attributes are set before start."""

    Consumer: ClassVar[Any]
    Producer: ClassVar[Any]

    checkpointer: Checkpointer
    tuning: Tuning
    stop_now: Stop


class BatchConsumer(driver.Consumer):
    """Faust's consumer, whose events carry a list of records."""

    _thread: MemberThread
    transport: BatchTransport

    @override
    def _new_consumer_thread(self) -> MemberThread:
        transport = self.transport
        return MemberThread(
            self,
            loop=self.loop,
            beacon=self.beacon,
            tuning=transport.tuning,
            stop_now=transport.stop_now,
        )

    @override
    async def crash(self, reason: BaseException) -> None:
        """Exit: Faust's orderly end would checkpoint (trap 5)."""
        self.transport.stop_now("machinery", f"the consumer failed: {described(reason)}")

    # -- commit: Faust calls it from its timer, on revoke and on shutdown (trap 3) -------------

    @override
    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """A full checkpoint, whoever asks and whatever is under way."""
        return await self.transport.checkpointer.checkpoint()

    @override
    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop the flow, finish the batch in the agent, checkpoint; then write nothing more."""
        await super().on_partitions_revoked(revoked)
        self.transport.checkpointer.suspend()

    @override
    def ack(self, message: Any) -> bool:
        """A batch left the agent. Offsets are the host's business."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        notify(self._waiting_for_ack)
        return True

    @override
    async def wait_empty(self) -> None:
        """Wait for the batch in the agent, then checkpoint; never longer than a session.

        Faust's own collects garbage on every turn and has no deadline (trap 3).
        """
        session_s = self.transport.tuning.session_s
        deadline = time.monotonic() + session_s
        while not self.should_stop and self._unacked_messages and time.monotonic() < deadline:
            await self._wait_for_ack(timeout=1)
            self._clean_unacked_messages()
        try:
            await asyncio.wait_for(self.commit(), session_s)
        except TimeoutError:
            self.log.warning("no checkpoint within a session; the successor repeats its events")

    @override
    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust would call a quiet partition a hang."""

    # -- delivery --------------------------------------------------------------------------

    @override
    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._poll()
        except asyncio.CancelledError:
            if not self.app.should_stop:
                raise
        except Exception as error:  # noqa: BLE001 - every error ends the worker
            if not self.app.should_stop:
                await self.crash(error)

    async def _poll(self) -> None:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type]  # as Faust does
            return
        began, generation = time.monotonic(), self.app.consumer_generation_id
        records, active = await self._wait_next_records(_LONGEST_WAIT_S)
        if not self._is_current(generation):
            # Fetched from where we stood before a rebalance, which may be beyond the commit.
            await self._seek_back()
            return
        found = records or {}
        for tp, batch in found.items():
            is_ours = active is None or tp in active
            if is_ours and not await self._deliver(tp, list(batch), generation):
                break
        await asyncio.sleep(self._pause_s(sum(map(len, found.values())), began))

    async def _seek_back(self) -> None:
        """A rebalance has begun: what was fetched is dropped and read again from the commit."""
        try:
            await self.perform_seek()
            # To no commit aiokafka does not seek: it would go on behind what was dropped.
            fresh = [tp for tp in self.assignment() if not self._read_offset[tp]]
            if fresh:
                await self._thread.start_over(fresh)
        except Exception as error:  # noqa: BLE001 - the assignment may vanish under us
            self.log.warning("seek during a rebalance: %s", type(error).__name__)

    def _pause_s(self, count: int, began: float) -> float:
        """How long to wait before the next poll (trap 8).

        Under load there is no pause, and a poll that itself waited for its records has had it.
        """
        tuning = self.transport.tuning
        if count >= tuning.small_poll:
            return 0.0
        return max(0.0, began + tuning.poll_apart_s - time.monotonic())

    async def _deliver(self, tp: TP, batch: list[Any], generation: int) -> bool:
        """Queue one batch; `False` when a rebalance made the rest of the poll stale."""
        read_to = self._read_offset[tp]
        if read_to is not None and batch[0].offset < read_to:
            batch = [record for record in batch if record.offset >= read_to]
        if not batch:
            return True
        channels = self.app.topics._tp_index[tp]  # type: ignore[attr-defined]  # private
        message = _message_of(tp, batch[-1], generation, len(channels))
        for channel in channels:
            # Never `await queue.put`: a revoke cancels who waits in it, the fetcher too (trap 1).
            while self._is_current(generation) and self._is_full(channel.queue):  # noqa: ASYNC110
                await asyncio.sleep(0.001)  # the queue belongs to Faust: it has no event for this
            if not self._is_current(generation):
                return False
            channel.queue.put_nowait(self.app.create_event(None, cast("Any", batch), {}, message))
        self._read_offset[tp] = batch[-1].offset + 1
        return True

    def _is_current(self, generation: int) -> bool:
        return bool(self.flow_active) and generation == self.app.consumer_generation_id

    def _is_full(self, queue: Any) -> bool:
        return bool(queue.qsize() >= self.transport.tuning.queued_batches)


def _message_of(tp: TP, last: Any, generation: int, readers: int) -> ConsumerMessage:
    """What Faust tracks for a batch: its last record without the content."""
    message = ConsumerMessage(
        tp.topic,
        tp.partition,
        last.offset,
        last.timestamp / 1000.0,
        last.timestamp_type,
        [],
        None,
        None,
        None,
        0,
        0,
        tp,
        generation_id=generation,
    )
    message.refcount = readers
    return message


def record_of(one: Any) -> Record:
    """A delivered record as the processor knows records."""
    return Record(
        one.topic,
        one.partition,
        one.offset,
        one.key,
        one.value,
        one.headers,
        Instant(one.timestamp * _MILLISECOND),
    )


class DurableProducer(driver.Producer):
    """`acks=all` and idempotent; a batch is repeated until the broker has it.

    aiokafka lets a batch expire that has not found a leader within the request time-out. It has a
    sequence number by then: all that follow in its partition would be refused. So nothing
    expires, and a broker may be away for as long as it likes.
    """

    transport: BatchTransport

    @override
    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}

    @override
    def _new_producer(self, transactional_id: str | None = None) -> aiokafka.AIOKafkaProducer:
        producer = super()._new_producer(transactional_id)
        producer._message_accumulator._batch_ttl = _FOR_EVER_S
        return producer

    @override
    async def crash(self, reason: BaseException) -> None:
        """Exit: Faust's orderly end would checkpoint (trap 5)."""
        self.transport.stop_now("machinery", f"the producer failed: {described(reason)}")


BatchTransport.Consumer = BatchConsumer
BatchTransport.Producer = DurableProducer
TRANSPORTS.aliases[SCHEME] = f"{__name__}:{BatchTransport.__name__}"
