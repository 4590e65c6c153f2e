"""The timer service on a real broker: timers fire with no other traffic, and behind ingress."""

import json
from functools import partial

import pytest

from channels.timers_cli import run_timers
from schemas.time import DAY, Instant, format_instant
from streams.frame import due_of
from streams.topics import CLIENT_EVENTS, channel_topic
from tests.builders import a_baseline, a_document, a_position
from tests.kafka.conftest import QUICK
from tests.kafka.feeding import (
    NOW,
    PLAN,
    Groups,
    ago,
    in_thread,
    ingress_work,
    release,
    said,
)
from tests.kafka.names import client_of
from tests.kafka.running import fresh, judge, publish, read_all, until

pytestmark = pytest.mark.kafka
CLIENTS = 12
APP = channel_topic("app")


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


def maturing(number):
    """A baseline from a hundred days ago: several edges of its deposit have passed unnoticed."""
    at = ago(100 * 86_400)
    matures = format_instant(Instant(at + 92 * DAY))[:10]
    deposit = a_position("td", 50_000, maturity=matures)
    data = a_baseline(positions=[a_position("cur", 80_000), deposit])
    return said(
        CLIENT_EVENTS,
        a_document(
            "corebank.baseline_loaded",
            data,
            key=client_of(number),
            source="/corebank",
            at=at,
            event_id=f"b{number}",
        ),
    )


def ticks_of(bootstrap):
    found = [json.loads(record.value) for record in read_all(bootstrap, CLIENT_EVENTS)]
    return [it["id"] for it in found if it["type"].endswith("engine.ticked.v1")]


def dues_of(bootstrap):
    found = {record.key: due_of(record.value) for record in read_all(bootstrap, "state-client")}
    return list(found.values())


def nothing_is_due(bootstrap):
    dues = dues_of(bootstrap)
    return len(dues) == CLIENTS and all(due is None or due > NOW() for due in dues)


def test_timers_wait_behind_ingress_and_then_fire_with_no_other_traffic(logs, groups, workers):
    page = a_document("app.page_viewed", {"page": "holdings"}, source="/app", at=ago(5))
    publish(logs, [*map(maturing, range(CLIENTS)), *([said(APP, page)] * 9)])
    timers_work = partial(run_timers, instance=None)
    worker = workers.worker(logs, **QUICK)
    with in_thread(logs, timers_work, timers_most_behind=8) as timers:
        until(groups.is_applied, 60)
        until(lambda: timers.lines("held_up"), 60)
        assert ticks_of(logs) == []
        assert any(due is not None and due < NOW() for due in dues_of(logs))
        with in_thread(logs, ingress_work):
            until(lambda: timers.lines("ticked"), 60)
        until(lambda: nothing_is_due(logs), 60)
        assert worker.term() == 0
    sent = ticks_of(logs)
    assert len(sent) >= 2 * CLIENTS
    verdict = judge(logs, "client")
    assert (verdict.states, verdict.lost, verdict.doubled, verdict.different) == (
        CLIENTS,
        0,
        0,
        0,
    )
