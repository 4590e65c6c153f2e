"""The page of an adviser's book, and the lines that are asked for on it."""

import re
from datetime import date

import pytest

from channels.workbench.booking import bank_period, period_of, span_of
from schemas import facts
from schemas.books import BookEntry, BookEntryKind, BookRefusal
from schemas.time import DAY, Instant
from tests.builders import CLIENT, MONDAY_10
from tests.channels.workbench.test_pages import Bench

PAGE = "/book?desk=rm-li&period=2026q4"
DAYS = {"starts": date(2026, 10, 1), "ends": date(2026, 12, 31)}


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    bench.clock.moment = Instant(MONDAY_10 + 30 * DAY)
    yield bench
    bench.database.dispose()


@pytest.fixture
def book(bench):
    bench.desk.book()
    return bench


def add(bench, kind, **fields):
    page = bench.show(PAGE).text
    hidden = dict(re.findall(r'name="(token|nonce)" value="([^"]*)"', page))
    said = {"kind": kind, "by": "head-east", "about": "", "reason": "", "targets": "", "client": ""}
    return bench.http.post("/book/rm-li/2026q4/lines", data=said | hidden | fields)


def entry(bench):
    return bench.sent()[-1].data


def test_periods_are_quarters_halves_and_years():
    assert bank_period(MONDAY_10) == period_of(date(2026, 11, 23)) == "2026q4"
    assert (span_of("2026q1").starts, span_of("2026q1").ends) == (
        date(2026, 1, 1),
        date(2026, 3, 31),
    )
    assert span_of("2026h2").starts == date(2026, 7, 1)
    assert span_of("2026").ends == span_of("2026q4").ends == date(2026, 12, 31)
    assert span_of("2999").ends == date(2999, 12, 31)
    assert [span_of(name) for name in ("", "2026q5", "9999", "soon")] == [None] * 4


def test_a_book_shows_organic_growth_who_moved_and_why(book):
    page = book.show(PAGE).text
    # Of three alike at both ends: +5, -2 and 0 by trades; prices are shown and not counted.
    assert "<strong>▲ +1.00</strong> points a client" in page
    assert "not opened, provisional" in page
    assert "3 clients like for like, 1 left out, 0 held" in page
    assert "price ▼ -1.50" in page
    assert "▼ -0.50" in page
    order = re.findall(r'/clients/ct_0+(\d)"', page)
    assert order[:4] == ["2", "3", "1", "4"]
    assert "style=" not in page
    chinese = book.show(PAGE, "zh").text
    assert "有机增长" in chinese
    assert "可比客户 3 人" in chinese


def test_confirmed_profile_facts_count_less_those_told_first(book):
    parts = facts.ProfileParts(confirmed=4.0, first_told=1.0)
    book.desk.score(66.5, {"profile": 4.5}, profile=parts)
    # 5 by trade and 3 by facts, -2, and 0, over three clients.
    assert "<strong>▲ +2.00</strong>" in book.show(PAGE).text
    page = book.show(f"/clients/{CLIENT}").text
    assert "+3.00 (+4.00 confirmed, less +1.00 told first)" in page


def test_without_a_target_of_its_own_the_one_of_the_policy_is_shown(book):
    assert "from the policy in force" in book.show(PAGE).text
    target = ({"name": "own", "points": 1.0, "pays": 1.0},)
    book.desk.line(1, "opened", **DAYS)
    book.desk.line(2, "target_set", targets=target)
    assert "from the policy in force" not in book.show(PAGE).text


def test_who_is_left_out_is_told_why(book):
    book.desk.serve(f"ct_{3:032x}", rm="rm-wu")
    book.desk.score(None, {"flow": -1.0}, client=f"ct_{2:032x}")
    book.desk.serve(f"ct_{5:032x}", at=Instant(MONDAY_10 - 80 * DAY))
    page = book.show(PAGE).text
    reasons = dict(re.findall(r'/clients/ct_0+(\d)">.*?left out: ([^<]*)<', page))
    assert reasons == {
        "2": "too little is known at one end",
        "3": "not served by this desk at the end",
        "4": "not served by this desk at the start",
        "5": "no score at the start",
    }


def test_a_private_client_without_diagnoses_is_owed_one(book):
    page = book.show(PAGE).text
    owed = page[page.index("Diagnoses owed this year") : page.index('id="ledger"')]
    assert re.findall(r"/clients/ct_0+(\d)", owed) == ["1", "4"]
    assert "2026-06-30 · overdue" in owed


def test_the_book_is_measured_against_its_staged_target(book):
    book.desk.line(1, "opened", **DAYS)
    book.desk.line(2, "target_set", targets=({"name": "old", "points": 9.0, "pays": 1.0},))
    stages = (
        {"name": "stage_1", "points": 1.0, "pays": 0.4},
        {"name": "stage_2", "points": 2.5, "pays": 0.6},
    )
    book.desk.line(3, "target_set", targets=stages)
    page = book.show(PAGE).text
    assert "reached" in page
    assert "1.50 points short" in page
    assert "9.00 → 100%" in page
    assert page.count("points short") == 1


def test_a_locked_figure_stands_though_the_book_moves_on(book):
    book.desk.line(1, "opened", **DAYS)
    book.desk.line(2, "counted", "rm-li", mean=1.0, cohort=3)
    book.desk.line(3, "locked")
    book.desk.score(67.5, {"trade": 3.0}, at=Instant(MONDAY_10 + DAY))
    page = book.show(PAGE).text
    assert "<strong>▲ +1.00</strong>" in page
    assert "Counted anew today it would be +2.00" in page
    assert "<small>locked</small>" in page
    book.desk.line(4, "appealed", "rm-li", about=2, reason="a trade came late")
    assert "an appeal is open" in book.show(PAGE).text
    book.desk.line(5, "restated", about=4, mean=2.0, cohort=3, reason="it did")
    book.desk.line(6, "paid", "pay-office")
    page = book.show(PAGE).text
    assert "<strong>▲ +2.00</strong>" in page
    assert "<small>paid</small>" in page
    assert "a trade came late" in page


