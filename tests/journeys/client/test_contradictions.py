"""An operation was done, and the core bank then says otherwise: a person's matter, and seen."""

from schemas.facts import CaseAdvanced, TaskChanged
from schemas.time import DAY, Instant
from tests.journeys.client.casework import refused, solved
from tests.journeys.client.test_operations import running


def test_a_contradiction_after_the_last_step_opens_the_case_again_with_an_owner_and_a_clock():
    life = solved()
    owner = life.case.owner
    life.answer("failed", step=life.asked[-1])
    assert (life.operation.state, life.operation.owner) == ("stuck", owner)
    assert (life.case.move, life.case.reason) == ("waiting", None)
    (again,) = [one for one in life.all_of(CaseAdvanced) if one.move == "reopened"]
    assert (again.reason, again.owner, again.confirmed) == ("contradicts_itself", owner, None)
    assert again.due > life.at
    assert (life.case.life, life.state.cases[0].needs_person) == ("waiting_bank", True)
    (task,) = [one for one in life.all_of(TaskChanged) if one.reasons[0].code.startswith("case_")]
    assert task.desk == owner


def test_a_contradiction_told_late_is_for_a_person_all_the_same():
    life = solved()
    later = Instant(life.at + 3 * DAY)
    life.answer("failed", step=life.asked[-1], received=later)
    life.wait(later)
    assert [one.reasons[0].code for one in life.all_of(TaskChanged)] == ["case_payment_failed"]


def test_the_same_answer_again_after_the_last_step_is_no_news():
    life = solved()
    assert refused(life.answer(step=life.asked[-1])) == "answer_known"
    assert life.state.cases[0].life == "resolved"


def test_whoever_looked_into_it_settles_it_for_good():
    life = solved()
    life.answer("failed", step=life.asked[-1])
    life.settle(by="desk")
    assert life.case.life == "resolved"
    life.answer("failed", step=life.asked[-1])
    assert life.case.life == "resolved"


def test_an_operation_carried_out_beside_one_that_nobody_is_sure_of_solves_nothing():
    """The first is taken back, a second begins, then the first is said to be otherwise."""
    life = running()
    life.answer()
    life.answer("failed")
    life.answer()
    first = life.operation
    assert first.state == "compensated"
    asked = life.asked[0]
    life.want()
    life.reply()
    life.answer("failed", step=asked)
    assert (life.operation.operation_id, life.operation.state) == (first.operation_id, "stuck")
    for _ in range(3):
        life.answer()
    assert (life.operation.state, life.case.life) == ("done", "waiting_bank")
