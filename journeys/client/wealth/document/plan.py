"""So many complete diagnoses a year for each private client: what counts, and what is due when."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec


class PlanRules(msgspec.Struct, frozen=True, kw_only=True):
    """How many diagnoses a year, by which days, and how far apart (`diagnosis.toml`)."""

    apart_days: int
    due: tuple[tuple[int, int], ...]
    """(month, day), ascending: one diagnosis by each."""
    tiers: tuple[str, ...] = ()
    """Whose clients are in the plan."""
    again_after: int = 0
    """Microseconds after one was held, the next is to be arranged."""
    first_within: int = 1
    """Microseconds over which the first is spread, for clients of whom none is known."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnosis held: when, by whom, and how far it was carried."""

    day: date
    by: str
    data_day: date
    """The day whose data both halves rest on."""
    complete: bool
    """Account and portfolio, everything judged."""
    shown: bool
    step_agreed: bool
    record_closed: bool

    @property
    def counts(self) -> bool:
        """Only what was complete, shown, agreed on and recorded counts."""
        return self.complete and self.shown and self.step_agreed and self.record_closed


class Plan(msgspec.Struct, frozen=True):
    """A private client's year."""

    counted: tuple[Done, ...]
    """No more than are due, far enough apart, the earliest possible."""
    due: date | None
    """The day by which the next must be held; `None` once all are."""
    opens: date | None
    """The first day on which the next would count."""

    @property
    def is_met(self) -> bool:
        """Were all held?"""
        return self.due is None


def plan(done: Sequence[Done], rules: PlanRules, *, year: int) -> Plan:
    """How a year stands.

    Example:
        >>> plan([], PlanRules(apart_days=90, due=((6, 30), (12, 31))), year=2026).due
        datetime.date(2026, 6, 30)
    """
    apart = timedelta(days=rules.apart_days)
    counted: list[Done] = []
    for one in sorted(done, key=lambda each: (each.day, each.by)):
        is_apart = not counted or one.day - counted[-1].day >= apart
        if one.counts and one.day.year == year and is_apart and len(counted) < len(rules.due):
            counted.append(one)
    if len(counted) == len(rules.due):
        return Plan(tuple(counted), None, None)
    opens = counted[-1].day + apart if counted else date(year, 1, 1)
    return Plan(tuple(counted), date(year, *rules.due[len(counted)]), opens)


def next_due(rules: PlanRules, today: date) -> date:
    """The next of the days by which one is due, today included.

    Example:
        >>> rules = PlanRules(apart_days=90, due=((6, 30), (12, 31)))
        >>> next_due(rules, date(2026, 7, 1)), next_due(rules, date(2026, 12, 31))
        (datetime.date(2026, 12, 31), datetime.date(2026, 12, 31))
    """
    days = [date(year, *day) for year in (today.year, today.year + 1) for day in rules.due]
    return next(day for day in days if day >= today)
