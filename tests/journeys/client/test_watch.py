"""Open tasks that sell, under watch: recalled by the row that fails, told again if steps change."""

import pytest

from journeys.client.steps import sales
from journeys.client.steps.recheck import is_outdated
from journeys.decide import suitability
from journeys.step import Place
from schemas import facts
from schemas.signals.desk import TaskOffered
from schemas.tasks import ClaimKind, TaskState
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, a_position
from tests.journeys.decide.sales import (
    FIELDS,
    FUND,
    NOTE,
    SERVICE,
    WISH,
    a_life,
    an_open_sale,
    situation,
    the_sale,
    with_product,
)

LATER = Instant(MONDAY_10 + HOUR)
RECHECK = {"at": LATER, "source": "/suishen/sweeper"}


def now(life, row):
    return next(one for one in life.state.tasks if one.task_id == row.task_id)


def profile(life, *, by="core", version=1, **fields):
    said = {"version": version, "fields": fields, "confirmed_by": by}
    return life.say("corebank.profile_changed", said, at=LATER, event_id=f"p{version}")


def takes_test(life, level, *, at=LATER):
    test = {"risk_class": level, "actor": "client", "device": "client"}
    return life.say("corebank.risk_test_taken", test | {"taken_at": format_instant(at)}, at=at)


def test_a_sale_says_its_gain_product_amount_and_the_rules_it_passed():
    life, row = an_open_sale()
    changed = [o.event.data for o in life.outputs if isinstance(o.event, facts.TaskChanged)]
    (task,) = [one for one in changed if one.action == "place_idle"]
    codes = {reason.code: reason.values for reason in task.reasons}

    assert codes["sale"]["buy"] == "note"
    assert codes["sale"]["bought_fen"] == 22_500_000
    assert codes["sale"]["gain_points"] > 1
    assert task.gain_points == pytest.approx(codes["sale"]["gain_points"], abs=1e-4)
    assert {"s01", "s07", "s11", "concentration"} <= codes["rules_passed"].keys()
    assert task.desk == "rm-li"
    assert sales.sale_of(row).buy == "note"


def test_all_verdicts_are_stored_with_each_rows_own_version():
    life, _ = an_open_sale()
    made = the_sale(life)
    rows = life.reference.catalogue.at(MONDAY_10).conduct.rules

    stored = {one.rule: one for one in made.verdicts if one.verdict == "allow"}
    assert {"s01", "s05", "s07", "s11", "tenor", "liquidity"} <= stored.keys()
    assert all(one.version == rows[rule].version for rule, one in stored.items() if rule in rows)
    assert "test" not in {one.version for one in stored.values()}


def test_a_withheld_sale_says_row_value_and_limit():
    life = a_life(NOTE, service=SERVICE, tested=700)
    said = life.say("conversation.utterance_understood", WISH, at=MONDAY_10)
    made = [one.data for one in said if isinstance(one, facts.DecisionMade)][-1]
    (fell,) = [one for one in made.candidates if one.action == "place_idle"]

    assert (fell.stage, fell.reason, fell.rule) == ("suitability", "test_expired", "s07")
    assert fell.value < fell.limit


@pytest.mark.parametrize(
    ("happens", "rule"),
    [
        (lambda life: takes_test(life, 1), "s01"),
        (lambda life: profile(life, by="client", annual_income_fen=1), "s07"),
        (lambda life: profile(life, debt_fen=40_000_000, debt_service_fen=0), "s11"),
        (lambda life: profile(life, birth="2015-01-01"), "s13"),
        (lambda life: profile(life, horizon_years=0), "tenor"),
        (lambda life: profile(life, essential_spending_fen=9_000_000), "liquidity"),
        (
            lambda life: life.say("corebank.position_reported", a_position("cur", 9, version=2)),
            "goal_already_met",
        ),
    ],
    ids=["class", "reported", "debt", "age", "horizon", "spending", "spent"],
)
def test_a_change_of_what_a_verdict_rests_on_recalls_the_task_with_the_row(happens, rule):
    life, row = an_open_sale()
    said = happens(life)

    assert (now(life, row).state, now(life, row).state_reason) == (TaskState.RECALLED, rule)
    (told,) = [one for one in said if isinstance(one, TaskOffered)]
    assert (told.partitionkey, told.data.state_reason) == ("rm-li", rule)


