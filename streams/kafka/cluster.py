"""What the worker must know of the broker's topics: their partitions, and the log's epoch.

The epoch of a log is the id that Kafka gave its topic when it was made. A topic made anew under
the same name has another, and so have the copies of it on another cluster.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from typing_extensions import override

from streams.errors import TransientError, WorkerStopError
from streams.topics import (
    CLIENT_EVENTS,
    CLIENT_FACTS,
    DEAD_LETTERS,
    DESK_EVENTS,
    DESK_FACTS,
    REFERENCE,
    SOURCE_OF,
    TASKS,
    UNFED,
)

GROUP: Final = "suishen-"
"""Before the fold's name: the consumer group."""


class FoldTopics(NamedTuple):
    """The topics of one fold's worker."""

    source: str
    changelog: str
    following: tuple[str, ...]
    """Written at the source's own partition, and tail-checked."""
    crossing: tuple[str, ...]
    """Written at their key's partition: what crosses keys is idempotent by version."""

    @property
    def aligned(self) -> tuple[str, ...]:
        """Those that must have as many partitions as the source."""
        return (self.changelog, *self.following)


_FOLLOWING = {"client": (CLIENT_FACTS, TASKS), "desk": (DESK_FACTS,)}
_REENTERING = {"client": (DESK_EVENTS,), "desk": (CLIENT_EVENTS,)}


def topics_of(fold: str, *, feedback: bool = True) -> FoldTopics:
    """The topics that a fold's worker reads and writes.

    Args:
        fold: `client` or `desk`.
        feedback: do claims and offers re-enter the logs, or go to their unfed twins?
    """
    again = _REENTERING[fold]
    crossing = again if feedback else tuple(topic + UNFED for topic in again)
    return FoldTopics(
        SOURCE_OF[fold], f"state-{fold}", _FOLLOWING[fold], (*crossing, DEAD_LETTERS, REFERENCE)
    )


class Layout(NamedTuple):
    """The broker's topics, as they are now."""

    partitions: Mapping[str, int]
    epoch: str
    """Of the source: 32 hex digits."""


class Cluster(Protocol):
    """Knows the topics of a broker."""

    def layout(self, topics: FoldTopics) -> Layout:
        """Ask the broker.

        Raises:
            WorkerStopError: a topic is missing or has the wrong number of partitions.
            TransientError: no answer.
        """
        ...


class KafkaCluster(Cluster):
    """Asks with kafka-python, which knows topic ids; it blocks, so call it in a thread."""

    def __init__(self, bootstrap: str, **options: Any) -> None:
        self._bootstrap, self._options = bootstrap, options

    @override
    def layout(self, topics: FoldTopics) -> Layout:
        """Ask the broker, and check what it says."""
        wanted = [topics.source, *topics.aligned, *topics.crossing]
        found = {topic["name"]: topic for topic in self._describe(wanted)}
        counts = {name: len(topic["partitions"]) for name, topic in found.items()}
        check(topics, counts)
        return Layout(counts, str(found[topics.source]["topic_id"]).replace("-", ""))

    def _describe(self, names: Iterable[str]) -> list[dict[str, Any]]:
        try:
            client = KafkaAdminClient(bootstrap_servers=self._bootstrap, **self._options)
            try:
                described = client.describe_topics(sorted(names))
            finally:
                client.close()
        except KafkaError as error:
            raise TransientError(f"no metadata from the broker: {type(error).__name__}") from error
        return [topic for topic in described if topic["error_code"] == 0]


def check(topics: FoldTopics, counts: Mapping[str, int]) -> None:
    """Every topic is there, and those that follow the source have as many partitions.

    Raises:
        WorkerStopError: the message names the topic and what to do.
    """
    for name in (topics.source, *topics.aligned, *topics.crossing):
        if counts.get(name, 0) == 0:
            raise WorkerStopError(f"topic {name} is missing; 'suishen kafka declare' makes it")
    want = counts[topics.source]
    for name in topics.aligned:
        if counts[name] != want:
            raise WorkerStopError(
                f"{name} has {counts[name]} partitions, {topics.source} has {want}: they go "
                "together, and were fixed when the logs were made; restore the topic that changed"
            )
