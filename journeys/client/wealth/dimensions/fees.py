"""D7 fees: what the client pays above the usual price of the classes held."""

import msgspec

from journeys.client.wealth.book import BASIS, whole
from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing


class Fees(msgspec.Struct, frozen=True):
    """Fee above benchmark a year, as a share of the book."""

    excess: float


def measure(standing: Standing) -> Fees:
    """Never missing."""
    return Fees(whole(standing.book.excess_fees) / (BASIS * BASIS * standing.value))


def share(drivers: Fees, parameters: WealthParameters) -> float:
    """Falls with the excess."""
    return read(parameters.fees.curve, drivers.excess)
