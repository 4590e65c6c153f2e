"""The earliest timer is looked for again whenever a due time may have moved."""

import pytest
from msgspec.structs import replace

from journeys.client import lately
from journeys.client.contact.ledger import Hold, Ledger
from journeys.client.state import ClientState, Holding, Payday
from journeys.client.steps import timers
from schemas.time import DAY, Instant

AT = Instant(20_000 * DAY)
CLIENT = ClientState(client="ct_" + "1" * 32, clock_at=AT)
SOONER = Instant(AT - DAY)

MOVES = {
    "a hold": {"ledger": Ledger(holds=(Hold("t", "sms", SOONER),))},
    "a maturing lot": {"holdings": (Holding("a", "p", 1, None, due=SOONER),)},
    "a salary": {"paydays": (Payday(AT, "a", 1, (), due=SOONER),)},
    "a birthday": {"clock_at": SOONER},
    "an intent": {"intent_off_at": SOONER},
    "a decision that waits": {"retry_at": SOONER},
    "a diagnosis": {"diagnosis_at": SOONER},
}


@pytest.fixture(autouse=True)
def _nothing_is_known():
    timers._FOUND.clear()


@pytest.mark.parametrize("moved", MOVES)
def test_a_due_time_that_moved_is_found(moved):
    assert timers.earliest(CLIENT) == AT
    assert timers.earliest(replace(CLIENT, **MOVES[moved])) == SOONER
    assert timers.earliest(CLIENT) == AT


def test_while_none_moved_it_is_not_looked_for(monkeypatch):
    monkeypatch.setattr(timers, "_earliest", lambda _state: SOONER)
    timers.earliest(CLIENT)
    monkeypatch.undo()

    assert timers.earliest(replace(CLIENT, stated_fen=1)) == SOONER
    assert timers.earliest(replace(CLIENT, client="ct_" + "2" * 32)) == AT


def test_only_so_many_clients_are_remembered(monkeypatch):
    monkeypatch.setattr(lately, "_MOST", 1)
    timers.earliest(CLIENT)
    timers.earliest(replace(CLIENT, client="ct_" + "2" * 32))

    assert list(timers._FOUND) == ["ct_" + "2" * 32]
