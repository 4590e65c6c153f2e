"""Which events were applied of late: the same one again has no effect.

Seven days or the last 64, whichever ends first: what comes again later than that has a version, or
comes from a publisher whose own memory is at fault.
"""

from typing import Final

import msgspec

from schemas.time import DAY, Instant

MOST: Final = 64
DAYS: Final = 7
_MARK: Final = 7
"""Of the eight bytes of a short hash the last seven: two of 64 are alike once in 10^13 clients."""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """Short hashes of events, oldest first, by the day on which they were applied."""

    marks: bytes = b""
    """Seven bytes each."""
    days: tuple[tuple[int, int], ...] = ()
    """A day, counted from 1970 in UTC, and how many of the marks are of it."""


def holds(seen: Seen, mark: int) -> bool:
    """Is an event among those remembered, by its short hash?"""
    wanted, at = _of(mark), -1
    while (at := seen.marks.find(wanted, at + 1)) >= 0:
        if at % _MARK == 0:
            return True
    return False


def remember(seen: Seen, mark: int, now: Instant) -> Seen:
    """Remember one event more, and forget what is too old or too much."""
    today, days = now // DAY, seen.days
    marks = seen.marks + _of(mark)
    if days and days[-1][0] == today:
        days = (*days[:-1], (today, days[-1][1] + 1))
    else:
        days = (*days, (today, 1))
    oldest = today - DAYS
    while days[0][0] < oldest:
        marks = marks[days[0][1] * _MARK :]
        days = days[1:]
    if len(marks) > MOST * _MARK:
        first = days[0][1] - 1
        marks = marks[_MARK:]
        days = ((days[0][0], first), *days[1:]) if first else days[1:]
    return Seen(marks, days)


def _of(mark: int) -> bytes:
    return mark.to_bytes(_MARK + 1)[1:]
