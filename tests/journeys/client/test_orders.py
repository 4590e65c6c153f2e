"""Orders judged at once: the rows of a sale on what the order says, and what doors are told."""

import json
from base64 import b64decode

import pytest

from journeys.client.orders import check
from journeys.client.stored.codec import decode
from journeys.step import Place
from schemas import facts
from schemas.orders import Order
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import CLIENT, MONDAY_10, a_position, yuan
from tests.journeys.decide.sales import FIELDS, FUND, NOTE, a_life, sold, with_product

LATER = Instant(MONDAY_10 + HOUR)
TRUST = NOTE.model_copy(update={"product": "trust", "private": "FI"})
LICENCE = {
    "licence_until": "2026-12-31",
    "authorised_products": ["note", "bond"],
    "authorisation_until": "2026-12-31",
}


def an_order(product="note", amount=100_000, initiator="client", channel="app", **more):
    said = {"client": CLIENT, "product": product, "amount": yuan(amount), "initiator": initiator}
    return Order.model_validate_json(json.dumps(said | {"channel": channel} | more))


def stated(life):
    """What the doors were told last."""
    return next(
        o.event.data for o in reversed(life.outputs) if isinstance(o.event, facts.BuyerStated)
    )


def asked(life, order, *, at=LATER):
    return check(order, decode(b64decode(stated(life).state)), life.reference, at=at)


def test_an_order_within_every_row_is_allowed_and_every_row_is_told():
    found = asked(a_life(NOTE), an_order())

    assert (found.verdict, found.reason, found.steps) == ("allow", None, ())
    assert [one.rule for one in found.rulings] == [
        *("s01", "s05", "s07", "s09", "s10", "s11", "s13"),
        *("tenor", "liquidity", "concentration"),
    ]
    assert found.gain_points > 0


