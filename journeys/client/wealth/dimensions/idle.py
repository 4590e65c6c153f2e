"""D8 idle money: cash beyond the reserve, and lots about to mature without an order."""

import msgspec

from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing


class Idle(msgspec.Struct, frozen=True):
    """Shares of the book."""

    idle: float
    maturing: float


def measure(standing: Standing) -> Idle | None:
    """`None` while spending is missing."""
    if standing.reserve is None:
        return None
    book = standing.book
    kept = standing.parameters.idle.reserve_multiple * standing.reserve
    idle = max(0.0, book.idle_fen - kept - standing.profile.planned_outflow)
    return Idle(idle / standing.value, book.maturing_fen / standing.value)


def share(drivers: Idle, parameters: WealthParameters) -> float:
    """Two parts, each falling with its share."""
    rules = parameters.idle
    return rules.idle_part * read(rules.idle, drivers.idle) + rules.maturing_part * read(
        rules.maturing, drivers.maturing
    )
