"""A diagnosis held is concluded from the client's own state, with what is missing said."""

from datetime import date

import pytest

from schemas import facts
from schemas.signals.desk import DiagnosisHeld
from schemas.time import DAY, Instant, local_day
from tests.builders import MONDAY_10, TERM, Life, a_position, an_event

TODAY = date(2026, 11, 23)
STATEMENT = {
    "starts": "2025-11-23",
    "ends": "2026-11-23",
    "opening_fen": 30_000_000,
    "closing_fen": 38_000_000,
    "flows": [{"day": "2026-03-02", "amount_fen": 6_000_000}],
    "values": [{"day": "2026-03-02", "amount_fen": 30_900_000}],
}


def a_sitting(**more):
    sitting = {
        "desk": "rm-li",
        "actor": "rm-li",
        "shown": True,
        "step_agreed": True,
        "record_closed": True,
    }
    return sitting | more


def held(life, **more):
    said = life.say("desk.diagnosis_held", a_sitting(**more), source="/suishen/desk-fold")
    (made,) = [fact.data for fact in said if isinstance(fact, facts.DiagnosisMade)]
    return made


def scored(life):
    return [o.event.data for o in life.outputs if isinstance(o.event, facts.WealthScored)]


def test_a_diagnosis_with_everything_known_is_complete():
    made = held(Life(), statement=STATEMENT)

    assert (made.lacks, made.complete) == ((), True)
    assert (made.mode, made.desk, made.data_day, made.tier) == (
        "assisted",
        "rm-li",
        TODAY,
        "private",
    )
    assert made.returned.profit_fen == 2_000_000
    assert made.returned.money_weighted == pytest.approx(0.0582, abs=1e-3)


def test_its_score_and_points_are_those_that_were_published():
    life = Life()
    made = held(life)

    last = scored(life)[-1]
    assert (made.total, made.label, made.coverage) == (last.total, last.label, last.coverage)
    findings = sorted((*made.portfolio, *made.account), key=lambda one: one.dimension)
    assert tuple(one.points for one in findings) == last.points
    assert [one.dimension for one in made.portfolio] == [3, 4, 5, 7]
    assert sum(one.points + one.lost for one in findings) == pytest.approx(100)


def test_its_xray_is_of_what_the_client_holds():
    xray = held(Life()).xray

    assert xray.value_fen == 38_000_000
    assert {one.name: one.part_fen for one in xray.by_product} == {
        "wmp1": 30_000_000,
        "cur": 8_000_000,
    }
    for table in (xray.by_group, xray.by_level, xray.by_issuer, xray.ladder):
        assert sum(one.part_fen for one in table) == xray.value_fen


def test_a_ladder_counts_the_days_that_are_left_today():
    life = Life()
    position = a_position(TERM.product, 10_000, maturity="2027-05-02")
    life.say("corebank.position_reported", position, source="/corebank/positions")
    rungs = []
    for days in (0, 30):
        at = Instant(MONDAY_10 + days * DAY)
        said = life.say(
            "desk.diagnosis_held", a_sitting(), at=at, event_id=f"d{days}", source="/suishen/desk"
        )
        made = next(fact.data for fact in said if isinstance(fact, facts.DiagnosisMade))
        rungs.append({one.name for one in made.xray.ladder})
    assert rungs == [{"180", "open"}, {"180", "open"}]
    assert local_day(MONDAY_10, utc_offset_minutes=480) == TODAY


def test_without_a_statement_the_returns_are_what_is_missing():
    made = held(Life())

    assert (made.lacks, made.complete, made.returned) == (("returns",), False, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": "2026-11-23"},
        {"flows": [{"day": "2024-01-01", "amount_fen": 1}]},
    ],
)
def test_a_statement_that_contradicts_itself_gives_no_returns(wrong):
    assert held(Life(), statement=STATEMENT | wrong).lacks == ("returns",)


def test_returns_up_to_another_day_are_shown_and_do_not_make_it_complete():
    old = STATEMENT | {"ends": "2026-10-31"}
    made = held(Life(), statement=old)

    assert (made.lacks, made.complete) == (("returns_of_another_day",), False)
    assert made.returned is not None


def test_unanswered_questions_are_named_and_their_points_marked():
    life = Life(known=False)
    baseline = {"service": {"tier": "mass", "segment": "s", "rm": "rm-li"}, "consents": {}}
    life.say("corebank.baseline_loaded", baseline)
    made = held(life, statement=STATEMENT)

    assert made.lacks == (
        "age",
        "annual_income",
        "essential_spending",
        "risk_class",
        "horizon_years",
    )
    assert (made.total, made.label) == (None, None)
    assert [one.dimension for one in made.portfolio if one.is_missing] == [3, 5]


def test_a_position_in_doubt_and_a_gap_in_the_record_are_named():
    life = Life()
    unknown = a_position("never_released", 5_000)
    life.say("corebank.position_reported", unknown, source="/corebank/positions")
    assert "positions_in_doubt" in held(life, statement=STATEMENT).lacks


@pytest.mark.parametrize("left_out", ["shown", "step_agreed", "record_closed"])
def test_what_was_not_carried_to_its_end_is_not_complete(left_out):
    made = held(Life(), statement=STATEMENT, **{left_out: False})

    assert (made.lacks, made.complete) == ((), False)


def test_a_desk_that_does_not_serve_the_client_is_refused():
    life = Life()
    said = life.say("desk.diagnosis_held", a_sitting(desk="rm-wu"), source="/suishen/desk-fold")

    assert [type(fact) for fact in said] == [facts.SignalSetAside]
    assert said[0].data.reason == "not_served_by_desk"


def test_a_client_who_finished_it_alone_and_chose_a_step_has_a_diagnosis():
    life = Life()
    assert life.say("app.diagnosis_taken", {"finished": False}, event_id="d0") == []
    said = life.say("app.diagnosis_taken", {"finished": True, "remedy": "D3"}, event_id="d1")
    made = said[0].data

    assert (made.mode, made.desk, made.shown, made.step_agreed) == (
        "self_service",
        None,
        True,
        True,
    )
    assert made.lacks == ("returns",)


def test_the_same_event_again_is_the_same_diagnosis():
    event = an_event("desk.diagnosis_held", a_sitting(), source="/suishen/desk-fold")
    assert isinstance(event, DiagnosisHeld)
    once, again = Life(), Life()
    assert once.hear(event) == again.hear(event)
    repeated = once.hear(event)
    assert [fact.data.effect for fact in repeated] == [facts.Effect.DUPLICATE]


def test_who_serves_a_client_is_said_once_and_when_it_changes():
    life = Life()
    told = [o.event.data for o in life.outputs if isinstance(o.event, facts.ClientServed)]
    assert [(one.tier, one.rm) for one in told] == [("private", "rm-li")]
    service = {"tier": "wealth", "segment": "family", "rm": "rm-wu"}
    said = life.say("corebank.service_assigned", service, source="/corebank/crm")
    assert [fact.data.rm for fact in said if isinstance(fact, facts.ClientServed)] == ["rm-wu"]
    assert life.say("app.page_viewed", {"page": "holdings"}) == []
