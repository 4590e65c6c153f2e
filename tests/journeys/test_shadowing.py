"""What a shadow would have done, beside what was done."""

from journeys.shadowing import Comparison
from schemas import codec
from schemas.decisions import Candidate, Stage, Versions, WithheldReason
from schemas.facts import CLIENT_FOLD, DecisionMade, DecisionShadowed
from schemas.wire import DecisionId
from tests.builders import CLIENT, MONDAY_10

VERSIONS = Versions(engine="1", catalogue="one", parameters="p", reference_offset=3)
IN_SHADOW = VERSIONS.model_copy(update={"catalogue": "two"})


class Log:
    """Facts of decisions as they come, seen by a comparison."""

    def __init__(self):
        self.found, self.number = Comparison("two"), 0

    def say(self, kind, chosen, *, cause, withheld=(), client=CLIENT, **more):
        self.number += 1
        data = {
            "decision_id": DecisionId(f"d_{self.number:032x}"),
            "trigger": "inflow",
            "decided_at": MONDAY_10,
            "candidates": (
                *(Candidate(action=name, chosen=True) for name in chosen),
                *withheld,
            ),
            "versions": VERSIONS if kind is DecisionMade else IN_SHADOW,
        } | more
        shape = kind.model_fields["data"].annotation
        fact = codec.build(
            kind,
            shape(**data),
            event_id=f"f{self.number}",
            source=CLIENT_FOLD,
            key=client,
            time=MONDAY_10,
            causeid=cause,
            causesource="/app",
        )
        self.found.see(fact)
        return self

    def made(self, *chosen, cause="e1", **more):
        return self.say(DecisionMade, chosen, cause=cause, **more)

    def shadowed(self, *chosen, cause="e1", **more):
        return self.say(DecisionShadowed, chosen, cause=cause, **more)

    @property
    def doc(self):
        return self.found.document()


def test_the_same_choice_and_another_one_are_told_apart():
    log = Log().made("a").shadowed("a").made("a", "b", cause="e2").shadowed("a", "c", cause="e2")
    assert (log.doc["same"], log.doc["other"]) == (1, 1)
    assert log.doc["actions"] == {
        "a": {"both": 2, "life": 0, "shadow": 0},
        "b": {"both": 0, "life": 1, "shadow": 0},
        "c": {"both": 0, "life": 0, "shadow": 1},
    }
    (example,) = log.doc["examples"]
    assert example == {"decision": f"d_{3:032x}", "life": ["a", "b"], "shadow": ["a", "c"]}


def test_why_the_shadow_withheld_what_life_chose_is_counted():
    no = Candidate(
        action="b",
        stage=Stage.CONTACT_POLICY,
        reason=WithheldReason.CAP_DAY,
        rule="marketing_per_day",
    )
    log = Log().made("b").shadowed(withheld=(no,))
    why = f"{Stage.CONTACT_POLICY} / cap_day / marketing_per_day"
    assert log.doc["withheld"] == [{"action": "b", "why": why, "times": 1}]


def test_a_decision_of_another_cause_is_not_what_stands_beside_it():
    log = Log().made("a").shadowed("b", cause="e2")
    assert log.doc["actions"]["b"] == {"both": 0, "life": 0, "shadow": 1}
    assert "a" not in log.doc["actions"]
    assert log.doc["examples"][0]["decision"] is None


def test_what_a_shadow_repeats_is_counted_once_until_either_chooses_otherwise():
    log = Log().shadowed("a", cause="e1").shadowed("a", cause="e2").shadowed("a", cause="e3")
    assert log.doc["other"] == 1
    log.shadowed("b", cause="e4").shadowed("a", cause="e5")
    assert log.doc["other"] == 3
    log.made("a", cause="e6").shadowed("a", cause="e6").shadowed("a", cause="e7")
    assert (log.doc["same"], log.doc["other"]) == (1, 4)


def test_clients_are_counted_each_by_themselves():
    other = "ct_" + "1" * 32
    log = Log().shadowed("a").shadowed("a", client=other)
    assert log.doc["actions"]["a"]["shadow"] == 2


def test_a_shadow_that_could_not_decide_is_a_fault_and_no_choice():
    log = Log().made("a").shadowed(fault="KeyError")
    assert log.doc["faults"] == {"KeyError": 1}
    assert (log.doc["same"], log.doc["other"], log.doc["actions"]) == (0, 0, {})


def test_another_catalogue_in_shadow_is_not_counted():
    log = Log().made("a").shadowed("a", versions=VERSIONS)
    assert (log.doc["same"], log.doc["other"]) == (0, 0)
