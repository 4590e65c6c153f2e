"""Journey 7: what makes the client fold ask for a look at the score."""

from itertools import pairwise

from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, Life, a_baseline, a_position

LEDGER = "/corebank/ledger"
CASH_PILES_UP = (90_000, 100_000, 150_000, 200_000)


def invited(life: Life) -> bool:
    return any(run.journey == "self_diagnosis" for run in life.state.instances)


def take_test(life: Life, level: int, *, at: Instant = MONDAY_10) -> None:
    test = {"risk_class": level, "taken_at": format_instant(at)}
    said = test | {"actor": "client", "device": "client"}
    life.say("corebank.risk_test_taken", said, source="/corebank/profile", at=at)


def hold_cash(life: Life, amount: int, nth: int) -> None:
    said = a_position("cur", amount, version=nth)
    life.say("corebank.position_reported", said, source=LEDGER, at=Instant(MONDAY_10 + nth * HOUR))


def test_a_score_that_falls_by_five_points_invites():
    life = Life()
    before = life.state.scored.total
    take_test(life, 1)
    assert before - life.state.scored.total > 5
    assert invited(life)


def test_points_lost_little_by_little_add_up():
    life = Life()
    totals = [life.state.scored.total]
    for nth, amount in enumerate(CASH_PILES_UP, start=2):
        assert not invited(life)
        hold_cash(life, amount, nth)
        totals.append(life.state.scored.total)
    assert invited(life)
    assert max(before - after for before, after in pairwise(totals)) < 5


def test_a_diagnosis_looked_at_the_fall_and_the_next_counts_from_there():
    life = Life()
    for nth, amount in enumerate(CASH_PILES_UP[:-1], start=2):
        hold_cash(life, amount, nth)
    at = Instant(MONDAY_10 + 5 * HOUR)
    life.say("app.diagnosis_taken", {"finished": True, "remedy": "spread"}, at=at)
    hold_cash(life, CASH_PILES_UP[-1], 6)
    assert not invited(life)


def test_of_a_fall_that_is_told_late_nobody_is_invited():
    life = Life()
    said = a_position("cur", 2_000_000, version=2)
    received = Instant(MONDAY_10 + 5 * DAY)
    life.say("corebank.position_reported", said, source=LEDGER, received=received)
    assert life.state.scored.crest > life.state.scored.total * 100 + 500
    assert not invited(life)


def test_loading_a_client_of_whom_little_is_known_invites_nobody():
    life = Life(known=False)
    bare = a_baseline()
    del bare["risk_test"]
    life.say("corebank.baseline_loaded", bare | {"fields": {}}, at=MONDAY_10)
    assert life.state.scored.coverage < 0.6
    assert not invited(life)
    hold_cash(life, 180_000, 2)
    assert invited(life)
