"""Organic growth: like for like, and nothing that the market, the clock or a question did."""

import pytest
from msgspec.structs import replace

from journeys.catalogue.edition import Stage
from journeys.client.wealth.attribution import Causes
from journeys.desk.book import growth as books
from journeys.desk.book.growth import Standing, Year
from tests.builders import the_catalogue

THERE = Standing(70.0, 1.0, served=True)
STAGES = (Stage("first", 1.0, 0.4), Stage("second", 2.0, 0.6))
POLICY = replace(the_catalogue().editions[-1].book, stages=STAGES, complaints_most=3)


def growth(years):
    return books.growth(years, POLICY)


def pay_out(found, *, violations, complaints):
    return books.pay_out(found, POLICY, violations=violations, complaints=complaints)


def a_year(client="a", **said):
    moved = {Causes.TRADE: 3.0, Causes.PRICE: 9.0, Causes.FLOW: 5.0, Causes.CLASS_CHANGE: 4.0}
    return Year(**{"client": client, "opening": THERE, "closing": THERE, "by_cause": moved} | said)


def test_only_trades_and_confirmed_facts_count():
    found = growth([a_year(confirmed=2.0, reset=0.5), a_year("b", by_cause={Causes.TRADE: -1.0})])

    assert found.mean == pytest.approx((3.0 + 1.5 - 1.0) / 2)
    assert found.shown[Causes.PRICE] == 4.5
    assert found.shown[Causes.CLASS_CHANGE] == 2.0
    assert set(found.shown) == set(Causes) - {Causes.TRADE, Causes.PROFILE}


@pytest.mark.parametrize(
    "at", [Standing(70.0, 0.79, served=True), Standing(70.0, 1.0, served=False)]
)
@pytest.mark.parametrize("end", ["opening", "closing"])
def test_who_was_not_served_or_hardly_known_at_one_end_is_left_out(at, end):
    found = growth([a_year(), a_year("b", **{end: at})])

    assert (found.cohort, found.left_out, found.mean) == (1, ("b",), 3.0)


def test_a_coverage_of_exactly_eighty_percent_counts():
    assert growth([a_year(opening=Standing(1.0, 0.80, served=True))]).cohort == 1


def test_credit_that_is_questioned_is_held_and_a_loss_is_not():
    good, bad = a_year(flags=("spending_retyped",)), a_year("b", flags=("cohort_edited",))
    bad = replace(bad, by_cause={Causes.TRADE: -2.0})

    found = growth([good, bad])

    assert (found.held, found.mean) == (2, -1.0)


def test_an_empty_book_has_no_growth():
    found = growth([])

    assert (found.cohort, found.mean, found.shown) == (0, None, {})
    assert pay_out(found, violations=0, complaints=0).refused == ("no_cohort",)


@pytest.mark.parametrize(("mean", "share"), [(0.9, 0.0), (1.0, 0.4), (1.9, 0.4), (2.0, 1.0)])
def test_stages_pay_as_they_are_reached(mean, share):
    found = growth([a_year(by_cause={Causes.TRADE: mean})])

    paid = pay_out(found, violations=0, complaints=3)
    assert (paid.share, paid.refused) == (share, ())


@pytest.mark.parametrize(
    ("violations", "complaints", "refused"),
    [(1, 0, ("suitability_violations",)), (0, 4, ("complaints_over_limit",))],
)
def test_nothing_is_paid_over_a_breach(violations, complaints, refused):
    found = growth([a_year()])

    paid = pay_out(found, violations=violations, complaints=complaints)
    assert (paid.share, paid.reached, paid.refused) == (0.0, ("first", "second"), refused)


def test_the_shipped_stages_are_a_point_a_quarter():
    stages = the_catalogue().editions[-1].book.stages

    assert [(one.points, one.pays) for one in stages] == [(at, 0.25) for at in (1, 2, 3, 4)]
