"""One process among those that share a log's partitions, as the settings have it."""

from collections.abc import Sequence

from channels.process import Process
from streams.kafka.follower import Follower, Membership


def follower_of(
    process: Process, topics: Sequence[str], group: str, instance: int | None
) -> Follower:
    """A follower of topics for a group; with an `instance` a static member of it."""
    settings = process.settings
    return Follower(
        process.bootstrap,
        topics,
        Membership(
            group,
            None if instance is None else f"{group}-{instance}",
            settings.kafka_session_s,
            settings.kafka_heartbeat_s,
        ),
        clock=process.clock,
        shown=process.shown,
        told=lambda what, topic, part, offset: process.log.error(
            "log_changed", result=what, topic=topic, partition=part, offset=offset
        ),
    )
