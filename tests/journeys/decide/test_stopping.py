"""The stop switch in the fold: what is stopped is not proposed, and is asked for again."""

from dataclasses import replace

import pytest

from schemas import facts
from schemas.reference import Stop
from schemas.tasks import ClaimKind
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, Life, a_baseline
from tests.journeys.client.living import INFLOW, claim, planned, tasks_of

ASKED = Instant(MONDAY_10 + DAY)
"""An inflow is asked about a day after it came."""


def lived(*stops):
    life = Life(known=False)
    service = a_baseline()["service"] | {"outlet": "outlet_1"}
    before = Instant(MONDAY_10 - 30 * DAY)
    life.say("corebank.baseline_loaded", a_baseline(service=service), at=before)
    life.was_diagnosed()
    life.reference = replace(life.reference, stops=stops)
    life.say("corebank.flow_posted", INFLOW)
    return life, life.wait(ASKED)


def asked(life):
    """How many tasks there are that ask about the inflow."""
    return sum(task.action == "inflow_question" for task in tasks_of(life))


def fate(said, action):
    made = [event.data for event in said if isinstance(event, facts.DecisionMade)]
    return next(each for each in made[-1].candidates if each.action == action)


@pytest.mark.parametrize(
    ("scope", "name"),
    [("all", None), ("channel", "app"), ("action", "inflow_question"), ("outlet", "outlet_1")],
)
def test_what_an_operator_stopped_is_withheld_with_its_reason(scope, name):
    life, said = lived(Stop(scope=scope, name=name, reason="drill"))
    found = fate(said, "inflow_question")
    assert (asked(life), found.reason, found.rule) == (0, "stopped", "stop")
    assert found.value == (name or "all")
    assert life.state.retry_at == ASKED + HOUR


def test_a_stop_of_something_else_holds_nothing_back():
    life, _ = lived(Stop(scope="action", name="stay_talk", reason="drill"))
    assert asked(life) == 1


def test_a_step_goes_on_within_the_hour_once_the_stop_is_lifted():
    life, _ = lived(Stop(scope="all", reason="drill"))
    life.reference = replace(life.reference, stops=())
    life.wait(Instant(ASKED + HOUR))
    assert asked(life) == 1


def test_a_talk_that_begins_in_spite_of_a_stop_gets_no_slot():
    life = planned()
    life.reference = replace(life.reference, stops=(Stop(scope="all", reason="drill"),))
    claim(life, ClaimKind.ACCEPTED, 1)
    claim(life, ClaimKind.STARTED, 2)
    assert (tasks_of(life)[-1].state, tasks_of(life)[-1].state_reason) == ("accepted", "stopped")
    life.reference = replace(life.reference, stops=())
    claim(life, ClaimKind.STARTED, 3)
    assert tasks_of(life)[-1].state == "started"
