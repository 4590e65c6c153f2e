import json

import pytest

from streams import recording
from streams.errors import TransientError
from streams.recorded import Recorded
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE
from streams.verify import feed as feeding
from streams.verify.feed import Feed
from streams.verify.recorded import standing
from tests.fakes import FakeLog
from tests.streams.verify.a_file import a_file


class Writer:
    """A publisher over a log in memory; it is away as often as a test says."""

    def __init__(self, log):
        self.log, self.away = log, 0

    def write(self, messages):
        if self.away:
            self.away -= 1
            raise TransientError("away")
        return self.log.append(messages)


@pytest.fixture
def log():
    return FakeLog(partitions=2)


@pytest.fixture
def writer(log):
    return Writer(log)


@pytest.fixture
def feed(tmp_path, log, writer, monkeypatch):
    monkeypatch.setattr(feeding, "_AT_ONCE", 4)
    monkeypatch.setattr(feeding, "_PAUSE_S", 0)
    return Feed(Recorded(a_file(tmp_path)), writer, log, [0.3, 0.6, 0.9])


def markers(log, topic, partition):
    found = map(recording.marker_offset, log.read(topic, partition, 0, 1000))
    return [offset for offset in found if offset is not None]


def test_a_whole_file_stands_on_the_log_with_our_releases_between(feed, log, tmp_path):
    feed.advance(1.0)
    found = standing(Recorded(tmp_path / "life.jsonl"), log)
    assert (found.unpublished, found.releases) == (0, 2 + 3)


def test_a_share_of_every_partition_goes_out_and_no_line_twice(feed, log):
    feed.advance(0.5)
    half = {part: log.end(CLIENT_EVENTS, part) for part in range(2)}
    assert all(4 <= end <= 12 for end in half.values())
    assert feed.ends[CLIENT_EVENTS, 0] == half[0]
    feed.advance(0.5)
    assert log.end(CLIENT_EVENTS, 0) == half[0]


def test_a_marker_names_where_its_release_stands_on_this_log(feed, log):
    feed.advance(1.0)
    for topic in (CLIENT_EVENTS, DESK_EVENTS):
        for partition in range(2):
            assert min(markers(log, topic, partition)) == 2
            assert max(markers(log, topic, partition)) == log.end(REFERENCE, 0)
    file_second = next(
        number + 1
        for number, record in enumerate(log.read(REFERENCE, 0, 0, 100))
        if json.loads(record.value)["data"].get("version") == 2
    )
    assert file_second in markers(log, CLIENT_EVENTS, 0)


def test_every_marker_can_be_followed_the_moment_it_is_out(feed, log):
    for step in range(1, 21):
        feed.advance(step / 20)
        named = [m for part in range(2) for m in markers(log, CLIENT_EVENTS, part)]
        assert all(offset <= log.end(REFERENCE, 0) for offset in named)
    views = ReferenceLog(log)
    assert all(views.at(offset) for offset in named)


def test_a_broker_that_is_away_for_a_while_is_waited_for(feed, log, writer, tmp_path):
    writer.away = 3
    feed.advance(1.0)
    assert standing(Recorded(tmp_path / "life.jsonl"), log).unpublished == 0


def test_a_broker_that_stays_away_is_told(feed, writer, monkeypatch):
    monkeypatch.setattr(feeding, "_PATIENCE_S", 0)
    writer.away = 1000
    with pytest.raises(TransientError):
        feed.advance(1.0)
