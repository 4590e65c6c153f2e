"""The broker of a run: topics anew, who holds what, which node leads; and one of our own."""

import random
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError

from streams import recording
from streams.errors import TransientError, WorkerStopError
from streams.frame import Frame, unpack
from streams.kafka.cluster import KafkaCluster, topics_of
from streams.kafka.local.cluster import LocalKafka
from streams.kafka.local.properties import FIRST_EPHEMERAL, HOST, PORTS_PER_NODE
from streams.kafka.logs import Plan, admin, declare
from streams.kafka.reader import KafkaReader
from streams.topics import CLIENT_EVENTS, SOURCE_OF, group_of
from streams.verify.comparison import States

MARK: Final = "suishen-verify"
"""A topic that says: the others are of a verification, and may be deleted by the next."""
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.1
_FIRST_PORT: Final = 24000
_PORTS: Final = 8000


@contextmanager
def own_cluster(folder: Path, nodes: int) -> Iterator[LocalKafka]:
    """A local Kafka in a folder, until the end of the block."""
    cluster = LocalKafka(folder, nodes, _free_ports(PORTS_PER_NODE * nodes))
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()


def make_anew(bootstrap: str, plan: Plan) -> None:
    """Every log of a run, new and empty, and no group.

    Raises:
        WorkerStopError: the broker serves somebody else.
        TransientError: it is away.
    """
    names = {topic.name for topic in plan.topics()}
    with admin(bootstrap) as client:
        there = names & set(client.list_topics())
        if there and MARK not in client.list_topics():
            _refuse_if_used(bootstrap, there)
        _delete(client, there)
        if MARK not in client.list_topics():
            client.create_topics({MARK: {"num_partitions": 1, "replication_factor": 1}})
    declare(bootstrap, plan)


def _refuse_if_used(bootstrap: str, topics: Iterable[str]) -> None:
    reader = KafkaReader(bootstrap)
    try:
        for topic in sorted(topics):
            held = sum(reader.end(topic, part) for part in range(reader.partitions(topic)))
            if held:
                raise WorkerStopError(
                    f"{topic} at {bootstrap} holds {held} records that are not of a verification, "
                    "which would delete them; name an empty cluster, or leave --bootstrap out"
                )
    finally:
        reader.close()


def _delete(client: KafkaAdminClient, topics: set[str]) -> None:
    groups = {group["group_id"] for group in client.list_groups()}
    ours = sorted(groups & {group_of(fold) for fold in SOURCE_OF})
    _wait(lambda: _is_deleted(client, ours), "a worker still runs in one of the groups", ours)
    if topics:
        client.delete_topics(sorted(topics))
    _wait(lambda: not topics & set(client.list_topics()), "the topics are not deleted", topics)


def _is_deleted(client: KafkaAdminClient, groups: list[str]) -> bool:
    """A group whose member was killed is not empty before its session ends."""
    try:
        if groups:
            client.delete_groups(groups)
    except KafkaError:
        return False
    return True


def _wait(done: Callable[[], bool], why: str, names: Iterable[str]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not done():
        if time.monotonic() > deadline:
            raise WorkerStopError(f"{why}: {', '.join(sorted(names))}; stop it, or name another")
        time.sleep(_LOOK_S)


class Groups:
    """What the broker knows of the workers."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def held(self, fold: str) -> Mapping[int, set[int]]:
        """By instance number: its partitions; empty while the group is settling, or away."""
        name = group_of(fold)
        try:
            with admin(self._bootstrap) as client:
                found = client.describe_groups([name])[name]
        except TransientError:
            return {}
        if found["group_state"] != "Stable":
            return {}
        held = {}
        for member in found["members"]:
            number = int((member["group_instance_id"] or "-1").rpartition("-")[2])
            shares = (member["member_assignment"] or {}).get("assigned_partitions", ())
            held[number] = {part for share in shares for part in share["partitions"]}
        return held

    def committed(self, fold: str) -> Mapping[int, int]:
        """By partition, the offset that the fold has committed; empty while the broker is away."""
        name = group_of(fold)
        try:
            with admin(self._bootstrap) as client:
                found = client.list_group_offsets([name])[name]
        except TransientError:
            return {}
        return {place.partition: meta.offset for place, meta in found.items()}

    def leave(self) -> None:
        """Forget workers that have ended: the broker would count on them for a session more."""
        # At the end of a run, however it ended: what went wrong there is to be heard, not this.
        with suppress(TransientError), admin(self._bootstrap) as client:
            for fold in SOURCE_OF:
                name = group_of(fold)
                members = client.describe_groups([name])[name]["members"]
                gone = [
                    MemberToRemove(group_instance_id=one["group_instance_id"]) for one in members
                ]
                if gone:
                    client.remove_group_members(name, gone)

    def leaders(self) -> list[int]:
        """Nodes that lead a partition of `client-events`."""
        with admin(self._bootstrap) as client:
            (topic,) = client.describe_topics([CLIENT_EVENTS])
        return sorted({part["leader_id"] for part in topic["partitions"]})


def states_of(bootstrap: str, reader: KafkaReader) -> States:
    """What a worker would load: of each key the state with the highest applied offset.

    It is mostly the last; a worker that froze may have written an older one after it.
    """
    cluster = KafkaCluster(bootstrap)
    topics = {fold: topics_of(fold, feedback=False) for fold in SOURCE_OF}
    epochs = {fold: cluster.layout(topics[fold]).epoch for fold in SOURCE_OF}

    def states(fold: str, partition: int) -> Iterable[tuple[str, Frame]]:
        end = reader.end(SOURCE_OF[fold], partition)
        newest: dict[str, Frame] = {}
        for record in recording.records_of(reader, topics[fold].changelog, partition):
            frame = unpack(record.value, epoch=epochs[fold], end=end)
            key = (record.key or b"").decode()
            if key not in newest or newest[key].applied <= frame.applied:
                newest[key] = frame
        return newest.items()

    return states


def _free_ports(count: int) -> int:
    """The first of so many free ports in a row, all below the ephemeral ones."""
    draw = random.SystemRandom()  # two runs at once must not look in the same place
    while True:
        first = _FIRST_PORT + draw.randrange(min(_PORTS, FIRST_EPHEMERAL - _FIRST_PORT - count))
        if all(map(_is_free, range(first, first + count))):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
