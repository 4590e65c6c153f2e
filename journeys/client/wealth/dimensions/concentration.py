"""D4 concentration: how much hangs on one product and on one issuer."""

import msgspec

from journeys.client.wealth.book import KIND_STEPS, whole
from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing


class Concentration(msgspec.Struct, frozen=True):
    """Herfindahl sums in [0, 1]; 1 divided by one is an effective number."""

    by_product: float
    by_issuer: float


def measure(standing: Standing) -> Concentration:
    """Never missing."""
    book, squared = standing.book, (KIND_STEPS * standing.value) ** 2
    return Concentration(
        by_product=whole(book.product_squares) / squared,
        by_issuer=whole(book.issuer_squares) / squared,
    )


def share(drivers: Concentration, parameters: WealthParameters) -> float:
    """Products and issuers, each on the same curve."""
    rules = parameters.concentration
    return rules.product_part * read(rules.curve, drivers.by_product) + rules.issuer_part * read(
        rules.curve, drivers.by_issuer
    )
