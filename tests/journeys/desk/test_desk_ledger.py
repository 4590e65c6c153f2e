"""Diagnoses and lines of a book's ledger on the desk's log."""

import msgspec
import pytest

from journeys.desk.fold import DeskFold
from journeys.step import Route
from schemas import facts
from schemas.signals.desk import DiagnosisHeld
from schemas.time import DAY, Instant
from tests.builders import CLIENT, MONDAY_10, an_event, the_reference


class Book:
    """The fold over one desk, fed with lines."""

    def __init__(self):
        self.fold = DeskFold()
        self.state = self.fold.begin("rm-li")
        self.said = 0

    def say(self, kind, data, *, event_id="", days=0):
        self.said += 1
        at = Instant(MONDAY_10 + days * DAY)
        event = an_event(
            kind, data, key="rm-li", at=at, event_id=event_id or f"e{self.said}",
            source="/desk/workbench",
        )  # fmt: skip
        step = self.fold.apply(self.state, event, the_reference())
        self.state = self.fold.decode(self.fold.encode(step.state))
        return step.outputs

    def enter(self, kind, by, *, period="2026q4", event_id="", days=0, **more):
        line = {"period": period, "kind": kind, "by": by} | more
        (output,) = self.say("desk.book_entered", line, event_id=event_id, days=days)
        return output.event


DATES = {"starts": "2026-10-01", "ends": "2026-12-31"}
COUNT = {"mean": 0.8, "cohort": 100}


def opened():
    book = Book()
    book.enter("opened", "head-east", **DATES)
    return book


def locked():
    book = opened()
    book.enter("counted", "rm-li", **COUNT)
    book.enter("locked", "head-east")
    return book


def test_a_diagnosis_goes_on_to_the_clients_log():
    act = {"client": CLIENT, "actor": "rm-li", "shown": True}
    (output,) = Book().say("desk.diagnosis_acted", act)
    assert (output.route, output.key) == (Route.CLIENT_EVENTS, CLIENT)
    assert isinstance(output.event, DiagnosisHeld)
    assert output.event.data.desk == "rm-li"
    assert output.event.time == MONDAY_10


def test_lines_are_numbered_and_signed():
    book = opened()
    target = [{"name": "stage_1", "points": 1.0, "pays": 0.5}]
    fact = book.enter("target_set", "head-east", targets=target)
    assert isinstance(fact, facts.BookEntryAdded)
    assert (fact.data.number, fact.data.entry.targets[0].points) == (2, 1.0)


def test_a_period_runs_from_opening_to_pay():
    book = locked()
    assert book.enter("appealed", "rm-li", about=2, reason="one is missing").data.number == 4
    assert book.enter("restated", "head-east", about=4, reason="it was", mean=0.9).data.number == 5
    assert book.enter("flagged", "integrity", client=CLIENT, flags=["spending_retyped"])
    assert book.enter("cleared", "head-east", about=6, reason="core proves it").data.number == 7
    assert isinstance(book.enter("paid", "pay-office"), facts.BookEntryAdded)


@pytest.mark.parametrize(
    ("book", "line", "reason"),
    [
        (Book, ("counted", "rm-li", COUNT), "not_opened"),
        (Book, ("opened", "head-east", {}), "incomplete"),
        (Book, ("opened", "h", {"starts": "2026-12-31", "ends": "2026-10-01"}), "incomplete"),
        (opened, ("opened", "head-east", DATES), "opened_already"),
        (opened, ("target_set", "head-east", {}), "incomplete"),
        (opened, ("locked", "head-east", {}), "not_counted"),
        (opened, ("flagged", "integrity", {"client": CLIENT}), "incomplete"),
        (locked, ("counted", "rm-li", COUNT), "locked"),
        (locked, ("target_set", "h", {"targets": [{"name": "s", "points": 0.0, "pays": 1.0}]}),
         "locked"),
        (locked, ("appealed", "rm-li", {"about": 2}), "incomplete"),
        (locked, ("cleared", "head-east", {"about": 2, "reason": "x"}), "no_open_flag"),
    ],
)  # fmt: skip
def test_a_line_that_may_not_stand_is_refused_with_its_reason(book, line, reason):
    kind, by, more = line
    found = book()
    before = found.state
    fact = found.enter(kind, by, **more)
    assert isinstance(fact, facts.BookEntryRefused)
    assert (fact.data.reason, fact.data.entry.kind) == (reason, kind)
    assert found.state == before


def test_who_counted_may_not_sign_off_and_who_flagged_may_not_clear():
    book = opened()
    book.enter("counted", "rm-li", **COUNT)
    assert book.enter("locked", "rm-li").data.reason == "same_person"
    book.enter("flagged", "integrity", client=CLIENT, flags=["cohort_edited"])
    assert book.enter("cleared", "integrity", about=3, reason="x").data.reason == "same_person"


def test_an_event_sent_again_is_no_second_line():
    book = opened()
    line = {"period": "2026q4", "kind": "counted", "by": "rm-li"} | COUNT
    assert len(book.say("desk.book_entered", line, event_id="once")) == 1
    assert book.say("desk.book_entered", line, event_id="once") == ()


def test_a_ledger_and_the_number_of_periods_have_their_bounds():
    book = opened()
    for at in range(2, 65):
        assert book.enter("counted", "rm-li", **COUNT).data.number == at
    assert book.enter("counted", "rm-li", **COUNT).data.reason == "no_room"
    for year in (2027, 2028, 2029, 2030):
        book.enter("opened", "head-east", period=str(year), **DATES)
    assert [kept.period for kept in book.state.books] == ["2027", "2028", "2029", "2030"]
    assert book.enter("opened", "head-east", **DATES).data.reason == "no_room"
    assert len(book.fold.encode(book.state)) < 16_000


def test_a_state_without_books_is_still_read():
    old = msgspec.msgpack.encode(["rm-li", [], [], [], [], 0])
    assert DeskFold().decode(old) == DeskFold().begin("rm-li")
