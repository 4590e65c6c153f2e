"""One suite for everything that reads or takes records: the fake, the file, and the engine."""

import asyncio
import threading

import pytest

from schemas.time import Instant
from streams.embedded.engine import EmbeddedEngine
from streams.embedded.file import EngineFile, FileReader
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DEAD_LETTERS, REFERENCE, partition_of
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT
from tests.fakes import FakeLog, StillClock

pytestmark = pytest.mark.untraced

KEY, OTHER = CLIENT.encode(), OTHER_CLIENT.encode()


class OverFile:
    """An engine file, each append durable."""

    def __init__(self, folder):
        self._file = EngineFile(folder / "engine.db", epoch="0" * 32, partitions=2)
        self.read, self.end, self.partitions = (
            self._file.read,
            self._file.end,
            self._file.partitions,
        )
        self.close = self._file.close

    def append(self, messages):
        self._file.begin()
        places = self._file.append(messages, now=MONDAY_10)
        self._file.commit()
        return places


class OverReader(OverFile):
    """Written through one connection, read through another."""

    def __init__(self, folder):
        super().__init__(folder)
        reader = FileReader(folder / "engine.db")
        self.read, self.end, self.partitions = reader.read, reader.end, reader.partitions
        self._shut = reader.close

    def shut(self):
        self._shut()
        self.close()


class OverEngine:
    """An engine whose thread takes what is handed in."""

    def __init__(self, folder):
        clock = StillClock(MONDAY_10)
        self._engine = EmbeddedEngine(folder / "engine.db", clock, partitions=2, timers=False)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._engine.run, args=(self._stop,))
        self._thread.start()
        self._reader = FileReader(folder / "engine.db")
        self.read, self.end = self._reader.read, self._reader.end
        self.partitions = self._reader.partitions

    def append(self, messages):
        return self._engine.submit(messages).result(timeout=60)

    def close(self):
        self._stop.set()
        self._thread.join()
        self._reader.close()
        self._engine.close()


class OverKafka:
    """A broker: written by a publisher, read by place."""

    def __init__(self, bootstrap):
        self._publisher, self._reader = KafkaPublisher(bootstrap), KafkaReader(bootstrap)
        self.append = self._publisher.write
        self.read, self.end = self._reader.read, self._reader.end
        self.partitions = self._reader.partitions

    def close(self):
        self._publisher.close()
        self._reader.close()


class OverLoop(OverKafka):
    """The same, written from an event loop as the gateway does."""

    def __init__(self, bootstrap):
        super().__init__(bootstrap)
        self.append = lambda messages: asyncio.run(self._publisher.publish(messages))


_KAFKA = [pytest.param(name, marks=pytest.mark.kafka) for name in ("kafka", "kafka-loop")]


@pytest.fixture(params=["fake", "file", "reader", "engine", *_KAFKA])
def log(request, tmp_path):
    if request.param.startswith("kafka"):
        bootstrap = request.getfixturevalue("kafka_logs")
        made = (OverKafka if request.param == "kafka" else OverLoop)(bootstrap)
        yield made
        made.close()
        return
    made = {
        "fake": lambda: FakeLog(partitions=2),
        "file": lambda: OverFile(tmp_path),
        "reader": lambda: OverReader(tmp_path),
        "engine": lambda: OverEngine(tmp_path),
    }[request.param]()
    yield made
    getattr(made, "shut", getattr(made, "close", lambda: None))()


def facts(*values, key=KEY, partition=None):
    return [Outgoing(CLIENT_FACTS, key, value, (), partition) for value in values]


def test_records_of_a_key_stand_in_order_in_its_partition(log):
    places = log.append(facts(b"a", b"b"))
    home = partition_of(KEY, 2)
    assert [tuple(place) for place in places] == [(home, 0), (home, 1)]
    assert [r.value for r in log.read(CLIENT_FACTS, home, 0, 10)] == [b"a", b"b"]
    assert log.end(CLIENT_FACTS, home) == 2


def test_reading_starts_at_an_offset_and_ends_at_a_limit(log):
    log.append(facts(*(str(n).encode() for n in range(5)), partition=1))
    found = log.read(CLIENT_FACTS, 1, 1, 3)
    assert [(r.offset, r.value) for r in found] == [(1, b"1"), (2, b"2"), (3, b"3")]
    assert list(log.read(CLIENT_FACTS, 1, 5, 3)) == []


def test_an_empty_log_ends_at_zero(log):
    assert log.end(CLIENT_FACTS, 0) == 0
    assert list(log.read(CLIENT_FACTS, 0, 0, 10)) == []


def test_a_record_keeps_key_headers_and_bytes(log):
    odd = Outgoing(CLIENT_FACTS, b"\xff\x00", b"\x00{", (("src", b"\xfe"), ("x", b"")), 1)
    log.append([odd])
    (record,) = log.read(CLIENT_FACTS, 1, 0, 1)
    assert (record.topic, record.partition, record.offset) == (CLIENT_FACTS, 1, 0)
    assert (record.key, record.value, record.headers) == (odd.key, odd.value, odd.headers)


def test_a_record_without_key_or_partition_stands_in_the_first(log):
    log.append([Outgoing(CLIENT_FACTS, None, b"a")])
    assert log.read(CLIENT_FACTS, 0, 0, 1)[0].key is None


def test_a_given_partition_comes_before_the_keys_own(log):
    other = 1 - partition_of(KEY, 2)
    log.append(facts(b"a", partition=other))
    assert log.end(CLIENT_FACTS, other) == 1


def test_the_reference_has_one_partition(log):
    assert (log.partitions(CLIENT_EVENTS), log.partitions(REFERENCE)) == (2, 1)


def test_topics_do_not_mix(log):
    log.append([*facts(b"a", partition=0), Outgoing(DEAD_LETTERS, OTHER, b"b", (), 0)])
    assert [r.value for r in log.read(CLIENT_FACTS, 0, 0, 9)] == [b"a"]
    assert [r.value for r in log.read(DEAD_LETTERS, 0, 0, 9)] == [b"b"]


def test_offsets_go_on_after_the_file_is_opened_again(tmp_path):
    first = OverFile(tmp_path)
    first.append(facts(b"a", partition=0))
    first.close()
    second = OverFile(tmp_path)
    assert [tuple(p) for p in second.append(facts(b"b", partition=0))] == [(0, 1)]
    second.close()


def test_an_uncommitted_append_never_was(tmp_path):
    file = EngineFile(tmp_path / "engine.db", epoch="0" * 32, partitions=1)
    file.begin()
    file.append(facts(b"a"), now=Instant(0))
    assert FileReader(tmp_path / "engine.db").end(CLIENT_FACTS, 0) == 0
    file.close()
    assert FileReader(tmp_path / "engine.db").end(CLIENT_FACTS, 0) == 0
