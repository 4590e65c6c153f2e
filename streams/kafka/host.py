"""The host of one fold: applies what the transport delivers, and owns its partitions' memory.

Faust calls `process` with one list of records at a time, `checkpoint` from its timer, on revoke
and on shutdown, and `take_over` after a join. Whatever else goes wrong ends the process at once:
an orderly shutdown would checkpoint what may be half-done.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Generic, NoReturn, TypeVar

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from typing_extensions import override

from streams.errors import TransientError, WorkerStopError
from streams.kafka.away import FIRST_PAUSE_S, LONGEST_PAUSE_S, Patience, is_away
from streams.kafka.checkpoint import FencedError, Group, Path, drain, persist
from streams.kafka.exits import described
from streams.kafka.held import Held, Row, digest, src_of
from streams.kafka.jumps import check_jump, check_layout, exit_spread
from streams.kafka.means import Means, Membership
from streams.kafka.membership import NOBODY, Commit, Member
from streams.kafka.takeover import Ground, Taken, take
from streams.kafka.transport import record_of
from streams.kafka.writer import first_offset
from streams.ports import Outgoing, Record
from streams.topics import UNFED, partition_of

S = TypeVar("S")
_LEASE_LOOK_S: Final = 0.05


class Host(Group, Generic[S]):
    """Runs one fold over the partitions that the group gives us."""

    def __init__(self, means: Means[S], membership: Membership) -> None:
        self.partitions: dict[int, Held[S]] = {}
        self._means, self._membership = means, membership
        self._member = NOBODY
        self._is_active = False
        """Between revoke and take-over nothing is applied or written."""
        self._revoked = 0
        """How often our partitions were revoked: a take-over that one overtakes is void."""
        self._was_away = False
        self._has_doubt = False
        """The last look round found another log, or none."""
        self._checkpointing = asyncio.Lock()
        topics = means.topics
        self._path: Path[S] = Path(
            topics.source,
            topics.changelog,
            means.layout.epoch,
            means.processor,
            means.writer,
            means.loader,
            means.fault,
            hot_states=lambda: means.tuning.hot_states // max(1, len(self.partitions)),
            repaired=means.observer.repaired,
        )
        self._ground = Ground(
            means.fold,
            topics.source,
            topics.changelog,
            topics.following,
            means.layout.epoch,
            means.fault,
        )

    def stored(self, partition: int, key: str) -> bytes | None:
        """A framed state, for the processor."""
        return self.partitions[partition].store.get(key)

    def waiting_for(self) -> str | None:
        """Why no work can be done now; `None` if it can, be it over no partition at all."""
        if not self._is_active:
            return "no partitions assigned and loaded yet"
        if self.is_away:
            return "the broker confirms no heartbeat"
        return None

    @property
    def is_away(self) -> bool:
        """Has the broker been silent for so long that we may no longer be a member?"""
        return self._membership.lease_left_s() <= 0

    # -- events -----------------------------------------------------------------------------

    async def process(self, batch: Sequence[Any]) -> None:
        """Apply one list of records of one partition, in offset order; never raises an error.

        Faust would acknowledge the batch of an agent that failed, and lose it (trap 5).
        """
        held = self.partitions.get(batch[0].partition)
        if held is None or held.is_halfway:
            return
        held.is_halfway = True
        try:
            if not held.committed <= batch[0].offset <= held.part.next_offset:
                await check_jump(self._means, held.part, batch[0].offset)
            records = [record_of(one) for one in batch]
            held.is_halfway = not await self._apply_all(held, records)
        except FencedError:
            return  # the batch is read again by whoever owns the partition then
        except Exception as error:  # noqa: BLE001 - every error ends the worker
            self._die(error)

    async def _apply_all(self, held: Held[S], records: list[Record]) -> bool:
        """Apply slice by slice; `False` if the partition is no longer ours."""
        at, size = 0, self._means.tuning.slice_records
        patience = Patience(self._means.tuning.patience_s)
        while at < len(records):
            await self._wait_for_lease()
            if not self._is_active or self.partitions.get(held.number) is not held:
                return False
            part = records[at : at + size]
            batch = self._means.processor.apply(held.part, part)
            self._take_outputs(held, batch.outputs)
            await drain(held, self._means.writer, self._means.fault)
            if batch.halted is None:
                at += size
                patience = Patience(self._means.tuning.patience_s)
            else:  # what was applied of the slice is skipped when it is handed in again
                self._means.observer.halted(held.number, held.part.next_offset)
                await patience.wait(batch.halted)
            await asyncio.sleep(0)
        return True

    def _take_outputs(self, held: Held[S], outputs: Iterable[Outgoing]) -> None:
        """Put outputs where they wait for the producer, without those already written."""
        for message in outputs:
            if held.seen_to >= 0 and self._is_repeated(held, message):
                continue
            place = self._place(message)
            row = Row(message.key, message.value, message.headers)
            held.outbox.setdefault(place, []).append(row)
        if held.is_settled and held.seen_to >= 0:
            held.seen_to = -1
            for tail in held.tails.values():
                tail.seen.clear()

    def _is_repeated(self, held: Held[S], message: Outgoing) -> bool:
        """Has a predecessor written it? What it wrote must be the same, else it is an incident."""
        tail = held.tails.get(message.topic)
        if tail is None:
            return False
        src = src_of(message)
        written = tail.seen.get(src)
        if written is None:
            return False
        is_same = written == digest(message.key, message.value)
        self._means.observer.suppressed(message.topic, held.number, src, is_same=is_same)
        return True

    def _place(self, message: Outgoing) -> tuple[str, int]:
        means = self._means
        topic = message.topic
        if not means.feedback and topic + UNFED in means.topics.crossing:
            topic += UNFED
        if message.partition is not None:
            return topic, message.partition
        return topic, partition_of(message.key or b"", means.layout.partitions[topic])

    # -- Faust's calls ------------------------------------------------------------------------

    async def checkpoint(self) -> bool:
        """Checkpoint every partition that moved; `True` if something was committed."""
        fault = self._means.fault
        fault.at("checkpoint.lock")
        async with self._checkpointing:
            moved = [held for held in self.partitions.values() if held.has_work]
            if not self._is_active or not moved:
                return False
            began = time.perf_counter()
            try:
                fault.at("checkpoint.return")
                await self._check_return()
                fault.at("checkpoint.persist")
                await persist(self._path, self, moved)
            except FencedError as error:
                return self._give_up(str(error))
            except Exception as error:  # noqa: BLE001 - every error ends the worker
                if is_away(error):
                    return self._give_up(type(error).__name__)
                self._die(error)
            self._means.observer.committed(time.perf_counter() - began)
            return True

    def _give_up(self, reason: str) -> bool:
        self._was_away = True
        self._means.observer.given_up(reason)
        return False

    def suspend(self) -> None:
        """The partitions are revoked: nothing is applied or written until the next take-over."""
        self._is_active = False
        self._revoked += 1

    async def take_over(self) -> None:
        """Own what the group has given us; never raises an error, which Faust would only log."""
        try:
            self._means.fault.at("takeover.begin")
            await self._take_over()
        except FencedError:
            return  # another rebalance has begun, and ends in another take-over
        except Exception as error:  # noqa: BLE001 - every error ends the worker
            self._die(error)

    async def _take_over(self) -> None:
        fault, began, turn = self._means.fault, time.perf_counter(), self._revoked
        me, assigned = self._membership.member(), self._membership.assigned()
        fault.at("takeover.lock")
        async with self._checkpointing:
            # Memory is true only if nobody can have owned the partition in between.
            is_next = me == Member(self._member.name, self._member.generation + 1)
            kept = {n: held for n, held in self.partitions.items() if is_next and n in assigned}
            dropped = [held for n, held in self.partitions.items() if n not in kept]
            fault.at("takeover.dropped")
            await self._let_go(dropped)
            self.partitions, self._member = kept, me
            missing = sorted(assigned - kept.keys())
            fault.at("takeover.load_missing")
            await self._load(missing, turn)
            if self._is_overtaken(turn):
                raise FencedError("a rebalance during the take-over")
            for held in self.partitions.values():
                held.is_halfway = False  # Faust seeks back to the commit now
            self._is_active, self._was_away = True, False
        self._means.observer.taken(sorted(assigned), missing, time.perf_counter() - began)

    def _is_overtaken(self, turn: int) -> bool:
        return self._revoked != turn or self._membership.member() != self._member

    async def _let_go(self, dropped: list[Held[S]]) -> None:
        """Wait for what is still on its way: after the load it would be written twice.

        However long it takes: while the broker is away nothing can be loaded either.
        """
        for held in dropped:
            held.abandon()
            self._means.fault.at("takeover.dropped_turn")
            async with held.sending:  # whoever is sending ends with the batch in hand
                acks, held.acks = held.acks, []
            for sent in acks:
                self._means.fault.at("takeover.dropped_ack")
                await first_offset(sent)

    async def _load(self, missing: list[int], turn: int) -> None:
        """Load partitions, again and again while the broker is away and they are still ours.

        Where nothing is ours, whether the topic is still there is looked at all the same.
        """
        means, pause = self._means, FIRST_PAUSE_S
        while missing or not self.partitions:
            if self._is_overtaken(turn):
                raise FencedError("a rebalance during the load")
            try:
                means.fault.at("takeover.layout")
                await check_layout(means)
                means.fault.at("takeover.some")
                taken = await self._take(missing)
            except (TransientError, KafkaError) as error:
                if not is_away(error):
                    raise
                means.observer.away(type(error).__name__)
                means.fault.at("takeover.pause")
                await asyncio.sleep(pause * (1 + means.jitter()))
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            for one in taken:
                self.partitions[one.held.number] = one.held
                means.observer.loaded(one)
            return

    async def _take(self, missing: list[int]) -> list[Taken]:
        if not missing:
            return []
        fault = self._means.fault
        fault.at("takeover.open")
        async with self._means.loader() as loader:
            fault.at("takeover.take")
            return await take(self._ground, self._membership, loader, missing)

    async def look_round(self) -> None:
        """Now and then: is the log still the one that we know? Never raises an error.

        A topic made anew under an idle worker may bring neither a rebalance nor an event. What one
        look finds may be a broker that has just started and does not know all topics yet.
        """
        if self.waiting_for() is not None:
            return
        try:
            await check_layout(self._means)
            self._has_doubt = False
        except (TransientError, KafkaError):
            return  # it is away, which others see sooner
        except Exception as error:  # noqa: BLE001 - every error ends the worker
            if self._has_doubt:
                self._die(error)
            self._has_doubt = True

    # -- fences -------------------------------------------------------------------------------

    @override
    def fence(self) -> None:
        """We still surely own what we hold.

        Raises:
            FencedError: no heartbeat was confirmed in time, or a rebalance has begun.
        """
        if self._membership.lease_left_s() <= 0:
            raise FencedError("no heartbeat confirmed in time")
        if not self._is_active or self._membership.member() != self._member:
            raise FencedError("rebalance")

    @override
    async def commit_all(self, topic: str, commits: Mapping[int, Commit]) -> bool:
        """Commit; `False` if refused."""
        return await self._membership.commit_all(topic, commits)

    async def _wait_for_lease(self) -> None:
        """Stand still while the broker is silent, and look round when it is back.

        Raises:
            FencedError: a rebalance has begun.
        """
        while self._is_active:
            if self._membership.lease_left_s() <= 0:
                self._was_away = True
                if not self._membership.is_flowing():
                    raise FencedError("rebalance")
                await asyncio.sleep(_LEASE_LOOK_S)
            elif self._was_away:
                async with self._checkpointing:
                    await self._check_return()
            else:
                return

    async def _check_return(self) -> None:
        """After an absence: nobody has written to our changelogs. Under the checkpoint's lock.

        Without a lease, and after a revoke, it returns with nothing looked at.
        """
        means = self._means
        while self._was_away and self._is_active and self._membership.lease_left_s() > 0:
            logs = {
                TopicPartition(means.topics.changelog, number): held.changelog_end
                for number, held in self.partitions.items()
            }
            try:
                means.fault.at("return.open")
                async with means.loader() as loader:
                    means.fault.at("return.bounds")
                    _, ends = await loader.bounds(logs)
            except KafkaError as error:
                if not is_away(error):
                    raise
                means.observer.away(type(error).__name__)
                means.fault.at("return.pause")
                await asyncio.sleep(_LEASE_LOOK_S * (1 + means.jitter()))
                continue
            foreign = [tp.partition for tp, end in logs.items() if ends[tp] != end]
            if foreign:
                means.fault.at("return.refused")
                await exit_spread(means, foreign)
            self._was_away = False
            means.observer.returned()

    def _die(self, error: Exception) -> NoReturn:
        if isinstance(error, WorkerStopError):
            self._means.stop_now("refused", str(error))
        self._means.stop_now("machinery", described(error))
