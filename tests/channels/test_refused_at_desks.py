"""Bad input that concerns desks, through the doors: refused with a reason, recorded, not done."""

import json
import time

import pytest

from schemas.time import SECOND, Instant
from streams.readmodel.queries import Views
from tests.builders import CLIENT, MONDAY_10, a_document
from tests.channels.gateway.test_turns import JSON, Channel

pytestmark = pytest.mark.untraced

TASK = "t_" + "7" * 32


@pytest.fixture
def ai(tmp_path):
    channel = Channel(tmp_path)
    yield channel
    channel.close()


def post(ai, kind, data, *, key=CLIENT, event_id, source="/desk/workbench"):
    at = Instant(MONDAY_10 + SECOND)
    document = a_document(kind, data, key=key, at=at, event_id=event_id, source=source)
    answer = ai.http.post("/v1/events", content=json.dumps(document), headers=JSON)
    assert answer.status_code == 202, answer.text


def until(found):
    end = time.monotonic() + 90
    while time.monotonic() < end:
        said = found()
        if said:
            return said
        time.sleep(0.03)
    raise AssertionError("it did not come")


def views(ai):
    return Views(ai.service._views, ai.service._reader)


def handed_over(ai):
    opened = ai.need()
    wish = {"case_id": opened["case_id"], "kind": "call_back", "by": "client"}
    return ai.turn("case.handover_asked", wish)["next"]


def test_a_hand_over_to_a_desk_that_may_not_take_it_goes_on_with_the_reason(ai):
    roster = {"version": 1, "shifts": [], "languages": ["zh"]}
    post(ai, "desk.roster_set", roster, key="team-east", event_id="r1")
    served = {
        "tier": "private", "segment": "family", "rm": "rm-li", "team": "team-east",
        "remote": "remote-1", "locale": "en",
    }  # fmt: skip
    post(ai, "corebank.service_assigned", served, event_id="s1", source="/corebank/crm")
    until(lambda: ai.http.get("/v1/events/r1").json().get("state") == "applied")
    name = handed_over(ai)["handover_id"]
    found = until(lambda: _at(ai, name, "rm-li"))
    assert (found["state"], found["doc"]["reason"]) == ("passed_on", "no_language")
    assert found["doc"]["owner"] == "remote-1"
    assert views(ai).waiting("team-east") == []


def _at(ai, name, desk):
    found = views(ai).handover(name)
    return found if found is not None and found["desk"] == desk else None


def test_a_desk_that_was_not_asked_takes_no_hand_over(ai):
    said = handed_over(ai)
    act = {"handover_id": said["handover_id"], "version": 1, "action": "take", "actor": "li"}
    post(ai, "desk.handover_acted", act, key="rm-li", event_id="a1")
    refusal = until(lambda: views(ai).refusal(said["handover_id"]))
    assert refusal["reason"] == "unknown_handover"
    assert views(ai).handover(said["handover_id"])["state"] == "offered"


@pytest.mark.parametrize("action", ["accept", "complete", "decline", "hand_over"])
def test_a_desk_works_no_task_that_it_does_not_have(ai, action):
    more = {"complete": {"outcome": "solved"}, "decline": {"reason": "no_time"},
            "hand_over": {"to": "remote-1"}}.get(action, {})  # fmt: skip
    act = {"task_id": TASK, "task_version": 1, "action": action, "actor": "li"} | more
    post(ai, "desk.desk_acted", act, key="rm-li", event_id="a1")
    assert until(lambda: views(ai).refusal(TASK))["reason"] == "unknown_task"
    assert views(ai).task(TASK) is None


def test_an_outcome_of_a_task_never_issued_is_set_aside_and_can_be_looked_up(ai):
    outcome = {"task_id": TASK, "task_version": 1, "channel": "app", "outcome": "solved"}
    post(ai, "desk.task_outcome_reported", outcome, event_id="o1", source="/app/ios")
    story = until(lambda: _set_aside(ai, "o1"))
    assert story["state"] == "unknown_task"


def _set_aside(ai, name):
    story = ai.http.get(f"/v1/events/{name}").json()
    return story if story.get("state") not in (None, "logged", "applied") else None
