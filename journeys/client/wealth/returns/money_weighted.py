"""The money-weighted rate (XIRR): what the client's own money earned, if that has an answer."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec
import pyxirr

from journeys.client.wealth.returns.roots import Timed, bisected, brackets, is_root
from journeys.client.wealth.returns.rules import ReturnRules

Basis = Literal["act/365F", "act/360", "30E/360", "act/act ISDA"]
Flows = Iterable[tuple[date, float]]
"""Signed from the client's side: paid in negative, received positive."""


class Status(StrEnum):
    """May the rate be shown, and if not, why."""

    OK = "ok"
    SPAN = "span"
    """A rate there is, but over less than a year: a fortnight's luck, annualised, misleads."""
    NO_SIGN_CHANGE = "no_sign_change"
    SEVERAL_ROOTS = "several_roots"
    NO_ROOT = "no_root"


class Rate(msgspec.Struct, frozen=True):
    """A yearly rate; `None` if there is none, or more than one."""

    value: float | None
    status: Status
    is_conventional: bool
    """Do the flows change sign once?"""

    @property
    def is_shown(self) -> bool:
        """Otherwise Modified Dietz is shown, not annualised."""
        return self.status is Status.OK


def money_weighted(flows: Flows, *, basis: Basis = "act/365F", rules: ReturnRules) -> Rate:
    """The rate at which these flows are worth nothing.

    Flows of one day count as one, those of nothing not at all.
    """
    netted = by_day(flows)
    amounts = [amount for _, amount in netted]
    if not (amounts and min(amounts) < 0 < max(amounts)):
        return Rate(None, Status.NO_SIGN_CHANGE, is_conventional=False)
    conventional = bool(pyxirr.is_conventional_cash_flow(amounts))
    first, last = netted[0][0], netted[-1][0]
    timed = [(pyxirr.year_fraction(first, day, basis), amount) for day, amount in netted]
    quick = pyxirr.xirr(netted, day_count=basis, silent=True) if conventional else None
    value, status = sole_rate(timed, quick, rules)
    if status is Status.OK and (last - first).days < rules.least_days:
        status = Status.SPAN
    return Rate(value, status, conventional)


def sole_rate(timed: Timed, quick: float | None, rules: ReturnRules) -> tuple[float | None, Status]:
    """The one rate of flows with both signs; `None` if there is none or more than one.

    Args:
        timed: the flows.
        quick: what the library found, for flows that change sign once and so have one root at
            most; it is taken if the worth of the flows does change sign there.
        rules: where roots are looked for.
    """
    if quick is not None and is_root(timed, quick, rules):
        return quick, Status.OK
    found = brackets(timed, rules)
    if not found:
        return None, Status.NO_ROOT
    if len(found) > 1:
        return None, Status.SEVERAL_ROOTS
    return bisected(timed, found[0]), Status.OK


def by_day(flows: Flows) -> list[tuple[date, float]]:
    """Net flows in order of days; days of nothing are left out."""
    sums: dict[date, float] = defaultdict(float)
    for day, amount in flows:
        sums[day] += amount
    return sorted((day, amount) for day, amount in sums.items() if amount)
