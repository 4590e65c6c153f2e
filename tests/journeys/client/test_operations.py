"""Operations of a case: offered, confirmed, carried out; refused whole where they may not be."""

from dataclasses import replace

import pytest

from schemas.facts import CaseAdvanced, OperationAdvanced, StepAsked, TaskChanged
from schemas.time import DAY, HOUR, MINUTE, Instant
from tests.builders import ACCOUNT, MONDAY_10, a_position
from tests.journeys.client.casework import PAYMENT, ROLL_OVER, Casework, refused, solved


def offered() -> Casework:
    life = Casework()
    life.need()
    life.want()
    return life


def running() -> Casework:
    life = offered()
    life.reply()
    return life


def states(life: Casework) -> list[str]:
    return [str(each.state) for each in life.all_of(OperationAdvanced)]


def steps(life: Casework) -> list[str]:
    return [each.step for each in life.asked]


def test_an_operation_is_shown_in_both_languages_before_anything_is_done():
    life = offered()
    shown = life.operation.confirmation
    assert "1,280.00元" in shown.zh
    assert "CNY 1,280.00" in shown.en
    assert "p-17" in shown.zh
    assert (life.operation.state, life.asked, life.case.life) == ("offered", [], "waiting_client")


def test_confirmed_it_is_carried_out_step_by_step_and_solves_the_case():
    life = running()
    assert (life.case.life, steps(life)) == ("waiting_bank", ["reserve_funds"])
    life.answer()
    life.answer()
    assert steps(life) == ["reserve_funds", "correct_payment", "send_payment"]
    life.answer()
    assert states(life) == ["offered", "running", "done"]
    assert life.moves[-2:] == ["resolved", "confirmed"]
    assert len({each.key for each in life.asked}) == 3


def test_a_no_ends_it_and_the_case_goes_on():
    life = offered()
    life.reply(confirmed=False)
    assert (states(life), life.case.life, life.asked) == (["offered", "declined"], "open", [])
    life.want()
    assert states(life)[-1] == "offered"


def test_an_offer_nobody_answers_lapses_and_a_yes_after_it_is_refused():
    life = offered()
    life.wait(Instant(MONDAY_10 + HOUR))
    assert states(life) == ["offered", "lapsed"]
    assert refused(life.reply(at=Instant(MONDAY_10 + HOUR))) == "not_to_be_confirmed"
    assert life.asked == []


def test_what_was_done_is_taken_back_in_reverse_when_a_step_fails():
    life = running()
    life.answer()
    life.answer()
    life.answer("failed", reason="payee_closed")
    assert steps(life)[-1] == "restore_payment"
    assert life.asked[-1].undoes == "correct_payment"
    life.answer()
    assert steps(life)[-1] == "release_funds"
    life.answer()
    assert states(life) == ["offered", "running", "undoing", "compensated"]
    end = life.operation
    assert (end.reason, end.owner) == ("payee_closed", "remote-1")
    task = life.all_of(TaskChanged)[-1]
    assert (task.action, task.state, task.desk) == ("case_help", "proposed", "remote-1")


def test_a_first_step_that_fails_leaves_nothing_to_take_back():
    life = running()
    life.answer("failed")
    assert (states(life)[-1], steps(life)) == ("compensated", ["reserve_funds"])
    assert life.case.life == "waiting_bank"


def test_a_compensation_that_fails_is_stuck_with_a_named_owner_and_told_to_a_person():
    life = running()
    life.answer()
    life.answer("failed")
    life.answer("failed")
    end = life.operation
    assert (end.state, end.owner, end.reason, end.step) == (
        "stuck", "remote-1", "undo_failed", "release_funds"
    )  # fmt: skip
    assert life.all_of(TaskChanged)[-1].action == "case_help"
    assert refused(life.want()) == "operation_stuck"


