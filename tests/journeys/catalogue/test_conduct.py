"""The conduct table and the lexicon as data: whole, sourced, dated; banned words never load."""

import re

import pytest

from journeys.catalogue.load import load
from journeys.catalogue.read_conduct import TABLE
from journeys.catalogue.read_policies import GATE
from journeys.errors import DefinitionError
from tests.journeys.catalogue.shipped import added, changed, fault, faults, files, line_of, loaded

CONDUCT = loaded(files()).editions[-1].conduct
S07 = 'id = "s07"\nversion = 1\nvalid_from = 2026-01-01\n'
S08 = 'id = "s08"\nversion = 1\nvalid_from = 2026-01-01\n'


def row_of(rule: str) -> str:
    """The text of one row, its header first."""
    rows = files()["conduct.toml"].split("[[rule]]\n")
    return "[[rule]]\n" + next(row for row in rows if row.startswith(f'id = "{rule}"'))


def test_every_row_of_the_table_is_there_in_its_order():
    assert tuple(CONDUCT.rules) == TABLE
    assert len(TABLE) == 51


def test_every_row_says_its_source_how_it_was_read_and_who_signs():
    for rule in CONDUCT.rules.values():
        assert rule.source
        assert rule.signs
        assert rule.read in {"V", "S", "K", "D"}


def test_nothing_shipped_is_signed():
    """The bank signs; a demonstration shows that nobody has."""
    assert {rule.signed_by for rule in CONDUCT.rules.values()} == {""}


def test_rows_that_need_an_official_text_are_tagged_so():
    """Tags per source, as of the design page: no V at all in these, V alone in those."""
    tags = {
        rule.id: {rule.read, *re.findall(r"\[([VSKD])\]", " ".join(rule.also))}
        for rule in CONDUCT.rules.values()
    }
    for rule in ("s17", "i04", "m02", "m06", "ct02", "ct03", "pi08", "x01", "ct04", "ct05"):
        assert "V" not in tags[rule], rule
    for rule in ("s01", "s02", "s03", "s05", "s06", "s07", "s08", "s09", "s10", "s14", "s18"):
        assert tags[rule] == {"V"}, rule
    for rule in ("s04", "s11", "s12", "s13", "s16", "s22", "m01", "m03", "m04", "m05", "m07"):
        assert {"V"} < tags[rule], rule


def test_a_signature_is_a_name_and_a_day():
    signed = S07 + 'signed_by = "Wang"\nsigned_on = 2026-11-27\n'
    found = loaded(changed("conduct.toml", S07, signed)).editions[-1]
    assert found.conduct.rules["s07"].signed_by == "Wang"
    texts = changed("conduct.toml", S07, S07 + 'signed_by = "Wang"\n')
    said = "a signature is a name and a day; write both signed_by and signed_on, or neither"
    assert fault(texts) == f"{line_of(texts, 'conduct.toml', 'signed_by = ')}: {said}"
    assert "or neither" in fault(changed("conduct.toml", S07, S07 + "signed_on = 2026-11-27\n"))


def test_production_refuses_what_nobody_has_signed():
    texts = files()
    with pytest.raises(DefinitionError) as caught:
        load(texts, version="test", signed=True)
    said = str(caught.value).splitlines()
    assert len(said) == len(TABLE) + len(GATE)
    assert all("is not signed; write signed_by and signed_on" in line for line in said)
    signed = 'signed_by = "Wang"\nsigned_on = 2026-11-27\nread = "'
    texts["conduct.toml"] = texts["conduct.toml"].replace('read = "', signed)
    texts["suitability.toml"] = texts["suitability.toml"].replace('\nread = "', f"\n{signed}")
    assert load(texts, version="test", signed=True)


def test_a_row_without_a_source_is_refused_by_file_and_line():
    row = row_of("s07")
    source = next(line for line in row.splitlines() if line.startswith("source = "))
    texts = changed("conduct.toml", row, row.replace(source + "\n", ""))
    at = files()["conduct.toml"].splitlines().index('id = "s07"')
    assert fault(texts) == f"conduct.toml:{at}: missing key 'source'; write a text such as \"…\""


