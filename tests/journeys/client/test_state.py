"""A state read from its bytes is the state that was written."""

import pytest
from msgspec.structs import replace

from journeys.client.intent.evidence import Evidence, Item
from journeys.client.state import ClientState, decode, encode
from schemas.time import Instant
from tests.journeys.client.living import planned


def test_a_client_with_tasks_evidence_and_holdings_reads_back():
    state = planned().state
    assert state.tasks
    assert decode(encode(state)) == state


@pytest.mark.parametrize("last", [1, (1 << 56) - 1, 1 << 56, 1 << 57])
def test_evidence_of_any_year_reads_back(last):
    items = (Item(Instant(0), 7, "product_view"), Item(Instant(last), 8, "holdings_page"))
    state = replace(ClientState(client="ct_1"), evidence=Evidence(items=items))
    assert decode(encode(state)) == state
    assert decode(encode(replace(state, evidence=Evidence()))).evidence == Evidence()
