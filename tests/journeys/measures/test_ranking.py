"""What a decision would have chosen: by the record alone, held to what deciding anew gives."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.measures.ranking import Rival, first, first_without_levers

RIVALS = st.lists(
    st.builds(
        Rival,
        action=st.sampled_from(["a", "b", "c", "d"]),
        priority=st.sampled_from([0.0, 0.04, 0.05, 0.3, 0.6]),
        unlevered=st.sampled_from([0.0, 0.04, 0.05, 0.3, 0.6]),
        expires=st.integers(1, 2),
    ),
    max_size=4,
    unique_by=lambda one: one.action,
)


@given(RIVALS)
def test_levers_at_zero_change_nothing_where_there_are_none(rivals):
    plain = [one._replace(unlevered=one.priority) for one in rivals]
    assert first(plain, cost=0.05) == first_without_levers(plain, cost=0.05)


def test_nothing_is_worth_a_contact_that_costs_as_much():
    pushed = Rival("a", priority=0.06, unlevered=0.05, expires=1)
    assert first([pushed], cost=0.05) == "a"
    assert first_without_levers([pushed], cost=0.05) is None
    assert first([], cost=0.05) is None


def test_of_two_alike_the_earlier_deadline_wins_and_then_the_name():
    late = Rival("a", 0.6, 0.6, expires=2)
    assert first([late, Rival("b", 0.6, 0.6, expires=1)], cost=0.05) == "b"
    assert first([late, Rival("b", 0.6, 0.6, expires=2)], cost=0.05) == "a"
