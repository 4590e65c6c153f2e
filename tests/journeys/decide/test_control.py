"""Standing control groups: who belongs to one, and what does not reach them."""

from dataclasses import replace

from msgspec.structs import replace as with_parts

from journeys.decide.control import group_of
from schemas import facts
from schemas.time import DAY, Instant
from tests.builders import MONDAY_10, Life
from tests.journeys.client.living import INFLOW, tasks_of

CLIENTS = [f"ct_{number:032x}" for number in range(20_000)]


def held_out(life):
    """The same catalogue with everybody in a control group."""
    catalogue = life.reference.catalogue
    editions = tuple(
        with_parts(each, arbitration=with_parts(each.arbitration, controls={"held_out": 1.0}))
        for each in catalogue.editions
    )
    life.reference = replace(life.reference, catalogue=replace(catalogue, editions=editions))
    return life


def test_a_group_has_about_its_share_of_clients():
    found = sum(group_of(client, {"standing": 0.05}) is not None for client in CLIENTS)
    assert abs(found / len(CLIENTS) - 0.05) < 0.006  # four standard errors


def test_a_group_that_grows_sends_nobody_back():
    small = {client for client in CLIENTS if group_of(client, {"standing": 0.02})}
    large = {client for client in CLIENTS if group_of(client, {"standing": 0.10})}
    assert small < large


def test_two_groups_are_drawn_apart():
    one, two = ({c for c in CLIENTS if group_of(c, {name: 0.1})} for name in ("one", "two"))
    assert abs(len(one & two) / len(one) - 0.1) < 0.03


def test_no_marketing_reaches_a_control_group_and_its_journey_goes_on_all_the_same():
    life = held_out(Life())
    life.say("corebank.flow_posted", INFLOW)
    life.wait(Instant(MONDAY_10 + DAY))
    said = [output.event for output in life.outputs]
    made = [event.data for event in said if isinstance(event, facts.DecisionMade)][-1]
    fate = next(each for each in made.candidates if each.action == "inflow_question")
    assert (fate.reason, fate.rule) == ("control_group", "held_out")
    assert [run.journey for run in life.state.instances] == ["large_inflow"]
    life.wait(Instant(MONDAY_10 + 15 * DAY))
    assert (tasks_of(life), life.state.instances) == ([], ())
