"""A re-grade reaches a client's book and score, once, and says why the score moved."""

import pytest

from journeys.client.fold import ClientFold
from journeys.client.steps.recheck import is_outdated
from schemas.facts import WealthScored
from schemas.time import DAY, Instant, format_instant
from tests.builders import (
    MONDAY_10,
    Life,
    a_baseline,
    a_position,
    a_product,
    an_event,
    the_reference,
)

REGRADED = the_reference().with_product(
    a_product(
        version=2, issuer_level=5, seller_level=5, fee_bp=250, days_to_cash=400,
        look_through_bp=(0, 0, 0, 10_000, 0), idiosyncratic_bp=3000,
    ),
    offset=4,
)  # fmt: skip
LATER = Instant(MONDAY_10 + DAY)


def apply(state, event):
    return ClientFold().apply(state, event, REGRADED)


def recheck(state, at=LATER):
    asked = an_event(
        "engine.recheck_asked", {"offset": 4}, at=at, source="/suishen/sweeper", event_id="r"
    )
    return apply(state, asked)


@pytest.fixture
def life():
    return Life()


def scored(step):
    return [o.event.data for o in step.outputs if isinstance(o.event, WealthScored)]


def test_the_book_and_the_score_follow_the_new_facts(life):
    """As if core banking had told the same positions anew under them."""
    step = recheck(life.state)
    told = life.state
    for product, amount in (("cur", 80_000), ("wmp1", 300_000)):
        position = a_position(product, amount, version=2, as_of=format_instant(LATER))
        event = an_event(
            "corebank.position_reported", position, at=LATER, source="/corebank", event_id=product
        )
        told = apply(told, event).state
    assert step.state.book == told.book
    assert step.state.book != life.state.book
    assert step.state.scored.total == pytest.approx(told.scored.total, abs=1e-9)
    assert step.state.scored.total < life.state.scored.total - 1


def test_the_score_says_that_a_class_changed(life):
    before = life.state.scored.total
    (said,) = scored(recheck(life.state))
    assert said.by_cause["class_change"] == pytest.approx(said.total - before, abs=1e-9)


def test_asked_again_nothing_happens(life):
    once = recheck(life.state)
    again = recheck(once.state, at=Instant(LATER + 1))
    assert (again.state, again.outputs) == (once.state, ())


def test_a_client_who_holds_nothing_of_it_is_left_alone():
    life = Life(known=False)
    held = a_baseline(positions=[a_position("cur", 80_000)])
    life.say("corebank.baseline_loaded", held, at=Instant(MONDAY_10 - DAY))
    assert not is_outdated(life.state, REGRADED, LATER)
    step = recheck(life.state)
    assert (step.state.book, step.outputs) == (life.state.book, ())


def test_whoever_is_outdated_is_not_once_rechecked(life):
    assert is_outdated(life.state, REGRADED, LATER)
    assert not is_outdated(recheck(life.state).state, REGRADED, LATER)
    assert not is_outdated(life.state, the_reference(), LATER)


def test_what_a_position_said_of_itself_outlives_a_regrade():
    life = Life(known=False)
    told = a_position("wmp1", 300_000, days_to_cash=3, rolls_over=True)
    life.say("corebank.baseline_loaded", a_baseline(positions=[told]), at=LATER)
    (holding,) = recheck(life.state).state.holdings
    assert holding.lot.facts_version == 2
    assert (holding.lot.days_to_cash, holding.lot.rolls_over) == (3, True)


def test_a_lot_with_a_maturity_keeps_counting_to_it():
    life = Life(known=False)
    matures = format_instant(Instant(MONDAY_10 + 50 * DAY))[:10]
    told = a_position("wmp1", 300_000, maturity=matures)
    life.say("corebank.baseline_loaded", a_baseline(positions=[told]), at=MONDAY_10)
    (holding,) = recheck(life.state).state.holdings
    assert (holding.lot.facts_version, holding.lot.days_to_cash) == (2, 49)
