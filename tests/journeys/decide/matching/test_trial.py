"""What a trial says of a move is what the move itself says, to the last bit."""

from random import Random

import pytest
from msgspec.structs import replace
from typing_extensions import override

from journeys.client.wealth.product import ProductKind
from journeys.client.wealth.rules import CLASSES
from journeys.client.wealth.score import score
from journeys.client.wealth.tried import Household, sums_of
from journeys.decide.conduct.judge import judge_alone
from journeys.decide.matching.duties import OF_PURCHASE, Purchase, bought
from journeys.decide.matching.match import Offer, Source
from journeys.decide.matching.moves import buyer_of, tried_move
from journeys.decide.matching.shelf import shelf_of
from journeys.decide.matching.terms import Adviser, Kind, kind_of, terms_of
from journeys.decide.matching.trial import Trial
from schemas.decisions import WithheldReason
from tests.journeys.client.wealth.builders import PARAMETERS, a_household
from tests.journeys.decide.matching.shelves import invented
from tests.journeys.decide.matching.test_duties import FINE
from tests.journeys.decide.matching.test_gate import POLICY

YUAN = 100
_MISSING = ("age", "annual_income", "essential_spending", "risk_class", "horizon_years")
_SILENT = ("C", "test_date", "fin_net_worth", "monthly_need", "capacity", "age")


def a_market(draw):
    regimes = ("NFRA", "CSRC", "INS", "DEP", None)
    return [
        replace(offer, regime=draw.choice(regimes), private=draw.choice((None, None, None, "FI")))
        for offer in invented(60, seed=draw.random())
    ]


def a_person(draw):
    told = {
        "age": draw.randint(25, 80),
        "risk_class": draw.randint(1, 5),
        "horizon_years": draw.randint(1, 20),
        "essential_spending": draw.choice((0, 300_000, 2_000_000)),
        "debt_service": draw.choice((0, 400_000)),
        "goals": draw.choice(((), ((40_000_000, 7), (9_000_000, 2)), ((0, 3),))),
        "tolerable_loss": draw.choice((None, 0.0, 0.1)),
        "planned_outflow": draw.choice((0, 5_000_000)),
    }
    hidden = draw.sample(_MISSING, draw.choice((0, 0, 1)))
    return a_household(**told | dict.fromkeys(hidden))


