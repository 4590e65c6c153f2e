"""One account over a period: profit, Modified Dietz, time-weighted and money-weighted return."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from journeys.client.wealth.returns.money_weighted import Rate, by_day, money_weighted
from journeys.client.wealth.returns.rules import ReturnRules

_YEAR_DAYS = 365


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What an account was worth, and what went in and out; any one unit of money.

    Flows are positive into the account and happen at the end of their day, all within the period.
    """

    start: date
    end: date
    opening: float
    closing: float
    flows: Sequence[tuple[date, float]] = ()
    values: Mapping[date, float] = {}
    """Worth on a day before that day's flows."""


class Earned(msgspec.Struct, frozen=True):
    """Profit always; each rate where it is defined."""

    profit: float
    modified_dietz: float | None
    """Of the whole period, never annualised."""
    money_weighted: Rate
    time_weighted: float | None
    time_weighted_yearly: float | None
    """`None` under one year."""

    @property
    def behaviour_gap(self) -> float | None:
        """What the client's timing cost or brought a year; `None` unless both rates are shown."""
        rate, product = self.money_weighted, self.time_weighted_yearly
        if not rate.is_shown or rate.value is None or product is None:
            return None
        return rate.value - product


def earned(account: Account, *, rules: ReturnRules) -> Earned:
    """All measures of one account."""
    flows = by_day(account.flows)
    linked = time_weighted(account, rules=rules)
    days = (account.end - account.start).days
    yearly = None if linked is None or days < rules.least_days else _yearly(linked, days)
    return Earned(
        profit=account.closing - account.opening - sum(amount for _, amount in flows),
        modified_dietz=modified_dietz(account),
        money_weighted=_client_rate(account, rules),
        time_weighted=linked,
        time_weighted_yearly=yearly,
    )


def modified_dietz(account: Account) -> float | None:
    """Profit by the money that was at work, each flow weighted by the days it stayed.

    `None` if no money was at work on balance; 0 if there was none at all.

    Example:
        >>> start, middle, end = date(2026, 1, 1), date(2026, 1, 11), date(2026, 2, 1)
        >>> flows = [(middle, 30_000)]
        >>> month = Account(start=start, end=end, opening=1e5, closing=139_000, flows=flows)
        >>> round(modified_dietz(month), 6)
        0.074799
    """
    days = (account.end - account.start).days
    net = sum(amount for _, amount in account.flows)
    weighted = sum(amount * (account.end - day).days for day, amount in account.flows)
    at_work = account.opening + (weighted / days if days else 0.0)
    if at_work > 0:
        return (account.closing - account.opening - net) / at_work
    return 0.0 if not (account.opening or account.closing or account.flows) else None


class Chain(msgspec.Struct, frozen=True):
    """A time-weighted return under way: what streaming has to keep of an account.

    Small flows wait for the next valuation; a large one links what was earned until it.
    """

    growth: float
    since: date
    worth: float
    """After the flow of that day."""
    waiting: tuple[tuple[date, float], ...] = ()


def waits(chain: Chain, day: date, amount: float) -> Chain:
    """The chain with a small flow more."""
    return msgspec.structs.replace(chain, waiting=(*chain.waiting, (day, amount)))


def linked(chain: Chain, day: date, amount: float, before: float) -> Chain | None:
    """The chain revalued at a large flow; `None` if what was earned until it is undefined."""
    part = _part(chain.since, day, (chain.worth, before), chain.waiting)
    if part is None:
        return None
    return Chain(chain.growth * (1 + part), day, before + amount)


def return_by(chain: Chain, day: date, worth: float) -> float | None:
    """The time-weighted return up to a day on which the worth is known."""
    part = _part(chain.since, day, (chain.worth, worth), chain.waiting)
    return None if part is None else chain.growth * (1 + part) - 1


def time_weighted(account: Account, *, rules: ReturnRules) -> float | None:
    """What a yuan left alone would have earned: revalued at each large flow, linked.

    Between large flows small ones count by Modified Dietz. `None` if the worth at a large flow
    is not known, or a part is undefined.
    """
    large = rules.large_flow * abs(account.opening)
    chain: Chain | None = Chain(1.0, account.start, account.opening)
    for day, amount in by_day(account.flows):
        if chain is None:
            return None
        if abs(amount) < large:
            chain = waits(chain, day, amount)
            continue
        before = _worth_before(account, day, amount)
        chain = None if before is None else linked(chain, day, amount, before)
    return None if chain is None else return_by(chain, account.end, account.closing)


def _part(
    start: date, end: date, worth: tuple[float, float], flows: Sequence[tuple[date, float]]
) -> float | None:
    opening, closing = worth
    part = Account(start=start, end=end, opening=opening, closing=closing, flows=flows)
    return modified_dietz(part)


def _worth_before(account: Account, day: date, amount: float) -> float | None:
    """Worth on a day before its flow; on the first and last day it follows from what is known."""
    if day == account.start:
        return account.opening
    known = account.values.get(day)
    if known is None and day == account.end:
        return account.closing - amount
    return known


def _yearly(linked: float, days: int) -> float | None:
    growth = 1 + linked
    return growth ** (_YEAR_DAYS / days) - 1 if growth >= 0 else None


def _client_rate(account: Account, rules: ReturnRules) -> Rate:
    """The client's side of the account: what goes in is paid, what is left is received."""
    paid = [(account.start, -account.opening), *((day, -amount) for day, amount in account.flows)]
    return money_weighted([*paid, (account.end, account.closing)], rules=rules)
