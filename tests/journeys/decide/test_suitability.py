"""Suitability of a sale: the move found, each row both ways, and one reason where there is none."""

from dataclasses import replace as with_

import pytest
from msgspec.structs import replace

from journeys.client.journey.instance import Instance
from journeys.client.steps import sales
from journeys.decide import suitability
from journeys.decide.decision import consider
from journeys.decide.matching.match import Source
from journeys.decide.matching.moves import tried_move
from journeys.decide.verdict import Sale, Withheld
from journeys.step import Place
from schemas.decisions import Stage
from schemas.decisions import WithheldReason as Why
from schemas.time import DAY, Instant, format_instant
from schemas.wire import Channel
from tests.builders import CURRENT, MONDAY_10, TERM, a_position, a_product
from tests.journeys.decide.sales import (
    FIELDS,
    FUND,
    NOTE,
    a_life,
    an_open_sale,
    situation,
    sold,
    with_product,
)

RISKY = NOTE.model_copy(update={"product": "risky", "issuer_level": 4})
ALONE = NOTE.model_copy(update={"kind": "SINGLE", "issuer": "one"})


def no(found):
    assert isinstance(found, Withheld), found
    assert found.stage is Stage.SUITABILITY
    return found.reason, found.rule


def passed(found):
    assert isinstance(found, Sale), found
    return [one.rule for one in found.rulings]


def without(*names):
    return {name: value for name, value in FIELDS.items() if name not in names}


def test_the_move_found_is_whole_within_what_is_held_and_its_gain_is_its_value():
    found = sold(a_life())

    assert isinstance(found, Sale)
    assert found.sell.endswith("/cur")
    assert 0 < found.bought_fen <= found.sold_fen <= 50_000_000
    assert found.gain_points > 1
    assert all(one.verdict == "allow" and one.version for one in found.rulings)


def test_every_row_of_law_and_of_the_bank_that_applies_is_run_in_the_tables_order():
    assert passed(sold(a_life(NOTE))) == [
        *("s01", "s05", "s07", "s09", "s10", "s11", "s13"),
        *("tenor", "liquidity", "concentration"),
    ]
    assert passed(sold(a_life(FUND)))[:2] == ["s02", "s05"]
    assert passed(sold(a_life(TERM)))[0] == "liquidity"


def test_above_the_class_nothing_is_sold():
    assert no(sold(a_life(RISKY))) == (Why.RISK_ABOVE_CLASS, "s01")
    assert no(sold(a_life(NOTE, test={"risk_class": 1}))) == (Why.RISK_ABOVE_CLASS, "s01")
    assert no(sold(a_life(FUND, test={"risk_class": 1}))) == (Why.RISK_ABOVE_CLASS, "s02")
    assert passed(sold(a_life(NOTE, test={"risk_class": 2})))[0] == "s01"


@pytest.mark.parametrize("days", [366, 700])
def test_a_test_older_than_twelve_months_sells_nothing(days):
    found = sold(a_life(NOTE, tested=days))

    assert no(found) == (Why.TEST_EXPIRED, "s07")
    assert found.value < found.limit < format_instant(MONDAY_10)[:10]


def test_a_test_of_a_year_ago_to_the_day_still_counts():
    assert "s07" in passed(sold(a_life(NOTE, tested=365)))


def test_a_change_that_the_client_told_wants_a_new_test():
    life = a_life(NOTE)

    def tell(version, by, **fields):
        said = {"version": version, "fields": fields, "confirmed_by": by}
        life.say("corebank.profile_changed", said, at=MONDAY_10, event_id=f"p{version}")

    tell(1, "client", dependants=1)
    assert passed(sold(life)), "told for the first time is no change"
    tell(2, "core", annual_income_fen=30_000_000)
    assert passed(sold(life)), "what core systems know is no report of the client's"
    tell(3, "client", annual_income_fen=30_000_000)
    assert passed(sold(life)), "the same again is no change"
    tell(4, "client", annual_income_fen=20_000_000)
    assert no(sold(life)) == (Why.TEST_EXPIRED, "s07")
    taken = {"risk_class": 3, "actor": "client", "device": "client"}
    later = Instant(MONDAY_10 + DAY)
    test = taken | {"taken_at": format_instant(later)}
    life.say("corebank.risk_test_taken", test, at=later)
    assert passed(sold(life, at=Instant(MONDAY_10 + 2 * DAY)))


