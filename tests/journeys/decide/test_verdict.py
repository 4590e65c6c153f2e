"""The algebra of verdicts: one more row never weakens an answer."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.decide.conduct.judge import for_marketing
from journeys.decide.verdict import (
    ALLOW,
    BLOCK,
    SUPPRESS,
    Kind,
    Verdict,
    defer,
    join,
    joined,
    steps,
)
from schemas.time import Instant

VERDICTS = st.one_of(
    st.sampled_from((ALLOW, SUPPRESS, BLOCK)),
    st.sets(st.sampled_from("abcd"), min_size=1).map(lambda names: steps(*names)),
    st.integers(0, 5).map(lambda until: defer(Instant(until))),
)
ORDER = (Kind.ALLOW, Kind.STEPS, Kind.DEFER, Kind.SUPPRESS, Kind.BLOCK)


def strength(verdict: Verdict) -> int:
    return ORDER.index(verdict.kind)


@given(VERDICTS, VERDICTS)
def test_the_order_of_two_rows_does_not_matter(one, other):
    assert join(one, other) == join(other, one)


@given(VERDICTS, VERDICTS, VERDICTS)
def test_how_rows_are_grouped_does_not_matter(one, other, third):
    assert join(join(one, other), third) == join(one, join(other, third))


@given(VERDICTS)
def test_a_row_said_twice_says_no_more(one):
    assert join(one, one) == one


@given(VERDICTS)
def test_allow_changes_nothing_and_block_absorbs(one):
    assert join(one, ALLOW) == one
    assert join(one, BLOCK) == BLOCK


@given(st.lists(VERDICTS), VERDICTS)
def test_one_more_row_never_weakens_an_answer(rows, more):
    before, after = joined(rows), joined([*rows, more])
    assert strength(after) >= strength(before)
    if after.kind is before.kind:
        assert after.steps >= before.steps
        assert (after.until or 0) >= (before.until or 0)


def test_each_kind_beats_those_before_it():
    ladder = (ALLOW, steps("a"), defer(Instant(1)), SUPPRESS, BLOCK)
    for at, weaker in enumerate(ladder):
        for stronger in ladder[at:]:
            assert join(weaker, stronger) == stronger


def test_steps_unite_and_a_wait_takes_the_later_time():
    assert join(steps("a", "b"), steps("b", "c")) == steps("a", "b", "c")
    assert join(defer(Instant(1)), defer(Instant(2))) == defer(Instant(2))


def test_no_row_is_allow_and_no_step_is_allow():
    assert joined([]) == ALLOW == steps()


@given(VERDICTS, VERDICTS)
def test_marketing_is_silent_where_the_sale_would_be_refused(one, sale):
    found = for_marketing(one, sale_verdict=sale)
    if sale.kind is Kind.BLOCK:
        assert strength(found) >= strength(SUPPRESS)
    else:
        assert found == one
