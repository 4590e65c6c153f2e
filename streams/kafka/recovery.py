"""Bulk load of states and of the tails of the output topics, at take-over.

It replaces Faust's table recovery, which handles one record at a time.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from struct import Struct
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.errors import WorkerStopError
from streams.frame import FORMAT, Frame, pack, unpack
from streams.kafka.faults import NO_FAULT, Fault
from streams.kafka.held import SRC, digest

_APPLIED: Final = slice(17, 25)
"""Where a frame holds its applied offset, big-endian: bytes sort as the offsets do."""
_OWN: Final = slice(0, 17)
"""Format and epoch."""
_BELOW_0: Final = b"\x80"
_POLL_MS: Final = 200
_READ: Final = Struct(">q")

OnRecords = Callable[[TopicPartition, list[Any]], None]


@dataclass(slots=True)
class Image:
    """What a new owner reads of a partition before its first event."""

    states: dict[str, bytes] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    """Keys whose last record in the changelog is older than an earlier one."""
    changelog_end: int = 0
    tails: dict[str, dict[bytes, bytes]] = field(default_factory=dict)
    """By topic: src → digest of every output since the commit."""
    tail_ends: dict[str, int] = field(default_factory=dict)
    records: int = 0


def merge(states: dict[str, bytes], records: Iterable[Any]) -> set[str]:
    """Apply changelog records: an older applied offset never replaces a newer one.

    Returns:
        The keys of which a stale record came last: a zombie wrote after the owner. Compaction
        would keep the zombie's record, so the owner has to write again.

    Raises:
        WorkerStopError: a state of a format from the future.
    """
    stale: set[str] = set()
    for record in records:
        key, value = record.key.decode("ascii"), record.value
        if value is None:
            states.pop(key, None)
            stale.discard(key)
            continue
        if value[0] > FORMAT:  # nobody knows where it holds its applied offset
            raise WorkerStopError(
                f"state format {value[0]} is newer than this worker knows ({FORMAT}); "
                "run the version that wrote it, or a newer one"
            )
        old = states.get(key)
        if old is None or value[_APPLIED] >= old[_APPLIED] or _is_of_older_log(old, value):
            states[key] = value
            stale.discard(key)
        else:
            stale.add(key)
    return stale


def _is_of_older_log(old: bytes, value: bytes) -> bool:
    """Has `epoch advance` come in between? Offsets of two logs do not compare.

    Where it wrote "nothing applied yet", the offset is below 0 and sorts last as bytes.
    """
    return value[_OWN] != old[_OWN] or old[_APPLIED] >= _BELOW_0


def check_states(states: Mapping[str, bytes], *, epoch: str, end: int) -> None:
    """Every state belongs to this log.

    Raises:
        WorkerStopError: see `streams.frame.unpack`.
    """
    own = pack(Frame(epoch, 0, None, b""))[_OWN]
    limit = _READ.pack(end)
    for blob in states.values():
        if blob[_OWN] != own or blob[_APPLIED] >= limit:
            unpack(blob, epoch=epoch, end=end)


def last_applied(states: Mapping[str, bytes]) -> int:
    """The highest applied offset of all; -1 without a state."""
    return max(map(applied_in, states.values()), default=-1)


def applied_in(blob: bytes) -> int:
    """The applied offset of a framed state."""
    return int(_READ.unpack(blob[_APPLIED])[0])


def source_offset(src: bytes, epoch: str) -> int:
    """The source offset in an output's name; -1 if it has none, or counts in another log.

    Example:
        >>> source_offset(b"ab:17:0", "ab"), source_offset(b"ab:17:0", "cd")
        (17, -1)
    """
    log, _, place = src.partition(b":")
    offset, colon, _ = place.partition(b":")
    is_ours = log == epoch.encode() and colon and offset.isdigit()
    return int(offset) if is_ours else -1


class Loader:
    """A consumer without a group that reads ranges of partitions as fast as aiokafka can."""

    def __init__(self, bootstrap: str, *, fault: Fault = NO_FAULT, **options: Any) -> None:
        """Prepare to read.

        Args:
            bootstrap: `host:port,host:port`.
            fault: is told of every await.
            options: of aiokafka's consumer, such as credentials.
        """
        self.fault = fault
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
            max_partition_fetch_bytes=4 << 20,
            **options,
        )

    async def __aenter__(self) -> Self:
        try:
            self.fault.at("loader.start")
            await self._consumer.start()
        except BaseException:
            self.fault.at("loader.broken")
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.fault.at("loader.stop")
        await self._consumer.stop()

    async def bounds(
        self, tps: Iterable[TopicPartition]
    ) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        """First offsets and ends of partitions."""
        tps = list(tps)
        self.fault.at("loader.starts")
        starts = await self._consumer.beginning_offsets(tps)
        self.fault.at("loader.ends")
        ends = await self._consumer.end_offsets(tps)
        return dict(starts), dict(ends)

    async def read(
        self,
        starts: Mapping[TopicPartition, int],
        handle: OnRecords,
        *,
        ends: Mapping[TopicPartition, int] | None = None,
    ) -> dict[TopicPartition, int]:
        """Feed `handle` from each start to the present end, or to given ends.

        Returns:
            How far each partition was read.
        """
        if not starts:
            return {}
        consumer, tps = self._consumer, list(starts)
        consumer.assign(tps)
        self.fault.at("loader.bounds")
        first, present = await self.bounds(tps)
        upto = {tp: min(present[tp], ends[tp]) if ends else present[tp] for tp in tps}
        todo = set()
        for tp in tps:
            start = max(starts[tp], first[tp])
            consumer.seek(tp, start)
            if start < upto[tp]:
                todo.add(tp)
        while todo:
            self.fault.at("loader.records")
            found = await consumer.getmany(timeout_ms=_POLL_MS)
            for tp, records in found.items():
                end = upto[tp]
                if records[-1].offset >= end:
                    records = [record for record in records if record.offset < end]  # noqa: PLW2901 - cut off
                handle(tp, records)
            # The position rather than the last offset: a compacted tail has no last record.
            self.fault.at("loader.position")
            todo = {tp for tp in todo if await consumer.position(tp) < upto[tp]}
            self.fault.at("loader.turn")
            await asyncio.sleep(0)
        return upto


async def load(
    loader: Loader, changelog: str, tails: Mapping[int, Mapping[str, int]]
) -> dict[int, Image]:
    """Load partitions.

    Args:
        loader: started.
        changelog: its topic.
        tails: by partition and tail-checked topic: the offset from which to read.
    """
    images = {number: Image() for number in tails}

    def on_records(tp: TopicPartition, records: list[Any]) -> None:
        image = images[tp.partition]
        image.records += len(records)
        if tp.topic == changelog:
            stale = merge(image.states, records)
            if image.stale:
                image.stale -= {record.key.decode("ascii") for record in records} - stale
            image.stale |= stale
        else:
            _note_tail(image.tails.setdefault(tp.topic, {}), records)

    starts = {TopicPartition(changelog, number): 0 for number in tails}
    for number, topics in tails.items():
        starts |= {TopicPartition(topic, number): start for topic, start in topics.items()}
    loader.fault.at("load.read")
    read_to = await loader.read(starts, on_records)
    for tp, end in read_to.items():
        if tp.topic == changelog:
            images[tp.partition].changelog_end = end
        else:
            images[tp.partition].tail_ends[tp.topic] = end
    return images


def _note_tail(seen: dict[bytes, bytes], records: list[Any]) -> None:
    for record in records:
        for name, value in record.headers:
            if name == SRC:
                seen[value] = digest(record.key, record.value)
