"""What an administrator's client knows of groups and topics: commits, members, ids, ends."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, TopicPartition

from streams.errors import WorkerStopError

_EARLIEST, _LATEST = -2, -1


class Committed(NamedTuple):
    """Where a group stands in one partition, and what it wrote beside it."""

    offset: int
    metadata: str


def commits_of(client: KafkaAdminClient, group: str) -> dict[TopicPartition, Committed]:
    """Where a group has committed; a group that nobody knows has committed nothing."""
    found: Mapping[TopicPartition, Any] = client.list_group_offsets([group]).get(group, {})
    return {
        place: Committed(meta.offset, meta.metadata or "")
        for place, meta in found.items()
        if meta.offset >= 0
    }


def members_of(client: KafkaAdminClient, group: str) -> int:
    """How many live members a group has."""
    return len(client.describe_groups([group])[group]["members"])


def layout_of(client: KafkaAdminClient, topics: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Id and number of partitions of each topic.

    Raises:
        WorkerStopError: there is no such topic.
    """
    found = {}
    for topic in client.describe_topics(sorted(topics)):
        if topic["error_code"] != 0:
            raise WorkerStopError(f"there is no topic {topic['name']}; 'suishen kafka declare'")
        epoch = str(topic["topic_id"]).replace("-", "")
        found[str(topic["name"])] = (epoch, len(topic["partitions"]))
    return found


def ends_of(
    client: KafkaAdminClient, places: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """The offset that each partition's next record will get."""
    return _offsets(client, places, _LATEST)


def starts_of(
    client: KafkaAdminClient, places: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """The offset of the first record that each partition still has."""
    return _offsets(client, places, _EARLIEST)


def _offsets(
    client: KafkaAdminClient, places: Iterable[TopicPartition], which: int
) -> dict[TopicPartition, int]:
    asked = dict.fromkeys(places, which)
    if not asked:
        return {}
    found = client.list_partition_offsets(asked)
    return {place: int(answer.offset) for place, answer in found.items()}


def places_of(layout: Mapping[str, tuple[str, int]], *topics: str) -> list[TopicPartition]:
    """Every partition of topics."""
    return [TopicPartition(topic, n) for topic in topics for n in range(layout[topic][1])]
