"""Every code that a page shows has a word in both languages; the code is there to be looked up."""

import inspect
import re

import pytest

from channels.corebank import standin
from channels.workbench.naming import Naming
from channels.workbench.policies import said, sections
from channels.workbench.wording import Words, messages
from journeys.client.steps.timers import _FIRE
from schemas import facts
from tests.builders import CLIENT, MONDAY_10, the_catalogue
from tests.channels.workbench.test_pages import Bench
from tests.streams.readmodel.facts_made import a_decision

OF_THE_BANK = {("case_type", "unit"), ("operation", "unit")}
"""A unit of the bank, as it calls itself."""
ROWS = [row for section in sections(the_catalogue().rows, MONDAY_10) for row in section.rows]
BY_KIND_ALONE = {"wealth"}
"""Rows whose id is a date, beside kinds that have one row, whose id is their kind."""
AS_WRITTEN = {
    "anchor", "applies", "as_of", "entry", "exits", "goal", "inputs", "instance_key", "on",
    "needs", "signs", "source", "regimes", "read", "also", "told", "confirm", "thresholds",
    "words", "text", "opening_spread", "order_lag", "dropped", "ends_clause", "open_placements",
    "says", "sells_regimes",
}  # fmt: skip
"""Conditions, names that programs read, sources and texts that the bank's people wrote."""


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.database.dispose()


def naming(language):
    return Naming(Words(language, the_catalogue().at(MONDAY_10)), the_catalogue().rows)


def test_every_row_of_the_catalogue_has_a_name_in_words():
    named = {language: naming(language) for language in ("zh", "en")}
    for row in ROWS:
        if row.id == row.kind or row.kind in BY_KIND_ALONE or row.kind == "learning":
            continue
        assert re.search("[\u4e00-\u9fff]", named["zh"].row(row)), row
        english = named["en"].row(row)
        assert english, row
        assert not re.search(r"_|\w\.\w|[\u4e00-\u9fff]", english), row


def test_every_key_of_the_catalogue_has_a_word():
    keys = {key for row in ROWS for key, _ in said(row, "zh")}
    for language in ("zh", "en"):
        known = messages(language)._catalog
        assert {key for key in keys if f"policy_key.{key}" not in known} == set()


def test_every_code_that_a_row_says_has_a_word():
    named = {language: naming(language) for language in ("zh", "en")}
    for row in ROWS:
        for key, text in said(row, "zh"):
            if key in AS_WRITTEN or (row.kind, key) in OF_THE_BANK:
                continue
            if not re.search("[a-z]{3}", text):
                continue
            if row.kind in ("lexicon", "rule") and re.search("[\u4e00-\u9fff]", text):
                continue
            chinese = named["zh"].value(row, key, text)
            is_span = re.fullmatch(r"[\d.,]+(min|d|h)?", text)
            assert is_span or re.search("[\u4e00-\u9fff]", chinese), (row.kind, row.id, key, text)
            english = named["en"].value(row, key, text)
            if not re.search("[\u4e00-\u9fff]", text):
                assert not re.search(r"[a-z]_[a-z]", english), (row.kind, row.id, key, english)


def test_every_kind_of_timer_has_a_word():
    for language in ("zh", "en"):
        known = messages(language)._catalog
        assert [kind for kind in _FIRE if f"timer.{kind}" not in known] == []


def test_every_no_of_the_core_bank_and_every_step_has_a_word():
    source = inspect.getsource(standin)
    reasons = {*re.findall(r'_no\("(\w+)"\)', source), *re.findall(r'reason="(\w+)"', source)}
    assert "no_cover" in reasons
    operations = the_catalogue().at(MONDAY_10).casework.operations.values()
    rows = [row for each in operations for row in each.steps]
    steps = {step for row in rows for step in (row.id, row.undo) if step}
    for language in ("zh", "en"):
        known = messages(language)._catalog
        assert [each for each in reasons if f"case_reason.{each}" not in known] == []
        assert [each for each in steps if f"core_step.{each}" not in known] == []


def test_the_page_of_policies_says_words_and_keeps_the_code_at_hand(bench):
    page = bench.show("/policies?kind=lateness", "zh").text
    assert "客户保存申请 <code>app.form_saved</code>" in page
    assert '<span title="app.form_saved, app.form_sent">客户保存申请、客户提交申请</span>' in page
    english = bench.show("/policies?kind=arbitration").text
    assert 'title="maturity_talk"' in english


def test_a_timer_is_told_by_what_it_was_for(bench):
    bench.desk.say(
        facts.DecisionMade,
        a_decision(),
        topic="client-facts",
        cause="retry::1795136455554015",
        source="timer",
    )
    page = bench.show(f"/clients/{CLIENT}", "zh").text
    assert '<span title="retry::1795136455554015">定时器：等待结束，再试一次</span>' in page
