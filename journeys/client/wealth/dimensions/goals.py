"""D6 goals: the least share of the client's goals that the book is on the way to fund."""

import msgspec

from journeys.client.wealth.book import BASIS
from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing

_MONTHS = 12


class Goals(msgspec.Struct, frozen=True):
    """What the book should earn, and how far that carries."""

    growth: float
    """Expected a year after fees and half the variance."""
    rate: float
    """The same, not below 0: what goals are discounted with."""
    investable: float
    """fen beyond the reserve."""
    funded: float | None
    """Share funded at the tightest goal; `None` without goals."""


def measure(standing: Standing) -> Goals | None:
    """`None` while spending is missing."""
    if standing.reserve is None:
        return None
    fees = standing.book.fees / (BASIS * standing.value)
    growth = standing.mean - fees - standing.volatility**2 / 2
    rate = max(growth, 0.0)
    investable = max(0.0, standing.book.value_fen - standing.reserve)
    return Goals(growth, rate, investable, _funded(standing, rate, investable))


def share(drivers: Goals, parameters: WealthParameters) -> float:
    """By the share funded; without goals by the return above inflation."""
    rules = parameters.goals
    if drivers.funded is None:
        return read(rules.real_return, drivers.growth - parameters.market.inflation)
    return read(rules.funded, drivers.funded)


def by_date(standing: Standing, rate: float) -> list[tuple[float, float]]:
    """At each date of a goal: what is wanted by then at today's worth, and what a yuan a year is.

    Goals of nothing are left out.
    """
    goals = sorted((years, fen) for fen, years in standing.profile.goals if fen > 0)
    flat = rate <= standing.parameters.goals.flat_rate
    found: list[tuple[float, float]] = []
    wanted, discount, passed = 0.0, 1.0, 0
    for years, fen in goals:
        # Year by year, never `pow`: the same bits on every machine.
        for _ in range(years - passed):
            discount /= 1 + rate
        passed = years
        wanted += fen * discount
        found.append((wanted, years if flat else (1 - discount) / rate))
    return found


def _funded(standing: Standing, rate: float, investable: float) -> float | None:
    """The least, over the dates of goals, of means by then over wants by then, at today's worth.

    At one date of several goals the last one, with the largest sum, is the least.
    """
    saving = _MONTHS * standing.profile.monthly_saving
    return min(
        ((investable + saving * annuity) / wanted for wanted, annuity in by_date(standing, rate)),
        default=None,
    )
