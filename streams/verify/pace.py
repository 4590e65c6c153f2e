"""The pace of a run: never far ahead of the workers, and to the end before anybody judges."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from streams.errors import TransientError, WorkerStopError
from streams.ports import LogReader
from streams.recorded import Log
from streams.topics import SOURCE_OF
from streams.verify.broker import Groups
from streams.verify.crew import Crew
from streams.verify.feed import Feed
from streams.verify.ticking import Ticker

_LEAST_BEHIND: Final = 500
_LOOK_S: Final = 0.05
_STUCK_S: Final = 180.0
_SETTLE_S: Final = 3.0


class Pace:
    """Publishes, and waits for the workers."""

    def __init__(
        self, feed: Feed, crew: Crew, groups: Groups, reader: LogReader, *, most_behind: int
    ) -> None:
        """Take the parts of a run.

        Args:
            feed: publishes.
            crew: applies.
            groups: knows what is committed.
            reader: knows where the logs end.
            most_behind: so many events at most are published and not applied, where that is
                more than a few hundred.
        """
        self._feed, self._crew, self._groups, self._reader = feed, crew, groups, reader
        self._most = max(_LEAST_BEHIND, most_behind)
        self._step = self._most / 4 / max(1, feed.events)

    def publish(self, share: float) -> None:
        """Publish up to a share of the file, no further ahead of the workers than a stretch."""
        while self._feed.share < share:
            self._feed.advance(min(share, self._feed.share + self._step))
            self.wait_for("the workers", lambda: self.behind() < self._most)

    def catch_up(self, share: float) -> None:
        """Wait until no more than a share of the file is published and not applied."""
        self.wait_for("the workers to get on", lambda: self.behind() <= share * self._feed.events)

    def behind(self) -> int:
        """Events published and not applied yet, by the words of the workers."""
        return sum(self._feed.ends.values()) - sum(map(self._crew.applied, SOURCE_OF))

    def drain(self) -> None:
        """Wait until everything is committed, and nothing has come of it meanwhile."""
        self.wait_for("the workers to finish", self._is_committed)

    def _is_committed(self) -> bool:
        try:
            ends = self._ends()
            return self._is_done(ends) and ends == self._ends()
        except TransientError:
            return False  # a broker is away

    def _is_done(self, ends: Mapping[Log, int]) -> bool:
        for fold, source in SOURCE_OF.items():
            done = self._groups.committed(fold)
            if any(
                end > done.get(part, 0) for (topic, part), end in ends.items() if topic == source
            ):
                return False
        return True

    def _ends(self) -> dict[Log, int]:
        return {log: self._reader.end(*log) for log in self._feed.ends}

    def settle(self, timers: Ticker) -> None:
        """Wait until no timer is due any more, then stop them: what they sent last is applied."""
        calm_since = time.monotonic()
        while time.monotonic() < calm_since + _SETTLE_S:
            before = self._ends()
            self.drain()
            if not timers.is_idle() or self._ends() != before:
                calm_since = time.monotonic()
            time.sleep(_LOOK_S)
        timers.close()
        self.drain()

    def wait_for(self, what: str, done: Callable[[], bool]) -> None:
        """Wait, as long as anything moves.

        Raises:
            WorkerStopError: nothing does.
        """
        moved, since = -1, time.monotonic()
        while not done():
            self._crew.listen()
            now = sum(map(self._crew.applied, SOURCE_OF))
            if now != moved:
                moved, since = now, time.monotonic()
            if time.monotonic() > since + _STUCK_S:
                raise WorkerStopError(f"waited {_STUCK_S:.0f} s for {what} and nothing moved")
            time.sleep(_LOOK_S)
