"""The allocation that fits a household: cash, fixed income, equity, alternatives."""

import msgspec

from journeys.client.wealth.curve import read
from journeys.client.wealth.rules import TargetRules
from journeys.client.wealth.standing import Standing

Groups = tuple[float, float, float, float]
"""Shares of CASH, FI (FIX and BOND), EQ, ALT; they add up to 1."""


class Household(msgspec.Struct, frozen=True):
    """The answers that a target rests on, all given."""

    years_past_retirement: int
    risk_class: int
    horizon_years: int
    reserve: float


def target(standing: Standing) -> Groups | None:
    """The target, or `None` while age, spending, class or horizon is missing."""
    household = _household(standing)
    if household is None:
        return None
    rules = standing.parameters.target
    equity = _equity(household, standing.profile.tolerable_loss, rules)
    cash = _cash(household, standing, rules)
    allowance = rules.alternatives_by_class[household.risk_class - 1]
    other = allowance * min(1.0, equity / rules.alternatives_full_at)
    rest = 1 - cash
    return cash, rest * (1 - equity - other), rest * equity, rest * other


def held(standing: Standing) -> Groups:
    """What the book holds, in the same groups."""
    cash, fix, bond, equity, other = standing.mix
    return cash, fix + bond, equity, other


def _household(standing: Standing) -> Household | None:
    profile = standing.profile
    if (
        profile.age is None
        or profile.risk_class is None
        or profile.horizon_years is None
        or standing.reserve is None
    ):
        return None
    return Household(
        years_past_retirement=profile.age - profile.retirement_age,
        risk_class=profile.risk_class,
        horizon_years=profile.horizon_years,
        reserve=standing.reserve,
    )


def _equity(household: Household, tolerable_loss: float | None, rules: TargetRules) -> float:
    """The least of what age, class, horizon and the stated loss allow."""
    share = min(
        read(rules.equity_by_age, household.years_past_retirement),
        rules.equity_by_class[household.risk_class - 1],
        read(rules.equity_by_horizon, household.horizon_years),
    )
    if tolerable_loss is None:
        return share
    return min(share, max(0.0, tolerable_loss - rules.loss_offset) / rules.loss_per_equity)


def _cash(household: Household, standing: Standing, rules: TargetRules) -> float:
    if not standing.book.value_fen:
        return rules.cash_most
    share = household.reserve / standing.book.value_fen
    return min(rules.cash_most, max(rules.cash_least, share))
