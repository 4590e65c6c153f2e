"""`suishen epoch advance`: a fold's memory is carried over to a log that was made anew.

Every state is written again as "nothing applied yet of this log", and the group begins where the
log begins. For a log that only lost records it keeps its place, as far as there still is one.
Outputs are looked at from their present ends on: what the old log led to is not made again.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata

from streams.errors import WorkerStopError
from streams.frame import pack as packed
from streams.frame import peek
from streams.kafka import metadata
from streams.kafka.cluster import FoldTopics, KafkaCluster, topics_of
from streams.kafka.logs import admin
from streams.kafka.metadata import Metadata
from streams.kafka.offsets import Committed, commits_of, ends_of, members_of, starts_of
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.recovery import Image, Loader, load
from streams.ports import Outgoing
from streams.topics import REFERENCE, group_of

NOTHING: Final = -1
"""The applied offset of a state of which this log knows no event."""
_AT_ONCE: Final = 200


class Bounds(NamedTuple):
    """What a partition of the source still has, and where its outputs end."""

    start: int
    end: int
    tails: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outlook:
    """A fold's log as it is found, before anything is changed."""

    fold: str
    topics: FoldTopics
    epoch: str
    bounds: Mapping[int, Bounds]
    commits: Mapping[int, Committed]
    reference_end: int

    @property
    def foreign(self) -> list[int]:
        """Partitions whose commit is missing or belongs to another log."""
        return [number for number in self.bounds if _told(self, number) is None]


class Advanced(NamedTuple):
    """What was done."""

    fold: str
    epoch: str
    states: int
    rewritten: int
    commits: Mapping[int, int]
    """By partition: where the fold begins now; those that stand right are not named."""


def survey(bootstrap: str, fold: str) -> Outlook:
    """Look, and refuse while anybody is at work.

    Raises:
        WorkerStopError: the group has members, or a topic is missing.
        TransientError: the broker is away.
    """
    topics = topics_of(fold)
    layout = KafkaCluster(bootstrap).layout(topics)
    with admin(bootstrap) as client:
        group = group_of(fold)
        members = members_of(client, group)
        if members:
            raise WorkerStopError(
                f"group {group} has {members} live members: stop its workers first "
                "(a killed or static one counts until its session ends), then run this again"
            )
        found = commits_of(client, group)
        return Outlook(
            fold,
            topics,
            layout.epoch,
            _bounds(client, topics, layout.partitions[topics.source]),
            {place.partition: at for place, at in found.items() if place.topic == topics.source},
            ends_of(client, [TopicPartition(REFERENCE, 0)])[TopicPartition(REFERENCE, 0)],
        )


def advance(bootstrap: str, outlook: Outlook) -> Advanced:
    """Carry the memory over: all states first, then all commits. Run again it does what is left.

    Raises:
        WorkerStopError: a state is from the future, or somebody has joined meanwhile.
        TransientError: the broker is away; run it again.
    """
    publisher = KafkaPublisher(bootstrap)
    states = rewritten = 0
    applied: dict[int, int] = {}
    try:
        for number in outlook.bounds:
            image = asyncio.run(_image(bootstrap, outlook.topics.changelog, number))
            rows = _rows(outlook, number, image)
            while batch := list(islice(rows, _AT_ONCE)):
                publisher.write(batch)
                rewritten += len(batch)
            states += len(image.states)
            applied[number] = _last_applied(outlook, image)
    finally:
        publisher.close()
    commits = _commits(outlook, applied)
    _commit(bootstrap, outlook, commits)
    starts = {number: offset for number, (offset, _) in commits.items()}
    return Advanced(outlook.fold, outlook.epoch, states, rewritten, starts)


async def _image(bootstrap: str, changelog: str, number: int) -> Image:
    async with Loader(bootstrap) as loader:
        return (await load(loader, changelog, {number: {}}))[number]


def _bounds(client: KafkaAdminClient, topics: FoldTopics, count: int) -> dict[int, Bounds]:
    source = [TopicPartition(topics.source, number) for number in range(count)]
    outputs = [TopicPartition(topic, n) for topic in topics.following for n in range(count)]
    starts, ends = starts_of(client, source), ends_of(client, source)
    tails = ends_of(client, outputs)
    return {
        place.partition: Bounds(
            starts[place],
            ends[place],
            {topic: tails[TopicPartition(topic, place.partition)] for topic in topics.following},
        )
        for place in source
    }


def _rows(outlook: Outlook, number: int, image: Image) -> Iterator[Outgoing]:
    """Every state that this log would not take as it is."""
    for key, blob in image.states.items():
        frame = peek(blob)
        # Not the log's last offset: of one log the higher offset counts, and the old record has it.
        is_known = frame.epoch == outlook.epoch and frame.applied < outlook.bounds[number].end
        applied = frame.applied if is_known else NOTHING
        new = packed(frame._replace(epoch=outlook.epoch, applied=applied))
        if new != blob or key in image.stale:
            yield Outgoing(outlook.topics.changelog, key.encode(), new, (), number)


def _last_applied(outlook: Outlook, image: Image) -> int:
    """The last event of this log that is in a state."""
    frames = map(peek, image.states.values())
    return max((one.applied for one in frames if one.epoch == outlook.epoch), default=NOTHING)


def _commits(outlook: Outlook, applied: Mapping[int, int]) -> dict[int, tuple[int, str]]:
    found = {}
    for number, bounds in outlook.bounds.items():
        told, commit = _told(outlook, number), outlook.commits.get(number)
        offset = bounds.start
        if told is not None and commit is not None:
            offset = min(max(commit.offset, bounds.start), bounds.end)
            if offset == commit.offset:
                continue
        # Where this log has been at work without a commit, its outputs are checked from the start.
        is_untouched = told is not None or applied[number] == NOTHING
        tails = bounds.tails if is_untouched else dict.fromkeys(bounds.tails, 0)
        marker = _marker(outlook, number)
        found[number] = (offset, metadata.encode(Metadata(outlook.epoch, marker, tails)))
    return found


def _told(outlook: Outlook, number: int) -> Metadata | None:
    """What stands with a partition's commit, if it counts in this log."""
    told = _any_told(outlook, number)
    return told if told is not None and told.epoch == outlook.epoch else None


def _any_told(outlook: Outlook, number: int) -> Metadata | None:
    commit = outlook.commits.get(number)
    return None if commit is None else metadata.decode(commit.metadata)


def _marker(outlook: Outlook, number: int) -> int:
    """The reference in force: as the last commit says; with the topic its commits go too."""
    told = _any_told(outlook, number)
    return outlook.reference_end if told is None else told.marker


def _commit(bootstrap: str, outlook: Outlook, commits: Mapping[int, tuple[int, str]]) -> None:
    if not commits:
        return
    offsets = {
        TopicPartition(outlook.topics.source, number): OffsetAndMetadata(*commit)
        for number, commit in commits.items()
    }
    with admin(bootstrap) as client:
        done = client.alter_group_offsets(group_of(outlook.fold), offsets)
    failed: Sequence[str] = sorted({e.__name__ for e in done.values() if e is not NoError})
    if failed:
        raise WorkerStopError(
            f"group {group_of(outlook.fold)} was not moved ({', '.join(failed)}): has a worker "
            "joined? stop it, then run this again"
        )