def test_an_unknown_answer_is_asked_again_by_its_key_and_never_assumed():
    life = running()
    assert refused(life.answer("unknown")) == "answer_unknown"
    life.wait(Instant(MONDAY_10 + 7 * MINUTE))
    first, second = life.asked[:2]
    assert (first.key, first.attempt, second.key, second.attempt) == (
        first.key, 1, first.key, 2
    )  # fmt: skip
    life.answer(step=first)
    assert steps(life)[-1] == "correct_payment"


def test_without_an_answer_it_is_asked_so_often_and_then_a_person_has_it():
    life = running()
    life.wait(Instant(MONDAY_10 + HOUR))
    assert [each.attempt for each in life.asked] == [1, 2, 3, 4, 5, 6]
    assert (life.operation.state, life.operation.reason) == ("stuck", "no_answer")
    assert life.operation.owner == "remote-1"


def test_a_person_who_solved_what_was_stuck_says_so_and_the_case_is_resolved():
    life = running()
    life.answer()
    life.answer("failed")
    life.answer("failed")
    task = life.all_of(TaskChanged)[-1]
    assert [reason.code for reason in task.reasons] == ["case_payment_failed"]
    said = {
        "task_id": task.task_id, "task_version": task.version, "number": 1, "desk": task.desk,
        "kind": "completed", "at": "2026-11-23T12:00:00+08:00", "outcome": "solved",
    }  # fmt: skip
    life.say("desk.task_claimed", said, at=Instant(MONDAY_10 + HOUR), source="/suishen/desk-fold")
    assert (life.case.life, life.case.reason, life.case.confirmed) == (
        "resolved", "desk_says", None
    )  # fmt: skip


def test_a_release_that_drops_an_operation_leaves_none_under_way_for_ever():
    life = running()
    catalogue = replace(life.reference.catalogue, operations={})
    life.reference = life.reference.with_catalogue(catalogue, offset=9)
    life.wait(Instant(MONDAY_10 + HOUR))
    assert (life.operation.state, life.operation.reason) == ("stuck", "definition_gone")
    waiting = offered()
    waiting.reference = life.reference
    waiting.wait(Instant(MONDAY_10 + HOUR))
    assert waiting.operation.state == "lapsed"


def test_the_same_answer_again_does_nothing():
    life = running()
    first = life.asked[0]
    life.answer(step=first, event_id="a-1")
    before = life.state.cases
    assert refused(life.answer(step=first, event_id="a-1")) == "answer_known"
    assert refused(life.answer(step=first)) == "answer_known"
    assert (life.state.cases, len(life.asked)) == (before, 2)


def test_an_answer_that_contradicts_an_earlier_one_is_a_persons_matter():
    life = running()
    first = life.asked[0]
    life.answer(step=first)
    life.answer("failed", step=first)
    assert (life.operation.state, life.operation.reason) == ("stuck", "contradicts_itself")


def test_an_answer_for_an_operation_that_nobody_knows_changes_nothing():
    life = running()
    stranger = life.asked[0].model_copy(update={"operation_id": "o_" + "9" * 32})
    assert refused(life.answer(step=stranger)) == "unknown_operation"
    other = life.asked[0].model_copy(update={"key": "s_" + "9" * 32})
    assert refused(life.answer(step=other)) == "answer_known"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({**PAYMENT, "colour": "red"}, "unknown_parameter"),
        ({"payment": "p-17", "amount": 5_000}, "missing_parameter"),
        ({**PAYMENT, "amount": 99}, "amount_out_of_bounds"),
        ({**PAYMENT, "amount": 100_000_001}, "amount_out_of_bounds"),
        ({**PAYMENT, "amount": "1280"}, "not_an_amount"),
        ({**PAYMENT, "account": "6222 0000 1111"}, "no_account"),
        ({**PAYMENT, "payment": 17}, "no_text"),
        ({**PAYMENT, "amount": 2_000_001}, "beyond_authority"),
    ],
)
def test_a_bad_wish_is_refused_with_its_reason_and_nothing_is_half_done(parameters, reason):
    life = Casework()
    life.need()
    before = life.state.cases
    assert refused(life.want(parameters=parameters)) == reason
    assert life.state.cases == before
    assert life.all_of(OperationAdvanced) == []


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"operation": "empty_the_vault"}, "unknown_operation"),
        ({"operation": "move_maturity_instruction"}, "not_of_this_case"),
        ({"channel": "partner"}, "channel_not_authorised"),
        ({"case_id": "k_" + "9" * 32}, "unknown_case"),
    ],
)
def test_what_a_case_or_channel_has_no_right_to_is_refused(wish, reason):
    life = Casework()
    life.need()
    assert refused(life.want(**wish)) == reason


