"""A decision taken again: under the catalogue that it names, wherever the client is then."""

from base64 import b64decode

from journeys.catalogue.load import load
from journeys.client.why import grounds, retake
from schemas.facts import DecisionMade
from schemas.reference import Activation
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, Life, a_baseline, the_reference
from tests.journeys.client.living import INFLOW, tasks_of
from tests.journeys.client.test_migration import second

TALKED = Instant(MONDAY_10 + 4 * DAY + 2 * HOUR)


def staged(texts, *outlets):
    """The shipped reference with a second catalogue at some outlets."""
    view = the_reference().with_draft(load(texts, version="two"), offset=4)
    asked = Activation(version=1, catalogue="two", stage="outlets", by="bo", outlets=outlets)
    return view.with_activation(asked, offset=5)


def served(outlet):
    return a_baseline()["service"] | {"outlet": outlet}


def kept(said):
    """The decisions that kept the state they were taken on."""
    return [one.data for one in said if isinstance(one, DecisionMade) and one.data.state]


def test_an_event_that_moves_the_client_out_of_a_stage_is_decided_again_as_it_was():
    """The stage's own migration asks for it; it is taken when the client is served elsewhere."""
    life = Life(known=False)
    baseline = a_baseline(service=served("outlet_1"))
    life.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - 30 * DAY))
    life.was_diagnosed()
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    life.wait(TALKED)
    assert tasks_of(life)[-1].action == "inflow_talk"
    texts = second("move", moves='moves = { plan = "speak" }', plan="speak")
    life.reference = staged(texts, "outlet_1")
    said = life.say("corebank.service_assigned", served("outlet_2"), at=Instant(TALKED + HOUR))
    (taken,) = kept(said)
    assert taken.versions.catalogue == "two"
    assert retake(b64decode(taken.state), taken, life.reference) == taken.candidates
    assert grounds(b64decode(taken.state), taken, life.reference)