def test_what_changes_no_verdict_leaves_the_task_alone():
    life, row = an_open_sale()
    takes_test(life, 3)
    profile(life, annual_income_fen=50_000_000)
    life.say("app.page_viewed", {"page": "holdings"}, at=LATER)
    life.say("corebank.position_reported", a_position("cur", 499_000, version=2), at=LATER)

    assert now(life, row) == row


def test_a_test_that_lapses_recalls_the_task_on_its_day():
    life, row = an_open_sale(tested=363)
    life.wait(Instant(MONDAY_10 + 2 * DAY))
    assert now(life, row).state is TaskState.PROPOSED
    life.wait(Instant(MONDAY_10 + 3 * DAY))

    assert now(life, row).state_reason == "s07"


def test_a_task_in_hand_is_recalled_as_well():
    life, row = an_open_sale()
    claim = {
        "task_id": row.task_id,
        "task_version": 1,
        "number": 1,
        "desk": "rm-li",
        "kind": ClaimKind.STARTED.value,
        "at": format_instant(LATER),
    }
    life.say("desk.task_claimed", claim, at=LATER, source="/suishen/desk-fold")
    assert now(life, row).state is TaskState.STARTED
    takes_test(life, 1)

    assert now(life, row).state is TaskState.RECALLED


def test_a_regrade_finds_the_open_task_of_somebody_who_holds_nothing_of_it():
    life, row = an_open_sale()
    assert not is_outdated(life.state, life.reference, LATER)
    with_product(life, NOTE.model_copy(update={"version": 2, "seller_level": 4}))
    assert is_outdated(life.state, life.reference, LATER)
    life.say("engine.recheck_asked", {"offset": life.reference.offset}, **RECHECK)

    assert (now(life, row).state, now(life, row).state_reason) == (TaskState.RECALLED, "s01")
    assert not is_outdated(life.state, life.reference, LATER)


def test_a_regrade_that_changes_no_verdict_is_told_and_asked_no_more():
    life, row = an_open_sale()
    with_product(life, NOTE.model_copy(update={"version": 2, "fee_bp": 31}))
    life.say("engine.recheck_asked", {"offset": life.reference.offset}, **RECHECK)

    assert (now(life, row).state, now(life, row).version) == (TaskState.PROPOSED, 2)
    assert sales.sale_of(now(life, row)).version == 2
    assert not is_outdated(life.state, life.reference, LATER)


def test_more_steps_are_told_and_the_task_stays():
    life, row = an_open_sale()
    takes_test(life, 2)

    assert now(life, row).version == row.version + 1
    steps = dict(now(life, row).reasons)["steps"]
    assert steps == {"client_reconfirms_class": "s09"}


def test_a_step_that_only_a_branch_proves_recalls_the_task_of_another_channel():
    risky = NOTE.model_copy(update={"issuer_level": 4})
    old = FIELDS | {"birth": "1955-05-06"}
    life, row = an_open_sale(FUND, service=SERVICE | {"tier": "mass", "rm": None, "team": None})
    assert row.channel == "ai"
    assert not {"sale", "rules_passed"} & {
        reason.code
        for output in life.outputs
        if isinstance(output.event, facts.TaskChanged)
        for reason in output.event.data.reasons
    }, "the AI channel hears of no product"

    asked = an_open_sale(risky, fields=old, test={"risk_class": 5})[1]
    assert asked.channel == "branch"
    assert "remote-1" not in asked.backups


def test_a_gap_in_the_record_recalls_the_sale():
    life, row = an_open_sale()
    step = life.fold.open_hole(
        life.state, Place(0, 7), family="risk_test", at=LATER, reference=life.reference
    )
    life.state = step.state

    assert now(life, row).state_reason == "hole_in_record"


def test_a_verdict_that_becomes_better_revives_no_task():
    life, row = an_open_sale()
    takes_test(life, 1)
    takes_test(life, 3, at=Instant(LATER + HOUR))

    assert now(life, row).state is TaskState.RECALLED


def test_the_rows_of_an_open_sale_are_those_of_suitability_now():
    life, row = an_open_sale()

    found = suitability.recheck(sales.sale_of(row), situation(life, at=LATER))
    assert dict(row.reasons)["rules_passed"] == {
        one.rule: one.version for one in found if one.verdict == "allow"
    }
