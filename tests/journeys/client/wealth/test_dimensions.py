"""Edges of the nine dimensions; their ordinary values are in the golden table."""

from math import inf

import pytest
from msgspec.structs import replace

from journeys.client.wealth.book import EMPTY_BOOK
from journeys.client.wealth.diagnosis import diagnose, shares
from journeys.client.wealth.standing import stand
from journeys.client.wealth.target import target
from tests.journeys.client.wealth.builders import (
    BONDS,
    CURRENT,
    EQ,
    PARAMETERS,
    SHARES,
    TREASURY,
    a_book,
    a_fund,
    a_household,
    a_lot,
)

WEALTHY = a_book(a_lot(TREASURY, 400_000), a_lot(CURRENT, 100_000))


def measured(book, profile):
    """The drivers of D1 to D9."""
    return diagnose(book, profile, PARAMETERS)


def earned(book, profile):
    """Shares of D1 to D9."""
    return shares(measured(book, profile), PARAMETERS)


def standing(book, profile):
    return stand(book, profile, PARAMETERS)


def wanted(book, profile):
    """Target shares of cash, fixed income, equity, alternatives."""
    return target(standing(book, profile))


def test_a_household_without_outgo_is_always_liquid():
    free = a_household(essential_spending=0)

    assert measured(EMPTY_BOOK, free).liquidity.months == inf
    assert earned(EMPTY_BOOK, free)[0] == 1.0


@pytest.mark.parametrize(
    ("told", "months"),
    [
        ({"income_stability": 1.0}, 3),
        ({"income_stability": 0.0}, 6),
        ({"income_stability": 0.0, "dependants": 2}, 7),
        ({"dependants": 20}, 12),
        ({"is_retired": True}, 12),
    ],
)
def test_months_needed_follow_income_and_dependants(told, months):
    now = standing(WEALTHY, a_household(**told))

    assert now.months_needed == months


def test_debt_service_is_part_of_the_outgo():
    household = a_household(debt_service=1_000_000)

    assert measured(WEALTHY, household).liquidity.months == pytest.approx(5)


def test_without_need_and_income_cover_is_complete():
    poor = a_household(annual_income=0, essential_spending=0, premium=100)

    protection = measured(WEALTHY, poor).protection

    assert (protection.life_covered, protection.illness_covered) == (1.0, 1.0)
    assert protection.premium_share == 100


@pytest.mark.parametrize(
    ("dependants", "need"), [(0, 0.0), (1, 72_000_000.0), (3, 120_000_000.0), (5, 120_000_000.0)]
)
def test_support_grows_with_dependants_up_to_the_whole_spending(dependants, need):
    household = a_household(dependants=dependants, education=25_000_000)

    protection = measured(WEALTHY, household).protection
    assert protection.life_need == pytest.approx(need)


def test_life_cover_is_never_needed_beyond_ten_years_of_income():
    indebted = a_household(debt=10**12)

    assert measured(WEALTHY, indebted).protection.life_need == 300_000_000


@pytest.mark.parametrize(
    ("told", "need"),
    [
        ({"age": 59}, 80_000_000.0),
        ({"age": 59, "annual_income": 10**9}, 90_000_000.0),
        ({"age": 60}, 0.0),
        ({"age": 50, "is_retired": True}, 0.0),
    ],
)
def test_illness_cover_is_for_those_who_live_on_income(told, need):
    household = a_household(**told)

    assert measured(WEALTHY, household).protection.illness_need == need


def test_an_empty_book_wants_the_most_cash_and_is_cash():
    allocation = measured(EMPTY_BOOK, a_household()).allocation

    assert allocation.target[0] == 0.60
    assert allocation.held == (1.0, 0.0, 0.0, 0.0)


def test_a_target_adds_up_to_one():
    groups = wanted(WEALTHY, a_household())

    assert sum(groups) == pytest.approx(1.0, abs=1e-12)
    assert groups == pytest.approx((0.078, 0.922 * 0.70, 0.922 * 0.25, 0.922 * 0.05))


