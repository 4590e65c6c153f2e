"""What a bench over Kafka stands on: a broker, its topics new and empty, and a reading of them."""

import asyncio
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from aiokafka import TopicPartition
from kafka import KafkaAdminClient
from kafka.errors import NonEmptyGroupError

from channels.simulator.bank import Bank
from schemas.reference import Product
from streams.catalogue_files import shipped
from streams.clock import WallClock
from streams.errors import WorkerStopError
from streams.frame import Frame, unpack
from streams.kafka.bulk import fill
from streams.kafka.cluster import GROUP, KafkaCluster, topics_of
from streams.kafka.local.cluster import LocalKafka
from streams.kafka.local.properties import FIRST_EPHEMERAL, HOST, PORTS_PER_NODE
from streams.kafka.logs import Plan, admin, declare
from streams.kafka.reader import KafkaReader
from streams.kafka.recovery import Loader, load
from streams.reference import markers, releases
from streams.topics import SOURCE_OF

_FIRST_PORT: Final = 24_000
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.05
_NO_END: Final = 1 << 62
OWN: Final = "suishen-bench-"
"""Before the names of topics that only a bench has."""

Tell = Callable[[str], None]
"""Takes a word about what is under way."""


@contextmanager
def a_broker(given: str | None) -> Iterator[str]:
    """One of our own in a temporary folder, gone afterwards; or the one that is given.

    Raises:
        WorkerStopError: the one that is given holds records: a bench empties its topics.
        LocalKafkaError: Java or Maven is missing.
    """
    if given is not None:
        _check_empty(given)
        try:
            yield given
        finally:
            clear(given)
        return
    with tempfile.TemporaryDirectory(prefix="suishen-bench-") as folder:
        cluster = LocalKafka(Path(folder), 1, free_ports(PORTS_PER_NODE))
        try:
            yield cluster.up()
        finally:
            cluster.down()


def renew(bootstrap: str, plan: Plan) -> None:
    """Every topic of ours anew, and no group."""
    clear(bootstrap)
    declare(bootstrap, plan)


def clear(bootstrap: str) -> None:
    """No topic of ours, and no group."""
    with admin(bootstrap) as client:
        _drop_groups(client)
        ours = _ours(client)
        if ours:
            client.delete_topics(sorted(ours))
        _until(lambda: not ours & set(client.list_topics()))


def release(bootstrap: str) -> None:
    """The shipped catalogue and the bank's products, and a marker in every partition."""
    now = WallClock().now()
    products = [Product(**row) for row in Bank.products()]
    count = fill(bootstrap, releases([shipped(), *products], now=now)).records
    reader = KafkaReader(bootstrap)
    try:
        fill(bootstrap, markers(reader, offset=count, now=now))
    finally:
        reader.close()


def states(bootstrap: str, fold: str) -> dict[str, Frame]:
    """Every durable state of a fold."""
    topics = topics_of(fold)
    layout = KafkaCluster(bootstrap).layout(topics)

    found: dict[str, bytes] = {}

    async def read() -> None:  # what it returned, asyncio would write out as a text
        async with Loader(bootstrap) as loader:
            numbers = range(layout.partitions[topics.changelog])
            for image in (await load(loader, topics.changelog, {n: {} for n in numbers})).values():
                found.update(image.states)

    asyncio.run(read())
    return {k: unpack(blob, epoch=layout.epoch, end=_NO_END) for k, blob in found.items()}


def count_of(bootstrap: str, topic: str, is_one: Callable[[bytes], bool]) -> int:
    """How many records of a topic are of a kind."""

    async def read() -> int:
        found = 0

        def on_records(_: TopicPartition, records: list[Any]) -> None:
            nonlocal found
            found += sum(is_one(record.value) for record in records)

        async with Loader(bootstrap) as loader:
            await loader.read(starts, on_records)
        return found

    reader = KafkaReader(bootstrap)
    starts = {TopicPartition(topic, number): 0 for number in range(reader.partitions(topic))}
    reader.close()
    return asyncio.run(read())


def _check_empty(bootstrap: str) -> None:
    with admin(bootstrap) as client:
        there = sorted(_ours(client))
    reader = KafkaReader(bootstrap)
    try:
        full = [
            topic
            for topic in there
            if any(reader.end(topic, number) for number in range(reader.partitions(topic)))
        ]
    finally:
        reader.close()
    if full:
        raise WorkerStopError(
            f"{', '.join(full)} at {bootstrap}: there are records, and a bench makes its topics "
            "anew; name an empty broker, or none to get one"
        )


def _ours(client: KafkaAdminClient) -> set[str]:
    """Topics that a bench may delete, of those that are there."""
    names = {topic.name for topic in Plan(unfed=True).topics()}
    return {name for name in client.list_topics() if name in names or name.startswith(OWN)}


def _drop_groups(client: KafkaAdminClient) -> None:
    """Forget what our folds' groups committed; a member that was killed is waited for."""
    names = {GROUP + fold for fold in SOURCE_OF}
    there = [group["group_id"] for group in client.list_groups() if group["group_id"] in names]

    def is_done() -> bool:
        try:
            client.delete_groups(there)
        except NonEmptyGroupError:
            return False
        return True

    _until(is_done)


def _until(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not is_done():
        if time.monotonic() > deadline:
            raise WorkerStopError(f"the broker was not ready within {_PATIENCE_S:.0f} s")
        time.sleep(_LOOK_S)


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, below those that probes are given."""
    for first in range(_FIRST_PORT, FIRST_EPHEMERAL - count, count):
        if all(map(_is_free, range(first, first + count))):
            return first
    raise WorkerStopError("no free port for a broker")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((HOST, port)) != 0
