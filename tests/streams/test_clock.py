import time

from schemas.time import DAY, HOUR, SECOND, Instant
from streams.clock import FastClock, ShiftedClock, WallClock, clock_of
from streams.settings import DemoTime, read_settings
from tests.builders import MONDAY_10
from tests.fakes import StillClock


def test_the_walls_clock_tells_this_century_and_does_not_run_back():
    first, second = WallClock().now(), WallClock().now()
    assert Instant(50 * 365 * DAY) < first <= second


def test_a_fast_clock_runs_so_many_times_as_fast():
    clock = FastClock(MONDAY_10, speed=3600)
    time.sleep(0.02)
    passed = clock.now() - MONDAY_10
    assert 0.02 * HOUR <= passed <= HOUR


def test_a_fast_clock_says_how_long_to_wait_on_the_wall():
    clock = FastClock(MONDAY_10, speed=10)
    assert 0 < clock.seconds_until(Instant(MONDAY_10 + 100 * SECOND)) <= 10
    assert clock.seconds_until(MONDAY_10) <= 0


def test_a_demonstrations_clock_shows_the_same_in_every_process():
    wall = StillClock(MONDAY_10)
    one, other = (ShiftedClock(wall, DemoTime(Instant(0), MONDAY_10, 60)) for _ in range(2))
    wall.moment = Instant(MONDAY_10 + SECOND)
    assert one.now() == other.now() == 60 * SECOND
    assert one.seconds_until(Instant(120 * SECOND)) == 1
    assert one.at(MONDAY_10) == 0


def test_a_process_has_the_walls_clock_unless_a_demonstration_sets_another():
    text = "2026-11-24T08:30:00+08:00@2026-11-26T21:00:00Z*60"
    shown = clock_of(read_settings({"SUISHEN_DEMO_CLOCK": text})).now()
    assert shown != WallClock().now()
    assert isinstance(clock_of(read_settings({})), WallClock)
