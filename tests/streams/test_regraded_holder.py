"""A host sweeps a holder of forty products that one release graded anew, and goes on."""

import json
from collections import Counter

import pytest

from schemas.time import DAY, HOUR, Instant
from streams.topics import TASKS
from tests.builders import CLIENT, MONDAY_10, a_baseline, a_position, a_product
from tests.streams.running import Running

pytestmark = pytest.mark.untraced

HELD = [f"PAWM-FIX-2026-{nth:05d}" for nth in range(40)]


@pytest.fixture
def swept(tmp_path):
    """The release is swept, and half a year goes by; nobody answers."""
    running = Running(tmp_path)
    running.release()
    running.engine.release(list(map(a_product, HELD)))
    held = a_baseline(positions=[a_position(one, 20_000) for one in HELD])
    running.say("corebank.baseline_loaded", held, key=CLIENT, at=MONDAY_10)
    running.live()
    graded = {"version": 2, "issuer_level": 4, "seller_level": 4}
    running.engine.release([a_product(one, **graded) for one in HELD])
    running.clock.moment = Instant(MONDAY_10 + HOUR)
    running.live()
    running.engine.sweep()
    running.live()
    yield running
    running.engine.close()


def notices(running):
    tasks = [json.loads(record.value)["data"] for record in running.all(TASKS)]
    first = [one for one in tasks if one["version"] == 1 and one["action"] == "regrade_notice"]
    return Counter(one["reasons"][0]["values"]["product"] for one in first)


def test_no_record_is_buried_and_every_notice_is_made_in_its_turn(swept):
    assert 0 < notices(swept).total() < len(HELD)
    end = Instant(MONDAY_10 + 150 * DAY)
    while (due := swept.engine.next_due()) is not None and due <= end:
        swept.clock.moment = Instant(due)
        swept.engine.fire_timers(due)
        swept.live()
    assert notices(swept) == Counter(HELD)
    assert sum(swept.engine.totals.dead.values()) == 0
