"""Clocks: the wall's, and one that runs faster for a demonstration."""

import time
from datetime import UTC, datetime

from schemas.time import SECOND, Instant
from streams.ports import Clock
from streams.settings import DemoTime, Settings


class WallClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """The present instant, to the microsecond."""
        moment = datetime.now(UTC)  # noqa: TID251 - the one door to the wall clock
        return Instant(int(moment.timestamp()) * SECOND + moment.microsecond)


class FastClock:
    """Starts at an instant and runs so many times as fast as the wall."""

    def __init__(self, start: Instant, *, speed: float) -> None:
        self._start, self._speed = start, speed
        self._began = time.monotonic()

    def now(self) -> Instant:
        """Where it has come to."""
        passed = (time.monotonic() - self._began) * self._speed
        return Instant(self._start + int(passed * SECOND))

    def seconds_until(self, moment: Instant) -> float:
        """Wall seconds until it reaches a moment; 0 or less if it has passed."""
        return (moment - self.now()) / SECOND / self._speed


class ShiftedClock:
    """A demonstration's time, the same in every process: shifted, and faster than the wall."""

    def __init__(self, wall: Clock, time: DemoTime) -> None:
        self._wall, self._time = wall, time

    def now(self) -> Instant:
        """What it shows."""
        return self.at(self._wall.now())

    def at(self, wall: Instant) -> Instant:
        """What it shows at an instant of the wall, such as the broker's stamp on a record."""
        return Instant(self._time.shows + int((wall - self._time.since) * self._time.speed))

    def seconds_until(self, moment: Instant) -> float:
        """Wall seconds until it shows a moment; 0 or less if it has passed."""
        return (moment - self.now()) / SECOND / self._time.speed


def clock_of(settings: Settings) -> Clock:
    """The wall's clock, unless a demonstration sets another."""
    wall = WallClock()
    return wall if settings.demo_clock is None else ShiftedClock(wall, settings.demo_clock)
