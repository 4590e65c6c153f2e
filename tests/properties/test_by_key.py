"""Events folded key by key come to what they come to one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.step import Step
from schemas.time import Instant
from streams.by_key import fold_by_key
from streams.ports import Record

BAD = 9
EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, BAD)), max_size=30)


def a_record(offset, key):
    return Record("client-events", 0, offset, key.encode(), b"", (), Instant(0))


def fold(_record, event, state):
    """What every event of a key was, in order; one of them cannot be folded."""
    if event == BAD:
        raise ValueError("a bug")
    return Step((*state, event), (event,))


@given(EVENTS)
def test_the_run_ends_before_the_first_that_cannot_be_folded(drawn):
    events = [(a_record(offset, key), event) for offset, (key, event) in enumerate(drawn)]
    run = fold_by_key(fold, events, {key.encode(): () for key in "abc"})

    seen = dict.fromkeys("abc", ())
    wanted = []
    for offset, (key, event) in enumerate(drawn):
        if event == BAD:
            break
        seen[key] = (*seen[key], event)
        wanted.append((*events[offset], Step(seen[key], (event,))))
    assert run == wanted


@given(EVENTS)
def test_a_key_is_folded_to_its_end_before_the_next_is_begun(drawn):
    asked = []

    def noted(record, event, state):
        asked.append(record.key)
        return Step((*state, event), ())

    events = [(a_record(offset, key), event) for offset, (key, event) in enumerate(drawn)]
    fold_by_key(noted, events, {key.encode(): () for key in "abc"})
    assert len(asked) == len(drawn)
    turns = [key for key, before in zip(asked, [None, *asked], strict=False) if key != before]
    assert len(turns) == len(set(turns))
