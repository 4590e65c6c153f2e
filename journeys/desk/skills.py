"""What a desk may do, what it speaks, and whether it is there: as its roster says.

Of a desk whose roster nobody has told, nothing is known to be lacking: it is taken to work. What is
sold is checked again at the order, where a missing licence does block (S20).
"""

from typing import Literal

from journeys.desk import ranking
from journeys.desk.state import Entry, Hours
from schemas.time import Instant


def lacking(
    hours: Hours, licence: str | None, language: str | None
) -> Literal["no_licence", "no_language"] | None:
    """What stands between this desk and a piece of work, if anything."""
    if hours.version == 0:
        return None
    if licence is not None and licence not in hours.licences:
        return "no_licence"
    if language is not None and language not in hours.languages:
        return "no_language"
    return None


def has_hours(hours: Hours, entry: Entry, *, now: Instant) -> bool:
    """Has the desk, before a task expires, the minutes that it takes?"""
    if hours.version == 0:
        return True
    return ranking.minutes_until(hours, entry.expires, now=now) >= entry.minutes


def is_absent(hours: Hours, entry: Entry, *, now: Instant) -> bool:
    """Does nobody work there before a task expires?"""
    if hours.version == 0:
        return False
    return all(ends <= now or starts >= entry.expires for starts, ends in hours.shifts)
