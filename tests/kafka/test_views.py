"""The read model over a real broker: the same tables as from a log in memory."""

import json
import threading

import pytest
from prometheus_client import CollectorRegistry

from streams.errors import TransientError
from streams.feed import ReaderFeed
from streams.kafka.alone import alone
from streams.kafka.lag import LagMeter
from streams.kafka.progress import Groups, KafkaProgress
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaFeed, KafkaReader
from streams.metrics import Metrics
from streams.ports import Outgoing
from streams.readmodel.database import open_database
from streams.readmodel.projector import PROJECTED, Projector
from streams.readmodel.queries import Views
from streams.topics import CLIENT_EVENTS, partition_of
from tests.builders import CLIENT, MONDAY_10, a_document
from tests.fakes import StillClock
from tests.kafka.running import until
from tests.streams.readmodel.facts_made import TASK, Desk

pytestmark = pytest.mark.kafka


@pytest.fixture
def database(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'views.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def broker(kafka_logs):
    """Publisher, reader, feed and groups of the session's broker, its logs empty."""
    parts = (KafkaPublisher(kafka_logs), KafkaReader(kafka_logs), KafkaFeed(kafka_logs))
    groups = Groups(kafka_logs, answer_s=30)
    yield (*parts, groups)
    for part in (*parts, groups):
        part.close()


def an_event(name="cause-1"):
    document = a_document("app.page_viewed", {"page": "holdings"}, event_id=name)
    return Outgoing(CLIENT_EVENTS, CLIENT.encode(), json.dumps(document).encode())


class Seen:
    """Watches where a projector stands."""

    def __init__(self):
        self.positions = {}

    def projected(self, records):
        pass

    def committed(self, starts):
        self.positions = starts


def follow(projector, reader, seen):
    """Project until everything that stands on the logs is in the tables."""
    ends = reader.ends(PROJECTED)

    def is_there():
        projector.step()
        return all(seen.positions.get(place, 0) == end for place, end in ends.items())

    until(is_there, 60)


def test_a_broker_feeds_the_same_tables_as_a_log_in_memory(broker, database, tmp_path):
    publisher, reader, feed, groups = broker
    desk = Desk()
    desk.log.append([an_event()])
    desk.full()
    memory = open_database(f"sqlite:///{tmp_path / 'memory.db'}")
    by_hand = Projector(memory, ReaderFeed(desk.log))
    by_hand.catch_up()
    for topic in PROJECTED:
        records = desk.log.read(topic, 0, 0, 1000)
        publisher.write([Outgoing(topic, r.key, r.value, r.headers) for r in records])
    seen = Seen()
    projector = Projector(database, feed, watcher=seen)
    follow(projector, reader, seen)
    real, wanted = Views(database, KafkaProgress(groups)), Views(memory, desk.log)
    counts = [views.counts() | {"progress": 0} for views in (real, wanted)]
    assert counts[0] == counts[1]
    assert real.client(CLIENT)["scores"] == wanted.client(CLIENT)["scores"]
    assert real.task(TASK) == wanted.task(TASK)
    assert real.inbox("rm-li") == wanted.inbox("rm-li")
    story = real.story("cause-1", None)
    assert story["state"] == "logged"  # no worker has ever run
    assert story["caused"] == wanted.story("cause-1", None)["caused"]
    projector.close()
    by_hand.close()
    memory.dispose()


def test_lag_counts_what_no_fold_has_applied_and_how_old_it_is(broker):
    publisher, reader, _, groups = broker
    publisher.write([an_event(f"e{n}") for n in range(3)])
    metrics = Metrics(CollectorRegistry())
    home = str(partition_of(CLIENT.encode(), 2))
    meter = LagMeter(reader, groups, metrics, StillClock(MONDAY_10), dict)
    meter.measure()
    labels = {"topic": CLIENT_EVENTS, "partition": home}
    value = metrics.registry.get_sample_value
    assert value("suishen_consumer_lag_records", labels) == 3
    assert value("suishen_consumer_lag_seconds", labels) >= 0
    assert value("suishen_consumer_lag_records", {"topic": "tasks", "partition": home}) == 0


def test_progress_is_the_commit_of_the_folds_group(broker, kafka_logs):
    publisher, _, _, groups = broker
    publisher.write([an_event(f"e{n}") for n in range(3)])
    home = partition_of(CLIENT.encode(), 2)
    commit(kafka_logs, home, 2)
    progress = KafkaProgress(groups)
    assert progress.applied(CLIENT_EVENTS, home) == 2
    assert progress.applied(CLIENT_EVENTS, 1 - home) == 0
    assert progress.applied("desk-events", 0) == 0  # a group that never was


def commit(bootstrap, partition, offset):
    from kafka import KafkaAdminClient, TopicPartition  # noqa: PLC0415
    from kafka.errors import NoError  # noqa: PLC0415
    from kafka.structs import OffsetAndMetadata  # noqa: PLC0415

    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    place = TopicPartition(CLIENT_EVENTS, partition)
    wanted = {place: OffsetAndMetadata(offset, "", -1)}
    # A worker that another test killed stays in the group until its session is over.
    until(lambda: client.alter_group_offsets("suishen-client", wanted)[place] is NoError, 90)
    client.close()


def test_many_pages_ask_the_broker_once_a_second():
    class Counting:
        asked = 0

        def committed(self, fold):
            self.asked += 1
            return {0: 7}

    groups = Counting()
    progress = KafkaProgress(groups)
    threads = [
        threading.Thread(target=progress.applied, args=(CLIENT_EVENTS, 0)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert progress.applied(CLIENT_EVENTS, 0) == 7
    assert groups.asked == 1


def test_of_two_that_want_to_be_alone_the_second_waits(kafka_logs):
    told = []
    with alone(kafka_logs, "release", waiting=lambda: None) as still_alone:
        still_alone()
        second = alone(kafka_logs, "release", patience_s=1, waiting=lambda: told.append("waits"))
        with pytest.raises(TransientError, match="another release is at work"), second:
            pass
        still_alone()
    assert told == ["waits"]
    with alone(kafka_logs, "release", waiting=lambda: None) as still_alone:
        still_alone()