@pytest.mark.parametrize(
    ("told", "equity"),
    [
        ({"tolerable_loss": 0.04}, 0.0),
        ({"tolerable_loss": 0.01}, 0.0),
        ({"tolerable_loss": 0.1288}, 0.20),
        ({"tolerable_loss": 0.9}, 0.25),
        ({"horizon_years": 1}, 0.0),
        ({"horizon_years": 2, "risk_class": 5}, 0.10),
        ({"risk_class": 1}, 0.0),
        ({"risk_class": 5, "horizon_years": 20, "age": 60}, 0.50),
        ({"risk_class": 5, "horizon_years": 20, "retirement_age": 65, "age": 65}, 0.50),
    ],
)
def test_equity_is_the_least_that_age_class_horizon_and_stated_loss_allow(told, equity):
    cash, _, shares_wanted, _ = wanted(WEALTHY, a_household(**told))

    assert shares_wanted / (1 - cash) == pytest.approx(equity, abs=1e-9)


def test_a_level_above_the_class_counts_by_its_steps():
    book = a_book(a_lot(SHARES, 1_000), a_lot(BONDS, 3_000))

    assert measured(book, a_household(risk_class=3)).risk.excess == 0.5
    assert measured(book, a_household(risk_class=1)).risk.excess == 1.75
    assert measured(book, a_household(risk_class=5)).risk.excess == 0.0


def test_a_stated_loss_of_nothing_leaves_a_budget_only_for_gains():
    nothing = a_household(tolerable_loss=0.0, risk_class=5)

    assert earned(WEALTHY, nothing)[4] == 1.0
    assert earned(a_book(a_lot(SHARES, 20_000)), nothing)[4] == 0.0


def test_the_classes_correlate_as_the_set_says():
    both = a_fund(look_through=(0, 0, 0, 5000, 5000))
    now = standing(a_book(a_lot(both, 1_000)), a_household())

    expected = 0.11**2 + 0.075**2 + 2 * 0.15 * 0.11 * 0.075
    assert now.volatility**2 == pytest.approx(expected)


def test_lots_of_one_product_share_their_own_risk():
    risky = a_fund(look_through=EQ, idiosyncratic_bp=3000)

    one = standing(a_book(a_lot(risky, 1_000)), a_household())
    two = standing(a_book(a_lot(risky, 400), a_lot(risky, 600)), a_household())

    assert one.volatility == two.volatility
    assert one.volatility**2 == pytest.approx(0.22**2 + 0.3**2)


def test_the_tightest_goal_decides():
    near, far = (100_000_000, 1), (100_000_000, 30)
    household = a_household(monthly_saving=1_000_000)

    funded = [
        measured(WEALTHY, replace(household, goals=goals)).goals.funded
        for goals in ((near,), (far,), (near, far), (far, near))
    ]

    assert funded[2] == funded[3] <= min(funded[:2])
    assert funded[0] < funded[1]


def test_two_goals_at_one_date_are_one_goal():
    one = a_household(goals=((30_000_000, 5),))
    two = a_household(goals=((10_000_000, 5), (20_000_000, 5)))

    funded = [measured(WEALTHY, told).goals.funded for told in (one, two)]

    assert funded[0] == pytest.approx(funded[1], rel=1e-12)


def test_goals_of_nothing_are_no_goals():
    dropped = a_household(goals=((0, 5), (-1, 3)))

    assert earned(WEALTHY, dropped) == earned(WEALTHY, a_household())
    assert measured(WEALTHY, dropped).goals.funded is None


def test_without_growth_a_year_of_saving_is_a_year():
    costly = a_book(a_lot(replace(TREASURY, fee_bp=900), 100_000))
    household = a_household(goals=((12_000_000, 2),), monthly_saving=500_000)

    goals = measured(costly, household).goals

    assert goals.growth < goals.rate == 0.0
    assert goals.funded == pytest.approx((10_000_000 - 3_900_000 + 12_000_000) / 12_000_000)


def test_a_planned_outflow_is_not_idle():
    cash = a_book(a_lot(CURRENT, 100_000))

    idle = measured(cash, a_household(planned_outflow=1_000_000)).idle.idle

    assert idle == pytest.approx((10_000_000 - 5_850_000 - 1_000_000) / 10_000_000)


def test_debt_service_without_income_is_beyond_the_curve():
    assert earned(WEALTHY, a_household(annual_income=0, debt_service=100))[8] == 0.0
    assert earned(WEALTHY, a_household(annual_income=0))[8] == 1.0


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("essential_spending", {1, 2, 3, 6, 8}),
        ("age", {2, 3}),
        ("annual_income", {2, 9}),
        ("risk_class", {3, 5}),
        ("horizon_years", {3}),
    ],
)
def test_a_missing_answer_leaves_out_the_dimensions_that_read_it(answer, missing):
    found = earned(WEALTHY, a_household(**{answer: None}))

    assert {number for number, share in enumerate(found, start=1) if share is None} == missing
