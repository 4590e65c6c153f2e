"""What needs three brokers: one cluster, for as long as this file takes."""

import os
import time

import pytest

from streams.verify.choice import Choice
from streams.verify.kafka import verify_kafka
from tests import services
from tests.kafka import running
from tests.kafka.nursery import nursery
from tests.kafka.test_away import judged, measured, outage
from tests.kill import life

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.untraced,
]


def test_a_cluster_of_three_is_ready_again_soon_after_a_node_was_killed(kafka_cluster):
    kafka_cluster.kill(2)
    assert kafka_cluster.status()["why"] == "not running: node 2"
    began = time.monotonic()
    kafka_cluster.restart(2)
    assert kafka_cluster.status()["ready"]
    assert time.monotonic() - began < 30


def test_a_whole_cluster_that_was_away_finds_the_worker_with_its_memory(
    kafka_cluster, workers, small_life
):
    """Five minutes of it, with a life of 8,000 events:

    `suishen demo --headless --clients 300 --days 6 --record life.jsonl`
    `SUISHEN_TEST_LIFE=life.jsonl SUISHEN_TEST_OUTAGE_S=300 pytest -rP -k whole_cluster tests/kafka`
    """
    seconds = float(os.environ.get("SUISHEN_TEST_OUTAGE_S", "9"))
    plan = running.PLAN._replace(replication=3)
    first, worker = outage(kafka_cluster, workers, small_life, seconds=seconds, plan=plan)
    measured(f"cluster away for {seconds:.0f} s: first output after its return:", first)
    assert len(worker.lines("loaded")) == running.PLAN.clients
    assert judged(kafka_cluster.bootstrap) == (0, 0, 0)
    assert worker.term() == 0


def test_a_broker_that_dies_while_it_leads_leaves_no_trace(kafka_cluster, tmp_path):
    services.clear(kafka_cluster.bootstrap)
    recorded, _ = life.record(tmp_path)
    start = nursery().starter()
    choice = Choice(recorded, workers=1, kills=1, nodes=3, broker_kills=1, start=start)
    report = verify_kafka(choice, tmp_path, cluster=kafka_cluster)
    assert report.is_clean, report
    assert (report.broker_kills, report.kills_under_load) == (1, 1)
