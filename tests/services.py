"""Real services for tests: PostgreSQL and Kafka in folders of their own, ended by process id."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import TransientError
from streams.kafka.local.cluster import LocalKafka
from streams.kafka.local.jars import LocalKafkaError, jars, java
from streams.kafka.logs import Plan, admin, declare
from streams.readmodel.local_postgres import LocalPostgres


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh server on loopback; gives the URL of its superuser's database."""
    with tempfile.TemporaryDirectory(prefix="suishen-pg-") as folder:
        server = LocalPostgres(Path(folder), free_port(), durable=False)
        try:
            yield server.up()
        finally:
            server.down()


def kafka_lacks() -> str | None:
    """What a local Kafka needs and this machine has not; fetches the jars if it can."""
    try:
        java()
        jars()
    except (LocalKafkaError, TransientError) as error:
        return str(error)
    return None


@contextmanager
def local_kafka(nodes: int = 1) -> Iterator[LocalKafka]:
    """A fresh cluster on loopback; its data go, so it is killed at the end, which takes no time."""
    with tempfile.TemporaryDirectory(prefix="suishen-kafka-") as folder:
        cluster = LocalKafka(Path(folder), nodes, free_ports(2 * nodes))
        try:
            cluster.up()
            yield cluster
        finally:
            for node in () if cluster.layout is None else cluster.layout.nodes:
                cluster.kill(node)


def fresh_logs(bootstrap: str, plan: Plan) -> None:
    """Delete every topic and group of a broker, and declare the logs anew."""
    until = time.monotonic() + 60
    while True:
        try:
            clear(bootstrap)
        except TransientError:  # the broker has just begun to keep groups, or one is not empty yet
            if time.monotonic() > until:
                raise
            time.sleep(0.3)
        else:
            break
    declare(bootstrap, plan)


def clear(bootstrap: str) -> None:
    """No group and no topic of ours."""
    with admin(bootstrap) as client:
        client.delete_groups([group["group_id"] for group in client.list_groups()])
        # The broker's own topics are internal: it would lose its coordinators.
        ours = {name for name in client.list_topics() if not name.startswith("__")}
        client.delete_topics(sorted(ours))
        until = time.monotonic() + 90
        while ours & set(client.list_topics()) and time.monotonic() < until:
            time.sleep(0.05)


def free_ports(count: int, start: int = 23000) -> int:
    """The first of so many free ports in a row."""
    first = free_port(start)
    while any(free_port_from(first + step) != first + step for step in range(count)):
        first = free_port_from(first + count)
    return first


def free_port(start: int = 21000) -> int:
    """A free loopback port below 32768, where no probe can connect to itself."""
    # Processes that start together have numbers in a row: forty ports lie between their searches.
    return free_port_from(start + os.getpid() * 40 % 1000)


def free_port_from(start: int) -> int:
    """The first free port from a number on."""
    for port in range(start, 32700):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
