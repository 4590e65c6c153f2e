"""Which task first: worth per minute, urgent ones before, as far as the hours reach."""

from collections.abc import Iterable
from typing import NamedTuple

from journeys.catalogue.edition import DeskPolicy
from journeys.desk.state import Entry, Hours
from schemas.tasks import TaskState
from schemas.time import MINUTE, Instant


class Ranked(NamedTuple):
    """A task with its worth per minute, and whether the hours reach that far."""

    entry: Entry
    worth: float
    fits: bool


def rank(
    entries: Iterable[Entry], hours: Hours, policy: DeskPolicy, *, now: Instant
) -> tuple[Ranked, ...]:
    """Started and accepted tasks first, then by `priority x urgency / minutes`.

    A task fits if, after all ranked before it, the desk still has its minutes before it is due.
    """
    scored = sorted(
        ((worth(entry, policy, now=now), entry) for entry in entries),
        key=lambda pair: (_IN_HAND.get(pair[1].state, 2), -pair[0], pair[1].due, pair[1].task_id),
    )
    ranked, spent = [], 0
    for value, entry in scored:
        spent += entry.minutes
        fits = minutes_until(hours, entry.due, now=now) >= spent
        ranked.append(Ranked(entry, value, fits))
    return tuple(ranked)


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


def _overlap(span: tuple[Instant, Instant], start: Instant, end: Instant) -> int:
    return max(0, min(span[1], end) - max(span[0], start))


_IN_HAND = {TaskState.STARTED: 0, TaskState.ACCEPTED: 1}
