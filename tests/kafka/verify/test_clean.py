"""The published proof, on a small life: it passes where all is well."""

import pytest

from streams.errors import WorkerStopError
from streams.kafka.logs import Plan, admin
from streams.kafka.publisher import KafkaPublisher
from streams.ports import Outgoing
from streams.topics import DESK_EVENTS
from streams.verify.choice import start
from tests import services

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
SHORT_S = 6.0
"""The shortest session that a broker allows."""


@pytest.mark.untraced
def test_kills_under_load_leave_no_trace(run):
    report = run(kills=3, start=start)  # fresh processes: each life has its own hash seed
    assert report.is_clean, report
    assert (report.kills_under_load, report.takeovers) == (3, 1)
    assert report.releases >= 50
    assert min(report.events, report.outputs, report.states, report.dead_letters) > 0


def test_a_closed_loop_with_a_frozen_worker_doubles_nothing_by_id(run):
    report = run(kills=1, is_closed=True, session_s=SHORT_S, freeze_s=SHORT_S + 3)
    assert report.is_clean, report
    assert (report.mode, report.kills_under_load, report.freezes) == ("closed", 1, 1)
    assert min(report.ticks, report.claims) > 0


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
