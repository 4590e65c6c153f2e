import json

import pytest

from schemas.time import HOUR, Instant
from streams.frame import Frame, pack
from streams.ports import Record
from streams.verify.ticking import Timers
from tests.builders import CLIENT, MONDAY_10, a_document

EPOCH = "0" * 32


@pytest.fixture
def timers():
    return Timers("client-events")


def an_event(at):
    value = json.dumps(a_document("app.page_viewed", {"page": "other"}, at=Instant(at)))
    return Record("client-events", 0, 0, CLIENT.encode(), value.encode(), (), Instant(0))


def a_state(due, key=CLIENT):
    blob = pack(Frame(EPOCH, 0, due, b"state"))
    return Record("state-client", 0, 0, key.encode(), blob, (), Instant(0))


def test_a_key_is_told_once_when_its_log_has_come_past_its_timer(timers):
    timers.see(a_state(MONDAY_10 + HOUR))
    timers.see(an_event(MONDAY_10))
    assert timers.due() == []
    timers.see(an_event(MONDAY_10 + HOUR))
    assert timers.due() == [(CLIENT, MONDAY_10 + HOUR)]
    timers.see(a_state(MONDAY_10 + HOUR))
    assert timers.due() == []


def test_a_timer_that_was_moved_or_dropped_is_not_told(timers):
    timers.see(a_state(MONDAY_10 + HOUR))
    timers.see(a_state(MONDAY_10 + 3 * HOUR))
    timers.see(a_state(MONDAY_10 + HOUR, key="ct_2"))
    timers.see(a_state(None, key="ct_2"))
    timers.see(an_event(MONDAY_10 + 2 * HOUR))
    assert timers.due() == []
