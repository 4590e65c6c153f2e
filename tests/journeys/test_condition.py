import pytest

from journeys.condition import Unit, near, parse
from journeys.errors import DefinitionError
from schemas.time import DAY, HOUR, MINUTE

WORDS = {
    "now": Unit.INSTANT,
    "maturity": Unit.INSTANT,
    "balance": Unit.MONEY,
    "proceeds": Unit.MONEY,
    "placed": Unit.MONEY,
    "tier": Unit.TEXT,
    "segment": Unit.TEXT,
    "age": Unit.NUMBER,
    "score": Unit.NUMBER,
    "coverage": Unit.SHARE,
    "held_for": Unit.SPAN,
    "agreed": Unit.FLAG,
    "refused": Unit.FLAG,
    "intent.worry": Unit.FLAG,
}


def holds(text, **values):
    said = {name.replace("__", "."): value for name, value in values.items()}
    return parse(text, WORDS).holds(said.get)


def refusal(text):
    with pytest.raises(DefinitionError) as caught:
        parse(text, WORDS)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "values", "answer"),
    [
        ("balance >= 50_000 CNY", {"balance": 50_000_00}, True),
        ("balance >= 50_000 CNY", {"balance": 49_999_99}, False),
        ("balance > 0.5 CNY", {"balance": 51}, True),
        ("balance < 1 CNY", {"balance": 99}, True),
        ("balance <= 1 CNY", {"balance": 101}, False),
        ("balance == 1 CNY", {"balance": 100}, True),
        ("balance != 1 CNY", {"balance": 100}, False),
        ("score >= 62.5", {"score": 62.5}, True),
        ("age < 65", {"age": 65}, False),
        ("coverage < 60%", {"coverage": 0.59}, True),
        ("held_for >= 7d", {"held_for": 7 * DAY}, True),
        ("held_for >= 24h", {"held_for": 24 * HOUR - 1}, False),
        ("held_for < 30min", {"held_for": 29 * MINUTE}, True),
        ("agreed", {"agreed": True}, True),
        ("not agreed", {"agreed": True}, False),
        ("agreed == false", {"agreed": False}, True),
        ("agreed == refused", {"agreed": False, "refused": False}, True),
        ("intent.worry", {"intent__worry": True}, True),
        ('tier in ("private", "wealth")', {"tier": "wealth"}, True),
        ('tier in ("private")', {"tier": "mass"}, False),
        ('tier == "mass"', {"tier": "mass"}, True),
        ("tier != segment", {"tier": "mass", "segment": "salary"}, True),
        ("maturity > now", {"maturity": 2, "now": 1}, True),
        ("placed >= proceeds", {"placed": 5, "proceeds": 5}, True),
        ("placed >= 3 x proceeds", {"placed": 15, "proceeds": 5}, True),
        ("placed >= 3x proceeds", {"placed": 14, "proceeds": 5}, False),
        ("placed >= 1.5 × proceeds", {"placed": 15, "proceeds": 10}, True),
    ],
)
def test_a_condition_says_what_it_reads(text, values, answer):
    assert holds(text, **values) is answer


def test_and_binds_closer_than_or():
    assert holds("agreed or agreed and refused", agreed=True, refused=False) is True
    assert holds("(agreed or agreed) and refused", agreed=True, refused=False) is False


def test_an_instant_is_in_a_span_from_now_up_to_its_end():
    week = "maturity in 7d"
    assert holds(week, now=0, maturity=7 * DAY) is True
    assert holds(week, now=0, maturity=7 * DAY + 1) is False
    assert holds(week, now=5, maturity=5) is True
    assert holds(week, now=5, maturity=4) is False


def test_a_share_of_whole_fen_is_compared_exactly():
    # 0.07 * 100 is more than 7 in floating point.
    assert holds("placed >= 7% of proceeds", placed=7, proceeds=100) is True
    big = 10**17
    assert holds("placed >= 100% of proceeds", placed=big, proceeds=big + 1) is False


@pytest.mark.parametrize(
    "text",
    [
        "agreed",
        "not agreed",
        "balance >= 1 CNY",
        "balance >= 3 x proceeds",
        "maturity in 7d",
        'tier in ("mass")',
        'tier == "mass"',
    ],
)
def test_a_word_without_a_value_is_unknown_and_never_true(text):
    assert holds(text) is None


