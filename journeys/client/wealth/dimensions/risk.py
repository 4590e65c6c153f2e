"""D5 risk: levels above the client's class, expected shortfall, and the age of the test."""

import msgspec

from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing


class Risk(msgspec.Struct, frozen=True):
    """What the book risks, and what the client's class and word allow."""

    excess: float
    """Levels above class, weighted by value."""
    volatility: float
    shortfall: float
    """Expected loss in the worst 2.5 % of years, as a share of the book; below 0 a gain."""
    budget: float
    test_months: float


def measure(standing: Standing) -> Risk | None:
    """`None` while the risk class is missing."""
    profile, parameters = standing.profile, standing.parameters
    risk_class = profile.risk_class
    if risk_class is None:
        return None
    factor = parameters.market.shortfall_factor
    budget = factor * parameters.risk.volatility_by_class[risk_class - 1]
    if profile.tolerable_loss is not None:
        budget = min(budget, profile.tolerable_loss)
    return Risk(
        excess=_levels_above(standing, risk_class) / standing.value,
        volatility=standing.volatility,
        shortfall=factor * standing.volatility - standing.mean,
        budget=budget,
        test_months=profile.ra_months,
    )


def share(drivers: Risk, parameters: WealthParameters) -> float:
    """A product: any of the three can spoil it."""
    rules = parameters.risk
    return (
        read(rules.excess, drivers.excess)
        * within_budget(drivers, parameters)
        * read(rules.test_age, drivers.test_months)
    )


def _levels_above(standing: Standing, risk_class: int) -> int:
    above = standing.book.by_level[risk_class:]
    return sum(steps * fen for steps, fen in enumerate(above, start=1))


def within_budget(drivers: Risk, parameters: WealthParameters) -> float:
    """The factor for the shortfall; without a budget only a book that cannot lose fits."""
    if drivers.budget > 0:
        return read(parameters.risk.shortfall, max(0.0, drivers.shortfall) / drivers.budget)
    return 1.0 if drivers.shortfall <= 0 else 0.0
