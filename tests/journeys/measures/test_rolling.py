"""The most that any rolling window held, against counting every window by hand."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.measures.rolling import Cap, Move, Touched, busiest, most_within, reached_by_client
from schemas.time import DAY, HOUR, Instant

TIMES = st.lists(st.integers(0, 40), max_size=25).map(lambda times: [Instant(t) for t in times])


@given(TIMES, st.integers(1, 20))
def test_no_window_holds_more_and_one_holds_as_many(times, window):
    ordered = sorted(times)
    plain = max((sum(end - window < t <= end for t in ordered) for end in ordered), default=0)
    assert most_within(ordered, window) == plain


def test_a_window_reaches_over_midnight_and_leaves_its_beginning_out():
    late, early = Instant(23 * HOUR), Instant(DAY + 22 * HOUR)
    assert most_within([late, early], DAY) == 2
    assert most_within([late, Instant(late + DAY)], DAY) == 1


def test_a_cap_of_one_method_counts_no_other():
    touches = [Touched(Instant(2), "call"), Touched(Instant(1), "app_push")]
    assert busiest(touches, Cap("calls", 1, DAY, "call")) == 1
    assert busiest(touches, Cap("all", 1, DAY)) == 2


def test_a_slot_held_and_returned_was_no_contact_and_one_spent_was():
    moves = [
        Move("ct_1", "t_1", "held", "app_push", Instant(1)),
        Move("ct_1", "t_1", "returned", "app_push", Instant(2)),
        Move("ct_1", "t_2", "held", "app_push", Instant(3)),
        Move("ct_1", "t_2", "spent", "app_push", Instant(4)),
        Move("ct_2", None, "outside", "call", Instant(5)),
    ]
    assert reached_by_client(moves) == {
        "ct_1": [Touched(Instant(4), "app_push")],
        "ct_2": [Touched(Instant(5), "call")],
    }
