"""How new the tables are known to be, though a busy log is always a little ahead of them."""

from schemas.time import SECOND, Instant
from streams.ports import Outgoing
from streams.readmodel.freshness import Freshness
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT
from tests.fakes import FakeLog, StillClock


class Deployment:
    """A log, how far its fold has come, and how far the tables."""

    def __init__(self):
        self.log = FakeLog(partitions=1)
        self.clock = StillClock(MONDAY_10)
        self.done = self.shown = 0
        self.fresh = Freshness(self.log, self, self, self.clock)

    def applied(self, topic, partition):
        return self.done

    def projected(self, topic):
        return {0: self.shown}

    def say(self, topic=CLIENT_EVENTS):
        self.log.append([Outgoing(topic, CLIENT.encode(), b"{}")])

    def tick(self):
        self.clock.moment = Instant(self.clock.moment + SECOND)
        self.fresh.refresh()
        return self.fresh.as_of(CLIENT)


def test_before_the_first_look_nothing_is_known():
    assert Deployment().fresh.as_of(CLIENT) is None


def test_at_rest_the_tables_are_as_new_as_the_last_look():
    it = Deployment()

    assert it.tick() == it.clock.moment
    assert it.tick() == it.clock.moment == it.fresh.as_of(OTHER_CLIENT)


def test_an_event_that_nobody_applied_keeps_the_last_moment_of_rest():
    it = Deployment()
    rest = it.tick()
    it.say()

    assert [it.tick() for _ in range(3)] == [rest] * 3


def test_applied_is_not_enough_the_facts_have_to_be_shown():
    it = Deployment()
    rest = it.tick()
    it.say()
    seen = it.tick() and it.clock.moment
    it.done = 1
    it.say(CLIENT_FACTS)
    assert it.tick() == rest
    it.shown = 1

    assert it.tick() == seen, "as new as the look that found the event"
    assert it.tick() == it.clock.moment


def test_a_log_that_never_rests_is_followed_at_its_own_distance():
    it = Deployment()
    ages = []
    for _ in range(20):
        it.say()
        it.say(CLIENT_FACTS)
        it.done, it.shown = it.log.end(CLIENT_EVENTS, 0) - 1, it.log.end(CLIENT_FACTS, 0) - 1
        known = it.tick()
        ages.append(None if known is None else it.clock.moment - known)

    assert all(age is not None and age <= 4 * SECOND for age in ages[5:])
