"""A catalogue in stages: whom it is for, what its shadow tells, and the way back."""

from dataclasses import replace

from msgspec import structs

from journeys.catalogue.load import load
from journeys.client.fold import ClientFold
from journeys.client.steps.recheck import is_outdated
from schemas.facts import DecisionMade, DecisionShadowed
from schemas.reference import Activation
from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, Instant
from tests.builders import (
    MONDAY_10,
    Life,
    a_baseline,
    a_position,
    an_event,
    the_catalogue,
    the_reference,
)
from tests.journeys.catalogue.shipped import changed, files
from tests.journeys.client.living import INFLOW, recalled, tasks_of
from tests.journeys.client.test_migration import second

LATER = Instant(MONDAY_10 + 4 * DAY + 3 * HOUR)
PAGE = {"page": "holdings"}


def an_activation(stage, number=1, **more):
    return Activation(version=number, catalogue="two", stage=stage, by="bo", **more)


def staged(texts, stage, **more):
    """The shipped reference with a second catalogue at a stage."""
    new = load(texts, version="two")
    view = the_reference().with_draft(new, offset=4)
    return view.with_activation(an_activation(stage, **more), offset=5)


def lived(reference, *, outlet="outlet_1"):
    """A client of an outlet with a large inflow, five days on."""
    life, baseline = Life(known=False), a_baseline()
    life.reference = reference
    baseline["service"]["outlet"] = outlet
    life.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - 30 * DAY))
    life.was_diagnosed()
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    life.wait(Instant(MONDAY_10 + 4 * DAY + 2 * HOUR))
    return life


def versions(life):
    made = [o.event for o in life.outputs if isinstance(o.event, DecisionMade)]
    return {fact.data.versions.catalogue for fact in made}


def shadows(life):
    return [o.event.data for o in life.outputs if isinstance(o.event, DecisionShadowed)]


def test_a_branch_is_decided_by_the_staged_catalogue_and_the_others_by_the_one_in_force():
    reference = staged(second("stay"), "outlets", outlets=("outlet_1",))
    assert versions(lived(reference)) == {"two"}
    assert versions(lived(reference, outlet="outlet_2")) == {"test"}


def test_a_share_grows_without_sending_anybody_back():
    new = load(second("stay"), version="two")
    view = the_reference().with_draft(new, offset=4)
    clients = [f"ct_{number:032x}" for number in range(2000)]
    taken: set[str] = set()
    for number, share in enumerate((500, 2500, 9000, 10_000), start=1):
        asked = an_activation("share", number, share_bp=share)
        view = view.with_activation(asked, offset=4 + number)
        now = {each for each in clients if view.catalogue_for(each, None).version == "two"}
        assert taken <= now
        assert abs(len(now) / len(clients) - share / 10_000) < 0.03
        taken = now
    assert len(taken) == len(clients)


def test_a_shadow_decides_and_life_is_the_same_to_the_last_id():
    quiet, watched = lived(the_reference()), lived(staged(second("stay"), "shadow"))
    told = shadows(watched)
    assert {one.versions.catalogue for one in told} == {"two"}
    assert all(one.task_ids == () and one.state is None for one in told)
    beside = [o for o in watched.outputs if not isinstance(o.event, DecisionShadowed)]
    assert list(map(strip, beside)) == list(map(strip, quiet.outputs))
    assert watched.state == quiet.state


def made(output):
    return isinstance(output.event, DecisionMade)


def strip(output):
    """Without what names the marker."""
    data = output.event.data
    if made(output):
        data = data.model_copy(
            update={"versions": data.versions.model_copy(update={"reference_offset": 0})}
        )
    return output.route, output.key, output.event.id, data


def test_what_is_told_after_a_decision_has_the_same_name_beside_a_shadow():
    def moved(reference):
        life = lived(reference)
        position = a_position("td", 500_000)
        life.say("corebank.position_reported", position, at=Instant(LATER + HOUR))
        service = a_baseline()["service"] | {"rm": "rm-wang"}
        life.say("corebank.service_assigned", service, at=Instant(LATER + 2 * HOUR))
        return [o.event.id for o in life.outputs if not isinstance(o.event, DecisionShadowed)]

    assert moved(staged(second("stay"), "shadow")) == moved(the_reference())


def test_a_shadow_tells_of_what_it_would_choose_where_life_chose_nothing():
    cap = "marketing_per_day = "
    nothing = load(changed("contact.toml", f"{cap}1", f"{cap}0"), version="test")
    view = replace(the_reference(), catalogue=nothing)
    view = view.with_draft(load(files(), version="two"), offset=4)
    life = lived(view.with_activation(an_activation("shadow"), offset=5))
    assert tasks_of(life) == []
    chosen = {c.action for one in shadows(life) for c in one.candidates if c.chosen}
    assert chosen == {"inflow_question", "inflow_talk"}


def test_a_shadow_that_cannot_decide_is_told_and_life_is_the_same():
    quiet = lived(the_reference())
    new = load(second("stay"), version="two")
    lacking = tuple(structs.replace(one, arbitration=None) for one in new.editions)
    view = the_reference().with_draft(replace(new, editions=lacking), offset=4)
    life = lived(view.with_activation(an_activation("shadow"), offset=5))
    assert {(one.fault, one.candidates) for one in shadows(life)} == {("AttributeError", ())}
    beside = [o for o in life.outputs if not isinstance(o.event, DecisionShadowed)]
    assert list(map(strip, beside)) == list(map(strip, quiet.outputs))


def test_back_from_a_stage_its_runs_are_migrated_as_at_any_release():
    reference = staged(second("move", plan="speak"), "outlets", outlets=("outlet_1",))
    life = lived(reference)
    run = next(run for run in life.state.instances if run.journey == "large_inflow")
    assert (run.version, run.step) == (2, "speak")
    life.reference = reference.with_activation(an_activation("none", 2), offset=6)
    said = life.say("app.page_viewed", PAGE, at=LATER)
    assert recalled(said) == ["migrated"]
    assert [r for r in life.state.instances if r.journey == "large_inflow"] == []
    assert all(task.state is not TaskState.PROPOSED for task in life.state.tasks)


def test_to_all_it_is_the_catalogue_and_the_one_before_may_come_back():
    view = staged(second("stay"), "share", share_bp=100)
    view = view.with_activation(an_activation("all", 2), offset=6)
    assert (view.catalogue.version, view.staged, view.before) == ("two", None, "test")
    back = Activation(version=3, catalogue="test", stage="all", by="bo")
    view = view.with_activation(back, offset=7)
    assert (view.catalogue, view.before) == (the_catalogue(), None)


def test_the_same_log_under_stages_gives_the_same_bytes():
    reference = staged(second("stay"), "share", share_bp=5000)
    first, second_life = lived(reference), lived(reference)
    assert first.outputs == second_life.outputs
    fold = ClientFold()
    assert fold.encode(first.state) == fold.encode(second_life.state)
    event = an_event("app.page_viewed", PAGE, at=LATER)
    again = fold.apply(fold.decode(fold.encode(first.state)), event, reference)
    assert again.outputs == fold.apply(first.state, event, reference).outputs


def test_a_sweep_asks_under_the_catalogue_of_each_client():
    reference = staged(second("stay"), "outlets", outlets=("outlet_1",))
    assert not is_outdated(lived(reference).state, reference, LATER)
