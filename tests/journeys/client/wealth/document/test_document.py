"""The diagnosis as a document, its x-ray, and the plan of two a year."""

from datetime import date

import pytest
from msgspec.structs import replace

from journeys.client.wealth.document.document import Mode, document
from journeys.client.wealth.document.plan import Done, PlanRules, plan
from journeys.client.wealth.document.xray import xray
from journeys.client.wealth.returns.account import Account
from tests.builders import the_catalogue
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.builders import PARAMETERS

RULES = the_catalogue().editions[-1].plan
NAMES = [row["id"] for row in golden.GOLDEN["clients"]]
HISTORY = (
    Account(start=date(2025, 1, 1), end=date(2026, 1, 1), opening=100.0, closing=110.0),
    the_catalogue().editions[-1].returns,
)


def held(name):
    return [golden.lot(key, yuan) for key, yuan in golden.client(name)["holdings"].items()]


def told(name):
    return golden.profile(golden.client(name)["profile"])


def a_document(name="A3", **more):
    return document(held(name), told(name), PARAMETERS, mode=Mode.ASSISTED, **more)


@pytest.mark.parametrize("name", NAMES)
def test_findings_are_the_nine_dimensions_with_what_each_lost(name):
    found = a_document(name)

    findings = sorted((*found.portfolio, *found.account), key=lambda one: one.dimension)
    assert [one.points for one in findings] == list(found.score.points)
    for one, weight in zip(findings, PARAMETERS.total.weights, strict=True):
        assert one.points + one.lost == pytest.approx(weight)
        assert one.remedy is None or one.remedy.remedy.dimension == one.dimension
        assert one.lost < 1e-6 or one.remedy is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_table_of_the_xray_adds_up_to_the_book(name):
    found = xray(held(name), PARAMETERS)

    value = sum(golden.client(name)["holdings"].values()) * 100
    assert found.value_fen == value
    for table in (found.by_level, found.ladder, dict(found.by_issuer), dict(found.by_product)):
        assert sum(table.values()) == value
    assert sum(found.by_group.values()) == pytest.approx(value, abs=4)
    assert 0 <= found.excess_fee_fen <= found.fee_fen


def test_the_xray_of_the_depositor():
    found = xray(held("A5"), PARAMETERS)

    assert found.by_group == {"CASH": 70_000_000, "FI": 80_000_000}
    assert found.by_issuer[0] == ("PAB", 110_000_000)
    assert found.ladder == {
        "open": 70_000_000,
        "30": 40_000_000,
        "365": 30_000_000,
        "later": 10_000_000,
    }
    assert (found.by_level, found.fee_fen) == ({1: 150_000_000}, 0)


def test_lots_that_matured_stand_on_the_first_rung():
    lot, facts = golden.lot("td15", 5)

    assert xray([(replace(lot, days_to_maturity=-2), facts)], PARAMETERS).ladder == {"30": 500}
    assert xray([(replace(lot, days_to_maturity=91), facts)], PARAMETERS).ladder == {"180": 500}


def test_it_is_complete_with_every_answer_and_the_returns():
    assert a_document(history=HISTORY).is_complete
    assert not a_document().is_complete
    unknown = replace(told("A3"), horizon_years=None)
    found = document(held("A3"), unknown, PARAMETERS, mode=Mode.SELF_SERVICE, history=HISTORY)
    assert not found.is_complete
    assert [one.dimension for one in found.portfolio if one.is_missing] == [3]


def a_talk(month, day, **said):
    on = date(2026, month, day)
    plain = {"complete": True, "shown": True, "step_agreed": True, "record_closed": True}
    return Done(**{"day": on, "by": "rm-li", "data_day": on} | plain | said)


def test_the_first_is_due_by_june_and_the_second_by_december():
    assert plan([], RULES, year=2026).due == date(2026, 6, 30)
    found = plan([a_talk(3, 1)], RULES, year=2026)
    assert (found.due, found.opens) == (date(2026, 12, 31), date(2026, 5, 30))
    assert plan([a_talk(3, 1), a_talk(9, 1)], RULES, year=2026).is_met


def test_two_within_ninety_days_are_one():
    assert not plan([a_talk(3, 1), a_talk(5, 29)], RULES, year=2026).is_met
    assert plan([a_talk(3, 1), a_talk(5, 30)], RULES, year=2026).is_met


@pytest.mark.parametrize("missing", ["complete", "shown", "step_agreed", "record_closed"])
def test_one_that_was_not_carried_through_does_not_count(missing):
    assert plan([a_talk(3, 1, **{missing: False})], RULES, year=2026).counted == ()


def test_last_years_do_not_count_this_year():
    old = replace(a_talk(3, 1), day=date(2025, 3, 1))

    assert plan([old, a_talk(3, 1)], RULES, year=2026).counted == (a_talk(3, 1),)


def test_a_plan_of_four_a_year_is_data():
    four = PlanRules(apart_days=30, due=((3, 31), (6, 30), (9, 30), (12, 31)))
    found = plan([a_talk(2, 1), a_talk(5, 1)], four, year=2026)

    assert (found.due, found.opens) == (date(2026, 9, 30), date(2026, 5, 31))