def test_a_change_that_never_was_wants_no_test():
    life = a_life(NOTE)
    said = {"version": 1, "fields": {"annual_income_fen": 1_000_000}, "confirmed_by": "client"}
    life.say("corebank.profile_changed", said, at=MONDAY_10, event_id="p1", source="/core/kyc")
    assert no(sold(life)) == (Why.TEST_EXPIRED, "s07")
    wrong = {"id": "p1", "source": "/core/kyc", "type": "org.suishen.corebank.profile_changed.v1"}
    told = {"time": format_instant(MONDAY_10), "reason": "error"}
    life.say("corebank.event_reversed", wrong | told, at=MONDAY_10)

    assert passed(sold(life))


def test_two_classes_in_a_row_that_differ_want_the_clients_word():
    life = a_life(NOTE)
    test = {"risk_class": 2, "actor": "client", "device": "client"}
    life.say("corebank.risk_test_taken", test | {"taken_at": format_instant(MONDAY_10)})
    found = sold(life, at=Instant(MONDAY_10 + DAY))

    assert found.steps == ("client_reconfirms_class",)


def test_no_more_than_half_of_what_is_the_clients_own_is_sold_at_once():
    found = sold(a_life(NOTE))

    assert found.bought_fen == 22_500_000, "and a tenth of that is left free"
    in_debt = FIELDS | {"debt_fen": 49_900_000, "debt_service_fen": 0}
    few = NOTE.model_copy(update={"minimum_fen": 1_000_000})
    found = sold(a_life(few, fields=in_debt))
    assert no(found) == (Why.BEYOND_MEANS, "s11")
    assert found.limit == 50_000


def test_who_is_not_of_age_buys_nothing():
    child = {"birth": "2010-05-06"}
    assert no(sold(a_life(NOTE, fields=FIELDS | child))) == (Why.CAPACITY_LIMITED, "s13")


@pytest.mark.parametrize(
    ("field", "rule", "missing"),
    [
        ("debt_fen", "s11", "fin_net_worth"),
        ("essential_spending_fen", "s11", "monthly_need"),
        ("birth", "s12", "age"),
        ("horizon_years", "tenor", "H"),
    ],
)
def test_what_the_record_does_not_tell_blocks_and_is_named(field, rule, missing):
    found = sold(a_life(NOTE, fields=without(field)))

    assert no(found) == (Why.DATA_MISSING, rule)
    assert found.value == missing


def test_debts_that_nobody_told_of_block_a_deposit_that_ties_money_up():
    found = sold(a_life(TERM, fields=without("debt_fen", "debt_service_fen")))

    assert no(found) == (Why.DATA_MISSING, "liquidity")
    assert found.value == "monthly_need"
    assert passed(sold(a_life(TERM)))


def test_without_a_class_nothing_is_sold():
    found = sold(a_life(NOTE, test={"actor": "adviser"}))

    assert no(found) == (Why.DATA_MISSING, "s01")
    assert found.value == "C"


def test_a_profile_in_doubt_tells_nothing():
    life = a_life(NOTE)
    for version in (1, 4):
        said = {"version": version, "fields": {"dependants": 0}, "confirmed_by": "core"}
        life.say("corebank.profile_changed", said, at=MONDAY_10, event_id=f"p{version}")

    assert no(sold(life)) == (Why.DATA_MISSING, None)
    assert sold(life).value == "profile"
    said = {"version": 5, "fields": FIELDS, "confirmed_by": "core", "resync": True}
    life.say("corebank.profile_changed", said, at=MONDAY_10, event_id="p5")
    assert passed(sold(life))


