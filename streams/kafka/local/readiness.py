"""Whether a cluster serves: by its metadata, for an open port proves nothing."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.kafka.local.properties import HOST, Layout

_ANSWER_MS: Final = 3000


def why_not_ready(layout: Layout) -> str:
    """What a cluster still lacks; empty once every node is there and every partition is led."""
    for node in layout.nodes:
        with socket.socket() as probe:
            # Below the ephemeral ports, so that this cannot connect to itself.
            if probe.connect_ex((HOST, layout.port(node))) != 0:
                return f"node {node} does not listen"
    try:
        with _admin(layout) as admin:
            return _lacks(admin, layout)
    except KafkaError as error:
        return f"metadata: {type(error).__name__}"


@contextmanager
def _admin(layout: Layout) -> Iterator[KafkaAdminClient]:
    # Being refused is what a probe is for: nobody needs to read of it.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    admin = KafkaAdminClient(
        bootstrap_servers=layout.bootstrap.split(","),
        bootstrap_timeout_ms=_ANSWER_MS,
        request_timeout_ms=_ANSWER_MS,
    )
    try:
        yield admin
    finally:
        admin.close()


def _lacks(admin: KafkaAdminClient, layout: Layout) -> str:
    brokers = admin.describe_cluster()["brokers"]
    if len(brokers) < len(layout.nodes):
        return f"{len(brokers)} of {len(layout.nodes)} brokers are registered"
    parts = [part for topic in admin.describe_topics() for part in topic["partitions"]]
    bare = sum(not _is_whole(part) for part in parts)
    return f"{bare} partitions lack a leader or a replica in step" if bare else ""


def _is_whole(part: dict[str, Any]) -> bool:
    return part["leader_id"] >= 0 and len(part["isr_nodes"]) == len(part["replica_nodes"])
