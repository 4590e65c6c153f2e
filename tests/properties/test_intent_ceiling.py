"""What is not added up would have turned nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client import lately
from journeys.client.intent import ceiling
from journeys.client.intent.evidence import EMPTY, Residual, absorb, reset, retract
from journeys.client.intent.policy import INTENTS, from_table
from journeys.client.intent.weighing import review
from schemas.time import DAY, HOUR, Instant
from tests.journeys.client.intent import builders, draws

PASSED = st.sampled_from([0, 1, HOUR, 3 * HOUR, DAY, -HOUR])
BETWEEN = st.sampled_from(["", "", "", "review", "reset", "retract", "release"])


def tempered(policy_table, heat):
    for intent in INTENTS:
        policy_table["intent"][intent]["temperature"] = heat
    return policy_table


MILD = builders.a_policy(
    *[builders.a_row(name, "renew", 1.0) for name in draws.MIXED.rules],
    bias=-2.0,
    list_length=3,
)
"""The names of the mixed policy, none of which speaks against anything; a short list."""
GENTLE = builders.a_policy(
    *[builders.a_row(name, "renew", 1.0) for name in draws.MIXED.rules], bias=-2.0
)
COLD = from_table(tempered(builders.shipped_table(), 0.5))


@given(
    st.sampled_from([(builders.shipped(), COLD), (draws.MIXED, MILD)]),
    st.lists(st.tuples(st.integers(0, 30), PASSED, PASSED, BETWEEN), max_size=60),
)
def test_evidence_that_cannot_turn_an_intent_turns_none(policies, told):
    ceiling._KNOWN.clear()
    policy, evidence, now = policies[0], EMPTY, builders.NOON + 30 * DAY
    names = sorted(policy.rules)
    for mark, (which, passed, before, between) in enumerate(told):
        now, name = Instant(now + passed), names[which % len(names)]
        due = Instant(now + DAY) if which % 3 else None
        item = draws.Item(Instant(now - before), mark, name, due)
        known, evidence = evidence, absorb(evidence, item, policy)
        changed, turned = review(evidence, now, policy, policy.spoken_of[name])
        assert ceiling.may_turn("ct_1", known, evidence, item, now, policy) or not turned
        if between == "review":
            evidence = changed
        elif between == "reset":
            evidence = reset(evidence, INTENTS[which % 8], Instant(now - before), policy)
        elif between == "retract":
            evidence = retract(evidence, mark - 3, policy)
        elif between == "release":
            policy = policies[which % 2]


def page(days):
    return builders.an_item("product_view", days, event=days)


def a_page(evidence, days):
    return absorb(evidence, page(days), builders.shipped())


def may(before, after, days, policy=None, client="ct_1"):
    now = builders.at(days)
    return ceiling.may_turn(client, before, after, page(days), now, policy or builders.shipped())


@pytest.fixture
def added_up(monkeypatch):
    found = []
    for name in ("_sum_of", "log_odds_of"):
        real = getattr(ceiling, name)
        monkeypatch.setattr(
            ceiling, name, lambda e, which, *more, r=real: found.append(which) or r(e, which, *more)
        )
    ceiling._KNOWN.clear()
    return found


def test_what_cannot_have_come_near_is_not_added_up(added_up):
    first = a_page(EMPTY, 1)
    assert not may(EMPTY, first, 1)
    assert added_up == [0, 1]
    assert not may(first, a_page(first, 2), 2)
    assert added_up == [0, 1]


@pytest.mark.parametrize(("apart", "is_near"), [(10 * DAY, False), (HOUR, True)])
def test_what_has_faded_meanwhile_brings_nothing_near(added_up, apart, is_near):
    known, now = EMPTY, builders.NOON
    for mark in range(6):
        now = Instant(now + apart)
        said = draws.Item(now, mark, "said")
        known, before = absorb(known, said, GENTLE), known
        ceiling.may_turn("ct_1", before, known, said, now, GENTLE)
    assert (len(added_up) > 1) is is_near


def test_another_state_another_policy_or_an_earlier_time_is_added_up_anew(added_up):
    first = a_page(EMPTY, 3)
    may(EMPTY, first, 3)
    second = a_page(first, 4)
    for before, days, policy in ((EMPTY, 4, None), (first, 2, None), (first, 4, COLD)):
        low = ceiling._Sum(builders.at(3), {}, -50.0, -50.0, [])
        known = ceiling._Known(first.items, builders.shipped(), builders.at(3), [low] * 8)
        ceiling._KNOWN["ct_1"] = known
        added_up.clear()
        may(before, second, days, policy)
        assert added_up == [0, 1]


def test_no_more_clients_are_kept_than_a_worker_has_at_hand(monkeypatch, added_up):
    monkeypatch.setattr(lately, "_MOST", 1)
    first = a_page(EMPTY, 1)
    may(EMPTY, first, 1)
    may(EMPTY, first, 1, client="ct_2")
    assert list(ceiling._KNOWN) == ["ct_2"]


def test_what_spoke_against_under_an_older_policy_fades_and_may_let_it_come_on():
    ceiling._KNOWN.clear()
    names, noon = ("for_fast", "for_slow", "held"), builders.at(1)
    known = builders.given(GENTLE, *[builders.an_item(name, 1) for name in names])
    known = replace(known, residuals=(Residual(0, HOUR, noon, -3.0),))
    for hours, mark in ((0, 2), (10, 3)):
        now = Instant(noon + hours * HOUR)
        said = draws.Item(now, mark, "said")
        more = absorb(known, said, GENTLE)
        _, turned = review(more, now, GENTLE, GENTLE.spoken_of["said"])
        assert bool(turned) is (hours > 0)
        assert ceiling.may_turn("ct_1", known, more, said, now, GENTLE) is bool(turned)
        known = more


HELD = builders.a_policy(
    builders.a_row("held", "renew", 1.5, "1h", until_due=True),
    builders.a_row("said", "renew", 2.5, "1h"),
    builders.a_row("seen", "renew", 0.5, "1h"),
)
AT_MOST = builders.a_policy(builders.a_row("said", "renew", 1.0, "1d"), bias=-2.0)


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (HELD, [(0, "seen", None), (0, "held", 10), (5, "said", None)]),
        (AT_MOST, [(day, "said", None) for day in (0, 0, 2, 1, 2)]),
    ],
    ids=["held until it is due", "told in no order of time"],
)
def test_no_turn_is_missed_by(policy, told):
    ceiling._KNOWN.clear()
    evidence, turns = EMPTY, 0
    for mark, (days, name, due) in enumerate(told):
        now = builders.at(days)
        item = draws.Item(now, mark, name, None if due is None else builders.at(due))
        before, evidence = evidence, absorb(evidence, item, policy)
        turned = review(evidence, now, policy, policy.spoken_of[name])[1]
        turns += bool(turned)
        assert ceiling.may_turn("ct_1", before, evidence, item, now, policy) or not turned, mark
    assert turns


def test_what_came_since_is_brought_together_though_nobody_asks():
    ceiling._KNOWN.clear()
    evidence = EMPTY
    for mark in range(200):
        now = builders.at(mark / 24)
        item = draws.Item(now, mark, "said")
        before, evidence = evidence, absorb(evidence, item, AT_MOST)
        ceiling.may_turn("ct_1", before, evidence, item, now, AT_MOST)
        items, evidence = evidence.items, review(evidence, now, AT_MOST)[0]
        assert evidence.items is items
    assert evidence.on[0]
    assert len(ceiling._KNOWN["ct_1"].sums[0].newer) <= AT_MOST.list_length
