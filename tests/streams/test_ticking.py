"""When ticks go: over fakes of the changelog, of the groups and of the log."""

from collections import deque

import pytest

from schemas.time import SECOND, Instant
from streams.errors import TransientError, WorkerStopError
from streams.frame import Frame, pack
from streams.kafka.follower import Progress
from streams.kafka.ticking import Rules, Ticking
from streams.ports import Outgoing, Record
from streams.topics import CLIENT_EVENTS
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT
from tests.fakes import FakeLog

NOW = MONDAY_10
LOG = "state-client"
PAST = Instant(NOW - 60 * SECOND)


class FakeFeed:
    """A changelog of one partition."""

    def __init__(self, *batches):
        self.batches, self.ours, self.forgotten = deque(batches), frozenset({(LOG, 0)}), []
        self.at = Progress(10, 10)

    def poll(self, wait_s, limit):
        return self.batches.popleft() if self.batches else []

    def progress(self):
        return dict.fromkeys(self.ours, self.at)

    def forget(self, topic, partition):
        self.forgotten.append((topic, partition))


class FakeStanding:
    """Where the fold and ingress stand."""

    def __init__(self):
        self.fold, self.ingress = (5, 5), 0

    def reached(self, group, topics):
        assert group == "suishen-client"
        return {(topics[0], 0): self.fold}

    def behind(self, group, topics):
        return {(topic, 0): self.ingress for topic in topics}


class World:
    """A timer service and all that it looks at."""

    def __init__(self, due=PAST):
        self.feed, self.standing, self.sent = FakeFeed([state(CLIENT, due)]), FakeStanding(), []
        self.log, self.away, self.told = FakeLog(partitions=1), False, []
        rules = Rules(("client-events.app",), 3, 60)
        self.ticking = Ticking(
            self.feed,
            self.standing,
            self.log,
            self.write,
            rules,
            sent=lambda *said: self.told.append(said),
        )
        self.ticking.follow(0, 99)
        self.ticking.look()

    def write(self, messages):
        if self.away:
            raise TransientError("away")
        self.sent += messages

    def events(self, count, at):
        for _ in range(count):
            self.log.append([Outgoing(CLIENT_EVENTS, b"k", b"v")], now=at)


def state(key, due, *, first_byte=None):
    value = pack(Frame("0" * 32, 4, due, b"state"))
    if first_byte is not None:
        value = bytes([first_byte]) + value[1:]
    return Record(LOG, 0, 1, key.encode(), value, (), NOW)


def test_a_tick_goes_when_the_clock_has_passed_and_nothing_is_left_to_apply():
    world = World()
    assert world.ticking.tick(NOW) == 1
    (tick,) = world.sent
    assert (tick.topic, tick.key) == (CLIENT_EVENTS, CLIENT.encode())
    assert world.told == [("client", 1, 60.0)]
    assert world.ticking.tick(NOW) == 0


def test_nothing_is_sent_before_its_time():
    assert World(due=Instant(NOW + 1)).ticking.tick(NOW) == 0


def test_a_tick_waits_for_what_was_received_before_it():
    world = World()
    world.events(500, at=Instant(PAST - 1))
    world.standing.fold = (300, 500)
    assert world.ticking.tick(NOW) == 0
    world.standing.fold = (450, 500)
    assert world.ticking.tick(NOW) == 1


def test_a_tick_goes_behind_a_backlog_that_was_received_after_it():
    world = World()
    world.events(100, at=Instant(PAST - 1))
    world.events(400, at=NOW)
    world.standing.fold = (100, 500)
    assert world.ticking.tick(NOW) == 0
    world.standing.fold = (101, 500)
    assert world.ticking.tick(NOW) == 1


def test_ticks_wait_while_ingress_is_behind():
    world = World()
    world.standing.ingress = 4
    assert world.ticking.tick(NOW) == 0
    assert world.ticking.is_held_up
    world.standing.ingress = 3
    assert world.ticking.tick(NOW) == 1
    assert not world.ticking.is_held_up


def test_ticks_wait_until_every_due_time_is_known():
    world = World()
    world.ticking._followed.clear()
    world.feed.at = Progress(3, 10)
    world.feed.batches.append([state(CLIENT, PAST)])
    world.ticking.follow(0, 99)
    assert not world.ticking.look()
    assert world.ticking.tick(NOW) == 0
    world.feed.at = Progress(10, 12)
    assert world.ticking.look()
    assert world.ticking.tick(NOW) == 1


def test_a_broker_that_is_away_delays_a_tick_and_loses_none():
    world = World()
    world.away = True
    with pytest.raises(TransientError):
        world.ticking.tick(NOW)
    world.away = False
    assert world.ticking.tick(NOW) == 1


def test_a_state_that_is_gone_is_due_no_more():
    world = World()
    world.feed.batches.append([Record(LOG, 0, 2, CLIENT.encode(), b"", (), NOW)])
    world.ticking.follow(0, 99)
    assert world.ticking.tick(NOW) == 0


def test_a_partition_that_went_to_another_is_forgotten():
    world = World()
    world.feed.ours = frozenset()
    world.ticking.follow(0, 99)
    assert world.feed.forgotten == [(LOG, 0)]
    assert world.ticking.tick(NOW) == 0


def test_two_services_at_once_send_the_same_ticks_byte_for_byte():
    one, other = World(), World()
    for world in (one, other):
        world.feed.batches.append([state(OTHER_CLIENT, PAST)])
        world.ticking.follow(0, 99)
        world.ticking.tick(NOW)
    assert one.sent == other.sent
    assert len(one.sent) == 2


def test_a_state_from_the_future_stops_the_service():
    world = World()
    world.feed.batches.append([state(CLIENT, PAST, first_byte=9)])
    with pytest.raises(WorkerStopError, match="newer than this worker knows"):
        world.ticking.follow(0, 99)
