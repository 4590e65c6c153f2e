"""Journey 3: whom a risk test concerns."""

from schemas.facts import JourneyAdvanced
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, Life, a_baseline, a_position

ONLY_CASH = a_baseline(positions=[a_position("cur", 80_000)])


def a_life(baseline) -> Life:
    life = Life(known=False)
    life.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - DAY))
    return life


def take_test(life: Life, *, at: Instant = MONDAY_10, actor: str = "client") -> list[str]:
    """Take one of class 3; the moves of the journey that follow."""
    said = {"risk_class": 3, "taken_at": format_instant(at), "actor": actor, "device": "client"}
    facts = life.say("corebank.risk_test_taken", said, source="/corebank/profile", at=at)
    moves = [fact.data for fact in facts if isinstance(fact, JourneyAdvanced)]
    return [str(move.move) for move in moves if move.journey == "first_purchase"]


def test_a_test_of_who_holds_deposits_alone_enters():
    assert take_test(a_life(ONLY_CASH)) == ["entered"]


def test_a_second_test_enters_no_second_run():
    life = a_life(ONLY_CASH)
    take_test(life)
    assert take_test(life, at=Instant(MONDAY_10 + HOUR)) == []


def test_a_test_that_another_took_enters_nothing():
    assert take_test(a_life(ONLY_CASH), actor="adviser") == []


def test_who_holds_investments_is_not_meant():
    assert take_test(a_life(a_baseline())) == []


def test_while_a_position_is_in_doubt_nobody_knows_what_is_held():
    life = a_life(ONLY_CASH)
    life.say("corebank.position_reported", a_position("unheard_of", 50_000), source="/corebank/x")
    assert take_test(life) == []
