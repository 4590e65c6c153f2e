"""Journey 5: a holder is told of a re-grade, whatever brought it to the client's log."""

import pytest

from schemas.facts import TaskChanged
from schemas.time import DAY, Instant, format_instant
from tests.builders import (
    MONDAY_10,
    Life,
    a_baseline,
    a_position,
    a_product,
    the_catalogue,
    the_reference,
)
from tests.journeys.client.living import INFLOW

LEDGER = "/corebank/ledger"


@pytest.fixture
def life():
    """A client of class 3 with a product of level 2, which is level 4 from now on."""
    life = Life(known=False)
    baseline = a_baseline(positions=[a_position("wmp1", 300_000)])
    life.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - DAY))
    graded = a_product(version=2, issuer_level=4, seller_level=4)
    life.reference = the_reference().with_product(graded, offset=4)
    return life


def told(life: Life) -> list[str]:
    """The notices and talks about a grade that were proposed."""
    events = [output.event for output in life.outputs]
    actions = [e.data.action for e in events if isinstance(e, TaskChanged) and e.data.version == 1]
    return [action for action in actions if action.startswith("regrade")]


def report(life: Life, amount: int, *, version: int, at: Instant, **more) -> None:
    said = a_position("wmp1", amount, version=version, as_of=format_instant(at), cause="price")
    life.say("corebank.position_reported", said, source=LEDGER, at=at, **more)


def test_a_recheck_and_a_position_tell_of_a_grade_once(life):
    report(life, 301_000, version=2, at=MONDAY_10)
    life.say("engine.recheck_asked", {"offset": 4}, at=MONDAY_10, source="/suishen/sweeper")
    assert told(life) == ["regrade_notice"]


def test_a_position_told_late_still_brings_the_notice(life):
    """What met the new facts first is late; the duty is not."""
    received = Instant(MONDAY_10 + 9 * DAY)
    report(life, 301_000, version=2, at=MONDAY_10, received=received)
    life.wait(received)
    assert told(life) == ["regrade_notice"]


def test_a_reversed_position_takes_no_notice_back(life):
    report(life, 301_000, version=2, at=MONDAY_10, event_id="p2")
    reversal = {
        "id": "p2",
        "source": LEDGER,
        "type": "org.suishen.corebank.position_reported.v1",
        "time": format_instant(MONDAY_10),
        "reason": "paid_in_error",
    }
    life.say("corebank.event_reversed", reversal, source=LEDGER, at=Instant(MONDAY_10 + 1))
    assert "regrade" in {run.journey for run in life.state.instances}


def test_the_adviser_is_told_the_product_and_its_level(life):
    life.say("engine.recheck_asked", {"offset": 4}, at=MONDAY_10, source="/suishen/sweeper")
    row = next(row for row in life.state.tasks if row.action == "regrade_notice")
    assert row.reasons[0] == ("journey_regrade", {"level": 4, "product": "wmp1"})


def test_a_product_graded_down_is_no_news(life):
    life.reference = the_reference().with_product(
        a_product(version=2, issuer_level=1, seller_level=1), offset=4
    )
    life.say("engine.recheck_asked", {"offset": 4}, at=MONDAY_10, source="/suishen/sweeper")
    assert told(life) == []


def test_of_a_client_without_a_class_nobody_knows_whether_it_suits(life):
    bare = Life(known=False)
    baseline = a_baseline(positions=[a_position("wmp1", 300_000)])
    del baseline["risk_test"]
    bare.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - DAY))
    bare.reference = life.reference
    bare.say("engine.recheck_asked", {"offset": 4}, at=MONDAY_10, source="/suishen/sweeper")
    assert told(bare) == []


def test_a_notice_is_not_kept_out_by_other_journeys(life):
    """Of large inflows as many runs as a client may have at once; a duty comes on top."""
    most = the_catalogue().at(MONDAY_10).triggers.journeys_at_once
    for nth in range(most + 1):
        flow = INFLOW | {"flow": f"f{nth}"}
        life.say("corebank.flow_posted", flow, source=LEDGER, at=MONDAY_10, event_id=f"flow-{nth}")
    assert len(life.state.instances) == most
    life.say("engine.recheck_asked", {"offset": 4}, at=MONDAY_10, source="/suishen/sweeper")
    assert len(life.state.instances) == most + 1
    assert told(life) == ["regrade_notice"]


def test_a_holder_of_two_products_graded_up_is_told_of_each():
    """A duty is owed to each run: one notice does not stand for another, nor do its reminders."""
    life = Life(known=False)
    held = [a_position("wmp1", 300_000), a_position("wmp2", 200_000)]
    reference = the_reference().with_product(a_product("wmp2"), offset=4)
    life.reference = reference
    life.say("corebank.baseline_loaded", a_baseline(positions=held), at=Instant(MONDAY_10 - DAY))
    for product in ("wmp1", "wmp2"):
        graded = a_product(product, version=2, issuer_level=4, seller_level=4)
        life.reference = life.reference.with_product(graded, offset=6)
    life.say("engine.recheck_asked", {"offset": 6}, at=MONDAY_10, source="/suishen/sweeper")
    assert told(life) == ["regrade_notice"] * 2
    life.wait(Instant(MONDAY_10 + 4 * DAY))
    assert told(life)[2:] == ["regrade_reminder"] * 2
    tasks = [o.event.data for o in life.outputs if isinstance(o.event, TaskChanged)]
    assert len({task.task_id for task in tasks if task.action == "regrade_notice"}) == 2
    assert {task.instance for task in tasks if task.action == "regrade_notice"} == {
        run.key for run in life.state.instances if run.journey == "regrade"
    }
    assert all(task.expires > task.proposed_at for task in tasks)
