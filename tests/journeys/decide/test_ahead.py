"""Look-ahead: the last slot of a week waits for something better that is due soon."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_parts

from journeys.client.contact.ledger import Ledger, Touch
from schemas import facts
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, Life
from tests.journeys.client.living import INFLOW, tasks_of

WORRY = {
    "session": "s", "turn": 1, "channel": "ai", "language": "zh", "reading": "accept",
    "guesses": [{"intent": "worry", "p": 0.95}], "margin": 0.9, "model": "m", "path": "p",
}  # fmt: skip
ASKS = Instant(MONDAY_10 + DAY)
"""When the journey of the inflow, which waits for a day, comes to its question."""


def worried(*, touched_days_ago=(), question=100, inflow=True):
    """A client who says that they worry, an hour after a large inflow.

    Args:
        touched_days_ago: marketing that has reached them, of which a week allows two.
        question: lever of the question about the inflow, in points.
        inflow: was there one?
    """
    life = Life()
    catalogue = life.reference.catalogue
    levers = {"inflow_question": question, "worry_reassure": -95}
    editions = tuple(
        with_parts(each, arbitration=with_parts(each.arbitration, levers=levers))
        for each in catalogue.editions
    )
    life.reference = replace(life.reference, catalogue=replace(catalogue, editions=editions))
    touches = tuple(
        Touch(Instant(MONDAY_10 - days * DAY), "app_push", marketing=True, task=None)
        for days in touched_days_ago
    )
    life.state = with_parts(life.state, ledger=Ledger(touches=touches))
    if inflow:
        life.say("corebank.flow_posted", INFLOW)
    life.say("conversation.utterance_understood", WORRY, at=Instant(MONDAY_10 + HOUR))
    return life


def fate(life, action="worry_reassure"):
    made = [o.event.data for o in life.outputs if isinstance(o.event, facts.DecisionMade)][-1]
    return next(one for one in made.candidates if one.action == action)


def test_the_last_slot_waits_for_a_better_contact_that_is_due_within_the_week():
    life = worried(touched_days_ago=[3])
    held = fate(life)
    assert (held.stage, held.reason) == ("arbitration", "held_for_better")
    assert (held.value, held.until) == ("inflow_question", ASKS)
    assert held.limit > 1.2 * held.parts.priority
    assert tasks_of(life) == []


def test_what_was_waited_for_comes_and_the_slot_is_its_own():
    life = worried(touched_days_ago=[3])
    life.wait(ASKS)
    assert [task.action for task in tasks_of(life)] == ["inflow_question"]


@pytest.mark.parametrize(
    "case",
    [
        {"touched_days_ago": []},
        {"touched_days_ago": [3], "inflow": False},
        {"touched_days_ago": [3], "question": -50},
        {"touched_days_ago": [6.5]},
    ],
    ids=["a slot is left", "nothing is due", "what is due is not better", "one is free by then"],
)
def test_a_contact_does_not_wait(case):
    life = worried(**case)
    assert fate(life).chosen
