"""How two decisions on one cause part, and where."""

import pytest

from journeys.partings import NOT_DUE, OTHER_WAY, Parting, parting, told, where
from journeys.replay import Tally, Whom, merged, note, report
from schemas.decisions import Candidate, Stage, WithheldReason
from schemas.facts import DecisionMade
from schemas.time import DAY, Instant
from tests.builders import CLIENT, MONDAY_10
from tests.journeys.decide.sales import an_open_sale, the_sale

WHOM = Whom(CLIENT, "mass", 480)
CAPPED = {"stage": Stage.CONTACT_POLICY, "reason": WithheldReason.CAP_WEEK, "rule": "ct04"}


@pytest.fixture(scope="module")
def made():
    """Any decision, to be told otherwise."""
    life, _ = an_open_sale()
    fact = next(one.event for one in life.outputs if isinstance(one.event, DecisionMade))
    return fact.model_copy(update={"data": the_sale(life)})


@pytest.fixture
def of(made):
    def decided(*candidates):
        return made.data.model_copy(update={"candidates": candidates})

    return decided


def chosen(treatment="t1", action="talk"):
    return Candidate(action=action, chosen=True, stage=Stage.ARBITRATION, treatment=treatment)


def capped(action="talk", until=None):
    return Candidate(action=action, until=until, **CAPPED)


def told_apart(old, new):
    kind = parting(old, new)
    return kind, where(kind, old, new)


def test_a_task_lost_gained_or_done_another_way(of):
    assert told_apart(of(chosen()), of(capped())) == (Parting.LOST, "contact_policy cap_week ct04")
    assert told_apart(of(capped()), of(chosen())) == (
        Parting.GAINED,
        "contact_policy cap_week ct04",
    )
    assert told_apart(of(chosen()), of(chosen("t2"))) == (Parting.REORDERED, OTHER_WAY)
    assert told_apart(of(chosen()), None) == (Parting.LOST, NOT_DUE)
    assert told(None, of(chosen())) == NOT_DUE
    assert told(of(capped()), of(chosen())) == "talk: contact_policy cap_week ct04"


def test_nothing_chosen_on_either_side_parts_by_a_reason_or_a_time(of):
    one, later = (of(capped(until=Instant(MONDAY_10 + days * DAY))) for days in (1, 2))
    assert parting(one, one) is Parting.SAME
    assert told_apart(one, later) == (Parting.REASONED, "contact_policy cap_week ct04")
    assert told_apart(of(capped("view")), of()) == (
        Parting.REASONED,
        "contact_policy cap_week ct04",
    )
    assert told_apart(None, one) == told_apart(one, None) == (Parting.REASONED, NOT_DUE)


def test_what_comes_after_a_clients_first_parting_is_counted_under_it(made, of):
    def fact(decision, name):
        data = decision.model_copy(update={"decision_id": name})
        return made.model_copy(update={"data": data})

    tally = Tally()
    soon, late = (of(capped(until=Instant(MONDAY_10 + days * DAY))) for days in (1, 2))
    note(tally, WHOM, [fact(soon, "d_1")], [fact(late, "d_1")])
    two = of(chosen(), chosen(action="view"))
    note(tally, WHOM, [fact(two, "d_2")], [fact(of(chosen()), "d_2")])
    note(tally, WHOM, [fact(of(chosen()), "d_3")], [])
    found = report(merged([tally]))
    assert found["first_partings"] == [
        {
            "parting": "reasoned",
            "where": "contact_policy cap_week ct04",
            "clients": 1,
            "follow": {"lost": 1, "reordered": 1},
        }
    ]
    assert found["task_changes"] == {"lost": -1, "reordered": -1}
    (example,) = found["most_changed"]
    assert (example["decisions"], example["began"]["parting"]) == (2, "reasoned")