def test_an_instant_without_a_clock_is_unknown():
    assert holds("maturity in 7d", maturity=5) is None


def test_an_unknown_word_does_not_hide_an_answer_that_stands_without_it():
    assert holds("agreed and refused", agreed=False) is False
    assert holds("refused and agreed", agreed=False) is False
    assert holds("agreed or refused", refused=True) is True
    assert holds("agreed or refused", refused=False) is None
    assert holds("agreed and refused", refused=True) is None


def test_a_condition_lists_its_words_and_windows():
    found = parse("maturity in 7d and balance >= 1 CNY", WORDS)
    assert found.words == {"maturity", "now", "balance"}
    assert found.windows == {("maturity", 7 * DAY)}


@pytest.mark.parametrize(
    ("text", "opposed"),
    [
        ("agreed and placed >= 1 CNY", set()),
        ("not agreed", {"agreed"}),
        ("not not agreed", set()),
        ("not (agreed or not refused)", {"agreed"}),
        ("agreed == false or refused", {"agreed"}),
        ("agreed != true", {"agreed"}),
        ("agreed in (false)", {"agreed"}),
        ("agreed == refused", {"agreed", "refused"}),
    ],
)
def test_a_condition_lists_the_flags_whose_falling_may_make_it_true(text, opposed):
    assert parse(text, WORDS).opposed == opposed


def test_spellings_of_one_condition_are_equal():
    assert parse("balance>=50000 CNY  and(agreed)", WORDS) == parse(
        "balance >= 50_000.00 CNY and agreed", WORDS
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("blance >= 1 CNY", "column 1: unknown word 'blance'; did you mean 'balance'?"),
        ("zzz", "column 1: unknown word 'zzz'"),
        ("agreed and blance >= 1 CNY", "column 12: unknown word 'blance'; did you mean 'balance'?"),
        ("balance >= 5", "column 12: expected a value in money; write 50_000 CNY"),
        ("balance >= 5 USD", "column 12: expected a value in money; write 50_000 CNY"),
        ("balance >= 0.001 CNY", "column 12: expected a value in money; write 50_000 CNY"),
        ("coverage < 0.6", "column 12: expected a value in share; write 60%"),
        ("age > 3d", "column 7: expected a value in number; write 3"),
        ("held_for > 1.5d", "column 12: expected a value in duration; write 7d, 24h or 30min"),
        ("maturity in 3", "column 13: expected a value in duration; write 7d, 24h or 30min"),
        (
            "maturity > 3d",
            "column 12: expected a value in instant; write 'in 7d' or another instant",
        ),
        ("tier == private", "column 9: unknown word 'private'"),
        ("tier == true", 'column 9: expected a value in text; write "private"'),
        ("agreed == 1", "column 11: expected a value in flag; write true"),
        ('tier < "mass"', "column 8: 'tier' is text: only '==' and '!=' compare it"),
        ("tier == 80% of segment", "column 9: 'tier' is text and has no multiples"),
        (
            "balance > age",
            "column 11: 'age' is number, compared with money; compare words of one unit",
        ),
        ("balance", "column 8: 'balance' is money: compare it, say with 50_000 CNY"),
        ("", "column 1: expected a word of the vocabulary"),
        ("3 > age", "column 1: expected a word of the vocabulary"),
        ("agreed and", "column 11: expected a word of the vocabulary"),
        ("(agreed", "column 8: expected ')'"),
        ("tier in mass", "column 9: expected '('"),
        ("balance >=", "column 11: expected a value in money; write 50_000 CNY"),
        ("agreed refused", "column 8: expected 'and', 'or' or nothing more"),
    ],
)
def test_a_broken_condition_names_column_and_remedy(text, message):
    assert refusal(text).startswith(message)


def test_a_character_that_no_condition_knows_is_named():
    assert refusal("agreed & refused").startswith("column 8: cannot read '& refused'; conditions")


def test_brackets_without_end_are_refused_and_exhaust_nothing():
    assert refusal("(" * 5_000).startswith("column 33: nested deeper than 32")
    assert refusal("not " * 5_000).startswith("column 129: nested deeper than 32")


def test_a_hint_names_the_nearest_word_or_stays_silent():
    assert near("cal", ["call"]) == "; did you mean 'call'?"
    assert near("xyz", ["call"]) == ""
