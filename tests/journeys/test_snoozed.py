"""A task that was put off is offered by no desk before its time, and is asleep on one desk only."""

import pytest

from schemas import facts
from schemas.tasks import ClaimKind, TaskState
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10
from tests.journeys.client.living import INFLOW, tasks_of
from tests.journeys.desk.test_desk_work import Desk, kinds
from tests.journeys.handing import Bank

CALLED = Instant(MONDAY_10 + 4 * DAY + 3 * HOUR)
AGAIN = Instant(CALLED + 24 * HOUR)
"""A call that reached nobody is tried again a day later (`retry_unreached`)."""


def act(bank, action, at, desk="rm-li", **more):
    task = tasks_of(bank)[-1]
    said = {"task_id": task.task_id, "task_version": task.version, "action": action, "actor": "li"}
    return bank.at_desk(desk, "desk.desk_acted", said | more, at=at)


def shown(bank, desk="rm-li"):
    """What the desk was last told to work on."""
    queues = [fact.data for fact in bank.desk_facts if isinstance(fact, facts.QueueRanked)]
    of_desk = [queue for queue in queues if queue.desk == desk]
    return [str(item.task_id) for item in of_desk[-1].items] if of_desk else []


def ticked(bank, desk, at):
    bank.at_desk(desk, "engine.ticked", {"due": format_instant(at)}, at=at)


@pytest.fixture
def bank():
    """An adviser has a talk to hold, and calls."""
    bank = Bank()
    bank.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    bank.wait(Instant(MONDAY_10 + 4 * DAY + 2 * HOUR))
    assert tasks_of(bank)[-1].action == "inflow_talk"
    return bank


def reaches_nobody(bank):
    for action in ("accept", "start"):
        act(bank, action, CALLED)
    act(bank, "complete", CALLED, outcome="unreachable")
    return tasks_of(bank)[-1]


def test_a_client_whom_nobody_reached_is_not_offered_again_before_the_time(bank):
    task = reaches_nobody(bank)
    assert (task.state, task.snoozed_until) == (TaskState.SNOOZED, AGAIN)
    assert shown(bank) == []
    ticked(bank, "rm-li", Instant(AGAIN - 1))
    assert shown(bank) == []
    ticked(bank, "rm-li", AGAIN)
    assert shown(bank) == [task.task_id]


def test_it_can_be_accepted_all_the_same(bank):
    reaches_nobody(bank)
    act(bank, "accept", Instant(CALLED + HOUR))
    assert tasks_of(bank)[-1].state is TaskState.ACCEPTED


def test_who_takes_a_sleeping_task_is_not_woken_from_it(bank):
    act(bank, "snooze", CALLED, until=format_instant(Instant(CALLED + 2 * HOUR)))
    until = tasks_of(bank)[-1].snoozed_until
    for action in ("accept", "start"):
        act(bank, action, Instant(CALLED + HOUR))
    assert tasks_of(bank)[-1].snoozed_until is None
    ticked(bank, "rm-li", Instant(until + HOUR))
    (entry,) = bank.desks["rm-li"].entries
    assert entry.state is TaskState.STARTED


def test_a_task_asleep_goes_to_the_next_desk_only_when_it_wakes():
    desk = Desk()
    desk.offer(snoozed_until=Instant(MONDAY_10 + 5 * HOUR), state=TaskState.SNOOZED)
    (entry,) = desk.state.entries
    assert entry.pass_on_at > entry.snoozed_until
    desk.at = Instant(entry.pass_on_at - HOUR)
    desk.act("snooze", until=format_instant(Instant(entry.pass_on_at + HOUR)))
    (entry,) = desk.state.entries
    desk.at = entry.pass_on_at
    assert desk.hear_tick() == []
    desk.at = entry.snoozed_until
    assert kinds(desk.hear_tick()) == [("no_desk_hours", None)]


def test_work_that_overflows_sleeps_on_at_the_next_desk(bank):
    """The desk learns a new roster while the task is asleep and away."""
    roster = {"version": 1, "shifts": [], "licences": ["none"]}
    for action in ("accept", "start"):
        act(bank, action, CALLED)
    bank.at_desk("rm-li", "desk.roster_set", roster, at=CALLED)
    act(bank, "complete", CALLED, outcome="unreachable")
    task = tasks_of(bank)[-1]
    assert task.desk != "rm-li"
    assert (task.state, task.snoozed_until) == (TaskState.SNOOZED, AGAIN)
    assert shown(bank, task.desk) == []


def test_a_task_asleep_at_its_arrival_is_claimed_by_nobody():
    desk = Desk()
    later = Instant(MONDAY_10 + HOUR)
    assert desk.offer(snoozed_until=later, state=TaskState.SNOOZED) == []
    desk.at = Instant(MONDAY_10 + 2 * HOUR)
    assert kinds(desk.act("accept")) == [(str(ClaimKind.ACCEPTED), None)]
