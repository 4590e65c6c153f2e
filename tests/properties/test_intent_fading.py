"""The timer at which an intent goes off: right, first, and always ahead."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from journeys.client.intent import decay
from journeys.client.intent.weighing import chances, next_off, review
from schemas.time import DAY, HOUR, SECOND, Instant
from tests.journeys.client.intent import builders, draws

MIXED_NAMES = tuple(draws.MIXED.rules)
POLICIES = pytest.mark.parametrize(
    ("policy", "names"),
    [
        pytest.param(builders.shipped(), draws.NAMES, id="shipped"),
        pytest.param(draws.MIXED, MIXED_NAMES, id="for and against"),
    ],
)


def something_on(data, policy, names):
    items = data.draw(draws.many(2, 40, names, days=3))
    now = Instant(max(item.at for item in items) + data.draw(st.integers(0, DAY)))
    evidence, _ = review(builders.given(policy, *items), now, policy)
    assume(any(evidence.on))
    return evidence, now


@POLICIES
@given(st.data())
def test_a_review_then_turns_something_off_and_none_before(policy, names, data):
    evidence, now = something_on(data, policy, names)
    off = next_off(evidence, now, policy)
    assert off is not None
    assert off > now
    after, changes = review(evidence, off, policy)
    assert any(not change.on for change in changes)
    assert sum(after.on) < 8
    moments = data.draw(st.lists(st.integers(now, max(now, off - SECOND - 1)), max_size=20))
    for moment in [*moments, off - SECOND - 1]:
        if moment >= now:
            found = chances(evidence, Instant(moment), policy)
            assert all(p > policy.off for p, on in zip(found, evidence.on, strict=True) if on)


@POLICIES
@given(st.data())
def test_a_client_left_alone_comes_to_rest(policy, names, data):
    evidence, now = something_on(data, policy, names)
    for _ in range(40):
        off = next_off(evidence, now, policy)
        if off is None:
            break
        assert off > now
        evidence, now = review(evidence, off, policy)[0], off
    assert not any(evidence.on)


@given(st.data())
def test_asked_later_the_timer_stands(data):
    """Within a second, for a policy in which all evidence speaks for."""
    policy = builders.shipped()
    evidence, now = something_on(data, policy, draws.NAMES)
    off = next_off(evidence, now, policy)
    assert off is not None
    later = Instant(data.draw(st.integers(now, off - 2 * SECOND)) if off - now > HOUR else now)
    again = next_off(evidence, later, policy)
    assert again is not None
    assert abs(again - off) <= SECOND


@given(st.data())
def test_the_short_way_to_a_fall_finds_what_the_search_finds(data):
    halves = st.sampled_from([HOUR, DAY, 7 * DAY, 30 * DAY])
    ages = st.integers(-DAY, 9 * DAY)
    now = Instant(1_795_000_000 * SECOND)
    drawn = data.draw(st.lists(st.tuples(st.floats(0.1, 3.0), ages, halves), max_size=8))
    terms = [(weight, Instant(now - age), half) for weight, age, half in drawn]
    whole = sum(weight for weight, _, _ in terms)
    limit = whole * 2.0 ** -data.draw(st.floats(0.0, 30.0))
    before = data.draw(st.none() | st.integers(1, 30 * DAY).map(lambda ahead: Instant(now + ahead)))
    late = data.draw(st.integers(0, 3 * SECOND))

    def found():
        plain = decay.first_fall(terms, now, limit=limit, before=before, has_fallen=lambda _: True)
        edge = (plain or now) + late  # the review may be of another opinion for a while
        later = decay.first_fall(
            terms, now, limit=limit, before=before, has_fallen=lambda at: at >= edge
        )
        return plain, later

    short = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decay, "_around_fall", lambda *_: None)
        assert found() == short
