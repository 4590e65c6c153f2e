"""`assess conduct` and `assess lexicon`: every row both ways, whole answers."""

import pytest

from channels.assess import conduct, lexicon
from channels.assess.reading import At
from journeys.decide.conduct.judge import PREDICATES
from streams.catalogue_files import read_catalogue
from tests.channels.assess.conduct_cases import CASES, GOOD, case, expected

POLICY = read_catalogue().editions[-1]


def answer(*cases):
    return conduct.answers(At({"cases": list(cases)}), POLICY)


@pytest.mark.parametrize(
    ("name", "change", "more"), [pytest.param(*one, id=one[0]) for one in CASES]
)
def test_every_row_both_ways(name, change, more):
    assert answer(case(name, change)) == [expected(name, more)]


def test_every_predicate_has_cases_that_pass_and_cases_that_do_not():
    rules = {rule.upper() for rule in PREDICATES}
    passed = {name.partition("-")[0] for name, *_ in CASES if name.endswith("-ALLOW")}
    failed = {name.partition("-")[0] for name, *_ in CASES if not name.endswith("-ALLOW")}
    assert passed == failed == set(GOOD) == rules


def test_absent_and_null_are_the_same():
    for name, change, more in CASES:
        one = case(name, change)
        one["input"] = {key: value for key, value in one["input"].items() if value is not None}
        assert answer(one) == [expected(name, more)]


def test_results_come_in_the_order_of_the_cases():
    found = answer(*(case(name, change) for name, change, _ in CASES))
    assert [one["verdict"] for one in found] == [name.rpartition("-")[2] for name, *_ in CASES]


def test_rows_list_exactly_what_their_predicates_can_read():
    """A form's field that no row reads, or a row's input that no form has, would be silent."""
    for rule, fields in GOOD.items():
        assert set(POLICY.conduct.rules[rule.lower()].inputs) == set(fields), rule


def test_sentences_are_answered_in_order():
    form = {"sentences": [{"id": 1, "text": "国家兜底"}, {"text": ""}, {"text": "非保本"}]}
    found = lexicon.answers(At(form), POLICY.conduct.lexicon)
    assert [one["classes"] for one in found] == [["ENDORSE", "GUARANTEE"], [], []]
