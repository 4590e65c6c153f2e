"""Diagnosis, advice and book for people: in both languages, whole or not at all."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from channels.assess import wording
from channels.assess.people_cli import advise, book, diagnose
from channels.assess.wording import LANGUAGES
from channels.cli import commands
from journeys.client.wealth.remedies.remedy import Do
from tests.journeys.client.wealth import golden

FORM = {
    "catalog": golden.rows(),
    "clients": [[c["id"], c["profile"], c["holdings"]] for c in golden.GOLDEN["clients"]],
}
ACCOUNT = {"start": "2025-01-01", "end": "2026-01-01", "V0": 100, "VE": 110}
BOOK: dict[str, Any] = {
    "ends": "2026-12-31",
    "violations": 0,
    "complaints": 1,
    "complaint_limit": 3,
    "stages": [["first", 1.0, 0.4], ["second", 3.0, 0.6]],
    "clients": [
        {
            "client": "one",
            "opening": [70, 1, 1],
            "closing": [80, 0.9, 1],
            "by_cause": {"trade": 4, "price": 6},
        },
        {
            "client": "two",
            "opening": [70, 1, 1],
            "closing": [75, 1, 1],
            "by_cause": {"profile": 5},
            "confirmed": 5,
            "edits": [["2026-12-20", "E", 20000, 10000, "client"]],
            "trades": [["2026-06-05", "fund", 100], ["2026-06-20", "fund", -100]],
            "diagnoses": ["2026-06-10"],
            "moved_in": "2026-03-01",
        },
        {"client": "new", "opening": [0, 0, 0], "closing": [75, 1, 1], "by_cause": {}},
    ],
}


@pytest.fixture
def told(tmp_path):
    def run(command, form, *words):
        file = tmp_path / "form.json"
        file.write_text(json.dumps(form), encoding="utf-8")
        done = CliRunner().invoke(command, [str(file), *words], standalone_mode=False)
        assert done.exception is None, done.exception
        return done.return_value, done.stdout, done.stderr

    return run


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_client_is_diagnosed(told, language):
    code, out, _ = told(diagnose, FORM, "--lang", language)

    assert code == 0
    assert out.count("# A") == 10
    words = {"zh": ("持仓诊断", "流动性", "透视"), "en": ("portfolio", "liquidity", "x-ray")}
    for word in words[language]:
        assert out.count(word) >= 10


def test_one_client_is_diagnosed_by_name(told):
    code, out, _ = told(diagnose, FORM, "--client", "A3", "--lang", "en")

    assert code == 0
    assert out.startswith("# A3\nwealth health 65.2, subhealthy (coverage 100%)")
    assert "st1 is above the risk class: 500,000 yuan" in out
    assert "not complete" in out


def test_with_its_returns_a_diagnosis_is_complete(told):
    _, out, _ = told(diagnose, FORM | {"accounts": {"A3": ACCOUNT}}, "--client", "A3")

    assert "诊断不完整" not in out


def test_nobody_of_that_name(told):
    code, out, said = told(diagnose, FORM, "--client", "A99")

    assert (code, out) == (1, "")
    assert "nobody" in said


def test_a_client_hardly_known_sees_no_score(told):
    form = {"catalog": {}, "clients": [["a", {}, {}]]}

    assert "暂不显示总分" in told(diagnose, form)[1]
    assert "not shown" in told(advise, form, "--lang", "en")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_advice_says_what_why_and_what_it_brings(told, language):
    code, out, _ = told(advise, FORM, "--client", "A7", "--lang", language)

    assert code == 0
    assert "67.8 → 91.6" in out
    assert "tr1" in out
    assert "s04 v1" in out
    assert ("适当性" if language == "zh" else "suitability") in out


def test_a_client_with_nothing_to_gain_is_told_so(told):
    assert "nothing suitable would help" in told(advise, FORM, "--client", "A10", "--lang", "en")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_book_is_counted_like_for_like(told, language):
    code, out, _ = told(book, BOOK, "--lang", language)

    assert code == 0
    assert "+2.00" in out, "one counts 4, two is held for review and counts 0"
    assert "price +3.00" in out
    assert "40%" in out
    assert "trade_before_diagnosis, spending_retyped" in out


def test_terms_that_a_form_leaves_out_are_those_in_force(told):
    form = {key: BOOK[key] for key in BOOK if key not in {"stages", "complaint_limit"}}

    out = told(book, form, "--lang", "en")[1]

    assert "50%" in out, "two points are the first two of four stages"
    assert "q1, q2" in out
    assert "complaints_over_limit" in told(book, form | {"complaints": 3}, "--lang", "en")[1]


def test_a_breach_pays_nothing(told):
    _, out, _ = told(book, BOOK | {"violations": 1}, "--lang", "en")

    assert "pays nothing: suitability_violations" in out
    none = told(book, BOOK | {"clients": []}, "--lang", "en")[1]
    assert "organic growth a client: none" in none


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"ends": "x"}, "/ends"),
        ({"stages": [["a", 1]]}, "/stages/0"),
        ({"clients": [{"client": "a", "typo": 1}]}, "/clients/0/typo"),
        ({"clients": [BOOK["clients"][0] | {"by_cause": {"luck": 1}}]}, "/clients/0/by_cause/luck"),
        ({"clients": [BOOK["clients"][0] | {"edits": [[1]]}]}, "/clients/0/edits/0"),
    ],
)
def test_a_bad_book_is_told_where(told, change, pointer):
    code, out, said = told(book, BOOK | change)

    assert (code, out) == (2, "")
    assert f" {pointer}: " in said


def test_a_bad_form_is_told_where(told):
    for command in (diagnose, advise):
        code, out, said = told(command, FORM | {"clients": [["a", {"C": 9}, {}]]})
        assert (code, out) == (2, "")
        assert "/clients/0/1/C" in said


def test_every_step_has_words_in_both_languages():
    for language in LANGUAGES:
        for do in Do:
            said = wording.step(do, "EQ", 1_234_567, language)
            assert said
            assert "{" not in said


def test_the_commands_are_known_to_suishen():
    assert {"diagnose", "advise", "book"} <= set(commands.list_commands(None))
