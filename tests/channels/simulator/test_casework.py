"""Both operations end to end: the synthetic bank, the engine, and a core bank that can fail."""

from collections import Counter
from functools import cache

import pytest

from schemas import codec
from schemas.cases import CaseMove, OperationState
from schemas.facts import (
    CaseAdvanced,
    FirstContactJudged,
    HandoverAdvanced,
    HandoverRefused,
    OperationAdvanced,
    StepAsked,
)
from streams.topics import CLIENT_FACTS
from tests.channels.simulator.lives import Life, a_month, tasks_of, with_engine

PAY, MOVE = "fix_failed_payment", "move_maturity_instruction"
ENDS = {OperationState.DONE, OperationState.COMPENSATED, OperationState.STUCK}


@pytest.fixture(scope="module", name="life")
def a_busy_life() -> Life:
    """A bank where much has to be solved, and whose core refuses and stays silent."""
    return _lived()


@cache
def _lived() -> Life:
    more = {
        "casework": {
            "payment_fails": 0.1,
            "moves_instruction": 0.06,
            "says_unsolved": 0.1,
            "asks_for_person": 0.4,
            "takes_over": 0.6,
        },
        "core": {"refuses": 0.15, "undo_refuses": 0.3, "silent_before": 0.1, "silent_after": 0.1},
    }
    return with_engine(clients=40, days=9, mixed=more)


def facts_of(life: Life, *kinds):
    marks = [codec.wire_type(kind).encode() for kind in kinds]
    found = [m.value for m in life.written if m.topic == CLIENT_FACTS]
    return [codec.decode(value, kinds) for value in found if any(mark in value for mark in marks)]


def test_both_operations_run_to_every_end(life):
    ends = Counter(
        (fact.data.operation, fact.data.state) for fact in facts_of(life, OperationAdvanced)
    )
    assert ends[PAY, OperationState.DONE] > 3
    assert ends[MOVE, OperationState.DONE] > 3
    assert ends[PAY, OperationState.COMPENSATED] > 0
    assert sum(times for (_, state), times in ends.items() if state is OperationState.STUCK) > 0


def test_every_confirmed_operation_ends_with_a_named_owner_where_a_person_has_it(life):
    begun, ended = {}, {}
    for fact in facts_of(life, OperationAdvanced):
        if fact.data.state is OperationState.RUNNING:
            begun[fact.data.operation_id] = fact
        elif fact.data.state in ENDS:
            ended[fact.data.operation_id] = fact.data
    last_hour = max(fact.time for fact in begun.values()) - 3_600_000_000
    assert {name for name, fact in begun.items() if fact.time < last_hour} <= ended.keys()
    for end in ended.values():
        assert (end.owner is None) is (end.state is OperationState.DONE)
    assert any(task.action == "case_help" for task in tasks_of(life))


def test_no_step_is_carried_out_twice_and_lost_answers_are_asked_for_again(life):
    core = life.bank.casework.core
    asked = [fact.data for fact in facts_of(life, StepAsked)]
    assert max(request.attempt for request in asked) > 1
    assert set(core.carried_out.values()) == {1}
    assert core.carried_out.keys() <= {request.key for request in asked}


def test_a_moved_instruction_changes_the_position_and_confirms_the_case(life):
    moved = [
        fact.data
        for fact in facts_of(life, CaseAdvanced)
        if (fact.data.case_type, fact.data.move) == ("maturity_instruction", CaseMove.CONFIRMED)
        and fact.data.confirmed == "core"
    ]
    assert moved
    told = {
        (said.data["product"], said.data["account"])
        for said in life.said
        if said.kind == "corebank.position_reported" and said.data["cause"] == "resync"
    }
    assert {(case.record["product"], case.record["account"]) for case in moved} <= told


def test_a_sent_payment_leaves_the_account(life):
    core = life.bank.casework.core
    sent = [payment for payment in core.payments.values() if payment.state == "sent"]
    out = Counter(
        (said.data["account"], said.data["amount"]["amount_minor"])
        for said in life.said
        if said.kind == "corebank.flow_posted" and said.data["direction"] == "out"
    )
    paid = sum(out[payment.account, payment.amount] > 0 for payment in sent)
    assert paid >= 0.8 * len(sent) > 0
    assert all(account.free >= 0 for account in core.accounts.values())


def test_cases_are_handed_over_taken_in_time_passed_on_and_kept(life):
    said = [fact.data for fact in facts_of(life, HandoverAdvanced)]
    states = Counter(str(each.state) for each in said)
    assert states["offered"] > 5
    assert states["taken"] > 3
    assert states["passed_on"] > 0
    owners = {fact.data.case_id: fact.data.owner for fact in facts_of(life, CaseAdvanced)}
    last = {each.case_id: each for each in said}
    taken = [each for each in last.values() if each.state == "taken"]
    assert all(owners[each.case_id] for each in taken)
    over = {each.handover_id for each in said if each.state == "withdrawn"}
    refused = [m.value for m in life.written if b"fact.handover_refused" in m.value]
    late = {codec.decode(value, (HandoverRefused,)).data.handover_id for value in refused}
    assert late <= over  # who comes for a case that was solved meanwhile is told so


def test_first_contact_is_judged_once_for_each_case_and_both_ways(life):
    judged = facts_of(life, FirstContactJudged)
    assert max(Counter(fact.data.case_id for fact in judged).values()) == 1
    assert {fact.data.met for fact in judged} == {True, False}


def test_without_an_engine_needs_are_raised_and_nothing_is_wanted():
    kinds = Counter(said.kind for said in a_month())
    assert kinds["case.need_raised"] > 5
    assert kinds["case.operation_wanted"] == kinds["corebank.step_answered"] == 0


def test_the_summary_counts_cases_and_operations(life):
    assert life.summary["operations"][PAY]["done"] > 0
    assert life.summary["cases"]["payment_failed"]["opened"] > 0
    assert life.summary["dead_letters"] == 0
