from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.learning.joining import Seen
from schemas.facts import JourneyEnd
from schemas.tasks import Outcome, TaskState
from schemas.wire import Channel
from tests.builders import MONDAY_10
from tests.journeys.learning.facts_told import day, decided, goal, much_later, shown, task
from tests.models import PROPENSITY, RULES


def joined(*facts):
    return Seen().take(facts).joined(RULES, PROPENSITY.stamp)


def only(*facts):
    (label,) = joined(*facts).labels
    return label


def counts(*facts):
    found = joined(*facts)
    return len(found.labels), found.open, found.missing


def test_a_goal_reached_in_the_window_closes_the_label_at_once():
    label = only(*shown(), goal(day(5)), much_later())
    assert (label.label, label.closed_at, label.decided_at) == (1, day(5), MONDAY_10)
    assert (label.action, label.channel, label.prior) == ("inflow_question", "app", 0.2)


@pytest.mark.parametrize(("channel", "days"), [(Channel.APP, 14), (Channel.BRANCH, 30)])
def test_without_a_goal_the_end_of_the_window_is_a_no(channel, days):
    label = only(*shown(channel=channel), much_later())
    assert (label.label, label.closed_at) == (0, day(1 + days))


@pytest.mark.parametrize("at", [0.5, 15.1])
def test_a_goal_before_the_contact_or_after_the_window_is_no_goal(at):
    assert only(*shown(), goal(day(at)), much_later()).label == 0


def test_a_journey_that_ended_otherwise_is_a_no():
    assert only(*shown(), goal(day(5), JourneyEnd.TIMEOUT), much_later()).label == 0


def test_while_the_window_is_open_not_even_a_yes_is_known():
    assert counts(*shown(), goal(day(5))) == (0, 1, 0)
    assert counts(*shown(), goal(day(5)), much_later()) == (1, 0, 0)


@pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.WRONG_PERSON])
def test_who_was_not_reached_is_missing_and_no_no(outcome):
    assert counts(*shown(outcome), much_later()) == (0, 0, 1)


def test_what_waits_for_another_attempt_has_reached_nobody():
    waiting = task(3, TaskState.SNOOZED, day(2), reason="unreachable")
    expired = task(4, TaskState.EXPIRED, day(3), reason="expired")
    assert counts(*shown(), waiting, expired, much_later()) == (0, 0, 1)


def test_what_was_never_shown_is_missing():
    never = [decided(), task(1, TaskState.PROPOSED, MONDAY_10), task(2, TaskState.EXPIRED, day(3))]
    assert counts(*never, much_later()) == (0, 0, 1)


@pytest.mark.parametrize(
    ("reason", "is_no"),
    [("client_refuses", True), ("no_time", False), ("not_right_for_client", False)],
)
def test_of_an_adviser_only_the_clients_no_is_a_no(reason, is_no):
    declined = task(3, TaskState.DECLINED, day(2), reason=reason)
    found = joined(*shown(channel=Channel.REMOTE), declined, much_later())
    assert [one.label for one in found.labels] == ([0] if is_no else [])
    assert found.missing == (not is_no)


@pytest.mark.parametrize(
    ("outcome", "label"), [(Outcome.CONVERTED, 1), (Outcome.SOLVED, 1), (Outcome.INTERESTED, 0)]
)
def test_a_task_of_no_journey_has_its_own_outcome_as_its_goal(outcome, label):
    assert only(*shown(outcome, journey=None), much_later()).label == label


def test_an_adviser_who_says_converted_reaches_no_goal_of_a_journey():
    assert only(*shown(Outcome.CONVERTED), much_later()).label == 0


def test_a_decision_without_bins_teaches_nothing():
    told = [decided(bins=None), *shown()[1:]]
    assert counts(*told, much_later()) == (0, 0, 1)


def test_bins_that_were_cut_otherwise_teach_nothing():
    told = [decided(stamp="abc"), *shown()[1:]]
    assert counts(*told, much_later()) == (0, 0, 1)


@given(st.randoms(use_true_random=False))
def test_facts_may_come_in_any_order_and_twice(draw: Random):
    facts = [
        *shown(), goal(day(5)), *shown(Outcome.NOT_NOW)[2:], much_later(),
        decided("b", day(3)), task(1, TaskState.PROPOSED, day(3), "b"),
        task(2, TaskState.STARTED, day(4), "b"), decided("c", day(3)),
        task(1, TaskState.STARTED, day(4), "c"),
    ]  # fmt: skip
    in_order = joined(*facts)
    shuffled = facts + draw.sample(facts, 4)
    draw.shuffle(shuffled)
    assert joined(*shuffled) == in_order
    assert in_order.labels == sorted(in_order.labels)
    assert len(in_order.labels) == 3
