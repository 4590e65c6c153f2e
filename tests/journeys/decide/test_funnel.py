"""What falls early falls as if each action had been asked by itself."""

import dataclasses

import pytest
from msgspec.structs import replace

from journeys.catalogue.scope import Scope
from journeys.client.journey.instance import Instance
from journeys.decide import arbitration, decision, eligibility, funnel
from journeys.decide.candidate import Considered
from journeys.decide.decision import Choice
from journeys.decide.funnel import is_repeated
from journeys.decide.verdict import Withheld
from schemas import codec
from schemas.decisions import Candidate, Decision, Stage, Versions
from schemas.decisions import WithheldReason as Why
from schemas.facts import DecisionMade
from schemas.time import DAY, Instant
from tests.builders import MONDAY_10
from tests.journeys.decide.sales import a_life, an_open_sale, situation


def one_by_one(asked):
    fates = [
        decision.consider(action, run, asked)
        for action in asked.edition.actions.values()
        for run in decision._wanting(action, asked)
    ]
    chosen, losers = arbitration.choose([one for one in fates if one.withheld is None], asked)
    fell = [one for one in fates if one.withheld is not None]
    return Choice(tuple(chosen), (*fell, *losers))


def with_tiers(asked):
    """Every third action is for another tier."""
    actions = {
        name: replace(one, tiers=("private",) if at % 3 else ("mass",))
        for at, (name, one) in enumerate(asked.edition.actions.items())
    }
    return dataclasses.replace(asked, edition=replace(asked.edition, actions=actions))


def elsewhere(asked):
    """Two actions are offered by another outlet alone."""
    scope = Scope("outlet", "outlet_9")
    not_here = {"place_idle": scope, "case_help": scope}
    return dataclasses.replace(asked, edition=replace(asked.edition, not_here=not_here))


def unmarketed(life):
    allowed = replace(life.state.allowed, marketing=False)
    life.state = replace(life.state, allowed=allowed)
    return life


def with_a_run(life):
    """A complaint is looked into: its journey speaks for all that its group could offer."""
    journey = life.reference.catalogue.at(MONDAY_10).journeys["complaint"]
    run = Instance(
        journey=journey.id,
        version=journey.version,
        key="c",
        step=journey.first,
        entered_at=MONDAY_10,
        ends_at=Instant(MONDAY_10 + DAY),
        variables={},
        causes=(1,),
    )
    life.state = replace(life.state, instances=(run,))
    return life


def with_a_run_of_old(life):
    """Its journey is in force no more: it speaks for nothing."""
    (run,) = with_a_run(life).state.instances
    life.state = replace(life.state, instances=(replace(run, journey="withdrawn"),))
    return life


LIVES = {
    "quiet": lambda: situation(a_life()),
    "for other tiers": lambda: with_tiers(situation(a_life())),
    "for another outlet": lambda: elsewhere(situation(a_life())),
    "not to be marketed": lambda: situation(unmarketed(a_life())),
    "with a run under way": lambda: situation(with_a_run(a_life())),
    "with a run under way, for other tiers": lambda: with_tiers(situation(with_a_run(a_life()))),
    "with a run of an old journey": lambda: situation(with_a_run_of_old(a_life())),
    "with an open sale": lambda: situation(an_open_sale()[0]),
    "at rest": lambda: situation(an_open_sale()[0], Instant(MONDAY_10 + 30 * DAY)),
    "at rest, for other tiers": lambda: with_tiers(situation(an_open_sale()[0])),
}


@pytest.mark.parametrize("kind", LIVES)
def test_a_decision_is_that_of_every_action_asked_by_itself(kind):
    found, whole = decision.decide(LIVES[kind]()), one_by_one(LIVES[kind]())

    assert found.fallen
    assert found.candidates() == whole.candidates()
    assert (found.verdict, found.retry_at) == (whole.verdict, whole.retry_at)
    assert [one for one in found.withheld if one.withheld.rule] == [
        one for one in whole.withheld if one.withheld.rule
    ]


def lives_of_one_bank():
    """Every kind of life beside the same products, first in one order, then in the other."""
    lives = [make() for make in LIVES.values()]
    for asked in (*lives, *reversed(lives)):
        yield asked, dataclasses.replace(asked, reference=lives[0].reference)


def test_what_is_kept_for_others_is_what_would_be_worked_out_anew():
    for asked, among in lives_of_one_bank():
        assert funnel.early(among) == funnel._Funnel(asked.edition.actions).early(asked)


