"""Due times of keys: what is due, and when it is given again."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.time import DAY, HOUR, MINUTE, SECOND, Instant
from streams.timers import DueTimes, Timer, ticks
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT

NOW = MONDAY_10
A, B = b"a", b"b"


def at(offset):
    return Instant(NOW + offset)


def a_set(**due):
    times = DueTimes(again=60 * SECOND)
    for key, offset in due.items():
        times.put(key.encode(), at(offset))
    return times


def test_what_is_due_is_given_once_the_earliest_first():
    times = a_set(a=-1, b=-2, c=1)
    assert times.pick(NOW, now=NOW, limit=9) == [Timer(at(-2), b"b"), Timer(at(-1), b"a")]
    assert times.pick(NOW, now=NOW, limit=9) == []


def test_no_more_than_asked_for_is_given():
    times = a_set(a=-3, b=-2, c=-1)
    assert [timer.key for timer in times.pick(NOW, now=NOW, limit=2)] == [b"a", b"b"]
    assert [timer.key for timer in times.pick(NOW, now=NOW, limit=2)] == [b"c"]


def test_a_later_state_replaces_a_due_time_or_takes_it_away():
    times = a_set(a=-1, b=-1)
    times.put(A, at(MINUTE))
    times.put(B, None)
    assert times.pick(NOW, now=NOW, limit=9) == []
    assert times.pick(at(MINUTE), now=at(MINUTE), limit=9) == [Timer(at(MINUTE), A)]
    assert len(times) == 1


def test_it_is_given_again_after_a_while_if_the_state_still_shows_it():
    times = a_set(a=-1, b=-1)
    assert len(times.pick(NOW, now=NOW, limit=9)) == 2
    times.put(B, at(HOUR))
    later = at(59 * SECOND)
    assert times.pick(later, now=later, limit=9) == []
    later = at(60 * SECOND)
    assert times.pick(later, now=later, limit=9) == [Timer(at(-1), A)]


def test_what_could_not_be_sent_is_given_at_once():
    times = a_set(a=-1)
    times.give_back(times.pick(NOW, now=NOW, limit=9))
    assert times.pick(NOW, now=NOW, limit=9) == [Timer(at(-1), A)]


def test_nothing_is_due_before_it_has_passed():
    times = a_set(a=5)
    assert times.pick(at(4), now=NOW, limit=9) == []
    assert times.first(NOW) == at(5)


def test_far_due_times_do_not_fill_the_heap():
    times = a_set(near=MINUTE, far=90 * DAY)
    for turn in range(1000):
        times.put(b"far", at(90 * DAY + turn))
    assert times.first(NOW) == at(MINUTE)
    assert len(times._near) == 1
    assert times.first(at(90 * DAY)) == at(MINUTE)


@given(
    st.lists(
        st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.none() | st.integers(-100, 10**10)),
        max_size=30,
    ),
    st.lists(st.integers(0, 10**10), min_size=1, max_size=5),
)
def test_every_due_time_that_stands_is_given(changes, looks):
    """Whatever moves it, a key is given exactly when its last state says that it is due."""
    times, last = DueTimes(again=1), {}
    for key, offset in changes:
        due = None if offset is None else at(offset)
        times.put(key, due)
        last[key] = due
    for look in sorted(set(looks)):
        now = at(look)
        found = {timer.key for timer in times.pick(now, now=now, limit=99)}
        assert found == {key for key, due in last.items() if due is not None and due <= now}


def test_a_tick_is_named_by_key_and_due_time_alone():
    one = ticks("client-events", [(CLIENT, NOW), (OTHER_CLIENT, at(-1))])
    other = ticks("client-events", [(OTHER_CLIENT, at(-1)), (CLIENT, NOW)])
    assert one == other
    assert [message.key for message in one] == [OTHER_CLIENT.encode(), CLIENT.encode()]
