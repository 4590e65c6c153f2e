"""Shares: their intervals, the difference of two, and what cases of one client are worth."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.measures.means import Mean, difference, mean
from journeys.measures.shares import Tries, around, lift, pooled

TRIES = st.integers(1, 500).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_the_interval_is_newcombes_of_his_own_examples(treated, control, low, high):
    found = lift(treated, control)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(TRIES)
def test_a_share_lies_in_its_interval_and_the_interval_between_nothing_and_all(tries):
    found = around(Tries(*tries))
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


@given(TRIES, TRIES)
def test_the_lift_turns_its_sign_when_the_groups_change_places(one, other):
    there, back = lift(one, other), lift(other, one)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


@given(st.lists(TRIES, min_size=1, max_size=30))
def test_pooling_keeps_the_share_and_counts_at_most_the_cases(by_client):
    found = pooled(by_client)
    hits, trials = (sum(each) for each in zip(*by_client, strict=True))
    assert found.share == pytest.approx(hits / trials)
    assert min(len(by_client), trials) - 1e-9 <= found.trials <= trials + 1e-9


@given(st.lists(st.integers(0, 1), min_size=2, max_size=60))
def test_one_case_a_client_is_worth_one_case(hits):
    assert pooled([(hit, 1) for hit in hits]).trials == pytest.approx(len(hits))


def test_cases_of_one_client_that_are_all_alike_are_worth_one():
    assert pooled([(9, 9), (0, 9), (9, 9), (0, 9)]).trials == pytest.approx(4)


def test_pooled_intervals_hold_the_true_share_where_plain_ones_do_not():
    """A hundred clients whose own chances differ, mean 30 %, with up to eight cases each."""
    chance = Random(1)  # noqa: S311 - seeded, nothing secret
    held, plain, lives = 0, 0, 400
    for _ in range(lives):
        cases = [_cases(chance) for _ in range(100)]
        hits, trials = (sum(each) for each in zip(*cases, strict=True))
        for found, is_pooled in ((pooled(cases), True), (Tries(hits, trials), False)):
            holds = (near := around(found)).low <= 0.3 <= near.high
            held, plain = held + (holds and is_pooled), plain + (holds and not is_pooled)
    assert held / lives > 0.92
    assert plain / lives < 0.85


def _cases(chance):
    own, trials = chance.betavariate(0.6, 1.4), chance.randrange(1, 9)
    return sum(chance.random() < own for _ in range(trials)), trials


def test_nobody_is_no_share():
    assert pooled([]) == Tries(0.0, 0.0)
    assert pooled([(0, 0)]) == Tries(0.0, 0.0)


def test_one_value_has_no_error_and_two_groups_have_a_joint_one():
    assert mean([1.0]) is None
    found = difference(Mean(40, 5.0, 3.0), Mean(40, 1.0, 4.0))
    assert (found.difference, found.high - found.low) == pytest.approx((4.0, 2 * 1.959964 * 5))
