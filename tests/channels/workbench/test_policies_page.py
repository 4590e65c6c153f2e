"""The page of policies: what is in force, whence, and what dates to come bring."""

from dataclasses import replace

import pytest

from channels.workbench.policies import sections
from channels.workbench.wording import Words
from journeys.catalogue.guarding import MEASURES
from journeys.catalogue.written import changes
from schemas.time import Instant, parse_instant
from tests.builders import MONDAY_10, the_catalogue
from tests.channels.workbench.test_pages import Bench
from tests.journeys.catalogue.shipped import HEAD, added, files, loaded
from tests.journeys.catalogue.test_dates import NEW_DESK, until
from tests.journeys.catalogue.test_scopes import a_contact, a_lever, narrowed

NEW_YEAR = parse_instant("2027-01-01T00:00:00+08:00")


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.database.dispose()


def over(bench, texts, **more):
    """The same bench over another catalogue."""
    from starlette.testclient import TestClient  # noqa: PLC0415 - only here

    from channels.workbench.app import create_app  # noqa: PLC0415 - only here

    bench.pages = replace(bench.pages, catalogue=loaded(texts), **more)
    bench.http = TestClient(create_app(bench.pages))
    return bench


def test_every_row_in_force_stands_on_the_page_once():
    found = sections(the_catalogue().rows, MONDAY_10)
    rows = [row for section in found for row in section.rows]
    assert len(rows) == len(the_catalogue().rows)
    assert {section.group for section in found if not section.rows} == {"levers", "outlets"}


def test_a_row_says_whose_it_is_whence_and_who_signed(bench):
    page = bench.show("/policies?kind=conduct").text
    assert "Product level within the client" in page
    assert "总局令2025年第7号" in page
    assert page.count("unsigned") >= 51
    assert "compliance" in page


def test_a_signed_rule_shows_who_signed_it_and_when(bench):
    texts = files()
    texts["conduct.toml"] = texts["conduct.toml"].replace(
        'owner = "compliance"', 'owner = "compliance"\nsigned_by = "Wu"\nsigned_on = 2026-11-01', 1
    )
    assert "Wu 2026-11-01" in over(bench, texts).show("/policies?kind=conduct").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("marketing a week, at most</span> 2", "09:00")),
        ("zh", ("7天内营销触达上限</span> 2",)),
    ],
)
def test_caps_and_quiet_hours_are_read_in_both_languages(bench, language, said):
    page = bench.show("/policies?kind=contact", language).text
    assert all(each in page for each in said)
    assert "compliance" in page
    assert " test</small>" in page, "the version in force"
    assert 'href="/policies"' in page, "in the navigation"


def test_only_the_kind_asked_for_is_shown_and_an_unknown_one_is_missing(bench):
    page = bench.show("/policies?kind=guards").text
    assert "contacts_an_hour" in page
    assert "marketing a week" not in page
    assert bench.show("/policies?kind=gards").status_code == 404


def test_all_kinds_may_be_asked_for_at_once(bench):
    page = bench.show("/policies?kind=all").text
    assert "marketing a week" in page
    assert "contacts_an_hour" in page
    assert "Maturing deposit" in page


def test_a_kind_without_a_row_says_so(bench):
    assert "No row of this kind is in force" in bench.show("/policies?kind=levers").text


def test_a_row_of_an_outlet_names_it(bench):
    texts = narrowed(contact=a_contact(), arbitration=a_lever())
    over(bench, texts)
    assert "outlet <code>outlet_1</code>" in bench.show("/policies?kind=contact").text
    assert "网点 <code>outlet_1</code>" in bench.show("/policies?kind=levers", "zh").text


def test_what_changes_next_says_the_day_and_the_values(bench):
    texts = until(files(), "desk.toml", "2027-01-01")
    over(bench, {**texts, "desk-2027.toml": NEW_DESK})
    page = bench.show("/policies").text
    assert "contacts_an_hour" in page, "what is asked for most"
    assert "Maturing deposit" not in page
    assert "2027-01-01 00:00" in page
    assert "follows version 1" in page
    assert "share for those unserved: 15% → 20%" in page
    assert "No row begins or ends" not in page
    assert "No row begins or ends" in bench.show("/policies?kind=contact").text


def test_a_row_that_begins_alone_and_ends_alone_is_two_changes():
    lever = '[[lever]]\naction = "stay_talk"\nname = "spring"\npoints = 55\n'
    dated = HEAD.replace("2026-01-01", "2027-03-01\nvalid_to = 2027-06-01")
    rows = loaded(added("arbitration.toml", lever + dated)).rows
    found = [(each.old is None, each.new is None) for each in changes(rows, MONDAY_10)]
    assert found == [(True, False), (False, True)]
    assert changes(rows, parse_instant("2028-01-01T00:00:00Z")) == []


def test_before_the_first_row_begins_the_first_edition_is_shown():
    rows = the_catalogue().rows
    assert sum(len(each.rows) for each in sections(rows, Instant(0))) == len(rows)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_row_has_a_word(language):
    words = Words(language, the_catalogue().at(MONDAY_10))
    for section in sections(the_catalogue().rows, MONDAY_10):
        named = [("policy_kind", section.group)] + [("row_kind", row.kind) for row in section.rows]
        assert all(f"{kind}.{code}" in words._messages._catalog for kind, code in named)


def test_a_guard_says_what_it_watches_in_words(bench):
    assert "share that clients decline" in bench.show("/policies?kind=guards").text
    chinese = bench.show("/policies?kind=guards", "zh").text
    for measure in MEASURES:
        assert Words("zh", the_catalogue().at(MONDAY_10)).code("guarded", measure) in chinese
