"""The area under the curve: pairs in the right order, within groups, with an honest interval."""

from math import exp
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.measures.apart import Predicted, apart

pytestmark = pytest.mark.untraced

CASES = st.lists(
    st.builds(
        Predicted,
        client=st.sampled_from("abcdefgh"),
        among=st.integers(0, 2),
        p=st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.8]),
        is_met=st.booleans(),
    ),
    max_size=60,
)


def of(*rows, among=0):
    return [Predicted(f"{at}", among, p, met) for at, (p, met) in enumerate(rows)]


@given(CASES)
def test_it_is_the_share_of_pairs_in_the_right_order_with_ties_half(cases):
    """Counted pair by pair, as the definition says."""
    pairs = [
        (yes.p > no.p) + (yes.p == no.p) / 2
        for yes in cases
        for no in cases
        if yes.among == no.among and yes.is_met and not no.is_met
    ]
    found = apart(cases)
    if not pairs:
        assert found is None
        return
    assert found.around.value == pytest.approx(sum(pairs) / len(pairs))
    assert 0 <= found.around.low <= found.around.value <= found.around.high <= 1


@given(CASES)
def test_turned_around_the_chances_tell_apart_as_badly_as_they_told_well(cases):
    there = apart(cases)
    back = apart(one._replace(p=1 - one.p) for one in cases)
    if there is not None:
        assert back.around.value == pytest.approx(1 - there.around.value)
        assert back.around.low == pytest.approx(1 - there.around.high, abs=1e-6)


def test_base_rates_tell_nobody_apart():
    found = apart(of(*[(0.3, at % 3 == 0) for at in range(90)]))
    assert found.around.value == 0.5
    assert found.around.low < 0.5 < found.around.high


def test_a_chance_that_only_knows_when_has_no_skill_within_its_block():
    """In the good month all are told .6 and most come, in the bad one .1 and few do."""
    good = of(*[(0.6, at % 10 < 6) for at in range(100)], among="good")
    bad = of(*[(0.1, at % 10 < 1) for at in range(100)], among="bad")
    assert apart([*good, *bad]).around.value == 0.5
    together = [one._replace(among="all") for one in (*good, *bad)]
    assert apart(together).around.value > 0.75


def test_every_pair_in_order_proves_less_of_few_than_of_many():
    few = apart(of(*[(0.9, True)] * 5, *[(0.1, False)] * 5)).around
    many = apart(of(*[(0.9, True)] * 50, *[(0.1, False)] * 50)).around
    assert few.value == few.high == many.value == 1
    assert few.low < many.low < 1
    assert few.low < 0.8


def test_the_same_contact_told_five_times_is_worth_one():
    chance = Random(2)  # noqa: S311 - seeded, nothing secret
    once = [_contact(chance, f"{at}", 1.0) for at in range(200)]
    one, five = apart(once).around, apart(once * 5).around
    assert five.value == pytest.approx(one.value)
    assert five.high - five.low == pytest.approx(one.high - one.low, rel=0.03)


def test_intervals_hold_the_true_value_where_clients_come_more_than_once():
    """Sixty clients with up to eight contacts each, who tend to come or not whatever is said."""
    chance = Random(3)  # noqa: S311 - seeded, nothing secret
    truth = apart(_world(chance, clients=20_000)).around.value
    held = plain = 0
    lives = 300
    for _ in range(lives):
        cases = _world(chance, clients=60)
        found = apart(cases)
        alone = apart(one._replace(client=f"{at}") for at, one in enumerate(cases))
        held += found.around.low <= truth <= found.around.high
        plain += alone.around.low <= truth <= alone.around.high
    assert held / lives > 0.93
    assert plain < held


def _world(chance, *, clients):
    cases = []
    for client in range(clients):
        own = chance.gauss(0, 1.5)
        cases += [_contact(chance, f"{client}", own) for _ in range(chance.randrange(1, 9))]
    return cases


def _contact(chance, client, own):
    """The chance knows a part of what draws the client, and some noise."""
    came = 1 / (1 + exp(1 - own))
    told = 1 / (1 + exp(1 - own / 2 - chance.gauss(0, 0.8)))
    return Predicted(client, chance.randrange(3), told, chance.random() < came)
