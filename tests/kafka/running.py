"""Logs on a real broker, worker processes over them, and what the plain fold says to it all."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from journeys.client.fold import ClientFold
from journeys.desk.fold import DeskFold
from journeys.step import Fold
from schemas.time import Instant
from streams.errors import TransientError
from streams.frame import unpack
from streams.kafka.cluster import KafkaCluster, topics_of
from streams.kafka.logs import Plan, declare
from streams.kafka.standing import Standing
from streams.plain import PlainFold
from streams.ports import Outgoing, Record
from streams.reference import ReferenceLog
from streams.topics import DEAD_LETTERS, FOLLOWING, REFERENCE, UNFED
from tests.fakes import FakeLog

PLAN = Plan(clients=4, desks=4, unfed=True)
FOLDS: dict[str, type[Fold[Any]]] = {"client": ClientFold, "desk": DeskFold}


def fresh(bootstrap: str, plan: Plan = PLAN) -> None:
    """Every log anew, and no group."""
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    ours = {topic.name for topic in plan.topics()} & set(client.list_topics())
    groups = [group["group_id"] for group in client.list_groups()]
    for fold in FOLDS:
        if f"suishen-{fold}" in groups:
            dismiss(bootstrap, fold)
    _retried(lambda: client.delete_groups([g for g in groups if g.startswith("suishen-")]))
    if ours:
        client.delete_topics(sorted(ours))
    until(lambda: not ours & set(client.list_topics()), 20)
    client.close()
    declare(bootstrap, plan)


def _retried(call: Any) -> None:
    """A group whose member was killed is not empty before its session ends.

    And a broker that has just started makes its coordinators with the first question.
    """
    deadline = time.monotonic() + 30
    while True:
        try:
            call()
        except KafkaError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return


def dismiss(bootstrap: str, fold: str = "client") -> None:
    """Take the killed members of a group out of it: their sessions would go on for a while."""
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    group = f"suishen-{fold}"
    found: list[Any] = []

    def ask() -> None:
        found[:] = client.describe_groups([group])[group]["members"]

    try:
        _retried(ask)
        members = [
            MemberToRemove(group_instance_id=member["group_instance_id"])
            if member.get("group_instance_id")
            else MemberToRemove(member_id=member["member_id"])
            for member in found
        ]
        if members:
            client.remove_group_members(group, members)
    finally:
        client.close()


def move_group(bootstrap: str, offsets: dict[int, int], fold: str = "client") -> None:
    """Set a group's offsets as an operator's tool does: without metadata."""
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    source = topics_of(fold).source
    wanted = {TopicPartition(source, n): OffsetAndMetadata(at, "", -1) for n, at in offsets.items()}
    try:
        _retried(lambda: client.alter_group_offsets(f"suishen-{fold}", wanted))
    finally:
        client.close()


def publish(bootstrap: str, messages: Iterable[Outgoing]) -> int:
    """Write records where they say they belong; how many."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    futures = [
        producer.send(
            m.topic, key=m.key, value=m.value, headers=list(m.headers), partition=m.partition
        )
        for m in messages
    ]
    for future in futures:
        future.get(30)
    producer.close()
    return len(futures)


def read_all(bootstrap: str, topic: str) -> list[Record]:
    """Every record of a topic, partition by partition."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    tps = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    consumer.assign(tps)
    ends = consumer.end_offsets(tps)
    consumer.seek_to_beginning(*tps)
    found: dict[int, list[Record]] = defaultdict(list)
    while any(consumer.position(tp) < ends[tp] for tp in tps):
        for tp, records in consumer.poll(timeout_ms=200).items():
            found[tp.partition] += [
                Record(topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), Instant(0))
                for r in records
            ]
    consumer.close()
    return [record for number in sorted(found) for record in found[number]]


def ends_of(bootstrap: str, topic: str) -> dict[int, int]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    tps = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    ends = consumer.end_offsets(tps)
    consumer.close()
    return {tp.partition: end for tp, end in ends.items()}


def committed_of(bootstrap: str, fold: str) -> dict[int, Any]:
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        found = client.list_group_offsets([f"suishen-{fold}"])
    finally:
        client.close()
    return {tp.partition: meta for tp, meta in found[f"suishen-{fold}"].items()}


def until(condition: Any, seconds: float) -> None:
    """Wait for something; fail with its name if it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.05)


