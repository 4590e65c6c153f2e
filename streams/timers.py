"""The timer service: when a key's earliest timer is due, a tick goes to its log.

A tick changes only when due work is done, never what: late or twice, it is harmless.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Final, NamedTuple

from journeys.identity import derive
from schemas import codec
from schemas.signals.engine import Due, Ticked
from schemas.time import MINUTE, Instant
from streams.ports import Outgoing

SOURCE = "/suishen/timers"
_NEAR: Final = 10 * MINUTE
"""So far ahead the heap reaches; beyond it a due time is only a number beside its key."""


class Timer(NamedTuple):
    """A key and when it is due; ordered by time."""

    due: Instant
    key: bytes


class DueTimes:
    """When the keys of one partition are due, as their states say: about 200 bytes a key.

    Most due times lie months ahead and move with every event. The heap holds those of the next
    minutes, so that it is not filled with what has long been replaced.
    """

    def __init__(self, *, again: int) -> None:
        """Know of no key.

        Args:
            again: microseconds after which a timer that was taken, and is still due at the same
                time by its state, is given once more.
        """
        self._again = again
        self._due: dict[bytes, Instant] = {}
        self._near: list[Timer] = []
        self._taken: deque[tuple[Instant, Timer]] = deque()
        self._horizon = Instant(0)

    def __len__(self) -> int:
        return len(self._due)

    def put(self, key: bytes, due: Instant | None) -> None:
        """A key's state says when it is due; `None`: never, or there is no state any more."""
        if due is None:
            self._due.pop(key, None)
        elif self._due.get(key) != due:
            self._due[key] = due
            if due <= self._horizon:
                heappush(self._near, Timer(due, key))

    def first(self, now: Instant) -> Instant | None:
        """The earliest due time of those that are near and were not taken lately."""
        self._look_ahead(now)
        while self._near and self._due.get(self._near[0].key) != self._near[0].due:
            heappop(self._near)
        return self._near[0].due if self._near else None

    def pick(self, passed: Instant, *, now: Instant, limit: int) -> list[Timer]:
        """What is due by `passed`, the earliest first; it comes again if nothing is done."""
        found: list[Timer] = []
        while len(found) < limit and (first := self.first(now)) is not None and first <= passed:
            timer = heappop(self._near)
            found.append(timer)
            self._taken.append((Instant(now + self._again), timer))
        return found

    def give_back(self, timers: Sequence[Timer]) -> None:
        """What was taken last could not be sent."""
        for timer in timers:
            self._taken.pop()
            heappush(self._near, timer)

    def _look_ahead(self, now: Instant) -> None:
        while self._taken and self._taken[0][0] <= now:
            heappush(self._near, self._taken.popleft()[1])
        if now + _NEAR // 2 > self._horizon:
            old, self._horizon = self._horizon, Instant(now + _NEAR)
            for key, due in self._due.items():
                if old < due <= self._horizon:
                    heappush(self._near, Timer(due, key))


def ticks(topic: str, due: Iterable[tuple[str, Instant]]) -> list[Outgoing]:
    """Ticks for keys and their due times, in order of time, then key."""
    return [_tick(topic, key, at) for at, key in sorted((at, key) for key, at in due)]


def _tick(topic: str, key: str, at: Instant) -> Outgoing:
    event = codec.build(
        Ticked,
        Due(due=at),
        event_id=derive("tick", key, at),
        source=SOURCE,
        key=key,
        time=at,
        receivedat=at,
    )
    return Outgoing(topic, key.encode(), codec.encode(event))
