"""Taking partitions over: what is loaded, what is refused, and where work begins.

Refused is what would make offsets mean something else than they did: another epoch, a commit
outside the log, a state from beyond its end. Each message names the remedy.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from aiokafka import TopicPartition

from schemas import codec
from schemas.errors import ContractError
from schemas.signals.engine import ReferenceAdvanced
from streams.dead_letters import is_refused
from streams.errors import WorkerStopError
from streams.kafka import metadata
from streams.kafka.faults import Fault
from streams.kafka.held import Held, Tail
from streams.kafka.membership import Commit
from streams.kafka.metadata import Metadata
from streams.kafka.recovery import (
    Image,
    Loader,
    applied_in,
    check_states,
    load,
    source_offset,
)
from streams.processor import Partition
from streams.topics import key_pattern

REMEDY: Final = "'suishen epoch advance' starts from a rebuilt state"
_MARKER: Final = codec.wire_type(ReferenceAdvanced).encode()


class Commits(Protocol):
    """Where the group stands."""

    async def committed(self, topic: str, partitions: Iterable[int]) -> dict[int, Commit]:
        """Committed offsets, for those that have one."""
        ...


class Bounds(NamedTuple):
    """First offset and end of a log's partition."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Which fold's partitions are taken over, and on which log."""

    fold: str
    source: str
    changelog: str
    following: tuple[str, ...]
    epoch: str
    fault: Fault


class Taken(NamedTuple):
    """A partition that is ready."""

    held: Held[Any]
    records: int
    """Read to get it."""
    stale: int
    """States that a zombie had overwritten."""
    is_reset: bool
    """Was the group moved by hand?"""


async def take(
    ground: Ground, commits: Commits, loader: Loader, partitions: list[int]
) -> list[Taken]:
    """Load partitions.

    Raises:
        WorkerStopError: refused.
    """
    ground.fault.at("takeover.committed")
    committed = await commits.committed(ground.source, partitions)
    told = {number: _read(ground, number, commit) for number, commit in committed.items()}
    tails = {number: _tails_of(ground, told.get(number)) for number in partitions}
    ground.fault.at("takeover.load")
    images = await load(loader, ground.changelog, tails)
    # After the load: a zombie may have written states of events that came meanwhile.
    ground.fault.at("takeover.bounds")
    starts, ends = await loader.bounds(TopicPartition(ground.source, n) for n in partitions)
    taken = []
    for number, image in images.items():
        tp = TopicPartition(ground.source, number)
        bounds, commit = Bounds(starts[tp], ends[tp]), committed.get(number)
        check_commit(ground, number, commit, bounds)
        check_states(image.states, epoch=ground.epoch, end=bounds.end)
        at = told.get(number)
        is_reset = commit is not None and at is None
        marker = 0 if at is None else at.marker
        if commit is not None and at is None:
            ground.fault.at("takeover.survey")
            marker = await _survey(ground, loader, image, number, commit.offset)
        held = open_partition(
            ground, image, number, 0 if commit is None else commit.offset, marker, tails[number]
        )
        check_tails(ground, held, bounds)
        taken.append(Taken(held, image.records, len(image.stale), is_reset))
    return taken


def check_commit(ground: Ground, number: int, commit: Commit | None, bounds: Bounds) -> None:
    """The commit lies within the log, and nothing before it is lost.

    Raises:
        WorkerStopError: it does not.
    """
    place = f"partition {number} of {ground.source}"
    if commit is None:
        if bounds.start > 0:
            raise WorkerStopError(
                f"{place} starts at {bounds.start} and this group has no commit: what came before "
                f"is gone. Restore the commits, or {REMEDY}"
            )
    elif commit.offset < bounds.start:
        raise WorkerStopError(
            f"{place} starts at {bounds.start}, the commit is {commit.offset}: retention has "
            f"removed {bounds.start - commit.offset} unapplied records. Restore them, or {REMEDY}"
        )
    elif commit.offset > bounds.end:
        raise WorkerStopError(
            f"{place} ends at {bounds.end}, the commit is {commit.offset}: the log lost records "
            f"or was made anew. Restore it, or {REMEDY}"
        )


def check_tails(ground: Ground, held: Held[Any], bounds: Bounds) -> None:
    """No output was made from a record that the log does not have.

    Raises:
        WorkerStopError: one was.
    """
    if held.seen_to >= bounds.end:
        raise WorkerStopError(
            f"an output of partition {held.number} of {ground.source} was made from offset "
            f"{held.seen_to}, the log ends at {bounds.end}: it lost records. Restore it, or "
            f"{REMEDY}"
        )


def open_partition(
    ground: Ground,
    image: Image,
    number: int,
    start: int,
    marker: int,
    tail_from: Mapping[str, int],
) -> Held[Any]:
    """A partition as its new owner begins with it."""
    tails, seen_to = {}, -1
    for topic in ground.following:
        seen = {
            src: content
            for src, content in image.tails.get(topic, {}).items()
            if source_offset(src, ground.epoch) >= start
        }
        seen_to = max([seen_to, *(source_offset(src, ground.epoch) for src in seen)])
        tails[topic] = Tail(tail_from[topic], image.tail_ends[topic], seen)
    if seen_to < start:
        for tail in tails.values():
            tail.committed = tail.end
    part: Partition[Any] = Partition(number, start, marker)
    held = Held(part, image.states, image.changelog_end, tails, committed=start, seen_to=seen_to)
    held.rewrite = set(image.stale)
    return held


def _read(ground: Ground, number: int, commit: Commit) -> Metadata | None:
    told = metadata.decode(commit.metadata)
    if told is not None and told.epoch != ground.epoch:
        raise WorkerStopError(
            f"the commit of partition {number} of {ground.source} belongs to log epoch "
            f"{told.epoch}, the log is {ground.epoch}: the topic was made anew. {REMEDY}"
        )
    return told


def _tails_of(ground: Ground, told: Metadata | None) -> dict[str, int]:
    """From where each tail is read: from its beginning if nobody has said."""
    known = {} if told is None else told.tails
    return {topic: known.get(topic, 0) for topic in ground.following}


async def _survey(ground: Ground, loader: Loader, image: Image, number: int, upto: int) -> int:
    """Make good a commit that is not ours: find the marker in force, and what was jumped over.

    A group moved backwards is harmless: its events are skipped by their applied offsets. One moved
    forwards would lose events.

    Returns:
        The reference offset of the last marker before the commit; 0 without one.

    Raises:
        WorkerStopError: the commit jumps over an event that is not applied.
    """
    tp = TopicPartition(ground.source, number)
    pattern, marker, jumped = key_pattern(ground.fold), 0, 0

    def on_records(_: TopicPartition, records: list[Any]) -> None:
        nonlocal marker, jumped
        for record in records:
            key = (record.key or b"").decode("ascii", "replace")
            if record.key is None:
                marker = max(marker, 0 if is_refused(record.headers) else _marker_in(record.value))
            elif pattern.fullmatch(key):
                blob = image.states.get(key)
                jumped += blob is None or applied_in(blob) < record.offset

    ground.fault.at("takeover.survey_read")
    await loader.read({tp: 0}, on_records, ends={tp: upto})
    if jumped:
        raise WorkerStopError(
            f"the commit of partition {number} of {ground.source} is not ours and jumps over "
            f"{jumped} unapplied events: set the group back, or delete its commits"
        )
    return marker


def _marker_in(raw: bytes) -> int:
    if _MARKER not in raw:
        return 0
    try:
        event = codec.decode(raw, (ReferenceAdvanced,))
    except ContractError:
        return 0
    return event.data.offset if isinstance(event, ReferenceAdvanced) else 0
