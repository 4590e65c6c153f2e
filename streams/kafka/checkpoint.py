"""The checkpoint: outputs, then states, then the offset, never in another order.

A durable state implies durable outputs, so that skipping what it holds loses nothing; a commit
implies durable states. What is written twice after a crash has the same names.

A point named by `fault.at` stands before each await; a test lists the awaits from this source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from aiokafka import TopicPartition

from schemas.time import Instant
from streams.errors import WorkerStopError
from streams.kafka import metadata
from streams.kafka.faults import Fault
from streams.kafka.held import Held, Row, Sent
from streams.kafka.membership import Commit
from streams.kafka.recovery import Loader, merge
from streams.kafka.writer import Writer, first_offset
from streams.processor import Entry, Partition

S = TypeVar("S")


class FencedError(Exception):
    """The group may no longer count us as the owner; nothing may be written."""


class Cutting(Protocol[S]):
    """What a checkpoint needs of the processor."""

    def cut(self, part: Partition[S]) -> list[tuple[str, bytes, Instant | None]]:
        """The changed states, framed."""
        ...


class Group(Protocol):
    """What a checkpoint needs of the group."""

    def fence(self) -> None:
        """We still surely own what we hold.

        Raises:
            FencedError: we may not.
        """
        ...

    async def commit_all(self, topic: str, commits: Mapping[int, Commit]) -> bool:
        """Commit; `False` if refused."""
        ...


@dataclass(slots=True)
class Cut(Generic[S]):
    """What one checkpoint makes durable of one partition."""

    held: Held[S]
    offset: int
    marker: int
    is_settled: bool
    dirty: dict[str, Entry[S]]
    rewrite: set[str]
    acks: list[Sent]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Path(Generic[S]):
    """Where a checkpoint writes, and how."""

    source: str
    changelog: str
    epoch: str
    processor: Cutting[S]
    writer: Writer
    loader: Callable[[], Loader]
    fault: Fault
    hot_states: Callable[[], int]
    """How many decoded states one partition may keep."""
    repaired: Callable[[int], None]
    """Told how many states are written again because a zombie wrote."""


async def drain(held: Held[Any], writer: Writer, fault: Fault) -> None:
    """Give the outbox to the producer. A cancelled call leaves the rest in the outbox.

    The outbox is empty when this returns, whatever was applied meanwhile: a cut that follows at
    once holds no event whose outputs still wait.
    """
    fault.at("drain.turn")
    async with held.sending:
        while held.outbox:
            place, rows = next(iter(held.outbox.items()))
            while rows:
                fault.at("drain.send")
                held.acks.append(await writer.send(*place, rows))
            del held.outbox[place]  # only here, under the lock


async def persist(path: Path[S], group: Group, moved: list[Held[S]]) -> dict[int, Commit]:
    """Make partitions durable and commit them in one request.

    Returns:
        What was committed.

    Raises:
        FencedError: given up; everything cut is to be done again.
        KafkaError: the same, if it says that the broker is away.
        WorkerStopError: the machinery must not go on.
    """
    cuts: list[Cut[S]] = []
    try:
        group.fence()
        for held in moved:
            path.fault.at("checkpoint.drain")
            await drain(held, path.writer, path.fault)
            cuts.append(_cut(path, held))
        for one in cuts:
            path.fault.at("checkpoint.outputs")
            await _await_outputs(path, one)
        group.fence()
        path.fault.at("checkpoint.states")
        await _write_states(path, cuts)
        commits = {one.held.number: _commit(path, one) for one in cuts}
        path.fault.at("checkpoint.commit")
        await _commit_all(path, group, commits)
    except BaseException:  # a cancellation too: whoever comes next must find the work undone
        for one in cuts:
            one.held.put_back(one.dirty, one.rewrite, one.acks)
        raise
    path.fault.at("checkpoint.done")
    for one in cuts:
        one.held.committed = one.offset
    return commits


def _cut(path: Path[S], held: Held[S]) -> Cut[S]:
    """Freeze one partition; without an await, so that it is one moment of the log."""
    part = held.part
    if held.outbox:
        raise WorkerStopError("a cut while outputs of applied events still wait: a bug of ours")
    dirty, rewrite, acks = part.dirty, held.rewrite, held.acks
    held.rewrite, held.acks = set(), []
    for key, blob, _ in path.processor.cut(part):
        held.store[key] = blob
    rows = [Row(key.encode(), held.store[key], ()) for key in (*dirty, *(rewrite - dirty.keys()))]
    if len(part.entries) > path.hot_states():
        part.entries = dict(dirty)
    return Cut(held, part.next_offset, part.marker, held.is_settled, dirty, rewrite, acks, rows)


async def _await_outputs(path: Path[S], cut: Cut[S]) -> None:
    tails = cut.held.tails
    while cut.acks:
        sent = cut.acks[0]
        path.fault.at("checkpoint.output_ack")
        end = await first_offset(sent) + sent.rows
        tail = tails.get(sent.topic)
        if tail is not None:
            tail.end = max(tail.end, end)
        del cut.acks[0]
    if cut.is_settled:
        for tail in tails.values():
            tail.committed = tail.end


async def _write_states(path: Path[S], cuts: list[Cut[S]]) -> None:
    """Write what was cut, and look whether anybody else wrote since our last."""
    sent: list[tuple[Held[S], Sent]] = []
    for cut in cuts:
        rows = list(cut.rows)
        while rows:
            path.fault.at("checkpoint.state_send")
            batch = await path.writer.send(path.changelog, cut.held.number, rows)
            sent.append((cut.held, batch))
    written: dict[int, list[tuple[int, int]]] = {}
    for held, batch in sent:
        path.fault.at("checkpoint.state_ack")
        base = await first_offset(batch)
        written.setdefault(held.number, []).append((base, batch.rows))
    for cut in cuts:
        path.fault.at("checkpoint.repair")
        await _close_ranks(path, cut.held, written.get(cut.held.number, []))


async def _close_ranks(path: Path[S], held: Held[S], written: list[tuple[int, int]]) -> None:
    """See to it that our newer states come last, if somebody else wrote to our changelog.

    A foreign state that is newer than ours is right too: the same events, its outputs sent first.
    Where we know the changelog to end moves only when that is done: a repair that was broken off
    is found necessary again.
    """
    while written:
        start, end = held.changelog_end, max(base + count for base, count in written)
        stale: list[str] = []
        if end - start > sum(count for _, count in written):
            path.fault.at("repair.read")
            stale = await _stale_between(path, held, start, end)
        rows, written = [Row(key.encode(), held.store[key], ()) for key in stale], []
        while rows:
            path.fault.at("repair.send")
            batch = await path.writer.send(path.changelog, held.number, rows)
            path.fault.at("repair.ack")
            written.append((await first_offset(batch), batch.rows))
        held.changelog_end = max(start, end)
        if stale:
            path.repaired(len(stale))


async def _stale_between(path: Path[S], held: Held[S], start: int, end: int) -> list[str]:
    """Keys whose last record between two offsets of the changelog is older than our state."""
    found: list[Any] = []
    gap = TopicPartition(path.changelog, held.number)
    path.fault.at("repair.open")
    async with path.loader() as loader:
        path.fault.at("repair.records")
        await loader.read({gap: start}, lambda _, records: found.extend(records), ends={gap: end})
    keys = {record.key.decode("ascii") for record in found}
    return sorted(merge({key: held.store[key] for key in keys if key in held.store}, found))


async def _commit_all(path: Path[S], group: Group, commits: Mapping[int, Commit]) -> None:
    group.fence()
    path.fault.at("checkpoint.commit_all")
    if not await group.commit_all(path.source, commits):
        raise FencedError("the group refused the commit")


def _commit(path: Path[S], cut: Cut[S]) -> Commit:
    told = cut.held.metadata(path.epoch, cut.marker)
    return Commit(cut.offset, metadata.encode(told))
