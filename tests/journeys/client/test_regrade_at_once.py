"""One release grades forty products of one client anew: nothing is lost, the state stays small."""

from collections import Counter

import pytest

from journeys.client.fold import ClientFold
from journeys.client.steps.recheck import is_outdated
from schemas.facts import TaskChanged
from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, a_position, a_product
from tests.journeys.client.living import recalled
from tests.journeys.decide.sales import NOTE, an_open_sale, with_product

pytestmark = pytest.mark.untraced

LATER = Instant(MONDAY_10 + HOUR)
HELD = [f"PAWM-FIX-2026-{nth:05d}" for nth in range(40)]
NOTICES = Counter(HELD)


def graded(product: str, version: int = 2, level: int = 4):
    return a_product(product, version=version, issuer_level=level, seller_level=level)


@pytest.fixture
def life():
    """A client of class 3 who holds forty products, to whom another is being sold."""
    positions = [a_position("cur", 500_000), *(a_position(one, 20_000) for one in HELD)]
    life, _ = an_open_sale(NOTE, *map(a_product, HELD), positions=positions)
    for product in HELD:
        with_product(life, graded(product))
    return life


def recheck(life, at=LATER):
    return life.say("engine.recheck_asked", {"offset": 99}, at=at, source="/suishen/sweeper")


def size(life):
    return len(life.fold.encode(life.state))


def told(life):
    """Of which products a notice was proposed, and how often."""
    events = [output.event for output in life.outputs]
    made = [e.data for e in events if isinstance(e, TaskChanged) and e.data.version == 1]
    notices = [one for one in made if one.action == "regrade_notice"]
    return Counter(one.reasons[0].values["product"] for one in notices)


def lived(life, until):
    """The largest state while time passes."""
    most = size(life)
    while (due := life.fold.next_due(life.state)) is not None and due <= until:
        tick = {"due": format_instant(due)}
        life.say("engine.ticked", tick, at=due, source="/suishen/timers")
        most = max(most, size(life))
    return most


def test_the_state_stays_within_its_limit_and_the_open_sale_is_recalled(life):
    said = recheck(life)
    assert size(life) < ClientFold.max_state_bytes
    assert "s01" in recalled(said)


def test_every_lot_is_booked_under_the_new_facts_at_once_whoever_waits(life):
    recheck(life)
    assert {one.lot.facts_version for one in life.state.holdings if one.product in HELD} == {2}
    assert not is_outdated(life.state, life.reference, LATER)


def test_a_silent_client_is_told_of_each_product_once_by_timers_alone(life):
    recheck(life)
    assert told(life).total() == life.reference.catalogue.at(LATER).triggers.regrades_at_once
    most = lived(life, Instant(LATER + 150 * DAY))
    assert told(life) == NOTICES
    assert most < ClientFold.max_state_bytes
    assert life.state.regrades == ()


def test_whoever_is_told_by_positions_one_by_one_is_told_the_same(life):
    for nth, product in enumerate(HELD):
        at = Instant(LATER + nth)
        said = a_position(product, 20_100, version=2, as_of=format_instant(at), cause="price")
        life.say("corebank.position_reported", said, at=at, event_id=product, source="/corebank")
    lived(life, Instant(LATER + 150 * DAY))
    assert told(life) == NOTICES


def test_a_run_that_is_settled_makes_room_for_the_next(life):
    recheck(life)
    first = next(iter(told(life)))
    sold = a_position(first, 0, version=2, as_of=format_instant(LATER))
    life.say("corebank.position_reported", sold, at=Instant(LATER + HOUR), source="/corebank")
    assert told(life).total() == life.reference.catalogue.at(LATER).triggers.regrades_at_once + 1


def test_what_was_sold_or_graded_back_while_it_waited_is_no_news(life):
    recheck(life)
    sold, back = life.state.regrades[0].product, life.state.regrades[1].product
    said = a_position(sold, 0, version=2, as_of=format_instant(LATER))
    life.say("corebank.position_reported", said, at=LATER, source="/corebank")
    with_product(life, graded(back, version=3, level=2))
    recheck(life, at=Instant(LATER + HOUR))
    lived(life, Instant(LATER + 150 * DAY))
    assert told(life) == NOTICES - Counter([sold, back])


def test_what_is_graded_again_while_it_waited_is_told_once_at_its_newest(life):
    recheck(life)
    again = life.state.regrades[0].product
    with_product(life, graded(again, version=3, level=5))
    recheck(life, at=Instant(LATER + HOUR))
    lived(life, Instant(LATER + 150 * DAY))
    assert told(life) == NOTICES
    levels = {
        output.event.data.reasons[0].values["level"]
        for output in life.outputs
        if isinstance(output.event, TaskChanged)
        and output.event.data.action == "regrade_notice"
        and output.event.data.reasons[0].values["product"] == again
    }
    assert levels == {5}


def test_what_waits_is_read_back_as_it_was_written(life):
    recheck(life)
    assert life.state.regrades
    assert life.fold.decode(life.fold.encode(life.state)) == life.state


def test_the_recall_is_a_fact_of_its_task(life):
    recheck(life)
    rows = [o.event.data for o in life.outputs if isinstance(o.event, TaskChanged)]
    (last,) = [row for row in rows if row.action == "place_idle" and row.version == 2]
    assert last.state is TaskState.RECALLED
