"""Skill over the moving average: its sign, and an interval that knows clients."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.learning.measuring import Scored, quality
from journeys.measures.skill import Weighed, skill

CHANCES = st.sampled_from([0.1, 0.3, 0.5, 0.9])
CASES = st.lists(
    st.builds(
        Weighed,
        client=st.sampled_from("abcdefgh"),
        p=CHANCES,
        average=CHANCES,
        is_met=st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


@given(CASES)
def test_it_is_the_skill_that_models_are_released_by(cases):
    found = skill(cases)
    if len({one.client for one in cases}) < 2:
        assert found is None
        return
    rows = [Scored(one.p, one.average, int(one.is_met)) for one in cases]
    assert found.value == pytest.approx(quality(rows).skill)
    assert found.low <= found.value <= found.high


def test_what_repeats_the_average_has_none_and_what_is_worse_is_below_zero():
    chance = Random(4)  # noqa: S311 - seeded, nothing secret
    came = [chance.random() < 0.3 for _ in range(200)]
    same = skill(Weighed(f"{at}", 0.3, 0.3, met) for at, met in enumerate(came))
    assert same == (0, 0, 0)
    worse = skill(Weighed(f"{at}", 0.8, 0.3, met) for at, met in enumerate(came))
    assert worse.high < 0


def test_the_same_contacts_of_the_same_clients_twice_prove_no_more():
    chance = Random(5)  # noqa: S311 - seeded, nothing secret
    once = [_contact(chance, f"{at}") for at in range(150)]
    assert skill(once * 2) == pytest.approx(skill(once))


def test_intervals_hold_the_true_value():
    chance = Random(6)  # noqa: S311 - seeded, nothing secret
    truth = skill(_contact(chance, f"{at}") for at in range(40_000)).value
    held = 0
    for _ in range(300):
        found = skill(_contact(chance, f"{at}") for at in range(150))
        held += found.low <= truth <= found.high
    assert held / 300 > 0.92


def _contact(chance, client):
    own = chance.betavariate(2, 4)
    return Weighed(client, 0.15 + own / 2, 1 / 3, chance.random() < own)
