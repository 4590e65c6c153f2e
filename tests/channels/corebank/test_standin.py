"""The stand-in core bank: once for a key, the same word again, and money that adds up."""

import pytest

from channels.corebank.port import NoAnswerError, answer_to
from channels.corebank.standin import Account, Odds, Payment, StandIn, Term
from journeys.catalogue.casework import KNOWN_STEPS
from schemas.cases import StepRequest
from tests.builders import ACCOUNT, MONDAY_10
from tests.journeys.client.casework import PAYMENT, ROLL_OVER


def request(step, *, operation=1, attempt=1, parameters=PAYMENT, undoes=None, **changes):
    return StepRequest(
        operation_id=f"o_{operation:032x}",
        case_id="k_" + "0" * 32,
        operation="fix_failed_payment",
        step=step,
        undoes=undoes,
        key=f"s_{abs(hash((operation, step))) % 2**64:032x}",
        attempt=attempt,
        parameters={**parameters, **changes},
        answer_by=MONDAY_10,
    )


def a_bank(**odds) -> StandIn:
    core = StandIn(7, Odds(**odds))
    core.accounts[ACCOUNT] = Account(200_000)
    core.payments["p-17"] = Payment(ACCOUNT, 128_000)
    core.terms[ACCOUNT, "td"] = Term(rolls_over=False)
    return core


def test_it_knows_every_step_that_a_catalogue_may_name():
    assert a_bank().words == KNOWN_STEPS


def test_a_payment_is_reserved_corrected_and_sent_once_however_often_it_is_asked():
    core = a_bank()
    for step in ("reserve_funds", "correct_payment", "send_payment"):
        for attempt in (1, 2, 3):
            assert core.carry_out(request(step, attempt=attempt)).is_done
    assert (core.accounts[ACCOUNT].balance, core.accounts[ACCOUNT].reserved) == (72_000, {})
    assert set(core.carried_out.values()) == {1}


def test_an_answer_that_was_lost_is_the_same_when_asked_again():
    core = a_bank(silent_after=0.999)
    assert answer_to(core, request("reserve_funds")).outcome == "unknown"
    assert core.accounts[ACCOUNT].free == 72_000
    core._odds = Odds()
    assert answer_to(core, request("reserve_funds", attempt=2)).outcome == "done"
    assert core.accounts[ACCOUNT].free == 72_000


def test_silence_before_leaves_nothing_done():
    core = a_bank(silent_before=1.0)
    with pytest.raises(NoAnswerError):
        core.carry_out(request("reserve_funds"))
    assert core.accounts[ACCOUNT].free == 200_000


def test_a_refusal_is_for_good():
    core = a_bank(refuses=1.0)
    answers = {
        (answer.outcome, answer.reason)
        for n in (1, 2)
        if (answer := answer_to(core, request("reserve_funds", attempt=n)))
    }
    assert answers == {("failed", "core_refuses")}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payment": "p-99"}, "no_such_payment"),
        ({"amount": 1}, "no_such_payment"),
        ({"account": "ac_" + "9" * 16}, "no_such_payment"),
    ],
)
def test_what_does_not_fit_the_books_is_refused(changes, reason):
    assert a_bank().carry_out(request("reserve_funds", **changes)).reason == reason


def test_without_cover_or_out_of_turn_nothing_is_done():
    core = a_bank()
    core.accounts[ACCOUNT].balance = 100
    assert core.carry_out(request("reserve_funds")).reason == "no_cover"
    assert core.carry_out(request("send_payment")).reason == "payment_has_changed"
    core.payments["p-17"].state = "sent"
    assert core.carry_out(request("reserve_funds", operation=2)).reason == "payment_is_under_way"


def test_a_position_is_worked_on_by_one_operation_and_put_back_as_it_was():
    core = a_bank()
    term = core.terms[ACCOUNT, "td"]
    mine = {"parameters": ROLL_OVER}
    assert core.carry_out(request("hold_position", **mine)).is_done
    assert (
        core.carry_out(request("hold_position", operation=2, **mine)).reason == "position_is_held"
    )
    assert core.carry_out(request("set_instruction", **mine)).is_done
    assert term.rolls_over
    for step, undoes in (
        ("restore_instruction", "set_instruction"),
        ("free_position", "hold_position"),
    ):
        assert core.carry_out(request(step, undoes=undoes, **mine)).is_done
    assert (term.rolls_over, term.held_by) == (False, None)
    refusals = [
        core.carry_out(request(step, operation=3, **mine)).reason
        for step in ("set_instruction", "finish_instruction", "restore_instruction")
    ]
    assert refusals == ["position_is_not_held", "position_is_not_held", "nothing_to_restore"]
    other = {"parameters": {**ROLL_OVER, "product": "gold"}}
    assert core.carry_out(request("hold_position", operation=4, **other)).reason == (
        "no_such_position"
    )


def test_whoever_waits_for_it_is_told_once():
    told = []
    core = StandIn(1, Odds(), sent=told.append, moved=lambda *said: told.append(said))
    core.accounts[ACCOUNT] = Account(200_000)
    core.payments["p-17"] = Payment(ACCOUNT, 128_000)
    core.terms[ACCOUNT, "td"] = Term(rolls_over=False)
    for step in ("reserve_funds", "correct_payment", "send_payment", "send_payment"):
        core.carry_out(request(step))
    for step in ("hold_position", "set_instruction", "finish_instruction", "finish_instruction"):
        core.carry_out(request(step, parameters=ROLL_OVER))
    assert told == ["p-17", (ACCOUNT, "td", True)]