def test_rows_whose_dates_overlap_are_refused_by_file_and_line():
    later = row_of("s07").replace("version = 1", "version = 2").replace("2026-01-01", "2027-01-01")
    texts = added("conduct.toml", later)
    found = fault(texts)
    at = texts["conduct.toml"].splitlines().index("valid_from = 2027-01-01") + 1
    assert found.startswith(
        f"conduct.toml:{at}: rule 's07': dates overlap with version 1; end that"
    )


def test_a_later_version_follows_from_its_day():
    later = row_of("s08").replace("version = 1", "version = 2").replace("2026-01-01", "2027-01-01")
    later = later.replace("tests_a_day = 2", "tests_a_day = 1")
    texts = changed("conduct.toml", S08, S08 + "valid_to = 2027-01-01\n")
    texts["conduct.toml"] += "\n" + later
    counts = [e.conduct.rules["s08"].numbers["tests_a_day"] for e in loaded(texts).editions]
    assert (counts[0], counts[-1]) == (2, 1)


@pytest.mark.parametrize(
    ("old", "new", "word", "message"),
    [
        ('id = "s07"', 'id = "s70"', 'id = "s70"', "unknown id 's70'; did you mean 's"),
        ('kind = "hold"', 'kind = "held"', 'kind = "held"', "unknown kind 'held'"),
        ('purpose = "test"', 'purpose = "tests"', 'purpose = "tests"', "unknown purpose 'tests'"),
        ('action = "refuse"', 'action = "refused"', '"refused"', "unknown action 'refused'"),
        ("test_months = 12\n", "", "[[rule]]", "missing key 'test_months'"),
        ("most_percent = 50", 'most_percent = "half"', '"half"', "'most_percent' is not a whole"),
        ('assets = "5_000_000 CNY"', 'assets = "5_000_000"', '"5_000_000"', "is no amount"),
        ("least_months = 1", "least_months = 1\nyears = 2", "years = 2", "unknown key 'years'"),
        ('regimes = ["NFRA"]', "regimes = []", "regimes = []", "'regimes' names no regime"),
        ('inputs = ["R", "C"]\n', "", "[[rule]]", "kind 'predicate' names no inputs"),
        ('kind = "route"', 'kind = "route"\ninputs = ["C"]', '["C"]', "kind 'route' is not judged"),
        (" [D]", " (ours)", "(ours)", "does not say how it was read; end it with [V], [S], [K]"),
        ('channels = ["sms"', 'channels = []\nx = ["sms"', "channels = []", "names nothing"),
    ],
)
def test_a_bad_row_is_refused_with_a_remedy(old, new, word, message):
    texts = changed("conduct.toml", old, new)
    lines = texts["conduct.toml"].splitlines()
    found = next(line for line in faults(texts) if message in line)
    place, _, said = found.partition(": ")
    assert word in lines[int(place.removeprefix("conduct.toml:")) - 1]
    assert ";" in said