def until_applied(
    bootstrap: str, seconds: float = 60, *, fold: str = "client", or_ended: Any = lambda: None
) -> None:
    """Wait until the group has committed everything that is there, or a process has ended.

    Over one connection: to make one for each look took more than what was waited for.
    """
    standing, topics = Standing(bootstrap), [topics_of(fold).source]

    def is_applied() -> bool:
        try:
            return not any(standing.behind(f"suishen-{fold}", topics).values())
        except TransientError:  # a broker that was away has not found its groups again
            return False

    try:
        until(lambda: is_applied() or or_ended() is not None, seconds)
    finally:
        standing.close()


class Verdict(NamedTuple):
    """How a run differs from the plain fold's: all zero but the first two."""

    outputs: int
    states: int
    lost: int
    doubled: int
    different: int
    repeats: int
    """Records that stand twice in topics whose readers dedupe by name."""
    letters: int


def judge(bootstrap: str, fold: str) -> Verdict:
    """Hold everything that a fold's workers wrote against the plain fold of its log."""
    topics = topics_of(fold, feedback=False)
    log = FakeLog(partitions=PLAN.clients)
    for record in read_all(bootstrap, REFERENCE):
        log.append([Outgoing(REFERENCE, record.key, record.value, record.headers, 0)])
    plain = PlainFold(FOLDS[fold](), ReferenceLog(log))
    wanted = {}
    for said in plain.live(read_all(bootstrap, topics.source)):
        part = said.src[0] if said.topic in FOLLOWING else -1
        wanted[_name_of(said.topic, part, said.key, said.src[1:], said.value)] = said.value
    found = defaultdict(list)
    unfed = tuple(topic for topic in topics.crossing if topic.endswith(UNFED))
    for topic in (*topics.following, *unfed):
        for record in read_all(bootstrap, topic):
            _, offset, number = dict(record.headers)["src"].decode().split(":")
            plain_name = topic.removesuffix(UNFED)
            part = record.partition if plain_name in FOLLOWING else -1
            key, place = (record.key or b"").decode(), (int(offset), int(number))
            found[_name_of(plain_name, part, key, place, record.value)].append(record.value)
    doubled = sum(len(v) - 1 for k, v in found.items() if k[2] >= 0)
    repeats = sum(len(v) - 1 for k, v in found.items() if k[2] < 0)
    different = sum(any(v != wanted.get(k) for v in values) for k, values in found.items())
    states = durable_states(bootstrap, fold)
    frozen = plain.frozen()
    different += sum(states.get(k) != frozen.get(k) for k in states.keys() | frozen.keys())
    letters = Counter((record.key or b"").decode() for record in read_all(bootstrap, DEAD_LETTERS))
    buried = set(plain.buried)
    different += len(buried ^ set(letters))
    repeats += letters.total() - len(letters)
    lost = len(wanted.keys() - found.keys())
    return Verdict(len(wanted), len(frozen), lost, doubled, different, repeats, len(buried))


def _name_of(topic: str, part: int, key: str, place: tuple[int, ...], value: bytes) -> Any:
    """What tells an output from all others; one that crosses keys does so by its own id.

    Its source's partition is not in its name, and two partitions have the same offsets.
    """
    return (topic, key, *((part, *place) if part >= 0 else (-1, json.loads(value)["id"])))


def durable_states(bootstrap: str, fold: str) -> dict[str, bytes]:
    """The last record of each key in the changelog, without its frame."""
    topics = topics_of(fold, feedback=False)
    epoch = KafkaCluster(bootstrap).layout(topics).epoch
    return {
        (record.key or b"").decode(): unpack(record.value, epoch=epoch, end=1 << 60).state
        for record in read_all(bootstrap, topics.changelog)
    }