def some_lots(draw, market):
    """A book of deposits and papers, some of one issuer; small ones too."""
    most = draw.choice((2_000_000, 80_000_000)) * YUAN
    kinds = (ProductKind.DEPOSIT, ProductKind.FUND, ProductKind.SINGLE)
    return [
        (
            replace(offer.lot, value_fen=draw.randint(1, most) // 10),
            replace(offer.facts, kind=draw.choice(kinds), issuer=draw.choice(("i1", "i2", "i3"))),
        )
        for offer in draw.sample(market, 6)
    ]


def near(draw, offer: Offer) -> Offer:
    """The offer as others of an issuer that the client holds, a deposit perhaps."""
    kind = draw.choice((offer.facts.kind, ProductKind.DEPOSIT))
    facts = replace(offer.facts, issuer=draw.choice(("i1", "i2", "other")), kind=kind)
    return replace(offer, facts=facts)


@pytest.mark.untraced
@pytest.mark.parametrize("seed", range(40))
def test_a_tried_move_has_the_bits_of_the_move(seed):
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    market = a_market(draw)
    shelf = shelf_of(near(draw, offer) for offer in market)
    adviser = Adviser(shelf, PARAMETERS, POLICY)
    held = some_lots(draw, market)
    told = FINE | dict.fromkeys(draw.sample(_SILENT, draw.choice((0, 0, 1))))
    client = replace(buyer_of(held, a_person(draw), adviser), told=draw.choice((told, None)))
    trial = Trial(client, terms_of(adviser))
    for offer in shelf.by_name.values():
        lot, facts = draw.choice(held)
        source = Source(lot, facts, draw.randint(1, lot.value_fen), ())
        move, found = tried_move(client, source, offer, source.fen), None
        if move is not None:
            found = trial.move(source, offer, source.fen)
            assert found is trial.move(source, offer, source.fen)
            assert (found.gain_points, found.per_yuan) == (move.gain_points, move.per_yuan)
            assert (found.sold_fen, found.bought_fen) == (move.sold_fen, move.bought_fen)
            assert (found.rulings, found.refusals) == (move.rulings, move.refusals)


@pytest.mark.parametrize("seed", range(40))
def test_where_no_answer_may_be_missing_no_move_misses_one(seed):
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    market = a_market(draw)
    adviser = Adviser(shelf_of(market), PARAMETERS, POLICY)
    held = some_lots(draw, market)
    told = FINE | dict.fromkeys(draw.sample(_SILENT, draw.choice((0, 0, 1))))
    client = replace(buyer_of(held, a_person(draw), adviser), told=draw.choice((told, None)))
    trial = Trial(client, terms_of(adviser))
    lot, facts = max(held, key=lambda one: one[0].value_fen)
    may_miss = {one: trial.rows.may_miss([kind_of(one)]) for one in adviser.shelf.by_name.values()}
    for offer, may in may_miss.items():
        for fen in (1, lot.value_fen):
            move = trial.move(Source(lot, facts, fen, ()), offer, fen)
            missed = move is not None and any(
                one.reason is WithheldReason.DATA_MISSING for one in move.refusals
            )
            assert may or not missed


def test_of_a_client_who_told_everything_no_row_misses_anything():
    person = a_household(age=40, risk_class=4, horizon_years=9, essential_spending=300_000)
    market = a_market(Random(1))  # noqa: S311 - seeded, nothing secret
    adviser = Adviser(shelf_of(market), PARAMETERS, POLICY)
    client = replace(buyer_of([], person, adviser), told=FINE)
    rows = Trial(client, terms_of(adviser)).rows

    kinds = [one for main in CLASSES for one in terms_of(adviser).kinds(main)]
    assert not rows.may_miss(
        [one for one in kinds if one.regime in {"NFRA", "CSRC"} and one.private is None]
    )
    assert rows.may_miss([Kind("NFRA", 1, "FI")])
    assert rows.may_miss([Kind("INS", 1, None)])
    assert rows.may_miss([Kind(None, 1, None)])


@pytest.mark.parametrize("seed", range(40))
def test_a_households_total_is_the_score_of_the_book(seed):
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    person = a_person(draw)
    household = Household(person, PARAMETERS)
    adviser = Adviser(shelf_of(()), PARAMETERS, POLICY)
    for _ in range(5):
        held = some_lots(draw, a_market(draw)) if draw.random() < 0.9 else []
        book = buyer_of(held, person, adviser).before
        assert household.total(sums_of(book)) == score(book, person, PARAMETERS).total


class Noted(dict[str, object]):
    """Inputs that keep the names read."""

    def __init__(self, inputs):
        super().__init__(inputs)
        self.read = set()

    @override
    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)


@pytest.mark.parametrize("rule", sorted(OF_PURCHASE))
def test_a_row_reads_no_more_of_a_purchase_than_is_said(rule):
    of_purchase = bought(Purchase("NFRA", 1, 1, 1, "FI"))
    for level in (1, 3, 5):
        for told in (
            {},
            {"age": 70, "measures": ("think_time", "call_back"), "online": True},
            {"age": 70, "age_friendly_flow": False},
            {"capacity": "limited", "guardian_consent": True},
            {"capacity": "none"},
            {"test_date": None},
        ):
            inputs = Noted(FINE | told | bought(Purchase("NFRA", level, 1, 1, "FI")))
            judge_alone(POLICY.sale[rule], inputs)
            assert inputs.read & of_purchase.keys() <= set(OF_PURCHASE[rule])
