"""Every log in one table: its key, who writes it, how long it is kept; and where outputs go."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from kafka.partitioner.default import murmur2

from journeys.step import Route
from schemas.wire import CLIENT_PATTERN, DESK_PATTERN

CLIENT_EVENTS: Final = "client-events"
CLIENT_FACTS: Final = "client-facts"
TASKS: Final = "tasks"
DESK_EVENTS: Final = "desk-events"
DESK_FACTS: Final = "desk-facts"
REFERENCE: Final = "reference"
DEAD_LETTERS: Final = "dead-letters"


STATE: Final = "state-"
"""Before a fold's name: the log of its states."""
UNFED: Final = ".unfed"
"""Suffix of the logs that take re-entering outputs when feedback is off."""


class Keeps(StrEnum):
    """How a log is kept."""

    FOREVER = "forever"
    FOURTEEN_DAYS = "14d"
    NINETY_DAYS = "90d"
    LAST_OF_KEY = "last of each key"
    """Compacted, and never deleted: a client who is silent for a year keeps a state."""


class Width(StrEnum):
    """How many partitions a log has."""

    AS_CLIENTS = "n"
    """As `client-events`: fixed when the logs are made, the same for all of these."""
    AS_DESKS = "m"
    """As `desk-events`, likewise."""
    ANY = "any"
    """Chosen at the start, no other log depends on it."""
    ONE = "1"


class Topic(NamedTuple):
    """One log."""

    name: str
    key: str
    writers: str
    keeps: Keeps
    follows: str | None
    """The log whose partition numbers its records take over, if any."""
    width: Width
    is_foreign: bool = False
    """Written by somebody outside: the broker itself must refuse what ingress cannot read."""


_EVENTS: Final = Keeps.FOURTEEN_DAYS
TOPICS: Final = {
    topic.name: topic
    for topic in (
        Topic(
            CLIENT_EVENTS,
            "client",
            "gateway, ingress, desk fold, operations, timers, sweeper, releases, requeue",
            _EVENTS,
            None,
            Width.AS_CLIENTS,
        ),
        Topic(
            CLIENT_FACTS, "client", "client fold", Keeps.FOREVER, CLIENT_EVENTS, Width.AS_CLIENTS
        ),
        Topic(TASKS, "client", "client fold", Keeps.FOREVER, CLIENT_EVENTS, Width.AS_CLIENTS),
        Topic(
            DESK_EVENTS,
            "desk",
            "client fold, workbench, gateway, timers, releases, requeue",
            _EVENTS,
            None,
            Width.AS_DESKS,
        ),
        Topic(DESK_FACTS, "desk", "desk fold", Keeps.FOREVER, DESK_EVENTS, Width.AS_DESKS),
        Topic(REFERENCE, "kind:id:version", "release commands", Keeps.FOREVER, None, Width.ONE),
        Topic(
            DEAD_LETTERS,
            "topic/partition/offset",
            "any worker, ingress",
            Keeps.NINETY_DAYS,
            None,
            Width.ANY,
        ),
    )
}
"""Those of every back end."""

STATES: Final = {
    topic.name: topic
    for topic in (
        Topic(
            STATE + "client", "client", "client fold", Keeps.LAST_OF_KEY, CLIENT_EVENTS,
            Width.AS_CLIENTS,
        ),
        Topic(
            STATE + "desk", "desk", "desk fold", Keeps.LAST_OF_KEY, DESK_EVENTS, Width.AS_DESKS
        ),
    )
}  # fmt: skip
"""On a broker only: an engine file has a table for them."""


def channel_topic(channel: str) -> str:
    """The log that a channel writes by itself; ingress forwards from it.

    Example:
        >>> channel_topic("app")
        'client-events.app'
    """
    return f"{CLIENT_EVENTS}.{channel}"


def on_a_broker(channels: Iterable[str] = (), *, unfed: bool = False) -> tuple[Topic, ...]:
    """Every log of a cluster.

    Args:
        channels: those that have a topic of their own.
        unfed: add the twins that take claims and offers while feedback is off.
    """
    own = [
        Topic(
            channel_topic(name),
            "client",
            f"channel {name}",
            _EVENTS,
            None,
            Width.ANY,
            is_foreign=True,
        )
        for name in channels
    ]
    twins = [TOPICS[name]._replace(name=name + UNFED) for name in (CLIENT_EVENTS, DESK_EVENTS)]
    return (*TOPICS.values(), *STATES.values(), *own, *(twins if unfed else ()))


def group_of(fold: str) -> str:
    """The consumer group of a fold's workers.

    Example:
        >>> group_of("client")
        'suishen-client'
    """
    return f"suishen-{fold}"


TIMERS_GROUP: Final = "suishen-timers"
"""The consumer group that shares the changelogs out among timer services; it commits nothing."""
SWEEPER_GROUP: Final = "suishen-sweeper"
"""The consumer group that stands on the reference log, behind the last release that was swept."""
INGRESS_GROUP: Final = "suishen-ingress"
OPERATIONS_GROUP: Final = "suishen-operations"
"""Who has steps of operations carried out."""
"""The consumer group that stands where ingress has forwarded the channels' logs."""
SOURCE_OF: Final = {"client": CLIENT_EVENTS, "desk": DESK_EVENTS}
"""The log that each fold reads."""

FOLLOWING: Final = frozenset(topic.name for topic in TOPICS.values() if topic.follows)
"""Logs written by one fold at its own partition, so that a successor can check their tail."""

_ANY: Final = re.compile(".+")
_KEYS: Final = {"client": re.compile(CLIENT_PATTERN), "desk": re.compile(DESK_PATTERN)}


_KEYS_AT_HAND: Final = 1024
"""A worker's desks by far; of a door's clients those of the moment."""


def key_pattern(fold: str) -> re.Pattern[str]:
    """What keys a fold may keep a state under (match them whole); any, without a rule."""
    return _KEYS.get(fold, _ANY)


def topic_of(route: Route) -> str:
    """The log that an output goes to."""
    return route.value


@lru_cache(maxsize=_KEYS_AT_HAND)
def partition_of(key: bytes, count: int) -> int:
    """The partition of a key, as Kafka's Java client counts it (murmur2, here byte by byte).

    Example:
        >>> partition_of(b"rm-li", 4)
        3
    """
    return int((murmur2(key) & 0x7FFFFFFF) % count)
