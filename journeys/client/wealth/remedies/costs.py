"""D7: what cheaper share classes of the same products would save."""

from collections.abc import Sequence

from journeys.client.wealth.book import BASIS, Lot, excess_fee
from journeys.client.wealth.curve import leaves_top
from journeys.client.wealth.diagnosis import Diagnosis
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.remedies.remedy import Do, Remedy, Step, whole_fen
from journeys.client.wealth.standing import Standing


def fees(
    standing: Standing, diagnosis: Diagnosis, lots: Sequence[tuple[Lot, ProductFacts]]
) -> Remedy | None:
    """Every lot above its benchmark, with the saving a year, the dearest first."""
    rules = standing.parameters
    if diagnosis.fees.excess <= leaves_top(rules.fees.curve):
        return None
    savings = [
        (whole_fen(lot.value_fen * excess_fee(facts, rules.book) / BASIS**2), lot.product)
        for lot, facts in lots
    ]
    ranked = sorted((one for one in savings if one[0]), key=lambda one: (-one[0], one[1]))
    steps = tuple(Step(Do.CUT_FEE, fen, product) for fen, product in ranked)
    return Remedy(7, 1.0, steps, is_full=True)
