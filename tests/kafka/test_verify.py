"""The published proof, on a small life: it passes where all is well, and finds what is not."""

import sys
from pathlib import Path

import pytest

from streams.errors import WorkerStopError
from streams.kafka.logs import Plan, admin
from streams.kafka.publisher import KafkaPublisher
from streams.ports import Outgoing
from streams.topics import DESK_EVENTS
from streams.verify.choice import Choice
from streams.verify.kafka import verify_kafka
from tests import services
from tests.kill import life

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
PLANTED = str(Path(__file__).with_name("planted.py"))
SHORT_S = 6.0
"""The shortest session that a broker allows."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    events, _ = life.record(tmp_path_factory.mktemp("life"))
    return events


@pytest.fixture(scope="module")
def free_bootstrap(kafka_bootstrap):
    """The broker, without what other tests have left there."""
    services.fresh_logs(kafka_bootstrap, Plan(1, 1))
    return kafka_bootstrap


@pytest.fixture
def run(recorded, free_bootstrap, tmp_path):
    def verify(**more):
        choice = {"bootstrap": free_bootstrap, "seed": 3} | more
        return verify_kafka(Choice(recorded, **choice), tmp_path)

    return verify


def test_kills_under_load_leave_no_trace(run):
    report = run(kills=3)
    assert report.is_clean, report
    assert (report.kills_under_load, report.takeovers) == (3, 1)
    assert report.releases >= 50
    assert min(report.events, report.outputs, report.states, report.dead_letters) > 0


def test_a_closed_loop_with_a_frozen_worker_doubles_nothing_by_id(run):
    report = run(kills=1, is_closed=True, session_s=SHORT_S, freeze_s=SHORT_S + 3)
    assert report.is_clean, report
    assert (report.mode, report.kills_under_load, report.freezes) == ("closed", 1, 1)
    assert min(report.ticks, report.claims) > 0


@pytest.mark.cluster
def test_a_broker_that_dies_while_it_leads_leaves_no_trace(recorded, kafka_cluster, tmp_path):
    services.clear(kafka_cluster.bootstrap)  # another file may have used it
    choice = Choice(recorded, workers=1, kills=1, nodes=3, broker_kills=1)
    report = verify_kafka(choice, tmp_path, cluster=kafka_cluster)
    assert report.is_clean, report
    assert (report.broker_kills, report.kills_under_load) == (1, 1)


def planted(bug):
    return (sys.executable, PLANTED, bug)


def test_outputs_that_go_out_last_are_found_missing(run):
    report = run(kills=1, workers=1, worker=planted("order"))
    assert report.lost > 0, report


def test_a_state_that_does_not_say_what_it_holds_is_found(run):
    report = run(kills=1, workers=1, worker=planted("applied"))
    assert report.different + report.doubled > 0, report


def test_names_that_change_with_every_process_are_found(run):
    report = run(kills=0, workers=1, worker=planted("ids"))
    assert report.different > 0, report


def test_a_broker_that_serves_somebody_else_is_left_alone(run, free_bootstrap):
    services.fresh_logs(free_bootstrap, Plan(2, 2))
    publisher = KafkaPublisher(free_bootstrap)
    publisher.write([Outgoing(DESK_EVENTS, b"rm-li", b"theirs")])
    publisher.close()
    with pytest.raises(WorkerStopError, match=r"desk-events .* holds 1 records that are not of a"):
        run(kills=0)
    with admin(free_bootstrap) as client:
        assert "desk-facts" in client.list_topics()


def test_more_workers_than_partitions_would_prove_nothing(run):
    with pytest.raises(ValueError, match="4 partitions for 5 workers"):
        run(workers=5)
