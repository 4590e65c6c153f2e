"""However answers come, a step is carried out once and every operation comes to an end."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.corebank.port import answer_to
from channels.corebank.standin import Account, Odds, Payment, StandIn, Term
from schemas.cases import OperationState, StepRequest
from schemas.facts import OperationAdvanced, StepAsked
from schemas.time import HOUR, MINUTE, SECOND, Instant
from tests.builders import ACCOUNT, a_position
from tests.journeys.client.casework import PAYMENT, ROLL_OVER, Casework

ENDS = {OperationState.DONE, OperationState.COMPENSATED, OperationState.STUCK}
SHARES = st.sampled_from([0.0, 0.0, 0.0, 0.2, 0.5, 1.0])
ODDS = st.builds(
    Odds, refuses=SHARES, undo_refuses=SHARES, silent_before=SHARES, silent_after=SHARES
)


class Wires:
    """Between engine and core bank: what is asked may come twice, what is said late or again."""

    def __init__(self, life: Casework, core: StandIn, chance: Random) -> None:
        self.life, self.core, self.chance = life, core, chance
        self.heard = 0
        self.coming: list[tuple[Instant, str, StepRequest]] = []
        self.sent: Counter[str] = Counter()

    def run(self) -> None:
        for _ in range(80):
            self._ask()
            if not self.coming and self.life.fold.next_due(self.life.state) is None:
                break
            self._deliver_or_wait()

    def _ask(self) -> None:
        asked = self.life.asked
        for request in asked[self.heard :]:
            for _ in range(self.chance.choice((1, 1, 2))):
                outcome = str(answer_to(self.core, request).outcome)
                delay = self.chance.choice(
                    (SECOND, SECOND, SECOND, 90 * SECOND, 5 * MINUTE, 20 * MINUTE)
                )
                copies = self.chance.choice((0, 1, 1, 1, 2))
                at = Instant(self.life.at + delay)
                self.coming += [(at, outcome, request)] * copies
        self.heard = len(asked)

    def _deliver_or_wait(self) -> None:
        if not self.coming:
            self.life.at = Instant(self.life.at + 2 * MINUTE)
            self.life.wait(self.life.at)
            return
        self.chance.shuffle(self.coming)
        at, outcome, request = self.coming.pop()
        self.life.at = Instant(max(at, self.life.at))
        self.life.answer(outcome, step=request)


def paying(core: StandIn) -> Casework:
    core.accounts[ACCOUNT] = Account(1_000_000)
    core.payments["p-17"] = Payment(ACCOUNT, 128_000)
    life = Casework()
    life.need()
    life.want()
    life.reply()
    return life


def moving(core: StandIn) -> Casework:
    core.terms[ACCOUNT, "td"] = Term(rolls_over=False)
    life = Casework()
    position = a_position("td", 400_000, maturity="2026-12-20")
    life.tell("corebank.position_reported", position)
    life.need("maturity_instruction")
    life.want("move_maturity_instruction", parameters=ROLL_OVER)
    life.reply()
    return life


def end_of(life):
    life.wait(Instant(life.at + 3 * HOUR))
    ends = [each for each in life.all_of(OperationAdvanced) if each.state in ENDS]
    assert ends, "an operation that was confirmed came to no end"
    last = ends[-1]
    assert (last.owner is not None) is (last.state is not OperationState.DONE)
    return last.state


@given(odds=ODDS, seed=st.integers(0, 10_000), chance=st.randoms(use_true_random=False))
@pytest.mark.parametrize("begun", [paying, moving])
def test_every_operation_ends_and_no_step_is_carried_out_twice(begun, odds, seed, chance):
    core = StandIn(seed, odds)
    life = begun(core)
    Wires(life, core, chance).run()
    end = end_of(life)
    assert all(times == 1 for times in core.carried_out.values())
    keys = {(request.step, request.key) for request in life.all_of(StepAsked)}
    assert len(keys) == len({step for step, _ in keys})
    account, payment = core.accounts.get(ACCOUNT), core.payments.get("p-17")
    term = core.terms.get((ACCOUNT, "td"))
    if end is OperationState.DONE:
        assert payment is None or (payment.state, account.balance) == ("sent", 872_000)
        assert term is None or (term.rolls_over, term.held_by) == (True, None)
    if end is OperationState.COMPENSATED:
        assert payment is None or (payment.state, account.balance) == ("failed", 1_000_000)
        assert term is None or (term.rolls_over, term.held_by) == (False, None)
    if end is not OperationState.STUCK and account is not None:
        assert account.reserved == {}


@given(odds=ODDS, seed=st.integers(0, 10_000), chance=st.randoms(use_true_random=False))
def test_whatever_is_lost_the_money_adds_up(odds, seed, chance):
    core = StandIn(seed, odds)
    life = paying(core)
    Wires(life, core, chance).run()
    account, payment = core.accounts[ACCOUNT], core.payments["p-17"]
    assert account.balance == 1_000_000 - PAYMENT["amount"] * (payment.state == "sent")
    assert set(account.reserved.values()) <= {PAYMENT["amount"]}


def test_such_wires_lead_to_every_end():
    found = set()
    for seed in range(40):
        core = StandIn(seed, Odds(refuses=0.2, undo_refuses=0.2, silent_before=0.2))
        life = paying(core)
        Wires(life, core, Random(f"{seed}")).run()  # noqa: S311 - a choice of wires
        found.add(end_of(life))
    assert found == ENDS
