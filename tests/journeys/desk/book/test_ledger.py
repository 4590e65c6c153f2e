"""A ledger is added to, in order, by those who may, and never edited."""

from datetime import date
from typing import Any

import pytest

from journeys.desk.book.ledger import Entry, add, state
from schemas.books import BookEntryKind as Kind

DAY = date(2026, 12, 31)


def a_ledger(*entries):
    ledger = ()
    for number, (kind, by, more) in enumerate(entries, start=1):
        ledger = add(ledger, Entry(number, kind, DAY, by, **more))
    return ledger


OPENED: tuple[Any, ...] = (Kind.OPENED, "head", {})
COUNTED: tuple[Any, ...] = (Kind.COUNTED, "engine", {"mean": 1.2})
LOCKED: tuple[Any, ...] = (Kind.LOCKED, "head", {})
APPEALED = (Kind.APPEALED, "rm-li", {"about": 2, "reason": "a client is missing"})
RESTATED = (Kind.RESTATED, "head", {"about": 4, "mean": 1.4})
PAID: tuple[Any, ...] = (Kind.PAID, "pay-office", {})


def test_a_period_from_opening_to_pay():
    found = state(a_ledger(OPENED, COUNTED, LOCKED, APPEALED, RESTATED, PAID))

    assert (found.mean, found.is_locked, found.open_appeals, found.is_paid) == (1.4, True, (), True)


def test_before_the_lock_a_period_is_counted_again():
    assert state(a_ledger(OPENED, COUNTED, (Kind.COUNTED, "engine", {"mean": 2.0}))).mean == 2.0


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([COUNTED], "open the period first"),
        ([OPENED, OPENED], "opened once"),
        ([OPENED, (Kind.COUNTED, "engine", {})], "say the mean"),
        ([OPENED, LOCKED], "nothing is counted"),
        ([OPENED, COUNTED, (Kind.LOCKED, "engine", {})], "may not sign off"),
        ([OPENED, COUNTED, LOCKED, LOCKED], "locked already"),
        ([OPENED, COUNTED, LOCKED, COUNTED], "appeal and restate"),
        ([OPENED, COUNTED, APPEALED], "simply counted again"),
        ([OPENED, COUNTED, LOCKED, (Kind.APPEALED, "rm-li", {"about": 2})], "its reason"),
        (
            [OPENED, COUNTED, LOCKED, (Kind.APPEALED, "rm-li", {"about": 1, "reason": "x"})],
            "no count",
        ),
        ([OPENED, COUNTED, LOCKED, RESTATED], "no open appeal"),
        (
            [
                OPENED,
                COUNTED,
                LOCKED,
                APPEALED,
                (Kind.RESTATED, "rm-li", {"about": 4, "mean": 9.0}),
            ],
            "may not decide",
        ),
        (
            [OPENED, COUNTED, LOCKED, APPEALED, (Kind.RESTATED, "head", {"about": 4})],
            "say the mean",
        ),
        ([OPENED, COUNTED, LOCKED, APPEALED, PAID], "appeals are open"),
        ([OPENED, COUNTED, PAID], "lock the period"),
        ([OPENED, COUNTED, LOCKED, PAID, PAID], "paid already"),
        ([OPENED, (Kind.COUNTED, "", {"mean": 1.0})], "nobody signed"),
    ],
)
def test_an_entry_that_may_not_stand_is_refused(entries, why):
    with pytest.raises(ValueError, match=why):
        a_ledger(*entries)


def test_entries_count_up_and_days_do_not_run_back():
    ledger = a_ledger(OPENED)

    with pytest.raises(ValueError, match="next number is 2"):
        add(ledger, Entry(3, Kind.COUNTED, DAY, "engine", mean=1.0))
    with pytest.raises(ValueError, match="dated before"):
        add(ledger, Entry(2, Kind.COUNTED, date(2026, 1, 1), "engine", mean=1.0))


def test_what_was_said_stays_said():
    before = a_ledger(OPENED, COUNTED, LOCKED, APPEALED)
    after = add(before, Entry(5, Kind.RESTATED, DAY, "head", mean=0.0, about=4))

    assert after[:4] == before
    assert (state(before).mean, state(after).mean) == (1.2, 0.0)
    with pytest.raises(AttributeError):
        after[1].mean = 9.0
