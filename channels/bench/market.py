"""An invented market and invented clients: no two products alike, fifteen to a client."""

from random import Random
from typing import Final

import msgspec

from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held
from journeys.client.wealth.rules import FiveWhole
from journeys.decide.matching.match import Offer

HELD: Final = 15
_YUAN: Final = 100
_STEPS: Final = ((1, 1), (1_000 * _YUAN, 1_000 * _YUAN), (10_000 * _YUAN, 50_000 * _YUAN))


class _Shape(msgspec.Struct, frozen=True, array_like=True):
    kind: ProductKind
    level: int
    days: int
    own_risk_bp: int
    main: int
    """Place of the main class."""
    least_bp: int
    """Its least share."""


_SHAPES: Final = (
    _Shape(ProductKind.DEPOSIT, 1, 0, 0, 0, 10_000),
    _Shape(ProductKind.MMF, 1, 1, 0, 0, 9_500),
    _Shape(ProductKind.WMP, 1, 30, 0, 1, 5_000),
    _Shape(ProductKind.WMP, 2, 30, 0, 2, 7_000),
    _Shape(ProductKind.WMP, 2, 90, 0, 2, 7_000),
    _Shape(ProductKind.FUND, 2, 3, 0, 2, 9_000),
    _Shape(ProductKind.FUND, 3, 3, 300, 2, 5_000),
    _Shape(ProductKind.FUND, 4, 3, 600, 3, 8_000),
    _Shape(ProductKind.INDEX, 4, 3, 0, 3, 9_500),
    _Shape(ProductKind.FUND, 5, 3, 1_200, 3, 9_000),
    _Shape(ProductKind.INDEX, 3, 3, 0, 4, 9_500),
    _Shape(ProductKind.SINGLE, 4, 365, 1_500, 4, 6_000),
    _Shape(ProductKind.GOVT, 1, 365, 0, 1, 10_000),
)


def market(size: int, *, seed: int) -> list[Offer]:
    """So many products of the usual shapes."""
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    return [_offer(draw, f"p{number}") for number in range(size)]


def clients(count: int, offers: list[Offer], *, seed: int) -> list[tuple[Held, Profile]]:
    """So many households, each with fifteen products of the market."""
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    return [(_held(draw, offers), _household(draw)) for _ in range(count)]


def _offer(draw: Random, name: str) -> Offer:
    shape = draw.choice(_SHAPES)
    facts = ProductFacts(
        product=name,
        issuer=f"i{draw.randrange(200)}",
        kind=shape.kind,
        level=shape.level,
        days_to_cash=shape.days,
        fee_bp=draw.randint(0, 180),
        look_through=_mix(draw, shape),
        idiosyncratic_bp=round(shape.own_risk_bp * draw.uniform(0.5, 1.5)),
        idle=shape.days == 0,
    )
    matures = draw.randint(30, 2_000) if shape.kind is ProductKind.WMP else None
    lot = Lot(name, 1, 0, shape.days, matures, idle=facts.idle, rolls_over=False)
    step, least = draw.choice(_STEPS)
    return Offer(name, facts, lot, step_fen=step, minimum_fen=least, entry_bp=draw.choice((0, 15)))


def _mix(draw: Random, shape: _Shape) -> FiveWhole:
    mix = [0] * 5
    mix[shape.main] = draw.randint(shape.least_bp, 10_000)
    other = draw.choice([place for place in range(5) if place != shape.main])
    mix[other] = 10_000 - mix[shape.main]
    return mix[0], mix[1], mix[2], mix[3], mix[4]


def _held(draw: Random, offers: list[Offer]) -> Held:
    return [
        (msgspec.structs.replace(offer.lot, value_fen=draw.randint(1, 40_000_000)), offer.facts)
        for offer in draw.sample(offers, HELD)
    ]


def _household(draw: Random) -> Profile:
    return Profile(
        age=draw.randint(25, 75),
        annual_income=draw.randint(8_000_000, 120_000_000),
        essential_spending=draw.randint(300_000, 3_000_000),
        risk_class=draw.randint(1, 5),
        horizon_years=draw.randint(1, 20),
        dependants=draw.randint(0, 3),
        debt=draw.randint(0, 200_000_000),
        debt_service=draw.randint(0, 1_000_000),
        monthly_saving=draw.randint(0, 1_000_000),
        goals=((draw.randint(10_000_000, 400_000_000), draw.randint(2, 20)),),
    )
