"""Follows logs as a member of a consumer group: at least once, each partition in order.

What was given out is committed only when the caller says that it is done. A rebalance in between
repeats records, and never skips one. With each commit stands the topic's id: a topic that was made
anew under its old name is read from its beginning.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Protocol

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import (
    CommitFailedError,
    FencedInstanceIdError,
    GroupAuthorizationFailedError,
    IllegalGenerationError,
    KafkaError,
    RebalanceInProgressError,
    TopicAuthorizationFailedError,
    UnknownMemberIdError,
)
from kafka.structs import MemberState, OffsetAndMetadata
from typing_extensions import override

from schemas.time import Instant
from streams.errors import TransientError, WorkerStopError
from streams.kafka.logs import admin
from streams.kafka.offsets import Committed, commits_of, ends_of, layout_of, starts_of
from streams.ports import Clock, Record

_MS: Final = 1000
_METADATA_MS: Final = 30_000
"""At most so old may be what is known of the topics: one made anew is noticed by then."""
_APPENDED: Final = 1
"""Timestamp type of a record that bears the broker's time, not its sender's."""
_LOST = (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
"""The group has moved on without us: what was given out goes to its new owners again."""


class Membership(NamedTuple):
    """How we are known to the group."""

    group: str
    instance: str | None = None
    """Of a static member: it gets its partitions back at once after a restart."""
    session_s: float = 10.0
    heartbeat_s: float = 2.0


class Progress(NamedTuple):
    """How far one partition has been read."""

    position: int
    end: int


class Told(Protocol):
    """Whoever wants to know of what is odd about a log."""

    def __call__(self, what: str, topic: str, partition: int, offset: int) -> None:
        """`what` from a closed set: `made_anew`, `lost_records`, `truncated`."""
        ...


class Follower:
    """One member of a group over some topics. For one thread."""

    def __init__(  # noqa: PLR0913 - what it follows, how, and whom it tells
        self,
        bootstrap: str,
        topics: Sequence[str],
        membership: Membership,
        *,
        clock: Clock,
        told: Told,
        shown: Callable[[Instant], Instant] = lambda wall: wall,
        keeps_place: bool = False,
        answer_s: float = 10.0,
    ) -> None:
        """Name a cluster; nothing is connected before the first poll.

        Args:
            bootstrap: `host:port,…`.
            topics: at least one.
            membership: the group, and who we are in it.
            clock: says when a record came whose topic does not.
            told: hears of logs that are not as they were left.
            shown: what that clock shows at an instant of the broker's.
            keeps_place: never commit; go on from where we were in what stays ours, and read what
                is new from its start.
            answer_s: after so long without an answer a call fails.
        """
        self._keeps_place = keeps_place
        self._bootstrap, self._topics, self._membership = bootstrap, list(topics), membership
        self._clock, self._told, self._answer_s = clock, told, answer_s
        self._shown = shown
        self._consumer: KafkaConsumer | None = None
        self._epochs: dict[str, str] = {}
        self._fresh: set[TopicPartition] = set()
        """Assigned, and not yet looked at: they stand still."""
        self._given: dict[TopicPartition, int] = {}
        """Where the caller will be when it is done with what it was given."""

    def poll(self, wait_s: float, limit: int) -> Sequence[Record]:
        """What has arrived, in order within each partition.

        Raises:
            TransientError: the broker is away.
            WorkerStopError: a topic is missing, or may not be read.
        """
        with self._judging():
            consumer = self._connected()
            self._settle(consumer)
            found = consumer.poll(timeout_ms=int(wait_s * _MS), max_records=limit)
            for place, records in found.items():
                self._given[place] = records[-1].offset + 1
        return [self._record(one) for records in found.values() for one in records]

    @property
    def ours(self) -> frozenset[tuple[str, int]]:
        """Partitions that the group has given us."""
        consumer = self._consumer
        if consumer is None:
            return frozenset()
        return frozenset((place.topic, place.partition) for place in consumer.assignment())

    @property
    def is_member(self) -> bool:
        """Has the group given us our share, which may be none?"""
        consumer = self._consumer
        return consumer is not None and consumer.group_metadata().state == MemberState.STABLE

    def commit(self) -> bool:
        """Everything given out is done; `False` if others must do it again.

        Raises:
            TransientError: the broker is away; commit again.
        """
        if not self._given:
            return True
        offsets = {
            place: OffsetAndMetadata(offset, _metadata(self._epochs[place.topic]))
            for place, offset in self._given.items()
        }
        with self._judging(keep=True):
            try:
                self._connected().commit(offsets, timeout_ms=int(self._answer_s * _MS))
            except _LOST:
                self._given.clear()
                return False
        self._given.clear()
        return True

    def progress(self) -> Mapping[tuple[str, int], Progress]:
        """How far each of our partitions has been read, without those just assigned.

        Raises:
            TransientError: the broker is away.
        """
        with self._judging():
            consumer, wait_ms = self._connected(), int(self._answer_s * _MS)
            mine = [place for place in consumer.assignment() if place not in self._fresh]
            ends = consumer.end_offsets(mine, timeout_ms=wait_ms) if mine else {}
            return {
                (place.topic, place.partition): Progress(
                    int(consumer.position(place, timeout_ms=wait_ms) or 0), ends[place]
                )
                for place in mine
            }

    def forget(self, topic: str, partition: int) -> None:
        """A partition that is no longer ours: should it come back, it is read from its start."""
        self._given.pop(TopicPartition(topic, partition), None)

    def close(self) -> None:
        """Leave the group."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=1000)

    def _connected(self) -> KafkaConsumer:
        if self._consumer is None:
            if not self._keeps_place:
                self._given.clear()
            self._consumer = self._connect()
        return self._consumer

    def _connect(self) -> KafkaConsumer:
        me, wait_ms = self._membership, int(self._answer_s * _MS)
        with admin(self._bootstrap, answer_ms=wait_ms) as client:
            layout_of(client, self._topics)  # of a missing topic a member simply gets nothing
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap.split(","),
            group_id=me.group,
            group_instance_id=me.instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            session_timeout_ms=int(me.session_s * _MS),
            heartbeat_interval_ms=int(me.heartbeat_s * _MS),
            bootstrap_timeout_ms=min(3000, wait_ms),
            request_timeout_ms=max(wait_ms, int(me.session_s * _MS) + 5000),
            fetch_max_wait_ms=100,
            reconnect_backoff_max_ms=500,
            metadata_max_age_ms=_METADATA_MS,
            metrics_enabled=False,
        )
        consumer.subscribe(self._topics, listener=_Listener(self, consumer))
        self._await_topics(consumer)
        return consumer

    def _await_topics(self, consumer: KafkaConsumer) -> None:
        """Know the topics before joining: a member that leads the group gives away what it knows.

        kafka-python may join before its first metadata come, gives nobody anything, and then does
        not find back into the group.
        """
        try:
            unknown = [topic for topic in self._topics if not consumer.partitions_for_topic(topic)]
        except KafkaError:
            consumer.close(autocommit=False, timeout_ms=1000)
            raise
        if unknown:
            consumer.close(autocommit=False, timeout_ms=1000)
            raise TransientError(f"{', '.join(unknown)}: no metadata from the broker yet")

    def _settle(self, consumer: KafkaConsumer) -> None:
        """Begin new partitions where the group left them, if that place still means the same."""
        fresh = self._fresh & consumer.assignment()
        if not fresh:
            return
        with admin(self._bootstrap, answer_ms=int(self._answer_s * _MS)) as client:
            self._know({t: e for t, (e, _) in layout_of(client, self._topics).items()})
            commits = commits_of(client, self._membership.group)
            starts, ends = starts_of(client, fresh), ends_of(client, fresh)
        for place in fresh:
            at = commits.get(place)
            if self._keeps_place:
                at = Committed(self._given.get(place, starts[place]), "")
            start = self._start(place, at, starts[place], ends[place])
            consumer.seek(place, start)
            consumer.resume(place)
        self._fresh -= fresh

    def _know(self, epochs: dict[str, str]) -> None:
        for topic, epoch in epochs.items():
            if self._keeps_place and self._epochs.get(topic, epoch) != epoch:
                raise WorkerStopError(
                    f"{topic} was made anew while it was followed; start this process again"
                )
        self._epochs = epochs

    def _start(self, place: TopicPartition, commit: Committed | None, first: int, end: int) -> int:
        if commit is None:
            return first
        if _epoch_in(commit.metadata) not in ("", self._epochs[place.topic]):
            self._told("made_anew", place.topic, place.partition, commit.offset)
            return first
        if commit.offset < first:
            self._told("lost_records", place.topic, place.partition, commit.offset)
        elif commit.offset > end:
            self._told("truncated", place.topic, place.partition, commit.offset)
        return min(max(commit.offset, first), end)

    def _record(self, found: Any) -> Record:
        appended = found.timestamp_type == _APPENDED
        return Record(
            found.topic,
            found.partition,
            found.offset,
            found.key,
            found.value or b"",
            tuple((name, value or b"") for name, value in found.headers),
            self._shown(Instant(found.timestamp * _MS)) if appended else self._clock.now(),
        )

    @contextmanager
    def _judging(self, *, keep: bool = False) -> Iterator[None]:
        """Turn the client's errors into ours; unless kept, a failed consumer is left behind."""
        try:
            yield
        except (TopicAuthorizationFailedError, GroupAuthorizationFailedError) as error:
            raise WorkerStopError(
                f"Kafka refuses a read ({error}); grant this principal Read on topic and group "
                f"{self._membership.group}"
            ) from error
        except FencedInstanceIdError as error:
            raise WorkerStopError(
                f"another process runs as {self._membership.instance} in group "
                f"{self._membership.group}; give each its own --instance"
            ) from error
        except KafkaError as error:
            if not keep:
                self.close()
            said = f"Kafka at {self._bootstrap}: {type(error).__name__}; is it up?"
            raise TransientError(said) from error


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """New partitions stand still until they have been looked at: no call may block in here."""

    def __init__(self, follower: Follower, consumer: KafkaConsumer) -> None:
        self._follower, self._consumer = follower, consumer

    @override
    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._follower._fresh -= set(revoked)

    @override
    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._follower._fresh |= set(assigned)
        self._consumer.pause(*assigned)


def _metadata(epoch: str) -> str:
    return json.dumps({"e": epoch})


def _epoch_in(metadata: str) -> str:
    """The topic's id that stands with a commit; empty if none does, such as after a reset."""
    try:
        said = json.loads(metadata)
    except ValueError:
        return ""
    return str(said.get("e", "")) if isinstance(said, dict) else ""
