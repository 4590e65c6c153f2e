"""A history restated under another parameter set."""

from datetime import date

import pytest
from msgspec.structs import replace

from journeys.client.wealth.book import book_of
from journeys.client.wealth.lineage import restate
from journeys.client.wealth.score import Label, score
from tests.journeys.client.wealth.builders import BONDS, PARAMETERS, SHARES, a_household, a_lot

STRICTER = replace(
    PARAMETERS, id="next", market=replace(PARAMETERS.market, mean=(0.01, 0.01, 0.02, 0.04, 0.03))
)
DAYS = [
    (date(2026, month, 1), [a_lot(BONDS, 100_000 * month), a_lot(SHARES, 50_000)], a_household())
    for month in (1, 2, 3)
]


def test_both_series_are_kept_each_under_its_own_set():
    found = restate(DAYS, PARAMETERS, STRICTER)

    assert (found.old_set, found.new_set) == (PARAMETERS.id, "next")
    for (day, held, household), one in zip(DAYS, found.days, strict=True):
        assert one.day == day
        before = score(book_of(held, PARAMETERS), household, PARAMETERS)
        assert one.before.total == before.total
        assert one.after.parameter_set == "next"


def test_the_difference_is_the_sets_alone_and_adds_up_by_dimension():
    for one in restate(DAYS, PARAMETERS, STRICTER).days:
        assert one.difference == pytest.approx(sum(one.by_dimension))
        assert one.difference != 0
        # Protection, concentration and debt read nothing of the market.
        assert [one.by_dimension[at] for at in (1, 3, 8)] == [0, 0, 0]


def test_a_set_restated_by_itself_differs_nowhere():
    assert {one.difference for one in restate(DAYS, PARAMETERS, PARAMETERS).days} == {0.0}


def test_each_series_remembers_its_own_label():
    total = restate(DAYS[:1], PARAMETERS, PARAMETERS).days[0].before.total
    cuts = (total + 0.5, 10.0, 5.0)
    near = replace(PARAMETERS, id="near", total=replace(PARAMETERS.total, cuts=cuts))
    always = replace(PARAMETERS, id="always", total=replace(PARAMETERS.total, cuts=(0.0, 0.0, 0.0)))

    found = restate(DAYS[:1] * 2, near, always).days

    assert [one.before.label for one in found] == [found[0].before.label] * 2
    assert found[1].before.label is not Label.VERY_HEALTHY


def test_no_history_no_lineage():
    assert restate([], PARAMETERS, STRICTER).days == ()
