"""The chance of a goal, as a decision has it: by a model, by its parents, or by the base rate."""

from base64 import b64decode

from journeys.client import why
from journeys.learning.model import table_of
from journeys.learning.predictor import read
from schemas.facts import DecisionMade
from schemas.time import DAY, HOUR, Instant
from tests.builders import CLIENT, MONDAY_10, Life
from tests.journeys.client.living import INFLOW
from tests.models import PROPENSITY, a_model, edited

ACTION, MODEL = "inflow_question", "action/inflow_question/app"


def lived(*models, profiling=True):
    """A client with an inflow, a day later, under some models."""
    life = Life()
    for model in models:
        life.reference = life.reference.with_model(model, offset=life.reference.offset + 1)
    if not profiling:
        refused = {"purpose": "profiling", "given": False}
        life.say("consent.consent_changed", refused, at=Instant(MONDAY_10 - DAY), event_id="c1")
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    life.wait(Instant(MONDAY_10 + 24 * HOUR))
    return life


def decision_of(life):
    made = [one.event.data for one in life.outputs if isinstance(one.event, DecisionMade)]
    return next(one for one in made if any(c.action == ACTION and c.chosen for c in one.candidates))


def parts_of(life):
    return next(one.parts for one in decision_of(life).candidates if one.action == ACTION)


def test_without_a_model_the_chance_is_the_dated_base_rate_and_the_bins_are_kept():
    parts = parts_of(lived())
    assert parts.p == parts.prior == 0.1
    assert len(parts.bins) == len(PROPENSITY.predictors)
    assert decision_of(lived()).versions.models == {}


def test_the_bins_say_what_is_known_of_the_client():
    bins = dict(
        zip((one.id for one in PROPENSITY.predictors), read(parts_of(lived()).bins), strict=True)
    )
    by_id = {one.id: one for one in PROPENSITY.predictors}
    assert bins["age"] == by_id["age"].bin_of(42)
    assert bins["tier"] == by_id["tier"].bin_of("private")
    assert bins["risk_class"] == by_id["risk_class"].bin_of(3)
    assert bins["value"] == by_id["value"].bin_of(380_000)
    assert bins["hour"] == by_id["hour"].bin_of(10)
    assert bins["weekday"] == by_id["weekday"].bin_of("tue")
    assert bins["own_adviser"] == by_id["own_adviser"].bin_of("yes")
    assert bins["days_since_contact"] == 0


def test_with_a_model_the_chance_is_the_models_and_the_version_is_recorded():
    model = a_model(MODEL, sequence=3, outcomes=2000)
    assert model.positives >= PROPENSITY.rules.whole_at
    life = lived(model)
    parts = parts_of(life)
    assert parts.p == table_of(model).chance(read(parts.bins)) != parts.prior == 0.1
    assert parts.priority == parts.p * parts.value_points * parts.context * parts.levers
    assert decision_of(life).versions.models == {MODEL: "3"}


def test_a_young_model_leans_on_its_parents_and_all_of_them_are_recorded():
    young, group, every = (
        a_model(MODEL, outcomes=100), a_model("group/inflow/app", outcomes=100),
        a_model("all/app", outcomes=2000),
    )  # fmt: skip
    alone, with_parents = lived(young), lived(young, group, every)
    assert parts_of(alone).p != parts_of(with_parents).p
    assert list(decision_of(with_parents).versions.models) == [MODEL, "all/app", "group/inflow/app"]


def test_parents_alone_leave_the_base_rate():
    life = lived(a_model("group/inflow/app", outcomes=2000), a_model("all/app", outcomes=2000))
    assert parts_of(life).p == 0.1
    assert decision_of(life).versions.models == {}


def test_a_model_of_other_bins_is_not_asked():
    life = lived(edited(a_model(MODEL, outcomes=2000), stamp="abc"))
    assert parts_of(life).p == 0.1


def test_who_refuses_profiling_has_the_base_rate_and_leaves_no_bins():
    """A marketing action is withheld before: asked of a stage that would be reached."""
    life = lived(a_model(MODEL, outcomes=2000), profiling=False)
    at = Instant(MONDAY_10 + 24 * HOUR)
    found = why.why_not(life.state, life.reference, ACTION, at=at)
    told = [one.parts for one in found.answers if one.parts is not None]
    assert [(one.p, one.bins) for one in told] == [(0.1, None)]


def test_a_decision_is_taken_again_from_its_state_with_its_models():
    life = lived(a_model(MODEL, outcomes=2000))
    taken = decision_of(life)
    assert why.retake(b64decode(taken.state), taken, life.reference) == taken.candidates
    later = life.reference.with_model(a_model(MODEL, sequence=2, outcomes=50), offset=99)
    assert why.retake(b64decode(taken.state), taken, later) != taken.candidates


def test_a_model_adds_nothing_to_a_state():
    with_model, without = lived(a_model(MODEL, outcomes=2000)), lived()
    sizes = [len(life.fold.encode(life.state)) for life in (with_model, without)]
    assert sizes[0] == sizes[1]
    assert with_model.state.client == CLIENT
