"""Every log in one table: its key, who writes it, how long it is kept; and where outputs go."""

from enum import StrEnum
from typing import Final, NamedTuple

from kafka.partitioner.default import murmur2

from journeys.step import Route

CLIENT_EVENTS: Final = "client-events"
CLIENT_FACTS: Final = "client-facts"
TASKS: Final = "tasks"
DESK_EVENTS: Final = "desk-events"
DESK_FACTS: Final = "desk-facts"
REFERENCE: Final = "reference"
DEAD_LETTERS: Final = "dead-letters"


class Keeps(StrEnum):
    """How a log is kept."""

    FOREVER = "forever"
    FOURTEEN_DAYS = "14d"
    NINETY_DAYS = "90d"


class Topic(NamedTuple):
    """One log."""

    name: str
    key: str
    writers: str
    keeps: Keeps
    follows: str | None
    """The log whose partition numbers its records take over, if any."""


TOPICS: Final = {
    topic.name: topic
    for topic in (
        Topic(
            CLIENT_EVENTS,
            "client",
            "gateway, ingress, desk fold, timers, releases, requeue",
            Keeps.FOURTEEN_DAYS,
            None,
        ),
        Topic(CLIENT_FACTS, "client", "client fold", Keeps.FOREVER, CLIENT_EVENTS),
        Topic(TASKS, "client", "client fold", Keeps.FOREVER, CLIENT_EVENTS),
        Topic(
            DESK_EVENTS,
            "desk",
            "client fold, workbench, gateway, timers, releases, requeue",
            Keeps.FOURTEEN_DAYS,
            None,
        ),
        Topic(DESK_FACTS, "desk", "desk fold", Keeps.FOREVER, DESK_EVENTS),
        Topic(REFERENCE, "kind:id:version", "release commands", Keeps.FOREVER, None),
        Topic(DEAD_LETTERS, "topic/partition/offset", "any worker", Keeps.NINETY_DAYS, None),
    )
}

SOURCE_OF: Final = {"client": CLIENT_EVENTS, "desk": DESK_EVENTS}
"""The log that each fold reads."""

FOLLOWING: Final = frozenset(topic.name for topic in TOPICS.values() if topic.follows)
"""Logs written by one fold at its own partition, so that a successor can check their tail."""


def topic_of(route: Route) -> str:
    """The log that an output goes to."""
    return route.value


def partition_of(key: bytes, count: int) -> int:
    """The partition of a key, as Kafka's Java client counts it (murmur2).

    Example:
        >>> partition_of(b"rm-li", 4)
        3
    """
    return int((murmur2(key) & 0x7FFFFFFF) % count)
