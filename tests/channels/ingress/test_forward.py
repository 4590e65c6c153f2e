"""Ingress over fakes: order, retries, and what is committed when."""

import threading
from collections import deque

import pytest
from prometheus_client import CollectorRegistry

from channels.ingress.forward import Ingress, waves
from channels.process import Process
from schemas.time import Instant
from streams.clock import WallClock
from streams.errors import TransientError
from streams.health import Health
from streams.kafka.faults import NoFault
from streams.kafka.follower import Progress
from streams.logs import Level, make_logger
from streams.metrics import Metrics
from streams.ports import Outgoing, Record
from streams.settings import ChannelRow, Settings
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_document

ROWS = {"client-events.app": ChannelRow("app", "/app")}


class FakeFollower:
    """Gives lists of records, and says how commits end."""

    def __init__(self, *batches, commits=()):
        self.batches, self.commits, self.committed = deque(batches), deque(commits), 0
        self.is_member = True

    def poll(self, wait_s, limit):
        return self.batches.popleft() if self.batches else []

    def commit(self):
        end = self.commits.popleft() if self.commits else True
        if isinstance(end, Exception):
            raise end
        self.committed += end
        return end

    def progress(self):
        return {("client-events.app", 0): Progress(3, 10)}


class FakeWriter:
    """Writes, or fails as it is told."""

    def __init__(self, *fails):
        self.fails, self.waves = deque(fails), []

    def write(self, messages):
        if self.fails and self.fails.popleft():
            raise TransientError("away")
        self.waves.append([message.key for message in messages])


def a_process(tmp_path):
    log = (tmp_path / "log").open("w")
    clock = WallClock()
    logger = make_logger(log, clock=clock, level=Level("info"), version="t")
    metrics = Metrics(CollectorRegistry())
    return Process(Settings(), "", logger, metrics, Health(), clock, threading.Event())


def a_record(offset, key=CLIENT, source="/app"):
    document = a_document(
        "app.page_viewed", {"page": "holdings"}, key=key, event_id=f"e{offset}", source=source
    )
    raw = str(document).replace("'", '"').encode()
    return Record("client-events.app", 0, offset, key.encode(), raw, (), Instant(MONDAY_10))


def an_ingress(tmp_path, follower, writer):
    return Ingress(a_process(tmp_path), ROWS, follower, writer, NoFault())


def test_no_key_stands_twice_in_a_wave_and_each_keeps_its_order():
    def message(key, number):
        return Outgoing("t", key, bytes([number]))

    given = [message(k, n) for n, k in enumerate([b"a", b"b", b"a", None, b"a", None, b"b"])]
    found = waves(given)
    assert [[m.value[0] for m in wave] for wave in found] == [[0, 1, 3, 5], [2, 6], [4]]
    assert waves([]) == []


def test_the_next_record_of_a_key_waits_until_the_first_is_there(tmp_path):
    follower = FakeFollower([a_record(0), a_record(1, OTHER_CLIENT), a_record(2)])
    writer = FakeWriter("away", "away", "", "away")
    ingress = an_ingress(tmp_path, follower, writer)
    assert ingress.step() == 3
    assert writer.waves == [[CLIENT.encode(), OTHER_CLIENT.encode()], [CLIENT.encode()]]
    assert follower.committed == 1


def test_nothing_is_committed_that_was_not_written(tmp_path):
    follower = FakeFollower([a_record(0)])
    ingress = an_ingress(tmp_path, follower, FakeWriter("away"))
    ingress._process.stop.set()
    with pytest.raises(TransientError):
        ingress.step()
    assert follower.committed == 0
    assert ingress._process.health.why_not("readyz") is not None


def test_a_commit_is_tried_again_until_it_is_there(tmp_path):
    follower = FakeFollower([a_record(0)], commits=[TransientError("away"), True])
    writer = FakeWriter()
    an_ingress(tmp_path, follower, writer).step()
    assert (follower.committed, len(writer.waves)) == (1, 1)


def test_partitions_that_went_to_others_are_theirs_to_repeat(tmp_path):
    follower = FakeFollower([a_record(0)], [a_record(0)], commits=[False])
    writer = FakeWriter()
    ingress = an_ingress(tmp_path, follower, writer)
    ingress.step()
    ingress.step()
    assert (follower.committed, len(writer.waves)) == (1, 2)


def test_what_came_and_what_was_refused_is_counted(tmp_path):
    follower = FakeFollower([a_record(0), a_record(1, source="/other")])
    ingress = an_ingress(tmp_path, follower, FakeWriter())
    ingress.step()
    said = ingress._process.metrics.exposition().decode()
    assert (
        'suishen_events_received_total{channel="app",event_type="app.page_viewed.v1"} 1.0' in said
    )
    assert 'suishen_events_rejected_total{reason="source-not-yours"} 1.0' in said
    assert 'suishen_consumer_lag_records{partition="0",topic="client-events.app"} 7.0' in said
    assert ingress._process.health.why_not("readyz") is None