def test_a_row_that_is_left_out_is_missed():
    texts = changed("conduct.toml", row_of("x01"), "")
    assert fault(texts).startswith("conduct.toml:1: no rule 'x01' in force at ")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('between_han = "[/、—]"', 'between_han = "[/、—"', "'between_han' is no pattern"),
        ('joins = ["以及",', 'joins = ["", "以及",', "'joins' is not a list of texts"),
        ('turns = ["但",', 'turns = ["(但",', "'turns' is no pattern"),
        ('turns = ["但",', 'turns = ["但?",', "'turns' matches the empty text"),
        ('traditional = "', 'traditional = "與', "differ in length; one form each"),
        ('id = "ENDORSE"', 'id = "LURE"', "class 'ENDORSE' stands 0 times; write it once"),
        ('id = "ENDORSE"', 'id = "ENDORSED"', "did you mean 'ENDORSE'?"),
        ('patterns = ["保本"', 'patterns = ["(保本"', "'patterns' is no pattern"),
        ("promise = true ", "promise = false ", "no class is a promise"),
        ('spared = ["符合', 'spared = ["*符合', "'spared' is no pattern"),
        ('end = ["(?:符合', 'end = ["*(?:符合', "'spared_at_end' is no pattern"),
        (
            'patterns = ["专家推荐", "内部消息", "国家(?:担保|兜底)"]',
            "patterns = []",
            "names no word",
        ),
        (
            'stress = ["并", "绝", "决", "从", "也", "均", "都", "皆", "亦", "尚"]',
            "stress = []",
            "no word",
        ),
    ],
)
def test_a_bad_lexicon_is_refused_with_a_remedy(old, new, message):
    texts = changed("lexicon.toml", old, new)
    found = next(line for line in faults(texts) if message in line)
    assert re.match(r"lexicon\.toml:\d+: ", found)


@pytest.mark.parametrize(
    ("key", "old", "new", "hit"),
    [
        ("text_zh", "也可以暂不处理", "本产品保本", "GUARANTEE"),
        ("title_zh", "您有一笔资金即将到期", "低门槛", "LURE"),
        ("script_zh", "先问这笔资金的用途和时间", "预期收益很高", "FORECAST"),
        ("name_zh", "到期资金沟通", "和存款一样", "CONFUSE"),
        ("text_en", "It is up to you;", "(专家推荐)", "ENDORSE"),
    ],
)
def test_a_text_that_may_not_be_said_is_refused_by_file_and_line(key, old, new, hit):
    texts = changed("actions.toml", old, new)
    found = fault(texts)
    assert found.startswith(f"{line_of(texts, 'actions.toml', new)}: '")
    assert f"says what may not be said ({hit}); reword it" in found
    at = int(found.split(":")[1])
    assert texts["actions.toml"].splitlines()[at - 1].startswith(key)


def test_a_denied_promise_may_be_said():
    assert loaded(changed("actions.toml", "也可以暂不处理", "本产品不承诺保本"))


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("text_zh", "；您可以一键关闭，也可以退订此类信息。", "。"),
        ("text_en", "; close this with one tap, or opt out of such messages.", "."),
    ],
)
def test_a_marketing_message_without_a_way_out_is_refused_by_file_and_line(key, old, new):
    texts = changed("actions.toml", old, new)
    found = fault(texts)
    at = int(found.removeprefix("actions.toml:").partition(":")[0])
    assert texts["actions.toml"].splitlines()[at - 1].startswith(key)
    assert f"'{key}' of a marketing message offers no way out (ct01); say one of " in found


def test_a_notice_and_a_call_need_no_way_out():
    texts = files()["actions.toml"].split("[[action.treatment]]")
    notice = next(text for text in texts if 'id = "maturity_notice_app"' in text)
    call = next(text for text in texts if 'id = "maturity_talk_remote"' in text)
    assert "退订" not in notice + call


def test_every_row_that_shows_what_it_read_says_how_it_is_told():
    """Unit and direction are data: whoever reads a figure out guesses neither."""
    edition = loaded(files()).editions[-1]
    rows = {**edition.conduct.rules, **edition.suitability.rules}
    shown = ("s01", "s02", "s03", "s04", "s05", "s07", "s09", "s11", "s12", "s13", "ct04", *GATE)
    assert all(rows[rule].told for rule in shown)
    assert [each.unit for each in rows["s11"].told] == ["CNY", "CNY"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("bought CNY", "'bought CNY' is no reading"),
        ("bought atmost CNY", "unknown bound 'atmost'; did you mean 'at_most'?"),
        ("bought at_most EUR", "unknown unit 'EUR'"),
    ],
)
def test_a_reading_that_nobody_could_tell_is_refused(told, said):
    texts = changed("conduct.toml", "bought at_most CNY", told)
    assert said in fault(texts)