@pytest.mark.parametrize("product", [NOTE, TERM], ids=["product", "deposit"])
def test_with_a_position_in_doubt_nothing_is_sold(product):
    life = a_life(product)
    life.say("corebank.position_reported", a_position("unheard_of", 10))

    found = sold(life)
    assert no(found) == (Why.DATA_MISSING, None)
    assert found.value == "positions"


def test_a_gap_in_the_record_sells_nothing():
    life = a_life(NOTE)
    step = life.fold.open_hole(
        life.state, Place(0, 9), family="profile", at=MONDAY_10, reference=life.reference
    )
    life.state = step.state

    assert no(sold(life)) == (Why.HOLE_IN_RECORD, None)


def test_what_matures_beyond_the_horizon_is_not_sold():
    now = FIELDS | {"horizon_years": 0}
    assert no(sold(a_life(NOTE, fields=now))) == (Why.TENOR_TOO_LONG, "tenor")
    assert passed(sold(a_life(FUND, fields=now)))


def test_too_much_with_one_debtor_is_not_sold_and_less_of_it_is():
    deep = {"fields": FIELDS | {"essential_spending_fen": 300_000}}
    all_of_it = ALONE.model_copy(update={"regime": "DEP", "minimum_fen": 45_000_000})
    assert no(sold(a_life(all_of_it, **deep))) == (Why.CONCENTRATION, "concentration")
    some = all_of_it.model_copy(update={"minimum_fen": 1})
    assert no(sold(a_life(some, **deep)))[0] is Why.SCORE_WORSE, "half of it is no more refused"


def test_the_reserve_is_not_placed():
    found = sold(a_life(NOTE, positions=[a_position("cur", 60_000)]))

    assert no(found) == (Why.LIQUIDITY_AFTER, "liquidity")
    assert found.value < found.limit


def test_nothing_idle_is_nothing_to_place():
    found = sold(a_life(NOTE, positions=[]))

    assert no(found) == (Why.SCORE_WORSE, None)
    assert (found.value, found.limit) == (0, 0.05)


@pytest.mark.parametrize(
    "change",
    [{"on_sale": False}, {"private": "FI"}, {"look_through_bp": (0, 0, 0, 10000, 0)}],
    ids=["closed", "private", "another class"],
)
def test_what_is_closed_private_or_of_another_class_is_on_no_shelf(change):
    life = a_life(NOTE.model_copy(update=change))

    assert no(sold(life)) == (Why.NOT_ON_SHELF, None)


def test_an_action_sells_its_own_regimes_only():
    assert no(sold(a_life(NOTE), regimes=("CSRC",))) == (Why.NOT_ON_SHELF, None)
    assert passed(sold(a_life(NOTE), regimes=()))


def test_money_that_does_not_lie_idle_pays_only_where_the_action_says_so():
    equity = a_product(
        "eq", kind="FUND", regime="CSRC", issuer="fm", issuer_level=3, days_to_cash=3,
        look_through_bp=(0, 0, 0, 10000, 0), fee_bp=200,
    )  # fmt: skip
    life = a_life(equity, FUND, positions=[a_position("eq", 500_000)])

    assert no(sold(life))[0] is Why.SCORE_WORSE
    assert sold(life, idle_only=False).sell.endswith("/eq")


def test_a_step_that_only_a_branch_proves_keeps_the_sale_from_other_channels():
    old = {"birth": "1955-05-06"}
    life = a_life(RISKY, fields=FIELDS | old, test={"risk_class": 5})
    found = sold(life)
    asked = situation(life)
    treatments = {t.channel: t for t in asked.edition.actions["place_idle"].treatments}

    assert found.steps == ("two_of_four_measures",)
    refused = suitability.in_person(found, treatments[Channel.REMOTE], asked.edition)
    assert refused is not None
    assert (refused.rule, refused.value) == ("s12", "two_of_four_measures")
    assert suitability.in_person(found, treatments[Channel.BRANCH], asked.edition) is None


