"""What a worker refuses on a real broker: it ends with 70 and names the remedy."""

import json

import pytest
from kafka import KafkaAdminClient, TopicPartition

from streams.frame import FORMAT
from streams.kafka.logs import admin, declare
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DEAD_LETTERS, TASKS
from tests.kafka import running
from tests.kafka.conftest import QUICK
from tests.kafka.fakes import STATE
from tests.kafka.test_away import judged

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def lived(bootstrap, workers, life, count=120):
    """Logs on which a worker has done its work and ended."""
    reference, events = life
    running.publish(bootstrap, reference)
    running.publish(bootstrap, [m for m in events if m.topic == CLIENT_EVENTS][:count])
    work(bootstrap, workers)


def work(bootstrap, workers, **more):
    worker = workers.worker(bootstrap, **more, **QUICK)
    running.until_applied(bootstrap, or_ended=worker.poll)
    assert worker.term() == 0
    running.dismiss(bootstrap)
    return worker


def refused(bootstrap, workers):
    worker = workers.worker(bootstrap, **QUICK)
    assert worker.wait() == 70, worker.tail()
    running.dismiss(bootstrap)
    return worker.reason


def remake(bootstrap, topic, partitions=None):
    """Delete a topic; make it anew with so many partitions, or as it was."""
    with admin(bootstrap) as client:
        client.delete_topics([topic])
        running.until(lambda: topic not in client.list_topics(), 30)
        if partitions is not None:
            client.create_topics({topic: {"num_partitions": partitions, "replication_factor": 1}})
            client.wait_for_topics([topic])
    if partitions is None:
        declare(bootstrap, running.PLAN)


@pytest.fixture
def logs(empty_logs, workers, small_life):
    lived(empty_logs, workers, small_life)
    return empty_logs


def test_a_state_that_would_be_too_large_is_a_dead_letter_and_the_worker_goes_on(
    empty_logs, workers, small_life
):
    reference, events = small_life
    running.publish(empty_logs, reference)
    running.publish(empty_logs, [m for m in events if m.topic == CLIENT_EVENTS][:120])
    work(empty_logs, workers, odd="small")
    letters = [json.loads(record.value) for record in running.read_all(empty_logs, DEAD_LETTERS)]
    assert "StateTooLargeError" in {letter["code"] for letter in letters}
    assert all(letter["raw"] for letter in letters)


def test_a_state_of_a_format_from_the_future_is_refused(logs, workers):
    record = running.read_all(logs, STATE)[0]
    newer = bytes([FORMAT + 1]) + record.value[1:]
    running.publish(logs, [Outgoing(STATE, record.key, newer, (), record.partition)])
    assert refused(logs, workers) == (
        f"state format {FORMAT + 1} is newer than this worker knows ({FORMAT}); run the version "
        "that wrote it, or a newer one"
    )


def test_a_topic_made_anew_under_the_same_name_is_refused(logs, workers):
    remake(logs, CLIENT_EVENTS)
    reason = refused(logs, workers)
    assert "belongs to log epoch" in reason
    assert "'suishen epoch advance'" in reason


def test_a_topic_made_anew_under_a_running_worker_ends_it(logs, workers):
    worker = workers.worker(logs, **QUICK)
    worker.until("taken_over")
    remake(logs, CLIENT_EVENTS)
    assert worker.wait(120) == 70, worker.tail()
    assert any(
        said in worker.reason for said in ("was made anew", "topic client-events is missing")
    )


def test_a_topic_with_other_partitions_is_refused(empty_logs, workers):
    remake(empty_logs, TASKS, 3)
    assert refused(empty_logs, workers) == (
        "tasks has 3 partitions, client-events has 4: they go together, and were fixed when the "
        "logs were made; restore the topic that changed"
    )


def test_a_missing_topic_is_refused(empty_logs, workers):
    with admin(empty_logs) as client:
        client.delete_topics([CLIENT_FACTS])
        running.until(lambda: CLIENT_FACTS not in client.list_topics(), 30)
    assert refused(empty_logs, workers) == (
        "topic client-facts is missing; 'suishen kafka declare' makes it"
    )


def test_a_group_moved_back_repeats_nothing(logs, workers):
    running.move_group(logs, dict.fromkeys(range(running.PLAN.clients), 1))
    worker = work(logs, workers)
    assert len(worker.lines("group_reset")) == running.PLAN.clients
    assert worker.lines("group_reset")[0]["remedy"] == "applied events are skipped; nothing to do"
    assert judged(logs) == (0, 0, 0)


def test_a_group_moved_forward_over_unapplied_events_is_refused(logs, workers, small_life):
    running.publish(logs, [m for m in small_life[1] if m.topic == CLIENT_EVENTS][120:200])
    running.move_group(logs, running.ends_of(logs, CLIENT_EVENTS))
    assert "unapplied events: set the group back, or delete its commits" in refused(logs, workers)
    client = KafkaAdminClient(bootstrap_servers=logs)
    client.delete_groups(["suishen-client"])
    client.close()
    work(logs, workers)
    assert judged(logs) == (0, 0, 0)


def test_records_removed_before_they_were_applied_are_refused(logs, workers, small_life):
    running.publish(logs, [m for m in small_life[1] if m.topic == CLIENT_EVENTS][120:200])
    ends = running.ends_of(logs, CLIENT_EVENTS)
    client = KafkaAdminClient(bootstrap_servers=logs)
    client.delete_records({TopicPartition(CLIENT_EVENTS, 0): ends[0]})
    client.close()
    assert "retention has removed" in refused(logs, workers)


def test_a_write_that_the_broker_refuses_ends_the_worker_with_nothing_committed(
    empty_logs, workers, small_life
):
    with admin(empty_logs) as client:
        client.delete_topics([STATE])
        running.until(lambda: STATE not in client.list_topics(), 30)
        settings = {"cleanup.policy": "compact", "max.message.bytes": "1500"}
        wanted = {"num_partitions": 4, "replication_factor": 1, "configs": settings}
        client.create_topics({STATE: wanted})
        client.wait_for_topics([STATE])
    reference, events = small_life
    running.publish(empty_logs, [*reference, *events[:200]])
    worker = workers.worker(empty_logs, **QUICK)
    assert worker.wait() == 70, worker.tail()
    assert "the broker refuses a batch on state-client/" in worker.reason
    assert "MessageSizeTooLargeError" in worker.reason
    assert running.committed_of(empty_logs, "client") == {}
