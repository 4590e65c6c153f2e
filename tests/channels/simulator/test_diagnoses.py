"""Diagnoses that clients take by themselves."""

import pytest

from channels.simulator.diagnoses import Diagnoses
from channels.simulator.mix import read_mix
from channels.simulator.world import Agenda, Truth, World
from schemas.time import DAY, Instant
from tests.channels.simulator.a_task import MONDAY_10, a_task
from tests.channels.simulator.lives import MONDAY, a_bank, a_month


@pytest.fixture
def diagnoses():
    return Diagnoses(World(read_mix(), Agenda(MONDAY), Truth()))


def taken(diagnoses, *, outcome: str, **task) -> list[dict[str, object]]:
    """What 300 answers to a task lead to within a day."""
    world, client = diagnoses._world, a_bank(clients=1).clients[0]
    world.agenda.admit(client)
    for number in range(300):
        diagnoses.follow(client, a_task(number, **task), outcome, MONDAY_10)
    doings = world.agenda.due(Instant(MONDAY_10 + DAY))
    said = [
        one
        for doing in doings
        for one in diagnoses.deeds()[doing.what](*doing[:2][::-1], doing.extra)
    ]
    return [dict(message.body["data"]) for message in said]


def test_most_who_are_interested_open_the_page_and_some_finish_it(diagnoses):
    said = taken(diagnoses, outcome="interested", action="self_diagnosis", desk=None)
    finished = [one for one in said if one["finished"]]
    assert 150 < len(said) < 300
    assert 0 < len(finished) < len(said)
    assert 0 < sum("remedy" in one for one in finished) < len(finished)
    assert not any("remedy" in one for one in said if not one["finished"])


def test_who_is_not_interested_opens_nothing(diagnoses):
    assert taken(diagnoses, outcome="not_now", action="self_diagnosis") == []


def test_who_was_helped_finishes_and_chooses(diagnoses):
    said = taken(diagnoses, outcome="converted", action="diagnosis_help")
    assert len(said) == 300
    assert all(one["finished"] and one["remedy"] for one in said)


def test_some_open_the_page_unasked():
    assert any(said.kind == "app.diagnosis_taken" for said in a_month())