def test_without_such_a_step_every_channel_may():
    life = a_life(NOTE)
    asked = situation(life)
    for treatment in asked.edition.actions["place_idle"].treatments:
        assert suitability.in_person(sold(life), treatment, asked.edition) is None


def test_the_move_is_searched_for_only_when_everything_cheaper_said_yes():
    asked = situation(a_life(NOTE))
    action = asked.edition.actions["place_idle"]

    def never():
        raise AssertionError("nobody asked for the household yet")

    blind = with_(asked, profile=never, held=never)
    assert consider(action, None, blind).withheld.reason is Why.INTENT_OFF
    with pytest.raises(AssertionError, match="nobody asked"):
        consider(replace(action, applies=None, topic=None), an_instance(), blind)


def an_instance():
    names = Instance.__struct_fields__
    return Instance(*(None for _ in names))


def test_the_shelf_is_indexed_once_and_anew_for_a_new_product():
    life = a_life(NOTE)
    first = suitability.shelf(life.reference)

    assert suitability.shelf(life.reference) is first
    with_product(life, FUND)
    assert set(suitability.shelf(life.reference).by_name) == {"cur", "note", "bond"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2, "seller_level": 4}, Why.RISK_ABOVE_CLASS),
        ({"version": 2, "on_sale": False}, Why.NOT_ON_SHELF),
        ({"version": 2, "minimum_fen": 40_000_000}, Why.NOT_ON_SHELF),
        ({"version": 2, "term_days": 9_000}, Why.TENOR_TOO_LONG),
        ({"version": 2, "fee_bp": 10_000, "look_through_bp": (0, 0, 0, 0, 10000)}, Why.SCORE_WORSE),
    ],
)
def test_a_sale_proposed_stands_no_longer_once_its_product_changed(change, reason):
    life = a_life(NOTE)
    sale = sold(life)
    assert suitability.recheck(sale, situation(life)) == sale.rulings
    with_product(life, NOTE.model_copy(update=change))

    assert no(suitability.recheck(sale, situation(life)))[0] is reason


def test_a_sale_proposed_stands_no_longer_once_the_money_is_needed_or_gone():
    life = a_life(NOTE)
    sale = sold(life)
    said = {"fields": {"essential_spending_fen": 9_000_000}, "confirmed_by": "core", "version": 1}
    life.say("corebank.profile_changed", said)
    assert no(suitability.recheck(sale, situation(life)))[0] is Why.LIQUIDITY_AFTER

    life.say("corebank.position_reported", a_position("cur", 100_000, version=2))
    assert no(suitability.recheck(sale, situation(life)))[0] is Why.GOAL_ALREADY_MET


def test_what_pays_is_never_bought():
    assert no(sold(a_life(CURRENT.model_copy(update={"version": 2})), classes=("CASH",)))


@pytest.mark.parametrize("regime", ["NFRA", "CSRC", "INS"])
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_the_row_asked_first_at_a_recheck_is_the_one_that_all_rows_would_give(level, regime):
    life, row = an_open_sale()
    graded = NOTE.model_copy(update={"version": 2, "seller_level": level, "regime": regime})
    with_product(life, graded)
    asked, sale = situation(life), sales.sale_of(row)
    found = suitability.recheck(sale, asked)
    offer = suitability.shelf(asked.reference).by_name["note"]
    held = next(one for one in asked.held() if one[0] == sale.sell)
    source = Source(held[1], held[2], sale.sold_fen, ())
    whole = tried_move(suitability.buyer(asked), source, offer, sale.sold_fen)
    if whole.refusals:
        first = whole.refusals[0]
        assert (found.rule, found.reason, found.value, found.limit) == (
            first.rule, first.reason, first.value, first.limit
        )  # fmt: skip
    else:
        assert found == whole.rulings
