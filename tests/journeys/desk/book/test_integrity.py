"""What looks like moving the score is flagged; the same done honestly is not."""

from datetime import date

import pytest

from journeys.desk.book.integrity import Edit, Trade, Watched, flags
from tests.builders import the_catalogue

ENDS = date(2026, 12, 31)


def found(**said):
    return flags(Watched(**said), the_catalogue().editions[-1].book, ends=ENDS)


def bought(day, fen=100):
    return Trade(date(2026, *day), "fund", fen)


SHOWN = (date(2026, 6, 10),)


@pytest.mark.parametrize(
    ("trades", "is_flagged"),
    [
        ((bought((6, 5)), bought((6, 20), -100)), True),
        ((bought((6, 10)), bought((7, 10), -100)), True),
        ((bought((6, 4)), bought((6, 20), -100)), False),
        ((bought((6, 8)), bought((7, 9), -100)), False),
        ((bought((6, 8)), bought((6, 20), 100)), False),
        ((bought((6, 11)), bought((6, 20), -100)), False),
    ],
)
def test_a_trade_just_before_a_diagnosis_that_is_soon_undone(trades, is_flagged):
    flagged = "trade_before_diagnosis" in found(trades=trades, diagnoses=SHOWN)

    assert flagged is is_flagged


def an_edit(field, old, new, day=(12, 20), by="client"):
    return Edit(date(2026, *day), field, old, new, by)


@pytest.mark.parametrize(
    ("edits", "is_flagged"),
    [
        ((an_edit("C", 2, 3),), True),
        ((an_edit("C", 2, 3), an_edit("Y", 1, 2, (12, 1), "core")), False),
        ((an_edit("C", 2, 3), an_edit("Y", 1, 2, (12, 1), "adviser")), True),
        ((an_edit("C", 2, 3), an_edit("Y", 1, 2, (11, 1), "core")), True),
        ((an_edit("C", 3, 2),), False),
        ((an_edit("C", None, 3),), False),
    ],
)
def test_a_higher_class_without_facts(edits, is_flagged):
    assert ("class_up_without_facts" in found(edits=edits)) is is_flagged


@pytest.mark.parametrize(
    ("edit", "is_flagged"),
    [
        (an_edit("E", 20_000, 10_000), True),
        (an_edit("E", 20_000, 10_000, by="core"), False),
        (an_edit("E", 20_000, 10_000, (11, 1)), False),
        (an_edit("E", 20_000, 18_000), False),
        (an_edit("E", 10_000, 20_000), False),
        (an_edit("E", None, 10_000), False),
    ],
)
def test_spending_typed_down_in_the_last_days(edit, is_flagged):
    assert ("spending_retyped" in found(edits=(edit,))) is is_flagged


def test_a_cohort_that_changes_at_the_end():
    assert found(moved_in=date(2026, 12, 1)) == ("cohort_edited",)
    assert found(moved_in=date(2026, 11, 30)) == ()