def test_what_was_proposed_is_allowed_as_an_order():
    life = a_life(NOTE)
    sale = sold(life)
    found = asked(life, an_order(sale.buy, sale.bought_fen // 100))

    assert found.verdict == "allow"
    assert {one.rule for one in sale.rulings} == {one.rule for one in found.rulings}


@pytest.mark.parametrize(
    ("life", "order", "rule", "reason"),
    [
        ({"test": {"risk_class": 1}}, {}, "s01", "risk_above_class"),
        ({"tested": 700}, {}, "s07", "test_expired"),
        ({}, {"amount": 260_000}, "s11", "beyond_means"),
        ({"fields": {**FIELDS, "birth": "2012-01-01"}}, {}, "s13", "capacity_limited"),
        ({"fields": {**FIELDS, "horizon_years": 0}}, {}, "tenor", "tenor_too_long"),
        ({"fields": {**FIELDS, "essential_spending_fen": 12_000_000}}, {}, "liquidity",
         "liquidity_after"),
        ({"fields": {"birth": "1984-05-06"}}, {}, "s11", "data_missing"),
        ({}, {"product": "trust"}, "s16", "data_missing"),
        ({}, {"product": "unheard_of"}, "", "not_on_shelf"),
        ({}, {"initiator": "rm"}, "s20", "data_missing"),
        ({}, {"initiator": "rm", "licence": LICENCE | {"licence_until": "2026-11-22"}}, "s20",
         "no_licence"),
        ({}, {"initiator": "rm", "licence": LICENCE, "product": "bond"}, "s02", "data_missing"),
        ({}, {"initiator": "rm", "licence": LICENCE, "product": "bond", "on_objective": False},
         "s02", "risk_above_class"),
    ],
)  # fmt: skip
def test_a_row_that_says_no_blocks_and_is_the_reason(life, order, rule, reason):
    found = asked(a_life(NOTE, FUND, TRUST, **life), an_order(**order))

    assert found.verdict == "block"
    assert (found.reason.rule, found.reason.reason) == (rule, reason)


def test_a_licensed_adviser_may_order_what_serves_the_objective():
    order = an_order("bond", initiator="rm", licence=LICENCE, on_objective=True)
    assert asked(a_life(FUND), order).verdict == "allow"


def test_above_the_class_a_client_may_insist_on_a_fund_with_proofs_and_never_on_a_bank_product():
    risky = [one.model_copy(update={"issuer_level": 4}) for one in (NOTE, FUND)]
    life = a_life(*risky)
    found = asked(life, an_order("bond"))

    assert found.verdict == "steps"
    assert found.steps == ("special_warning_signed", "told_unsuitable")
    assert asked(life, an_order("note")).verdict == "block"


def test_an_old_client_online_wants_two_measures_and_the_age_friendly_flow():
    risky = NOTE.model_copy(update={"issuer_level": 4})
    old = {**FIELDS, "birth": "1955-05-06"}
    life = a_life(risky, fields=old, test={"risk_class": 5})

    assert asked(life, an_order()).steps == ("age_friendly_flow", "two_of_four_measures")
    assert asked(life, an_order(channel="branch")).steps == ("two_of_four_measures",)


def test_a_test_in_the_moment_of_the_order_comes_not_before_it():
    life = a_life(NOTE)
    test = {"risk_class": 3, "actor": "client", "device": "client"}
    life.say("corebank.risk_test_taken", test | {"taken_at": format_instant(LATER)}, at=LATER)

    assert asked(life, an_order()).reason.rule == "s10"
    assert asked(life, an_order(), at=Instant(LATER + HOUR)).verdict == "allow"


def test_of_whom_nothing_is_known_nothing_is_sold():
    found = check(an_order(), None, a_life(NOTE).reference, at=LATER)

    assert (found.verdict, found.reason.reason, found.reason.value) == (
        "block",
        "data_missing",
        "client",
    )


def test_a_gap_in_the_record_blocks():
    life = a_life(NOTE)
    step = life.fold.open_hole(
        life.state, Place(0, 5), family="risk_test", at=LATER, reference=life.reference
    )
    life.state = step.state
    life.outputs.extend(step.outputs)

    assert asked(life, an_order()).reason.reason == "hole_in_record"


def test_what_does_not_lie_idle_here_comes_from_outside():
    held = [a_position("cur", 30_000), a_position("bond", 400_000)]

    assert asked(a_life(NOTE, FUND, positions=held), an_order(amount=60_000)).verdict == "allow"


def test_a_lot_of_a_product_that_the_door_does_not_know_yet_is_an_error():
    life = a_life(NOTE, positions=[a_position("cur", 400_000), a_position("bond", 1)])
    behind = life.reference
    with_product(life, FUND)
    position = a_position("bond", 50_000, version=2)
    life.say("corebank.position_reported", position, at=MONDAY_10)
    state = decode(b64decode(stated(life).state))

    assert check(an_order(), state, life.reference, at=LATER).verdict == "allow"
    with pytest.raises(LookupError, match="bond"):
        check(an_order(), state, behind, at=LATER)


def told(said):
    return [one for one in said if isinstance(one, facts.BuyerStated)]


def test_doors_are_told_of_what_an_order_rests_on_and_not_of_every_small_change():
    life = a_life(NOTE, positions=[a_position("cur", 400_000), a_position("note", 100_000)])

    def price(amount, version):
        data = a_position("note", amount, version=version) | {"cause": "price"}
        return told(life.say("corebank.position_reported", data, event_id=f"v{version}"))

    def paid(amount, version):
        data = a_position("cur", amount, version=version)
        return told(life.say("corebank.position_reported", data))

    assert not told(life.say("app.page_viewed", {"page": "holdings"}))
    assert not price(101_000, 2)
    assert not price(105_000, 3)
    assert len(price(112_000, 4)) == 1, "2 % of the book since it was told last"
    assert not price(113_000, 5)
    assert not paid(399_999, 2)
    assert len(paid(380_000, 3)) == 1
    assert len(price(113_000 - 113_000, 6)) == 1


def test_doors_are_told_of_a_test_a_profile_and_a_doubt():
    life = a_life(NOTE, positions=[a_position("cur", 400_000), a_position("note", 100_000)])
    test = {"risk_class": 2, "actor": "client", "device": "client"}
    test["taken_at"] = format_instant(MONDAY_10)
    said = {"version": 1, "fields": {"dependants": 1}, "confirmed_by": "core"}
    usd = a_position("note", 1, version=2) | {"cause": "price"}
    usd["value"] = {"amount_minor": 1, "currency": "USD"}

    assert len(told(life.say("corebank.risk_test_taken", test))) == 1
    assert len(told(life.say("corebank.profile_changed", said))) == 1
    assert len(told(life.say("corebank.position_reported", usd))) == 1
    assert asked(life, an_order()).reason.value == "positions"


def test_what_the_door_has_says_what_the_engine_would():
    life = a_life(NOTE)
    assert stated(life).as_of == Instant(MONDAY_10 - 30 * DAY)
    assert check(an_order(), life.state, life.reference, at=LATER) == asked(life, an_order())


def test_a_product_whose_mix_does_not_add_up_is_judged_by_nobody():
    broken = NOTE.model_copy(update={"look_through_bp": (0, 0, 9_000, 0, 0)})
    found = asked(a_life(broken), an_order(broken.product))
    assert (found.verdict, found.reason.reason) == ("block", "data_missing")
    assert found.reason.value == "look_through_bp"
