"""Diagnoses that clients take by themselves."""

from random import Random
from typing import Any

import pytest

from channels.simulator.diagnoses import Diagnoses
from channels.simulator.mix import read_mix
from channels.simulator.world import Agenda, Truth, World
from schemas.time import DAY, Instant
from tests.channels.simulator.a_task import MONDAY_10, a_task
from tests.channels.simulator.lives import MONDAY, a_bank, a_month, alone

pytestmark = pytest.mark.untraced


@pytest.fixture
def diagnoses():
    return Diagnoses(World(read_mix(), Agenda(MONDAY), Truth()))


def served(client):
    client.desks = {"rm": "rm-01", "team": "team-1", "remote": "remote-1"}
    return client


def taken(diagnoses, *, outcome: str, days: int = 1, **task) -> list[dict[str, Any]]:
    """What 300 answers to a task lead to within some days."""
    world, client = diagnoses._world, served(a_bank(clients=1).clients[0])
    world.agenda.admit(client)
    for number in range(300):
        rng = Random(number)  # noqa: S311 - seeded, nothing secret
        diagnoses.follows()[task["action"]](client, a_task(number, **task), outcome, MONDAY_10, rng)
    doings = world.agenda.due(Instant(MONDAY_10 + days * DAY))
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


def test_a_talk_that_was_booked_is_held_by_the_clients_desk(diagnoses):
    said = taken(diagnoses, outcome="converted", action="diagnosis_booking", days=14)
    assert 150 < len(said) < 300
    assert {one["actor"] for one in said} == {"rm-01"}
    assert 0 < sum(bool(one["record_closed"]) for one in said) < len(said)


def test_the_statement_of_a_diagnosis_held_ends_on_its_day(diagnoses):
    said = taken(diagnoses, outcome="solved", action="diagnosis_deputy", days=14)
    days = {one["statement"]["ends"] for one in said}
    assert min(days) >= "2026-11-04"
    assert len(days) > 3


def test_a_lead_who_is_told_sometimes_names_a_deputy(diagnoses):
    said = taken(diagnoses, outcome="not_now", action="diagnosis_overdue", days=14)
    assert 0 < len(said) < 200


def test_a_wrong_spending_is_taken_back_within_two_days():
    typed = {
        said.message.body["id"]: said.at
        for said in a_month()
        if said.kind == "corebank.profile_changed" and said.data["confirmed_by"] == "core"
    }
    back = {
        said.data["id"]: said.at for said in a_month() if said.data.get("reason") == "wrong_entry"
    }
    assert len(back) > 5
    assert back.keys() <= typed.keys()
    assert all(0 < back[name] - typed[name] < 2 * DAY for name in back)


def test_a_private_client_may_fall_to_another_tier():
    left = [
        said.data["tier"]
        for said in alone(a_bank(clients=300), days=20)
        if said.kind == "corebank.service_assigned"
    ]
    assert "wealth" in left
