"""The promoter question: asked by rule after a talk or a solved case, and never into a no."""

from dataclasses import replace
from functools import cache

import pytest

from journeys.catalogue.load import load
from journeys.client.steps.promoters import SUBJECT
from schemas.facts import PromoterAsked
from schemas.reference import Stop
from schemas.tasks import ClaimKind, Outcome
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10
from tests.journeys.catalogue.shipped import changed, fault
from tests.journeys.client.casework import Casework
from tests.journeys.client.living import claim, planned, tasks_of

TALK = Instant(MONDAY_10 + 5 * DAY + 2 * HOUR)


@cache
def sharing(share):
    texts = changed("diagnosis.toml", 'ask_share = "20%"', f'ask_share = "{share}"')
    return load(texts, version="two")


def talked(life=None, *, share="100%", outcome=Outcome.INTERESTED, at=TALK, change=lambda _: None):
    """An adviser's talk, held; what was asked after it."""
    life = life or planned()
    life.reference = replace(life.reference, catalogue=sharing(share))
    claim(life, ClaimKind.ACCEPTED, 1, at=Instant(at - 2 * HOUR))
    claim(life, ClaimKind.STARTED, 2, at=Instant(at - HOUR))
    change(life)
    said = claim(life, ClaimKind.COMPLETED, 3, at=at, outcome=outcome)
    return [fact.data for fact in said if isinstance(fact, PromoterAsked)]


def test_after_a_talk_the_question_says_what_it_is_about_and_until_when():
    life = planned()
    (asked,) = talked(life)
    task = tasks_of(life)[-1]
    assert (asked.task_id, asked.decision_id, asked.desk) == (
        task.task_id,
        task.decision_id,
        task.desk,
    )
    assert asked.until == TALK + 3 * DAY


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_NOW, Outcome.CONVERTED])
def test_whoever_was_served_is_asked_whatever_came_of_it(outcome):
    assert len(talked(outcome=outcome)) == 1


def test_who_was_not_reached_is_not_asked():
    assert talked(outcome=Outcome.WRONG_PERSON) == []


def test_a_share_of_none_asks_nobody():
    assert talked(share="0%") == []


def test_nobody_is_asked_while_a_complaint_is_open():
    def complain(life):
        opened = {"complaint": "k1", "topic": "fees"}
        life.say("consent.complaint_opened", opened, at=Instant(TALK - HOUR))

    assert talked(change=complain) == []


def test_who_wants_no_messages_is_not_asked():
    def opt_out(life):
        life.say("consent.opted_out", {"method": "app_push"}, at=Instant(TALK - HOUR))

    assert talked(change=opt_out) == []


def test_nobody_is_asked_outside_the_hours_and_not_later_either():
    life = planned()
    assert talked(life, at=Instant(MONDAY_10 + 4 * DAY + 12 * HOUR)) == []
    life.wait(Instant(MONDAY_10 + 6 * DAY))
    assert not [o for o in life.outputs if isinstance(o.event, PromoterAsked)]


def test_an_operator_may_stop_the_question_by_its_name():
    def stop(life):
        stopped = Stop(scope="action", name=SUBJECT, reason="the survey is mended")
        life.reference = replace(life.reference, stops=(stopped,))

    assert talked(change=stop) == []


def test_a_client_is_asked_at_most_once_in_ninety_days():
    life = planned()
    assert len(talked(life)) == 1
    kept = [rest for rest in life.state.ledger.cool_downs if rest.subject == SUBJECT]
    assert [rest.until for rest in kept] == [TALK + 90 * DAY]


def test_a_solved_case_is_followed_by_the_question_too():
    life = Casework()
    life.reference = replace(life.reference, catalogue=sharing("100%"))
    life.need()
    said = life.settle(by="desk")
    (asked,) = [fact.data for fact in said if isinstance(fact, PromoterAsked)]
    assert (asked.case_id, asked.task_id) == (life.case.case_id, None)
    life.settle(solved=False)
    again = life.settle(by="desk")
    assert not [fact for fact in again if isinstance(fact, PromoterAsked)], "within ninety days"


def test_what_else_follows_keeps_its_names_whether_somebody_is_asked_or_not():
    def names(share):
        life = planned()
        talked(life, share=share)
        return [o.event.id for o in life.outputs if not isinstance(o.event, PromoterAsked)]

    assert names("0%") == names("100%")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('ask_share = "20%"', "", "missing key 'ask_share'"),
        ('ask_stands = "3d"', 'ask_stands = "10min"', "'10min' is too short; write 60min or more"),
    ],
)
def test_the_rule_is_a_dated_row(old, new, message):
    assert message in fault(changed("diagnosis.toml", old, new))
