"""Ingress on a real broker: everything arrives, in order, whatever is written and whoever dies."""

import json
from collections import defaultdict

import pytest

from schemas.time import format_instant
from streams import dead_letters
from streams.kafka.reader import KafkaReader
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, channel_topic
from tests.builders import a_baseline, a_document, a_position
from tests.channels.ingress.channels import INVALID, body_of, code_of, key_of
from tests.kafka.conftest import QUICK
from tests.kafka.feeding import (
    PLAN,
    Groups,
    ago,
    in_thread,
    ingress_work,
    release,
    running,
    said,
)
from tests.kafka.names import client_of
from tests.kafka.running import (
    fresh,
    judge,
    publish,
    read_all,
    until,
)

pytestmark = [pytest.mark.kafka, pytest.mark.untraced]
APP, CORE = channel_topic("app"), channel_topic("corebank")
SHOWN = "six minutes after it was received"
"""Depends on the day on which it is received."""


@pytest.fixture
def groups(logs):
    groups = Groups(logs)
    yield groups
    groups.close()


@pytest.fixture
def logs(kafka_bootstrap):
    fresh(kafka_bootstrap, PLAN)
    release(kafka_bootstrap)
    return kafka_bootstrap


def pages(clients, numbers):
    return [
        said(APP, a_document(
            "app.page_viewed", {"page": "holdings"}, key=client_of(client), source="/app/ios",
            at=ago(600 - number), event_id=f"p{client}-{number}",
        ))
        for number in numbers
        for client in range(clients)
    ]  # fmt: skip


def books(clients):
    baseline = [
        said(CORE, a_document(
            "corebank.baseline_loaded", a_baseline(), key=client_of(client), source="/corebank",
            at=ago(86_400), event_id=f"b{client}",
        ))
        for client in range(clients)
    ]  # fmt: skip
    moves = [
        said(CORE, a_document(
            "corebank.position_reported", a_position("cur", 1000 * version, version=version),
            key=client_of(client), source="/corebank", at=ago(500 - version),
            event_id=f"m{client}-{version}",
        ))
        for version in range(2, 6)
        for client in range(clients)
    ]  # fmt: skip
    return baseline + moves


def first_seen(bootstrap, prefix):
    """By client: the ids that stand on its log, in order, repeats left out."""
    found = defaultdict(dict)
    for record in read_all(bootstrap, CLIENT_EVENTS):
        if record.key is not None:
            name = json.loads(record.value)["id"]
            if name.startswith(prefix):
                found[record.key.decode()].setdefault(name)
    return {client: list(names) for client, names in found.items()}


def test_nothing_is_lost_or_reordered_by_a_kill_before_the_commit_or_by_a_rebalance(
    logs, groups, workers
):
    """The first dies between publish and commit; its successor is joined by another and stopped."""
    first, second, third = (pages(20, numbers) for numbers in (range(4), range(4, 8), range(8, 12)))
    publish(logs, books(20) + first)
    worker = workers.worker(logs, **QUICK)
    crash = ("--instance", "0", "--crash-at", "ingress.commit:2")
    with running(logs, "ingress", *crash, SUISHEN_INGRESS_BATCH="40") as ingress:
        assert ingress.wait(60) == 9
    with running(logs, "ingress", "--instance", "0") as ingress:
        until(groups.is_forwarded, 60)
        with running(logs, "ingress", "--instance", "1") as other:
            publish(logs, second)
            until(lambda: other.lines("joined") and groups.is_forwarded(), 60)
            publish(logs, third)
            assert ingress.term() == 0
            until(groups.is_forwarded, 60)
    until(groups.is_applied, 60)
    assert worker.term() == 0
    for prefix, numbers in (("p", range(12)), ("m", range(2, 6))):
        assert first_seen(logs, prefix) == {
            client_of(client): [f"{prefix}{client}-{n}" for n in numbers] for client in range(20)
        }
    names = [json.loads(record.value)["id"] for record in read_all(logs, CLIENT_EVENTS)]
    assert len(names) > len(set(names))  # the kill repeated some
    verdict = judge(logs, "client")
    assert (verdict.states, verdict.lost, verdict.doubled, verdict.different) == (20, 0, 0, 0)


def good():
    return a_document("app.page_viewed", {"page": "holdings"}, source="/app", at=ago(5))


def bad_input():
    """Each record that must not be applied, and why."""
    found = {
        (key_of(it), body_of(it)): code_of(it) for it in INVALID if it["title"] != SHOWN
    }  # fmt: skip
    elsewhere = next(it for it in INVALID if it["title"] == "a type of another log")
    found[key_of(elsewhere), body_of(elsewhere)] = "source-not-yours"
    for source, at, code in (
        ("/corebank", ago(5), "source-not-yours"),
        ("/app", ago(-600), "time-in-future"),
    ):
        page = a_document("app.page_viewed", {"page": "holdings"}, source=source, at=at)
        message = said(APP, page)
        found[message.key, message.value] = code
    tick = a_document("engine.ticked", {"due": format_instant(ago(5))}, source="/app", at=ago(5))
    found[said(APP, tick).key, said(APP, tick).value] = "type-not-yours"
    found[None, json.dumps(good()).encode()] = "key-mismatch"
    found[b"nobody", b"[" * 900_000] = "too-large"
    return found


def letters(bootstrap):
    reader = KafkaReader(bootstrap)
    try:
        return list(dead_letters.read_all(reader))
    finally:
        reader.close()


def test_whatever_a_channel_writes_ends_in_a_letter_with_its_reason(logs, groups, workers):
    bad = bad_input()
    publish(logs, [Outgoing(APP, key, value) for key, value in bad])
    publish(logs, [said(APP, good())])
    workers.worker(logs, **QUICK)
    with in_thread(logs, ingress_work):
        until(lambda: groups.is_forwarded() and groups.is_applied(), 90)
    written = {
        f"{APP}/{record.partition}/{record.offset}": bad[record.key, record.value]
        for record in read_all(logs, APP)
        if (record.key, record.value) in bad
    }
    found = letters(logs)
    # A slow broker may make ingress write a record twice: its letter then stands twice too.
    assert {letter.origin: letter.code for letter in found} == written
    assert len(written) == len(bad)
    verdict = judge(logs, "client")
    assert (verdict.lost, verdict.doubled, verdict.different) == (0, 0, 0)
    assert verdict.letters >= len(bad)
