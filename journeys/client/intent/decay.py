"""How evidence fades: shares, chances, and the search for the first fall to a threshold.

Only + - * / and powers of two, so that machines agree: README, decision of 2026-11-24.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from schemas.time import HOUR, SECOND, Instant

_LOG2_E = 1.4426950408889634
_WIDEST = 700.0
_SPENT = 64
"""Half-lives after which a piece of evidence is below the last bit of any score."""


Term = tuple[float, Instant, int]
"""One piece of evidence: full weight until an instant, then halved every half-life.

A plain tuple, as a rule's mark is: a search for a fall takes some dozens apart.
"""


def share(age: int, half_life: int) -> float:
    """Share of a piece of evidence left after an age in microseconds; below 0 counts as 0.

    Example:
        >>> share(-5, 10), share(0, 10), share(20, 10)
        (1.0, 1.0, 0.25)
    """
    left: float = 2.0 ** (-age / half_life) if age > 0 else 1.0
    return left


def sigmoid(score: float) -> float:
    """The probability of log-odds.

    Example:
        >>> sigmoid(0.0), sigmoid(-5000.0), sigmoid(5000.0)
        (0.5, 0.0, 1.0)
    """
    odds: float = 2.0 ** (-abs(score) * _LOG2_E)  # never above 1: it cannot overflow
    return 1 / (1 + odds) if score >= 0 else odds / (1 + odds)


def fallen_at(chance: float, *, bias: float, heat: float) -> float:
    """The sum of evidence at which the chance is `chance`; the inverse of `sigmoid`, halved out.

    Example:
        >>> fallen_at(0.5, bias=-3.0, heat=1.0)
        3.0
    """
    low, high = -_WIDEST, _WIDEST
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (low, middle) if sigmoid(middle) >= chance else (middle, high)
    return high * heat - bias


def first_fall(
    terms: list[Term],
    now: Instant,
    *,
    limit: float,
    before: Instant | None,
    has_fallen: Callable[[Instant], bool],
) -> Instant | None:
    """The first time after `now` that the sum is at `limit` and `has_fallen`, to a second.

    Nothing is looked for after `before`. Evidence against fades too, so a sum may fall and rise
    again: a stretch is passed over only if its floor is above the limit, which takes what speaks
    for at the stretch's end and what speaks against at its start.
    """
    speaks_for = _together([term for term in terms if term[0] > 0], now)
    against = _together([term for term in terms if term[0] < 0], now)
    if not against and (sure := _around_fall(speaks_for, now, limit)) is not None:
        found = _by_halves(speaks_for, now, before, limit, sure)
        if found is None or has_fallen(found):
            return found
    for start, end in _stretches(terms, now) if before is None else [(int(now), int(before))]:
        # With each stretch goes what is known: what speaks for at its end, against at its start.
        ahead = [(start, end, _sum(speaks_for, end), _sum(against, start))]
        while ahead:
            low, high, at_end, at_start = ahead.pop()
            if at_end + at_start > limit:
                continue
            if high - low > SECOND:
                middle = (low + high) // 2
                ahead.append((middle, high, at_end, _sum(against, middle)))
                ahead.append((low, middle, _sum(speaks_for, middle), at_start))
            elif has_fallen(Instant(high)):
                return Instant(high)
    return None


class _Sure(NamedTuple):
    """What need not be added up: the sum falls all the time."""

    above_until: int
    """At or before this time it is above the limit."""
    low_from: int
    """From this time on it is not."""


_STEPS = 16
_MARGIN = 1000
"""Microseconds on each side of the fall in which the last bit of a sum may decide."""


def _around_fall(terms: list[Term], now: Instant, limit: float) -> _Sure | None:
    """Newton's steps towards the fall of a sum that fades from now on, then a look at both sides.

    The sum is convex, so no step passes the fall. `None` where that leads nowhere.
    """
    if limit <= 0 or not terms or any(since > now for _, since, _ in terms):
        return None
    age = 0.0
    for _ in range(_STEPS):
        total = slope = 0.0
        for weight, _, half_life in terms:
            left = weight * 2.0 ** (-age / half_life)
            total += left
            slope += left / half_life
        if total <= limit:
            break
        step = (total - limit) / slope * _LOG2_E
        age += step
        if step < 1:
            break
    sure = _Sure(int(now + age) - _MARGIN, int(now + age) + _MARGIN)
    spent = now + _SPENT * max(half_life for _, _, half_life in terms)
    is_between = now < sure.above_until and sure.low_from < spent
    if is_between and _sum(terms, sure.above_until) > limit >= _sum(terms, sure.low_from):
        return sure
    return None


def _by_halves(
    terms: list[Term], now: Instant, before: Instant | None, limit: float, sure: _Sure
) -> Instant | None:
    """The search's own stretches and halves, of which few need a sum."""

    def is_above(at: int) -> bool:
        return at <= sure.above_until or (at < sure.low_from and _sum(terms, at) > limit)

    low, high = int(now), int(now + HOUR if before is None else before)
    while is_above(high):
        if before is not None:
            return None
        low, high = high, 2 * high - now + HOUR
    while high - low > SECOND:
        middle = (low + high) // 2
        low, high = (middle, high) if is_above(middle) else (low, middle)
    return Instant(high)


def _stretches(terms: list[Term], now: Instant) -> Iterator[tuple[int, int]]:
    """Time from now until nothing is left of any term, in stretches that double."""
    ends = (max(now, since) + _SPENT * half_life for _, since, half_life in terms)
    last = max(ends, default=now + HOUR)
    start = int(now)
    while start < last:
        end = 2 * start - now + HOUR
        yield start, end
        start = end


def _together(terms: list[Term], now: Instant) -> list[Term]:
    """The same with one term for each half-life; what does not fade yet stays as it is."""
    fading: dict[int, float] = {}
    for weight, since, half_life in terms:
        if since <= now:
            left = weight * share(now - since, half_life)
            fading[half_life] = fading.get(half_life, 0.0) + left
    held = [term for term in terms if term[1] > now]
    return [(left, now, half_life) for half_life, left in fading.items()] + held


def _sum(terms: list[Term], at: int) -> float:
    total = 0.0
    for weight, since, half_life in terms:
        age = at - since
        total += weight * 2.0 ** (-age / half_life) if age > 0 else weight
    return total
