"""D1 liquidity: months of outgo that could be paid at once, by months needed."""

from math import inf

import msgspec

from journeys.client.wealth.book import LIQUID_STEPS
from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing


class Liquidity(msgspec.Struct, frozen=True):
    """Months held and needed."""

    months: float
    """Infinite for a household without outgo."""
    months_needed: float


def measure(standing: Standing) -> Liquidity | None:
    """`None` while spending is missing."""
    outgo = standing.outgo
    if outgo is None:
        return None
    months = standing.book.liquid / (LIQUID_STEPS * outgo) if outgo else inf
    return Liquidity(months, standing.months_needed)


def share(drivers: Liquidity, parameters: WealthParameters) -> float:
    """Full once the months needed are there."""
    return read(parameters.liquidity.curve, drivers.months / drivers.months_needed)
