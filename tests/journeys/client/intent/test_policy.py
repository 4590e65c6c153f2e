"""The table of weights: what is read, and what is refused."""

import pytest

from journeys.client.intent.policy import INTENTS, from_table
from journeys.errors import DefinitionError
from schemas.time import DAY
from tests.journeys.client.intent.builders import a_policy, a_row, shipped, shipped_table


def test_every_intent_has_evidence_and_can_be_said_in_words():
    rules = shipped().rules
    for which, name in enumerate(INTENTS):
        assert any(r.intent == which and not r.explicit for g in rules.values() for r in g)
        assert rules[f"utterance_{name}"][0].explicit
        assert rules[f"utterance_{name}"][0].intent == which


def test_the_weights_are_those_of_the_design():
    rule = shipped().rules["maturity_near"][0]
    assert (INTENTS[rule.intent], rule.weight, rule.half_life) == ("renew", 2.5, DAY)
    assert rule.until_due
    assert shipped().bias == (-3.0, -3.0, -3.5, -3.5, -3.0, -3.0, -3.0, -5.0)
    assert shipped().rules["utterance_complain"][0].weight == 5.5


def test_counted_evidence_is_listed_apart():
    assert [r.evidence for r in shipped().counted] == ["holdings_page", "form_failed"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_row("x", "renw", 1.0), "unknown intent"),
        (a_row("x", "renew", 3.5), "needs explicit speech"),
        (a_row("x", "renew", -3.5), "needs explicit speech"),
        (a_row("x", "renew", 6.5, explicit=True), "above 6.0"),
        (a_row("x", "renew", 0.0), "'weight' is 0"),
        (a_row("x", "renew", float("nan")), "write a number"),
        (a_row("x", "renew", weight=True), "write a number"),
        (a_row("x", "renew", "1"), "write a number"),
        (a_row("x", "renew", 1.0, "1w"), "'1w' is no span"),
        (a_row("x", "renew", 1.0, "0d"), "'0d' is no span"),
        (a_row("x", "renew", 1.0, least=0), "'least' is 0"),
        (a_row("x", "renew", 1.0, least=2.5), "'least' is 2.5"),
        (a_row("x", "renew", 1.0, least=33), "'least' is above list_length"),
        (a_row("x", "renew", 1.0, least=2, until_due=True), "goes with neither"),
        (a_row("x", "renew", 1.0, least=2, explicit=True), "goes with neither"),
        (a_row("x", "renew", 1.0, explicit="yes"), "write true or false"),
        (a_row("x", "renew", 1.0, until_du=True), "did you mean 'until_due'?"),
        (a_row("x", "renew", 1.0, zzz=True), "use one of explicit"),
    ],
)
def test_a_row_that_cannot_stand_is_refused(row, words):
    with pytest.raises(DefinitionError, match=r"intents.toml: evidence 'x'") as error:
        a_policy(row)
    assert words in str(error.value)


@pytest.mark.parametrize("name", ["source", "reason_zh", "reason_en", "weight", "half_life"])
def test_a_row_says_all_it_must(name):
    row = a_row("x", "renew", 1.0)
    del row[name]
    with pytest.raises(DefinitionError, match=f"'{name}' is missing"):
        a_policy(row)


def test_one_name_speaks_once_for_an_intent():
    with pytest.raises(DefinitionError, match="stands twice"):
        a_policy(a_row("x", "renew", 1.0), a_row("x", "renew", 2.0))
    both = a_policy(a_row("x", "renew", 1.0), a_row("x", "leave", -2.0))
    assert [r.weight for r in both.rules["x"]] == [1.0, -2.0]


def test_each_intent_is_named_once_and_only_the_eight():
    table = shipped_table()
    table["intent"]["renw"] = table["intent"].pop("renew")
    with pytest.raises(DefinitionError, match=r"\[intent.renew\]: name each of"):
        from_table(table)
    table = shipped_table()
    table["intent"]["travel"] = table["intent"]["renew"]
    with pytest.raises(DefinitionError, match=r"\[intent.travel\]: name each of"):
        from_table(table)


def test_an_intent_needs_a_source_and_some_heat():
    table = shipped_table()
    del table["intent"]["leave"]["source"]
    with pytest.raises(DefinitionError, match=r"\[intent.leave\]: 'source' is missing"):
        from_table(table)
    table = shipped_table()
    table["intent"]["leave"]["temperature"] = 0
    with pytest.raises(DefinitionError, match=r"\[intent.leave\]: 'temperature' is 0"):
        from_table(table)


@pytest.mark.parametrize(("on", "off"), [(0.4, 0.6), (0.5, 0.5), (1.0, 0.4), (0.6, 0.0)])
def test_thresholds_stand_in_order(on, off):
    with pytest.raises(DefinitionError, match="need 0 < off < on < 1"):
        a_policy(a_row("x", "renew", 1.0), on=on, off=off)


def test_a_missing_part_is_named():
    table = shipped_table()
    del table["thresholds"]
    with pytest.raises(DefinitionError, match="'thresholds' is missing"):
        from_table(table)