def test_more_than_the_ai_channel_may_do_is_done_where_it_may():
    life = Casework()
    life.need()
    much = {**PAYMENT, "amount": 3_000_000}
    assert refused(life.want(parameters=much)) == "beyond_authority"
    life.want(parameters=much, channel="remote")
    assert refused(life.reply(channel="ai")) == "beyond_authority"
    assert refused(life.reply(channel="remote", by="desk")) == "speaker_not_authorised"
    life.reply(channel="remote")
    assert states(life) == ["offered", "running"]


def test_at_the_counter_a_desk_may_confirm():
    life = Casework()
    life.need()
    life.want(channel="branch")
    life.reply(channel="branch", by="desk")
    assert states(life)[-1] == "running"


def test_a_yes_to_what_was_never_offered_is_refused():
    life = Casework()
    life.need()
    assert refused(life.reply(operation_id="o_" + "9" * 32)) == "unknown_operation"
    done = solved()
    assert refused(done.reply()) == "not_to_be_confirmed"


def test_one_operation_at_a_time():
    life = offered()
    assert refused(life.want()) == "operation_under_way"
    life.reply()
    assert refused(life.want()) == "operation_under_way"
    assert refused(life.settle()) == "operation_under_way"


def test_a_resolved_case_takes_no_operation():
    assert refused(solved().want()) == "case_resolved"


def moving() -> Casework:
    life = Casework()
    position = a_position("td", 400_000, maturity="2026-12-20")
    life.say("corebank.position_reported", position, at=Instant(MONDAY_10 - HOUR))
    life.need("maturity_instruction")
    life.want("move_maturity_instruction", parameters=ROLL_OVER)
    life.reply()
    life.answer()
    life.answer()
    return life


def rolled_over(life: Casework, **more) -> None:
    position = a_position(
        "td", 400_000, maturity="2026-12-20", version=2, rolls_over=True, cause="resync"
    )
    life.tell("corebank.position_reported", position, **more)


def test_a_moved_instruction_is_proven_by_the_position_before_or_after():
    after = moving()
    after.answer()
    assert (after.case.life, after.case.confirmed) == ("resolved", None)
    rolled_over(after)
    assert after.case.confirmed == "core"
    before = moving()
    rolled_over(before)
    before.answer()
    assert before.case.confirmed == "core"


def test_an_instruction_that_no_position_shows_is_not_confirmed():
    life = moving()
    life.answer()
    life.wait(Instant(MONDAY_10 + 8 * DAY))
    assert [(each.met, each.reason) for each in life.judged] == [(False, "not_confirmed")]


def test_a_choice_that_nobody_offers_is_refused():
    life = Casework()
    life.need("maturity_instruction")
    wish = {**ROLL_OVER, "instruction": "burn_it"}
    assert refused(life.want("move_maturity_instruction", parameters=wish)) == "no_such_choice"
    life.want("move_maturity_instruction", parameters={"account": ACCOUNT, **ROLL_OVER})
    assert "到期自动续存" in life.operation.confirmation.zh
    assert "renew it" in life.operation.confirmation.en


def test_the_same_log_gives_the_same_ids_again():
    one, other = solved(), solved()
    ids = [
        [output.event.id for output in life.outputs if isinstance(output.event, kinds)]
        for life in (one, other)
        for kinds in ((CaseAdvanced, OperationAdvanced, StepAsked),)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])
