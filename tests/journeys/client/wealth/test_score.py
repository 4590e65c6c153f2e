"""Total, label, coverage."""

from typing import Any

import pytest
from msgspec.structs import replace

from journeys.client.wealth.book import EMPTY_BOOK
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.score import Label, appraise, score
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.builders import (
    PARAMETERS,
    SHARES,
    TREASURY,
    a_book,
    a_household,
    a_lot,
)

MODEL = golden.client("A10")
SOUND: Any = diagnose(
    golden.book(MODEL["holdings"], PARAMETERS), golden.profile(MODEL["profile"]), PARAMETERS
)
"""A client of 99.9 points whom no gate holds back."""


def named(cuts: tuple[float, float, float], **asked) -> Label:
    """The label of the sound client if the cuts were these."""
    total = replace(PARAMETERS.total, cuts=cuts)
    return appraise(SOUND, 10**9, replace(PARAMETERS, total=total), **asked).label


POINTS = round(appraise(SOUND, 10**9, PARAMETERS).total, 6)


def test_a_label_is_gained_at_its_cut():
    assert named((POINTS, 75, 60)) is Label.VERY_HEALTHY
    assert named((POINTS + 1e-6, 75, 60)) is Label.HEALTHY
    assert named((101, POINTS + 0.1, 60)) is Label.SUBHEALTHY
    assert named((101, 101, POINTS + 0.1)) is Label.UNHEALTHY


@pytest.mark.parametrize(
    ("previous", "above", "label"),
    [
        (Label.VERY_HEALTHY, 0.5, Label.VERY_HEALTHY),
        (Label.VERY_HEALTHY, 1.0, Label.VERY_HEALTHY),
        (Label.VERY_HEALTHY, 1.1, Label.HEALTHY),
        (Label.HEALTHY, 0.5, Label.HEALTHY),
        (Label.UNHEALTHY, 0.0, Label.VERY_HEALTHY),
        (None, 0.5, Label.HEALTHY),
    ],
)
def test_a_label_once_set_is_lost_only_a_point_below_its_cut(previous, above, label):
    assert named((POINTS + above, 75, 60), previous_label=previous) is label


def test_a_better_label_keeps_the_lower_ones_too():
    assert named((110, POINTS + 0.5, 60), previous_label=Label.VERY_HEALTHY) is Label.HEALTHY


def test_a_risk_above_class_is_never_called_very_healthy():
    above = replace(SOUND, risk=replace(SOUND.risk, excess=1e-9))

    now = appraise(above, 10**9, PARAMETERS, previous_label=Label.VERY_HEALTHY)

    assert now.total > 99
    assert now.label is Label.HEALTHY


def test_a_weighty_dimension_that_fails_gates_the_label():
    failing = replace(SOUND, allocation=replace(SOUND.allocation, distance=0.6))

    now = appraise(failing, 10**9, PARAMETERS)

    assert now.total > 79
    assert now.label is Label.SUBHEALTHY


def test_a_light_dimension_that_fails_does_not():
    failing = replace(SOUND, debt=replace(SOUND.debt, service=1.0))

    assert appraise(failing, 10**9, PARAMETERS).label is Label.VERY_HEALTHY


def test_a_gate_does_not_lift_a_worse_label():
    above = replace(SOUND, risk=replace(SOUND.risk, excess=1e-9))

    total = replace(PARAMETERS.total, cuts=(103, 102, 101))
    assert appraise(above, 10**9, replace(PARAMETERS, total=total)).label is Label.UNHEALTHY


def test_without_answers_the_score_is_imputed_and_hidden():
    now = score(EMPTY_BOOK, Profile(), PARAMETERS)

    assert now.missing == (True, True, True, False, True, True, False, True, True)
    assert now.points == pytest.approx((6, 6, 8, 4, 6, 4, 2, 2, 2))
    assert now.coverage == 0.15
    assert not now.shown


def test_a_coverage_of_exactly_sixty_percent_is_shown():
    # D2, D3 and D5 are out: 15 + 20 + 15 of 100.
    below = score(EMPTY_BOOK, Profile(essential_spending=100, annual_income=100), PARAMETERS)
    # D2, D3 and D9 are out: 15 + 20 + 5 of 100.
    exact = score(EMPTY_BOOK, Profile(essential_spending=100, risk_class=3), PARAMETERS)

    assert (below.coverage, below.shown) == (0.50, False)
    assert (exact.coverage, exact.shown) == (0.60, True)


def test_an_unknown_class_gates_nothing():
    assert appraise(replace(SOUND, risk=None), 10**9, PARAMETERS).label is Label.VERY_HEALTHY


@pytest.mark.parametrize(("yuan", "weight"), [(0, 0.0), (2_500, 0.25), (10_000, 1.0)])
def test_a_small_book_says_little_about_itself(yuan, weight):
    now = score(a_book(a_lot(TREASURY, yuan)), a_household(), PARAMETERS)

    # Bonds of the state concentrate nothing, cost nothing: full D4 and D7 but for the blend.
    assert now.points[3] == pytest.approx(10 * (weight + (1 - weight) * 0.4))
    assert now.points[6] == pytest.approx(5 * (weight + (1 - weight) * 0.4))


def test_points_add_up_to_the_total():
    now = score(a_book(a_lot(SHARES, 50_000)), a_household(), PARAMETERS)

    assert sum(now.points) == now.total
    assert now.missing == (False,) * 9


def test_a_book_is_scored_under_its_own_parameters_only():
    book = a_book(a_lot(SHARES, 1))

    with pytest.raises(ValueError, match="use book_of"):
        score(book, a_household(), replace(PARAMETERS, id="next"))
