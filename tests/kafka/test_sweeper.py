"""The sweeper on a real broker: killed midway, it still reaches everybody, and nobody twice."""

import json
from functools import partial

import pytest

from channels.sweeper_cli import run_sweeper
from journeys.client.stored.codec import decode
from streams.kafka.faults import NoFault
from streams.topics import CLIENT_EVENTS, REFERENCE, SWEEPER_GROUP
from tests.builders import a_baseline, a_document, a_position, a_product
from tests.kafka.conftest import QUICK
from tests.kafka.feeding import PLAN, Groups, ago, in_thread, release, running, said
from tests.kafka.names import client_of
from tests.kafka.running import (
    durable_states,
    fresh,
    judge,
    publish,
    read_all,
    until,
)

pytestmark = pytest.mark.kafka
HOLDERS, OTHERS = 24, 6


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


def baseline(number):
    held = a_position("wmp1" if number < HOLDERS else "cur", 300_000)
    return said(
        CLIENT_EVENTS,
        a_document(
            "corebank.baseline_loaded",
            a_baseline(positions=[held]),
            key=client_of(number),
            source="/corebank",
            at=ago(600),
            event_id=f"b{number}",
        ),
    )


def asked(bootstrap):
    found = [record.value for record in read_all(bootstrap, CLIENT_EVENTS)]
    return [json.loads(raw)["id"] for raw in found if b"engine.recheck_asked" in raw]


def versions(bootstrap):
    return [
        holding.lot.facts_version
        for blob in durable_states(bootstrap, "client").values()
        for holding in decode(blob).holdings
    ]


def test_killed_midway_a_regrade_still_reaches_every_holder_once(logs, groups, workers):
    publish(logs, map(baseline, range(HOLDERS + OTHERS)))
    worker = workers.worker(logs, **QUICK)
    until(groups.is_applied, 60)
    end = release(logs, a_product(version=2, issuer_level=5, seller_level=5))
    crash = ("--crash-at", "sweeper.written:2")
    with running(logs, "sweeper", *crash, SUISHEN_SWEEPER_PER_SECOND="20") as sweeper:
        assert sweeper.wait(60) == 9
    assert groups.reached(SWEEPER_GROUP, REFERENCE) == {0: 0}
    until(groups.is_applied, 60)
    assert 0 < versions(logs).count(2) == len(set(asked(logs))) < HOLDERS
    with in_thread(logs, partial(run_sweeper, fault=NoFault()), sweeper_per_second=20):
        until(lambda: groups.reached(SWEEPER_GROUP, REFERENCE) == {0: end}, 60)
    until(groups.is_applied, 60)
    assert worker.term() == 0
    assert len(set(asked(logs))) == HOLDERS
    assert sorted(versions(logs)) == [1] * OTHERS + [2] * HOLDERS
    verdict = judge(logs, "client")
    assert (verdict.lost, verdict.doubled, verdict.different) == (0, 0, 0)