def test_a_flag_holds_a_clients_credit_until_it_is_cleared(book):
    book.desk.line(1, "opened", **DAYS)
    book.desk.line(2, "flagged", "integrity", client=CLIENT, flags=("spending_retyped",))
    page = book.show(PAGE).text
    assert "<strong>▼ -0.67</strong>" in page
    assert "1 held for review" in page
    assert "held: spending typed down" in page
    book.desk.line(3, "cleared", about=2, reason="core proves it")
    assert "<strong>▲ +1.00</strong>" in book.show(PAGE).text


def test_a_line_asked_for_becomes_a_signal_with_the_pages_own_figures(book):
    assert add(book, "opened").status_code == 202
    assert (entry(book).starts, entry(book).ends) == (date(2026, 10, 1), date(2026, 12, 31))
    assert add(book, "target_set", targets="1.0 40\n2.5 60%\n").status_code == 202
    assert [(one.points, one.pays) for one in entry(book).targets] == [(1.0, 0.4), (2.5, 0.6)]
    assert add(book, "counted", mean="99").status_code == 202
    assert (entry(book).mean, entry(book).cohort) == (pytest.approx(1.0), 3)
    assert add(book, "flagged", client=CLIENT, flag="cohort_edited").status_code == 202
    assert (entry(book).client, entry(book).flags) == (CLIENT, ("cohort_edited",))
    assert add(book, "appealed", about="2", reason="late").status_code == 202
    assert (entry(book).about, entry(book).reason, entry(book).by) == (2, "late", "head-east")
    assert book.sent()[0].partitionkey == "rm-li"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "fly"},
        {"kind": "locked", "by": " "},
        {"kind": "target_set", "targets": ""},
        {"kind": "target_set", "targets": "much"},
        {"kind": "target_set", "targets": "1 400"},
        {"kind": "appealed", "about": "two"},
        {"kind": "flagged", "client": "Wang Fang"},
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_nothing_is_sent(book, fields):
    answer = add(book, **fields)
    assert (answer.status_code, book.sent()) == (409, [])
    assert "The line cannot be read" in answer.text


def test_without_a_cohort_there_is_nothing_to_count(bench):
    bench.desk.serve()
    answer = add(bench, "counted")
    assert (answer.status_code, bench.sent()) == (409, [])
    assert "nothing to count" in answer.text
    assert "Nobody can be compared yet" in bench.show(PAGE).text


def test_a_line_that_the_ledger_refused_is_told_until_another_is_added(book):
    refused = BookEntry(period="2026q4", kind=BookEntryKind.LOCKED, by="rm-li")
    refusal = BookRefusal(entry=refused, reason="same_person", at=MONDAY_10)
    book.desk.say(facts.BookEntryRefused, refusal, topic="desk-facts", key="rm-li")
    assert "the same person may not do both" in book.show(PAGE).text
    assert "may not do both" not in book.show("/book?desk=rm-li&period=2026q3").text
    book.desk.line(1, "opened", **DAYS)
    assert "may not do both" not in book.show(PAGE).text


def test_other_periods_are_a_link_away_and_the_language_is_changed_in_place(book):
    book.desk.line(1, "opened", **DAYS)
    page = book.show("/book?desk=rm-li&period=2026q3").text
    links = re.findall(r"period=(2026q[1-4])", page)
    assert {"2026q4", "2026q3"} <= set(links)
    assert "back=/book%3Fdesk%3Drm-li%26period%3D2026q3" in page
    answer = book.http.get(
        "/language/en?back=/book%3Fdesk%3Drm-li%26period%3D2026q3", follow_redirects=False
    )
    assert answer.headers["location"] == "/book?desk=rm-li&period=2026q3"


def test_a_form_from_elsewhere_or_about_nobody_is_refused(book):
    assert (add(book, "opened", token="stolen").status_code, book.sent()) == (403, [])
    token = {"token": book.http.cookies["token"], "kind": "opened", "by": "x"}
    for path in ("/book/rm-nobody/2026q4/lines", "/book/rm-li/soon/lines"):
        assert book.http.post(path, data=token).status_code == 404


def test_an_empty_bank_and_unknown_books_say_so(bench):
    assert "No adviser is known yet" in bench.show("/book").text
    assert bench.show("/book?desk=rm-nobody").status_code == 404
    bench.desk.serve()
    page = bench.show("/book").text
    assert 'href="/book?desk=rm-li"' in page
    assert "team-east" not in page
    assert bench.show("/book?desk=rm-li&period=soon").status_code == 404
    bench.desk.task(desk="rm-wu")
    assert "No client names this desk" in bench.show("/book?desk=rm-wu").text
    assert "Organic growth" in bench.show("/book/panel?desk=rm-li").text


def test_a_desk_that_is_no_advisers_has_no_book_and_its_page_says_why(bench):
    bench.desk.serve()
    link = "Book of this desk"
    assert link in bench.show("/desks/rm-li").text
    for desk in ("remote-1", "team-east"):
        assert link not in bench.show(f"/desks/{desk}").text
        page = bench.show(f"/book?desk={desk}&period=2026q4").text
        assert "This desk has no book" in page
        assert "Organic growth" not in page
        assert "此工位没有业绩簿" in bench.show(f"/book?desk={desk}", "zh").text
