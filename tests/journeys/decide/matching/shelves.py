"""Shelves: the golden catalogue, and invented ones of any size."""

from random import Random

from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.decide.matching.match import Offer
from tests.journeys.client.wealth import golden

YUAN = 100
_SHAPES = (
    # kind, level, days to cash, own risk, main class, its least share
    (ProductKind.MMF, 1, 1, 0, 0, 9_500),
    (ProductKind.WMP, 1, 30, 0, 1, 5_000),
    (ProductKind.WMP, 2, 30, 0, 2, 7_000),
    (ProductKind.WMP, 2, 90, 0, 2, 7_000),
    (ProductKind.FUND, 2, 3, 0, 2, 9_000),
    (ProductKind.FUND, 3, 3, 300, 2, 5_000),
    (ProductKind.FUND, 4, 3, 600, 3, 8_000),
    (ProductKind.INDEX, 4, 3, 0, 3, 9_500),
    (ProductKind.FUND, 5, 3, 1_200, 3, 9_000),
    (ProductKind.INDEX, 3, 3, 0, 4, 9_500),
    (ProductKind.SINGLE, 4, 365, 1_500, 4, 6_000),
    (ProductKind.GOVT, 1, 365, 0, 1, 10_000),
)


def golden_offers(**terms):
    return [
        Offer(key, facts, lot, **terms)
        for key in golden.rows()
        for lot, facts in [golden.lot(key, 0)]
    ]


def invented(size, *, seed=1):
    """A market: mixes, fees and issuers as they come, no two products alike."""
    r = Random(seed)  # noqa: S311 - seeded, nothing secret
    return [_offer(r, at) for at in range(size)]


def _offer(r, at):
    kind, level, days, own_risk, main, least = r.choice(_SHAPES)
    mix = [0] * 5
    mix[main] = r.randint(least, 10_000)
    mix[r.choice([k for k in range(5) if k != main])] += 10_000 - mix[main]
    facts = ProductFacts(
        f"p{at}",
        f"i{r.randrange(200)}",
        kind,
        level,
        days,
        r.randint(0, 180),
        (mix[0], mix[1], mix[2], mix[3], mix[4]),
        round(own_risk * r.uniform(0.5, 1.5)),
        idle=False,
    )
    matures = r.randint(30, 2_000) if kind in {ProductKind.WMP, ProductKind.GOVT} else None
    lot = Lot(facts.product, 1, 0, days, matures, idle=False, rolls_over=False)
    steps = r.choice(((1, 1), (1_000 * YUAN, 1_000 * YUAN), (10_000 * YUAN, 50_000 * YUAN)))
    return Offer(
        facts.product,
        facts,
        lot,
        step_fen=steps[0],
        minimum_fen=steps[1],
        entry_bp=r.choice((0, 15)),
    )
