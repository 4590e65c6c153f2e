"""Lives of clients of two outlets under one catalogue: what is narrower binds where it says."""

from base64 import b64decode
from dataclasses import replace

import pytest

from journeys.catalogue.load import load
from journeys.client.impact import impact
from journeys.client.why import retake, why_not
from journeys.reference import Reference
from schemas.facts import DecisionMade
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, Life, a_baseline, the_reference
from tests.journeys.catalogue.test_scopes import (
    OF_BRANCH,
    OF_OUTLET,
    a_contact,
    narrowed,
    withdrawn,
)
from tests.journeys.client.living import INFLOW, tasks_of

NO_QUESTION = narrowed(actions=withdrawn("inflow_question"))
LATE = narrowed(contact=a_contact(OF_BRANCH, 'opens = "13:00"'))


def under(texts) -> Reference:
    return replace(the_reference(), catalogue=load(texts, version="two"))


def known(reference, outlet) -> Life:
    life, baseline = Life(known=False), a_baseline()
    life.reference = reference
    baseline["service"]["outlet"] = outlet
    life.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - 30 * DAY))
    life.was_diagnosed()
    return life


def lived(reference, outlet) -> Life:
    life = known(reference, outlet)
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    life.wait(Instant(MONDAY_10 + 28 * HOUR))
    return life


def moved(life, outlet, *, at):
    service = a_baseline()["service"] | {"outlet": outlet}
    return life.say("corebank.service_assigned", service, at=at, event_id=f"to-{outlet}")


@pytest.mark.parametrize(
    ("outlet", "actions"),
    [("outlet_1", []), ("outlet_2", ["inflow_question"]), (None, ["inflow_question"])],
)
def test_a_withdrawn_action_is_proposed_everywhere_else(outlet, actions):
    assert [task.action for task in tasks_of(lived(under(NO_QUESTION), outlet))] == actions


def test_why_not_names_the_scope_that_withdrew_an_action():
    life = known(under(NO_QUESTION), "outlet_1")
    found = why_not(life.state, life.reference, "inflow_question", at=MONDAY_10)
    first = next(answer.no for answer in found.answers if answer.no is not None)
    assert (first.reason, first.rule, first.value) == ("not_on_shelf", "scope", "outlet 'outlet_1'")


def test_a_task_carries_the_hours_of_the_clients_own_branch():
    hours = [
        [task.window.opens for task in tasks_of(lived(under(LATE), outlet)) if task.window]
        for outlet in ("outlet_1", "outlet_3")
    ]
    assert hours == [[780], [540]]


def test_a_client_who_changes_outlets_is_under_the_rows_of_the_new_one_at_once():
    life = known(under(NO_QUESTION), "outlet_1")
    moved(life, "outlet_2", at=Instant(MONDAY_10 - HOUR))
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    life.wait(Instant(MONDAY_10 + 26 * HOUR))
    assert [task.action for task in tasks_of(life)] == ["inflow_question"]
    back = lived(under(NO_QUESTION), "outlet_2")
    moved(back, "outlet_1", at=Instant(MONDAY_10 + 29 * HOUR))
    assert back.reference.catalogue_for("", back.state.served.outlet).at(MONDAY_10).not_here


def test_a_decision_is_taken_again_from_its_own_state_under_the_rows_of_its_outlet():
    texts = narrowed(contact=a_contact(OF_OUTLET, 'opens = "09:30"'), actions=withdrawn())
    life = lived(under(texts), "outlet_1")
    made = [o.event.data for o in life.outputs if isinstance(o.event, DecisionMade)]
    kept = [taken for taken in made if taken.state is not None]
    assert kept
    for taken in kept:
        assert retake(b64decode(taken.state), taken, life.reference) == taken.candidates


def test_an_impact_counts_the_clients_whom_each_narrower_row_binds():
    texts = narrowed(contact=a_contact(), actions=withdrawn(scope=OF_BRANCH))
    states = [known(the_reference(), outlet).state for outlet in ("outlet_1", "outlet_2", None)]
    found = impact(states, the_reference(), load(texts, version="two"), MONDAY_10).document()
    assert [
        (row["kind"], row["name"], row["change"], row["clients"]) for row in found["narrower"]
    ] == [
        ("contact", "outlet_1", "comes", 1),
        ("withdrawn", "nanjing", "comes", 2),
    ]
    gone = impact(states, under(texts), load(narrowed(), version="three"), MONDAY_10).document()
    assert [(row["change"], row["clients"]) for row in gone["narrower"]] == [
        ("goes", 1),
        ("goes", 2),
    ]


def test_an_impact_shows_a_place_that_serves_nobody():
    new = load(narrowed(contact=a_contact()), version="two")
    found = impact([], the_reference(), new, MONDAY_10).document()
    assert [row["clients"] for row in found["narrower"]] == [0]
