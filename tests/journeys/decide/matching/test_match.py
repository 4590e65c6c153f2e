"""Matching: what one purchase would do, and in which order purchases are shown."""

import inspect

import pytest

from journeys.catalogue.actions import Sells
from journeys.client.wealth.score import Label, score
from journeys.decide.matching import match as matching
from journeys.decide.matching.match import Buyer, Match, Offer, buyer, match, per_yuan, ranked
from journeys.decide.value import points
from journeys.decide.verdict import Sale
from schemas.reference import Product
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.builders import PARAMETERS
from tests.journeys.decide.matching.test_gate import POLICY

A5 = golden.client("A5")
HELD, TOLD = A5["holdings"], golden.profile(A5["profile"])


def a_buyer(yuan: int = 300_000) -> Buyer:
    book = golden.book(HELD, PARAMETERS)
    return buyer(book, golden.lot("cur", yuan), TOLD, PARAMETERS, POLICY)


def an_offer(key: str) -> Offer:
    lot, facts = golden.lot(key, 0)
    return Offer(key, facts, lot)


def a_match(name: str, gain: float, fee: int = 0) -> Match:
    return Match(name, gain, Label.HEALTHY, per_yuan(gain, 100, fee), fee, ())


def test_a_purchase_is_the_score_after_it_less_the_score_now():
    found = match(a_buyer(), an_offer("gov"))

    after = golden.book(HELD | {"cur": 400_000, "gov": 400_000}, PARAMETERS)
    now = golden.book(HELD, PARAMETERS)
    gain = score(after, TOLD, PARAMETERS).total - score(now, TOLD, PARAMETERS).total
    assert found.gain_points == gain
    assert found.refusals == ()


def test_to_sell_and_buy_back_changes_nothing():
    assert match(a_buyer(), an_offer("cur")).gain_points == 0


def test_blocked_products_are_scored_and_never_ranked():
    found = [match(a_buyer(), an_offer(key)) for key in ("ix1", "bal1", "fp", "gov", "bf1", "wmp1")]

    assert [one.name for one in ranked(found)] == ["gov", "bf1", "fp", "wmp1"]
    assert found[0].gain_points == pytest.approx(-10.63, abs=0.006)


def test_ties_go_to_the_lower_fee_and_then_to_the_name():
    free = a_match("b", 0.0, fee=50), a_match("a", 0.0, fee=50), a_match("c", 0.0, fee=10)

    assert [one.name for one in ranked(free)] == ["c", "a", "b"]


def test_points_are_counted_by_yuan_net_of_a_years_fee():
    assert per_yuan(2.0, 100_00, 100) == 2.0 / 99
    assert per_yuan(2.0, 0, 100) == 0.0
    assert per_yuan(2.0, 100_00, 10_000) == 0.0


def test_more_than_is_held_cannot_be_sold():
    with pytest.raises(ValueError, match="not in the book"):
        a_buyer(700_001)


FORBIDDEN = ("commission", "revenue", "kickback", "rebate", "margin", "incentive", "sales", "trail")


def test_commission_is_no_input_and_cannot_become_one():
    """Every value that reaches the ranking is named here; none is what the bank earns."""
    names = {name for kind in (Offer, Buyer, Match) for name in kind.__struct_fields__}
    names |= {*golden.lot("gov", 1)[1].__struct_fields__, *TOLD.__struct_fields__}
    names |= {*Sale.__struct_fields__, *Sells.__struct_fields__, *Product.model_fields}
    for function in (match, buyer, per_yuan, ranked, points):
        names |= set(inspect.signature(function).parameters)
    names |= {name for rule in POLICY.rules.values() for name in rule.__struct_fields__}

    assert not [name for name in names if any(word in name for word in FORBIDDEN)]


def test_nor_can_it_be_smuggled_in_by_keyword():
    lot, facts = golden.lot("gov", 0)

    with pytest.raises(TypeError):
        Offer("gov", facts, lot, commission=5)
    with pytest.raises(AttributeError):
        an_offer("gov").commission = 5
    assert "commission" not in inspect.getsource(matching).replace("Commission is no input", "")
