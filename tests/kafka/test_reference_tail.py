"""The worker's own copy of the reference log: read on and on, and never waited for in a fold."""

import threading
import time

import pytest
from kafka.errors import KafkaConnectionError

from streams.errors import TransientError, WorkerStopError
from streams.kafka import reference_tail
from streams.kafka.reference_tail import ReferenceTail
from streams.ports import Outgoing
from streams.topics import REFERENCE
from tests.kafka import running


@pytest.fixture
def tail(empty_logs):
    found = ReferenceTail(empty_logs)
    yield found
    found.stop()


@pytest.mark.kafka
def test_it_has_read_what_stands_there_when_it_starts_and_what_comes_soon_after(tail, empty_logs):
    running.publish(empty_logs, [Outgoing(REFERENCE, b"a", b"1", (), 0)])
    tail.start(60)
    assert [record.value for record in tail.read(REFERENCE, 0, 0, 10)] == [b"1"]
    assert (tail.end(REFERENCE, 0), tail.partitions(REFERENCE)) == (1, 1)
    with pytest.raises(TransientError, match="reference offset 1 has not been read yet"):
        tail.read(REFERENCE, 0, 1, 10)
    running.publish(empty_logs, [Outgoing(REFERENCE, b"b", b"2", (), 0)])
    running.until(lambda: tail.end(REFERENCE, 0) == 2, 30)
    assert [record.value for record in tail.read(REFERENCE, 0, 1, 10)] == [b"2"]


def test_a_broker_that_does_not_answer_at_the_start_is_given_up():
    tail = ReferenceTail("127.0.0.1:1", bootstrap_timeout_ms=100)
    with pytest.raises(WorkerStopError, match="the reference log was not read within 0 s"):
        tail.start(0.2)
    tail.stop()


class FakeConsumer:
    """kafka-python's consumer, as far as the tail uses it."""

    def __init__(self, polls, **_):
        self.polls = polls

    def assign(self, _):
        pass

    def seek(self, _, offset):
        self.polls.append(f"seek {offset}")

    def end_offsets(self, logs):
        return dict.fromkeys(logs, 1)

    def poll(self, timeout_ms):
        found = next(self.script)
        if isinstance(found, Exception):
            raise found
        return found

    def close(self):
        pass


def scripted(monkeypatch, *script):
    """A tail whose polls bring these, one after another; then nothing."""
    seen, steps = [], iter(script)

    def connect(**_):
        consumer = FakeConsumer(seen)
        consumer.script = iter(lambda: next(steps, _nothing()), None)
        return consumer

    monkeypatch.setattr(reference_tail, "KafkaConsumer", connect)
    return ReferenceTail("fake"), seen


def _nothing():
    time.sleep(0.01)
    return {}


def batch(*offsets):
    from tests.kafka.fakes import Rec  # noqa: PLC0415 - faust is slow to import

    return {"log": [Rec(REFERENCE, 0, offset, b"k", b"v") for offset in offsets]}


def test_after_a_broker_was_away_it_reads_on_where_it_was(monkeypatch):
    tail, seen = scripted(
        monkeypatch, batch(0, 1), KafkaConnectionError(), KafkaConnectionError(), batch(2)
    )
    tail.start(30)
    running.until(lambda: tail.end(REFERENCE, 0) == 3, 30)
    tail.stop()
    assert seen == ["seek 0", "seek 2", "seek 2"]


def test_a_log_with_a_hole_ends_the_worker(monkeypatch):
    tail, _ = scripted(monkeypatch, batch(0), batch(2))
    tail.start(30)
    running.until(lambda: not tail._thread.is_alive(), 30)
    with pytest.raises(WorkerStopError, match=r"jumps from offset 1 to 2: it must be kept for"):
        tail.read(REFERENCE, 0, 0, 1)


def test_an_error_of_ours_is_not_swallowed_with_its_thread(monkeypatch):
    """The fold would otherwise wait for a record that nobody reads."""
    tail, _ = scripted(monkeypatch, ValueError("secret"))
    with pytest.raises(WorkerStopError, match="reading the reference log failed: ValueError"):
        tail.start(30)


def test_it_asks_without_spinning_where_nothing_comes(monkeypatch):
    """A poll waits at the broker; the thread is asleep meanwhile."""
    tail, _ = scripted(monkeypatch, batch(0))
    tail.start(30)
    before = time.thread_time()
    assert threading.active_count() >= 2
    time.sleep(0.1)
    assert time.thread_time() - before < 0.05
    tail.stop()
