"""Which task first: worth per minute, urgent ones before, as far as the hours reach.

A share of the minutes is kept for clients whom nobody has served for long: the floor is paid in
advance, so that it holds at every moment of a day and not only at its end.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from journeys.catalogue.edition import DeskPolicy
from journeys.desk.state import Entry, Hours, Spent
from schemas.tasks import TaskState
from schemas.time import DAY, MINUTE, Instant

_BANK_OFFSET = 480 * MINUTE
"""The bank's day; its hours lie in it."""


class Ranked(NamedTuple):
    """A task with its worth per minute, and whether the hours reach that far."""

    entry: Entry
    worth: float
    fits: bool


def rank(
    entries: Iterable[Entry],
    hours: Hours,
    policy: DeskPolicy,
    *,
    now: Instant,
    spent: Spent = Spent(),  # noqa: B008 - frozen
) -> tuple[Ranked, ...]:
    """Started and accepted tasks first, then by `priority x urgency / minutes`, over the floor.

    A task fits if, after all ranked before it that fit, the desk still has its minutes before it is
    due. The next task is one of a client unserved for long wherever another would take the share
    of minutes for such clients, of the day so far, below the floor.

    Args:
        entries: the desk's tasks that are awake.
        hours: of the desk; without a roster nothing is known to be beyond them.
        policy: urgency and the floor.
        now: the bank's time.
        spent: what of today is done.
    """
    scored = sorted(
        ((worth(entry, policy, now=now), entry) for entry in entries),
        key=lambda pair: (_IN_HAND.get(pair[1].state, 2), -pair[0], pair[1].due, pair[1].task_id),
    )
    in_hand = [pair for pair in scored if pair[1].state in _IN_HAND]
    others = [pair for pair in scored if pair[1].state not in _IN_HAND and not pair[1].unserved]
    unserved = [pair for pair in scored if pair[1].state not in _IN_HAND and pair[1].unserved]
    plan = _Plan(hours, today(spent, now=now), now)
    for pair in in_hand:
        plan.add(*pair)
    while unserved or others:
        plan.add(*_next(unserved, others, plan, policy.fairness_share).pop(0))
    return tuple(plan.ranked)


def worth(entry: Entry, policy: DeskPolicy, *, now: Instant) -> float:
    """Priority per minute, raised as the deadline comes near."""
    left = max(0, entry.due - now)
    nearness = max(0.0, 1 - left / policy.urgency_near)
    urgency = 1 + (policy.urgency_most - 1) * nearness
    return entry.priority * urgency / max(entry.minutes, 1)


def minutes_until(hours: Hours, due: Instant, *, now: Instant) -> int:
    """Working minutes between now and `due`, booked talks taken out."""
    free = sum(_overlap(shift, now, due) for shift in hours.shifts)
    taken = sum(_overlap(talk, now, due) for talk in hours.booked)
    return max(0, free - taken) // MINUTE


def today(spent: Spent, *, now: Instant) -> Spent:
    """What of today is done: nothing, if what is known was another day's."""
    day = (now + _BANK_OFFSET) // DAY
    return spent if spent.day == day else Spent(day)


def done(spent: Spent, entry: Entry, *, now: Instant) -> Spent:
    """The same with one more task done."""
    before = today(spent, now=now)
    more = entry.minutes if entry.unserved else 0
    return Spent(before.day, before.minutes + entry.minutes, before.unserved + more)


class _Plan:
    """The order so far, with the minutes that it takes."""

    def __init__(self, hours: Hours, spent: Spent, now: Instant) -> None:
        self.ranked: list[Ranked] = []
        self.minutes, self.unserved = spent.minutes, spent.unserved
        self._hours, self._now = hours, now
        self._planned = 0

    def add(self, value: float, entry: Entry) -> None:
        fits = self.has_room(entry)
        self.ranked.append(Ranked(entry, value, fits))
        if fits:
            self._planned += entry.minutes
            self.minutes += entry.minutes
            self.unserved += entry.minutes if entry.unserved else 0

    def has_room(self, entry: Entry) -> bool:
        if self._hours.version == 0:
            return True
        until = minutes_until(self._hours, entry.due, now=self._now)
        return until >= self._planned + entry.minutes


def _next(
    unserved: list[tuple[float, Entry]],
    others: list[tuple[float, Entry]],
    plan: _Plan,
    share: float,
) -> list[tuple[float, Entry]]:
    """Which of two queues the next task comes from."""
    if not unserved or not others:
        return unserved or others
    first = others[0][1]
    if plan.unserved < share * (plan.minutes + first.minutes) and plan.has_room(first):
        return unserved
    return unserved if _is_before(unserved[0], others[0]) else others


def _is_before(one: tuple[float, Entry], other: tuple[float, Entry]) -> bool:
    keys: Sequence[tuple[float, Instant, str]] = [
        (-value, entry.due, entry.task_id) for value, entry in (one, other)
    ]
    return keys[0] < keys[1]


def _overlap(span: tuple[Instant, Instant], start: Instant, end: Instant) -> int:
    return max(0, min(span[1], end) - max(span[0], start))


_IN_HAND = {TaskState.STARTED: 0, TaskState.ACCEPTED: 1}
