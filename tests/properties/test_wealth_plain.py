"""Two implementations of one text agree: sums kept in whole fen, rows walked in float yuan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.assess.score import LABELS
from journeys.client.wealth.book import book_of
from journeys.client.wealth.score import score
from tests.journeys.client.wealth import plain
from tests.journeys.client.wealth.builders import PARAMETERS
from tests.journeys.client.wealth.draws import households, lots, many
from tests.journeys.client.wealth.golden import _FIELDS, _MONEY

_perhaps = {
    "age": st.none() | st.integers(18, 90),
    "annual_income": st.none() | st.integers(0, 10**8),
    "essential_spending": st.none() | st.integers(0, 10**7),
    "risk_class": st.none() | st.integers(1, 5),
    "horizon_years": st.none() | st.integers(0, 30),
}


@many
@given(lots(), households(**_perhaps))
def test_the_book_scores_what_the_text_says(held, household):
    now = score(book_of(held, PARAMETERS), household, PARAMETERS)
    text = plain.score(_rows(held), _said(household))

    assert now.points == pytest.approx(text.points, abs=1e-6)
    assert now.coverage == pytest.approx(text.coverage)
    # Sums of floats in another order: at a cut either label is right.
    if all(abs(text.S - cut) > 1e-5 for cut in (60, 75, 85)):
        assert LABELS[now.label] == text.label


@many
@given(lots((10**5, 10**9), at_least=2), households())
def test_and_so_for_a_household_that_answered_everything(held, household):
    now = score(book_of(held, PARAMETERS), household, PARAMETERS)

    assert now.points == pytest.approx(plain.score(_rows(held), _said(household)).points, abs=1e-6)


def _rows(held):
    return [
        (
            [
                its.product,
                its.issuer,
                its.kind,
                its.level,
                lot.days_to_cash,
                its.fee_bp,
                its.look_through,
                its.idiosyncratic_bp,
                lot.days_to_maturity,
                lot.idle,
                lot.rolls_over,
            ],
            lot.value_fen / 100,
        )
        for lot, its in held
    ]


def _said(household):
    said = {short: getattr(household, name) for short, name in _FIELDS.items()}
    for name in _MONEY:
        said[name] = None if said[name] is None else said[name] / 100
    return said | {"goals": [(fen / 100, years) for fen, years in said["goals"]]}
