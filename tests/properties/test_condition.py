"""Laws of the condition language: three values, and a spelling that reads back."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.condition import Condition, Unit, parse

FLAGS = ("agreed", "refused", "answered")
WORDS = {
    **dict.fromkeys(FLAGS, Unit.FLAG),
    "now": Unit.INSTANT,
    "maturity": Unit.INSTANT,
    "placed": Unit.MONEY,
    "proceeds": Unit.MONEY,
    "tier": Unit.TEXT,
    "coverage": Unit.SHARE,
    "score": Unit.NUMBER,
}
SIGNS = st.sampled_from(["<", "<=", "==", "!=", ">=", ">"])
THREE = st.sampled_from([True, False, None])
LEAVES = st.one_of(
    st.sampled_from(FLAGS),
    st.sampled_from(FLAGS).map("{} == false".format),
    st.tuples(st.sampled_from(FLAGS), st.sampled_from(FLAGS)).map("{0[0]} != {0[1]}".format),
    st.integers(0, 400).map("maturity in {}d".format),
    st.tuples(SIGNS, st.integers(0, 10**12)).map(
        lambda t: f"placed {t[0]} {t[1] // 100}.{t[1] % 100:02} CNY"
    ),
    st.tuples(SIGNS, st.integers(0, 300)).map(lambda t: f"placed {t[0]} {t[1]}% of proceeds"),
    st.tuples(SIGNS, st.integers(0, 9)).map(lambda t: f"placed {t[0]} {t[1]} x proceeds"),
    st.tuples(SIGNS, st.integers(0, 100)).map(lambda t: f"coverage {t[0]} {t[1]}%"),
    st.tuples(SIGNS, st.integers(0, 100)).map(lambda t: f"score {t[0]} {t[1]}"),
    st.lists(st.sampled_from(["mass", "wealth", "private"]), min_size=1, max_size=3).map(
        lambda tiers: "tier in (" + ", ".join(f'"{tier}"' for tier in tiers) + ")"
    ),
)
TEXTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) and ({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) or {t[1]}"),
    ),
    max_leaves=8,
)
VALUES = st.fixed_dictionaries(
    {
        **dict.fromkeys(FLAGS, THREE),
        "now": st.none() | st.integers(0, 10**16),
        "maturity": st.none() | st.integers(0, 10**16),
        "placed": st.none() | st.integers(0, 10**12),
        "proceeds": st.none() | st.integers(0, 10**12),
        "tier": st.none() | st.sampled_from(["mass", "wealth", "private"]),
        "coverage": st.none() | st.floats(0, 1),
        "score": st.none() | st.floats(0, 100),
    }
)


def read(text: str) -> Condition:
    return parse(text, WORDS)


@given(TEXTS)
def test_the_printed_form_reads_back_as_itself(text):
    found = read(text)
    again = read(found.text)
    assert (again, again.words, again.windows) == (found, found.words, found.windows)


@given(TEXTS, VALUES)
def test_the_printed_form_means_the_same(text, values):
    found = read(text)
    assert read(found.text).holds(values.get) is found.holds(values.get)


@given(TEXTS, VALUES, st.sampled_from(FLAGS))
def test_only_a_flag_that_is_opposed_makes_a_condition_true_by_falling(text, values, flag):
    found = read(text)
    if flag not in found.opposed and not found.holds((values | {flag: True}).get):
        assert not found.holds((values | {flag: False}).get)


@given(TEXTS, TEXTS, VALUES)
def test_de_morgan_holds_in_three_values(a, b, values):
    left = read(f"not (({a}) and ({b}))").holds(values.get)
    right = read(f"not ({a}) or not ({b})").holds(values.get)
    assert left is right


@given(TEXTS, TEXTS, VALUES)
def test_and_and_or_do_not_care_for_order(a, b, values):
    assert read(f"({a}) and ({b})").holds(values.get) is read(f"({b}) and ({a})").holds(values.get)
    assert read(f"({a}) or ({b})").holds(values.get) is read(f"({b}) or ({a})").holds(values.get)


@given(TEXTS, VALUES)
def test_a_double_negation_says_the_same(text, values):
    assert read(f"not not ({text})").holds(values.get) is read(text).holds(values.get)


@given(TEXTS, VALUES)
def test_what_is_known_does_not_change_when_more_becomes_known(text, values):
    """An answer given while words were unknown stands whatever they turn out to be."""
    blank = {name: value if name in FLAGS else None for name, value in values.items()}
    answer = read(text).holds(blank.get)
    if answer is not None:
        assert read(text).holds(values.get) is answer


@given(TEXTS)
def test_with_nothing_known_nothing_is_decided(text):
    assert read(text).holds(lambda _word: None) is None
