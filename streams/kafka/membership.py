"""The consumer's thread: membership, its lease, and commits with metadata.

aiokafka sends heartbeats from this thread, so they go on while a fold is at work.
"""

import random
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import aiokafka
from aiokafka.consumer.fetcher import OffsetResetStrategy
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from typing_extensions import override

from streams.kafka.exits import Stop, described
from streams.kafka.tuning import Tuning


class Commit(NamedTuple):
    """A committed offset and what stands with it."""

    offset: int
    metadata: str


class Member(NamedTuple):
    """Who we are in the group."""

    name: str
    generation: int


NOBODY = Member("", -1)


class MemberThread(driver.AIOKafkaConsumerThread):
    """aiokafka's consumer thread, with a lease on membership."""

    confirmed_at: float = 0.0
    """Monotonic time at which the last heartbeat that the broker confirmed was *sent*."""

    def __init__(self, *args: Any, tuning: Tuning, stop_now: Stop, **options: Any) -> None:
        self._tuning, self._stop_now = tuning, stop_now
        super().__init__(*args, **options)

    @override
    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Trap 2: Faust waits 1,500 ms in a fetch, and reshuffles by round robin without tables.
        consumer._fetch_max_wait_ms = self._tuning.fetch_wait_ms
        consumer._partition_assignment_strategy = (StickyPartitionAssignor,)
        return consumer

    @override
    async def on_start(self) -> None:
        """Start, and note from now on which heartbeats are confirmed."""
        await super().on_start()
        coordinator = self._ensure_consumer()._coordinator
        send_heartbeat = coordinator._do_heartbeat

        async def heartbeat() -> bool:
            sent_at = time.monotonic()
            is_confirmed: bool = await send_heartbeat()
            if is_confirmed:
                self.confirmed_at = sent_at
            self._exit_if_replaced()
            return is_confirmed

        coordinator._do_heartbeat = heartbeat

    @override
    async def crash(self, reason: BaseException) -> None:
        """Exit: Faust's orderly end would checkpoint (trap 5)."""
        self._stop_now("machinery", f"the consumer's thread failed: {described(reason)}")

    @override
    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """A join has just succeeded, which is as good as a heartbeat."""
        self.confirmed_at = time.monotonic()
        await super().on_partitions_assigned(assigned, generation_id)

    def lease_left_s(self) -> float:
        """For how long the group still surely counts us as a member; below 0 it may not."""
        lease_s = self._tuning.lease_share * self._tuning.session_s
        return self.confirmed_at + lease_s - time.monotonic()

    def member(self) -> Member:
        """As the coordinator knows us now."""
        coordinator = self._ensure_consumer()._coordinator
        return Member(coordinator.member_id, coordinator.generation)

    async def committed(self, topic: str, partitions: Iterable[int]) -> dict[int, Commit]:
        """Committed offsets *with metadata*; the public call of aiokafka drops it (trap 2)."""
        found = await self.call_thread(
            self._ensure_consumer()._coordinator.fetch_committed_offsets,
            [TopicPartition(topic, number) for number in partitions],
        )
        return {
            tp.partition: Commit(meta.offset, meta.metadata)
            for tp, meta in found.items()
            if meta.offset >= 0
        }

    async def start_over(self, partitions: Iterable[TP]) -> None:
        """Read partitions from their beginning; where that is, is asked for in the background.

        aiokafka's own `seek_to_beginning` waits for the answer, which may never come for a topic
        that is being deleted, and all other calls wait behind it.
        """
        tps = [TopicPartition(tp.topic, tp.partition) for tp in partitions]
        await self.call_thread(self._start_over, tps)

    async def _start_over(self, tps: list[TopicPartition]) -> None:
        fetcher = self._ensure_consumer()._fetcher
        fetcher.request_offset_reset(tps, OffsetResetStrategy.EARLIEST)

    async def commit_all(self, topic: str, commits: Mapping[int, Commit]) -> bool:
        """Commit; `False` if the group refuses: somebody else may own the partitions."""
        offsets = {
            TopicPartition(topic, number): OffsetAndMetadata(*commit)
            for number, commit in commits.items()
        }
        is_done: bool = await self.call_thread(self._commit_all, offsets)
        return is_done

    async def _commit_all(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> bool:
        try:
            await self._ensure_consumer().commit(offsets)
        except (CommitFailedError, IllegalStateError):
            self._exit_if_replaced()
            return False
        return True

    def _exit_if_replaced(self) -> None:
        """A static member that the group no longer knows has been replaced: do not fight (trap 4).

        aiokafka rejoins instead, and two processes with one instance id then evict each other for
        ever, without a single commit.
        """
        if self.app.conf.consumer_group_instance_id and not self.member().name:
            if self.lease_left_s() <= 0:  # the group was away: all its members may be here now
                time.sleep(self._tuning.jitter_s * random.random())  # noqa: S311 - spreads load
            self._stop_now(
                "replaced",
                "static member replaced or expired; is another worker running under this instance "
                "number?",
            )
