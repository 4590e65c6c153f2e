import pytest

from channels.simulator.story import STORY, Story, tokens
from schemas.time import DAY, HOUR, MINUTE, Instant
from tests.channels.simulator.lives import MONDAY, a_bank, alone, digest, tasks_of, with_engine

TUESDAY = Instant(MONDAY + DAY)
OPENING = Instant(TUESDAY + 8 * HOUR + 30 * MINUTE)


@pytest.mark.parametrize("desk", ["rm-01", "remote-2"])
def test_the_story_fills_a_desks_inbox_within_two_hours(desk):
    told = Story(OPENING, desk)
    life = with_engine(clients=0, days=1 + 10.5 / 24, told=told, unmanned=(desk, "remote-1"))
    cast = {token: name for name, token in tokens(7).items()}
    waiting = {
        (cast[task.client], task.action)
        for task in tasks_of(life)
        if task.desk == desk and task.state == "assigned"
    }
    assert waiting >= {("maturity", "maturity_talk"), ("leaving", "stay_talk")}
    if desk == "remote-2":
        assert ("complaint", "complaint_follow_up") in waiting


def test_its_clients_are_silent_before_it_begins():
    life = alone(a_bank(clients=0, told=Story(OPENING, "rm-01")), days=1.3)
    clients = [said for said in life if said.message.key.startswith("ct_")]
    assert len(clients) == len(STORY)
    assert {said.kind for said in clients} == {"corebank.baseline_loaded"}


def test_it_changes_no_other_client():
    plain = alone(a_bank(clients=10), days=3)
    told = alone(a_bank(clients=10, told=Story(OPENING, "rm-01")), days=3)
    cast = set(tokens(7).values())
    assert digest(plain) == digest([said for said in told if said.message.key not in cast])
