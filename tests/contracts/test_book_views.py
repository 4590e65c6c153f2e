"""An adviser's book over a period, on SQLite and on a real PostgreSQL."""

from datetime import date

from schemas import facts
from schemas.books import BookEntry, BookEntryKind, BookRefusal
from schemas.time import DAY, Instant, parse_instant
from tests.builders import CLIENT, MONDAY_10
from tests.streams.readmodel.facts_made import project

STARTS = parse_instant("2026-10-01T00:00:00+08:00")
ENDS = parse_instant("2027-01-01T00:00:00+08:00")


def client(number):
    return f"ct_{number:032x}"


def book(views, *, starts=STARTS, ends=ENDS):
    return {row["client"]: row for row in views.book("rm-li", starts=starts, ends=ends)}


def test_a_book_has_its_clients_at_both_ends_with_what_moved_them(database, desk, views):
    desk.book()
    project(database, desk)
    found = book(views)
    assert sorted(found) == [client(number) for number in (1, 2, 3, 4)]
    first = found[client(1)]
    assert (first["opening"]["total"], first["closing"]["total"]) == (61.0, 64.5)
    assert first["by_cause"] == {"trade": 5.0, "price": -1.5}
    assert (first["tier"], first["was_served"], first["is_served"]) == ("private", True, True)
    assert found[client(3)]["by_cause"] == {}
    late = found[client(4)]
    assert (late["was_served"], late["is_served"], late["opening"]) == (False, True, None)
    assert views.book("rm-wu", starts=STARTS, ends=ENDS) == []


def test_only_what_moved_within_the_period_is_added_up(database, desk, views):
    desk.book()
    desk.score(66.0, {"trade": 1.5}, at=Instant(ENDS + DAY))
    project(database, desk)
    assert book(views)[CLIENT]["by_cause"] == {"trade": 5.0, "price": -1.5}
    later = book(views, starts=MONDAY_10, ends=Instant(ENDS + 2 * DAY))
    assert later[CLIENT]["by_cause"] == {"trade": 1.5}


def test_of_the_profiles_points_what_was_confirmed_is_added_up(database, desk, views):
    desk.book()
    for confirmed, first_told in ((2.0, 0.5), (1.0, 0.0)):
        parts = facts.ProfileParts(confirmed=confirmed, first_told=first_told)
        desk.score(70.0, {"profile": 4.0}, profile=parts)
    project(database, desk)
    found = book(views)
    assert (found[CLIENT]["confirmed"], found[CLIENT]["first_told"]) == (3.0, 0.5)
    assert (found[client(2)]["confirmed"], found[client(2)]["first_told"]) == (0.0, 0.0)


def test_a_client_who_changed_hands_is_told_apart_at_the_ends(database, desk, views):
    desk.book()
    desk.serve(rm="rm-wu", at=MONDAY_10)
    project(database, desk)
    assert (book(views)[CLIENT]["was_served"], book(views)[CLIENT]["is_served"]) == (True, False)
    (theirs,) = views.book("rm-wu", starts=STARTS, ends=ENDS)
    assert (theirs["was_served"], theirs["is_served"]) == (False, True)


def test_only_complete_diagnoses_come_with_a_client(database, desk, views):
    desk.book()
    desk.diagnosis(number=1)
    desk.diagnosis(number=2, lacks=("returns",), complete=False)
    project(database, desk)
    (held,) = book(views)[CLIENT]["diagnoses"]
    assert held == {"at": MONDAY_10, "desk": "rm-li", "data_day": "2026-11-23"}


def test_lines_stand_in_their_order_and_a_line_read_twice_is_one(database, desk, views):
    days = {"starts": date(2026, 10, 1), "ends": date(2026, 12, 31)}
    desk.line(2, "counted", "rm-li", mean=1.0, cohort=3)
    desk.line(1, "opened", **days)
    desk.line(2, "counted", "rm-li", mean=1.0, cohort=3)
    project(database, desk)
    lines = views.ledger("rm-li")["periods"]["2026q4"]
    assert [(line["number"], line["entry"]["kind"]) for line in lines] == [
        (1, "opened"),
        (2, "counted"),
    ]
    assert lines[0]["entry"]["starts"] == "2026-10-01"
    assert views.ledger("rm-wu") == {"periods": {}, "refusal": None}


def test_the_last_refusal_is_told(database, desk, views):
    for reason in ("not_opened", "same_person"):
        entry = BookEntry(period="2026q4", kind=BookEntryKind.LOCKED, by="rm-li")
        refusal = BookRefusal(entry=entry, reason=reason, at=MONDAY_10)
        desk.say(facts.BookEntryRefused, refusal, topic="desk-facts", key="rm-li")
    project(database, desk)
    assert views.ledger("rm-li")["refusal"]["reason"] == "same_person"
    kinds = [change["kind"] for change in views.changes_since(0, "rm-li")]
    assert kinds == ["book", "book"]
