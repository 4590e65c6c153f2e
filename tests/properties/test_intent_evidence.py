"""Evidence adds up: order, repeats and corrections do not matter."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.client.intent.evidence import (
    EMPTY,
    Evidence,
    Item,
    reset,
    retract,
)
from journeys.client.intent.policy import INTENTS
from journeys.client.intent.weighing import chances, review
from schemas.time import DAY, Instant
from tests.journeys.client.intent import builders, draws

PACK = msgspec.msgpack.Encoder(order="deterministic").encode
PLAIN = tuple(name for name in draws.NAMES if name not in draws.COUNTED)
POLICY = builders.shipped()
LATER = st.integers(0, 40 * DAY)


def absorbed(items, start=EMPTY, policy=POLICY):
    return builders.given(policy, *items, start=start)


def textbook(items, now, resets=None):
    """The design's formula over every item there ever was, nothing bounded, with `exp`."""
    scores = list(POLICY.bias)
    for item in items:
        for rule in POLICY.rules[item.name]:
            if item.at > (resets or {}).get(rule.intent, -1):
                since = max(item.at, item.due or 0) if rule.until_due else item.at
                age = max(now - since, 0) / rule.half_life
                scores[rule.intent] += rule.weight * math.exp(-age * math.log(2))
    return [
        1 / (1 + math.exp(-score / heat))
        for score, heat in zip(scores, POLICY.temperature, strict=True)
    ]


@given(st.data(), draws.many())
def test_shuffled_and_repeated_events_give_the_same_bytes(data, items):
    repeats = data.draw(st.lists(st.sampled_from(items), max_size=8)) if items else []
    shuffled = data.draw(st.permutations(items + repeats))
    assert PACK(absorbed(shuffled)) == PACK(absorbed(items))


@given(st.data(), draws.many(), st.lists(st.tuples(draws.intents, draws.moments()), max_size=6))
def test_purchases_among_the_events_in_any_order_give_the_same_bytes(data, items, needs):
    def run(steps):
        evidence = EMPTY
        for step in steps:
            if isinstance(step, Item):
                evidence = absorbed([step], evidence)
            else:
                intent, met = step
                evidence = reset(evidence, intent, met, POLICY)
        return evidence

    assert PACK(run(data.draw(st.permutations(items + needs)))) == PACK(run(items + needs))


@given(st.data(), draws.many(0, 80))
def test_a_full_list_keeps_the_same_items_in_any_order(data, items):
    one, other = absorbed(items), absorbed(data.draw(st.permutations(items)))
    assert one.items == other.items
    assert len(one.items) == min(len(items), POLICY.list_length)
    assert list(one.items) == sorted(one.items, key=draws.place)


@given(draws.many(0, 80, PLAIN), LATER)
def test_what_left_the_list_goes_on_as_if_it_were_still_there(items, later):
    newest = max((max(item.at, item.due or 0) for item in items), default=builders.NOON)
    now = Instant(newest + later)
    assert chances(absorbed(items), now, POLICY) == pytest.approx(textbook(items, now), abs=1e-9)


@given(st.data(), draws.many(1, 32), draws.items())
def test_a_correction_of_a_listed_event_leaves_the_bytes_of_a_log_without_it(data, items, wrong):
    wrong = wrong._replace(event=1000)
    kept = items[:31]
    evidence = absorbed(data.draw(st.permutations([*kept, wrong])))
    assert PACK(retract(evidence, 1000, POLICY)) == PACK(absorbed(kept))


@given(st.data(), draws.many(33, 60, PLAIN), LATER)
def test_a_correction_told_what_the_event_was_is_exact_to_nine_digits(data, items, later):
    wrong = data.draw(st.sampled_from(items))._replace(event=1000)
    kept = [item for item in items if draws.place(item) != draws.place(wrong)]
    evidence = retract(absorbed([*kept, wrong]), 1000, POLICY, original=wrong)
    newest = max(max(item.at, item.due or 0) for item in [*kept, wrong])
    now = Instant(newest + later)
    assert chances(evidence, now, POLICY) == pytest.approx(textbook(kept, now), abs=1e-9)


@given(draws.many(0, 40, PLAIN), draws.intents, draws.many(0, 20, PLAIN), LATER)
def test_after_a_purchase_only_later_evidence_counts(before, intent, after, later):
    met = max((max(item.at, item.due or 0) for item in before), default=builders.NOON)
    which = INTENTS.index(intent)
    after = [item for item in after if draws.place(item) not in set(map(draws.place, before))]
    evidence = absorbed(after, reset(absorbed(before), intent, met, POLICY))
    newest = max((max(i.at, i.due or 0) for i in [*before, *after]), default=builders.NOON)
    now = Instant(newest + later)
    expected = textbook(before + after, now, {which: met})
    assert chances(evidence, now, POLICY) == pytest.approx(expected, abs=1e-9)


@given(draws.many(0, 60), st.lists(LATER, max_size=12))
def test_an_intent_changes_only_by_crossing_and_once_for_each(items, steps):
    evidence = absorbed(items)
    for step in sorted(steps):
        now = Instant(builders.NOON + step)
        before = evidence
        evidence, changes = review(evidence, now, POLICY)
        for change in changes:
            which = INTENTS.index(change.intent)
            assert before.on[which] is not change.on is evidence.on[which]
            assert change.p >= POLICY.on if change.on else change.p <= POLICY.off
            assert change.p == chances(before, now, POLICY)[which]
            assert sum(weighed.share for weighed in change.reasons) <= 1 + 1e-9
        assert review(evidence, now, POLICY) == (evidence, ())


@given(draws.many(0, 60))
def test_evidence_reads_back_from_its_bytes(items):
    evidence = absorbed(items)
    assert msgspec.msgpack.decode(PACK(evidence), type=Evidence) == evidence


@given(st.sampled_from((POLICY, draws.MIXED)), st.data(), LATER)
def test_one_piece_more_turns_on_only_what_it_may_speak_for(policy, data, later):
    *before, newest = data.draw(draws.many(1, 32, tuple(sorted(policy.rules))))
    now = Instant(builders.NOON + later)
    known, _ = review(absorbed(before, policy=policy), now, policy)
    evidence = absorbed([newest], known, policy)
    looked_at = review(evidence, now, policy, policy.spoken_of[newest.name])
    assert looked_at == review(evidence, now, policy)
