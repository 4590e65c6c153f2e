"""The collector of a process that folds."""

import gc

import pytest

from streams.collector import look_seldom, pass_over_what_is_loaded
from tests.streams.running import COMPLAINT, SPOKE, Running

pytestmark = pytest.mark.untraced

A_SLICE = 500 * 8
"""Objects that the events of a slice are made of, about."""


@pytest.fixture
def _as_it_was():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_it_was")
def test_a_slice_of_events_is_over_before_the_collector_looks():
    look_seldom()
    assert gc.get_threshold()[0] > A_SLICE


@pytest.mark.usefixtures("_as_it_was")
def test_what_is_loaded_is_looked_at_no_more():
    loaded = [[number] for number in range(10)]
    pass_over_what_is_loaded()
    assert not any(each is one for each in gc.get_objects() for one in loaded)


def test_a_fold_leaves_no_ring_of_objects_to_the_collector(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        _decides(running)
        gc.collect()
        left = {type(one).__qualname__ for one in gc.garbage if _is_ours(one)}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert "decision_made" in running.kinds("client-facts")
    assert left == set()


def _decides(running):
    """Money that asks for a sale, and pages that ask for less."""
    amount = {"amount_minor": 60_000_000, "currency": "CNY"}
    flow = {"account": "ac_" + "0" * 16, "flow": "f1", "direction": "in", "amount": amount}
    running.say("corebank.flow_posted", flow | {"kind": "transfer"}, source="/corebank/ledger")
    for page in range(6):
        running.say("app.page_viewed", {"page": "maturity"}, event_id=f"p{page}")
    running.say(SPOKE, COMPLAINT, event_id="u1")
    running.live()


def _is_ours(one):
    return type(one).__module__.startswith(("journeys.", "schemas."))