def test_what_others_came_to_is_no_other_verdict():
    for asked, among in lives_of_one_bank():
        for _ in range(2):
            assert decision.decide(among).verdict == one_by_one(asked).verdict


def test_where_little_may_be_kept_the_answers_are_the_same(monkeypatch):
    for most in ("_MOST_KEPT", "_MOST_LEFT"):
        monkeypatch.setattr(funnel, most, 1)
    monkeypatch.setattr(decision, "_MOST_VERDICTS", 1)

    for asked, among in lives_of_one_bank():
        found, nobody_else = decision.decide(among), Choice((), (), funnel.early(among).fallen)
        verdicts = [one.verdict for one in (found, nobody_else, found)]

        assert verdicts[0] == verdicts[2] == one_by_one(asked).verdict


def test_a_run_keeps_back_what_would_be_offered_by_itself_and_nothing_else():
    found = decision.decide(situation(with_a_run(a_life())))

    assert [one.action.id for one in found.withheld if one.withheld.reason == "instance_open"] == [
        "complaint_follow_up"
    ]
    assert "complaint_answer" in {one.action for one in found.fallen}


@pytest.mark.parametrize(
    "no",
    [
        Withheld(Stage.ELIGIBILITY, Why.CONSENT_MISSING, "ct01"),
        Withheld(Stage.SUITABILITY, Why.DATA_MISSING, "s11", value="fin_net_worth"),
        Withheld(Stage.SUITABILITY, Why.RISK_ABOVE_CLASS, "s01", value=4, limit=2),
        Withheld(Stage.SUITABILITY, Why.SCORE_WORSE, value=0, limit=0.5),
        Withheld(Stage.SUITABILITY, Why.SCORE_WORSE, value=-0.0, limit=0.5),
        Withheld(Stage.SUITABILITY, Why.LIQUIDITY_AFTER, "liquidity", value=2.5, limit=3.0),
        Withheld(Stage.CONTACT_POLICY, Why.COOL_DOWN, "rest", until=Instant(5)),
    ],
)
def test_a_reason_that_many_share_is_recorded_as_any_other(no):
    action = next(iter(situation(a_life()).edition.actions.values()))
    fell = Considered(action, None, withheld=no)
    whole = decision._whole(fell)

    assert Choice((), (fell,)).candidates() == (whole,)
    if is_repeated(no):
        again = decision._record(fell)
        assert again is decision._record(fell)
        assert again.model_dump_json(exclude_none=True) == whole.model_dump_json(exclude_none=True)


def test_what_is_a_figure_of_one_client_is_kept_for_no_other():
    worse = Withheld(Stage.SUITABILITY, Why.SCORE_WORSE, value=0.0, limit=0.5)
    waits = Withheld(Stage.CONTACT_POLICY, Why.COOL_DOWN, "rest", until=Instant(5))
    late = Withheld(Stage.SUITABILITY, Why.TEST_EXPIRED, "s07", value="2025-06-01")

    assert not any(map(is_repeated, (worse, waits, late)))


def test_what_a_case_owns_is_asked_by_itself():
    asked = situation(a_life())
    asked.__dict__["topics_owned"] = frozenset({"idle_cash"})
    object.__setattr__(asked, "state", replace(asked.state, cases=asked.state.tasks or ("case",)))
    (view,) = [one for one in decision.decide(asked).withheld if one.action.id == "idle_cash_view"]

    assert view.withheld == eligibility.applies(view.action, asked, None)
    assert view.withheld.reason == "case_owns_topic"


def test_what_was_written_once_is_written_as_it_stands():
    fallen = decision.decide(situation(a_life())).fallen
    told = Candidate(action="other", reason=None, value='quoted ",\\"versions\\":"', chosen=True)
    made = codec.build(
        DecisionMade,
        Decision(
            decision_id="d_" + "0" * 32,
            trigger="inbound",
            subject=',"versions":{"candidates":[]}',
            decided_at=Instant(0),
            candidates=(*[one.record for one in fallen], told),
            versions=Versions(engine="e", catalogue="c", parameters="p", reference_offset=1),
        ),
        event_id="e",
        source="/suishen/client-fold",
        key="ct_" + "0" * 32,
        time=Instant(0),
        causeid="c",
        causesource="/test",
    )
    bare = made.model_copy(update={"data": made.data.model_copy(update={"candidates": ()})})

    for event in (made, bare):
        assert codec.encode(event) == event.model_dump_json(exclude_none=True).encode()
