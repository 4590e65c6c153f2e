"""What clients need solved: payments that failed, instructions for a maturity, and who solves it.

The bank's channels open cases, show what will be done and pass the client's yes on; its core
carries the steps out. Chance comes from client and day, or from the case: nobody's stream shifts.
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from random import Random
from typing import Any, Final

from channels.corebank.port import Done, answer_to
from channels.corebank.standin import Account, Odds, Payment, StandIn, Term
from channels.simulator import voice
from channels.simulator.client import Client
from channels.simulator.products import TERMS
from channels.simulator.voice import say
from channels.simulator.world import Said, World
from schemas.cases import CaseAdvance, CaseMove, OperationAdvance, OperationState, StepRequest
from schemas.handovers import HandoverAdvance, HandoverState
from schemas.time import DAY, HOUR, MINUTE, Instant

CORE: Final = "/corebank/operations"
_CHANNELS: Final = {"app": "app", "ai": "ai", "remote": "remote", "branch": "ai"}
"""Where a client turns first, by the channel that they like."""
_OPERATIONS: Final = {
    "payment_failed": "fix_failed_payment",
    "maturity_instruction": "move_maturity_instruction",
}
_CALLED_BACK: Final = 0.7
"""Of those who ask for a person; the others go to the branch."""
_LEAST: Final = 20_000
_MOST: Final = 1_900_000
"""Fen of a payment: what the AI channel may send again."""


class Casework:
    """Each deed says one thing of a case; what the engine concludes is heard and answered."""

    def __init__(self, world: World, seed: int, client_of: Callable[[str], Client | None]) -> None:
        self._world, self._client_of = world, client_of
        self.core = StandIn(
            seed, Odds(**world.mix["core"]), sent=self._payment_sent, moved=self._moved
        )
        self.answers = True
        """Does it hear of steps by itself? Not where a process of its own asks the core bank."""
        self._payers: dict[str, str] = {}
        self._holders: dict[str, str] = {}
        self._now = Instant(0)

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {
            "payment_fails": self._payment_fails,
            "ask_to_move": self._ask_to_move,
            "want": self._want,
            "reply": self._reply,
            "settle": self._settle,
            "ask_for_person": self._ask_for_person,
            "take_over": _take_over,
            "step_answer": _step_answer,
        }

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """Now and then a payment fails, or a client thinks again about a maturity."""
        odds = self._world.mix["casework"]
        draw, plan = _draw(client, morning), self._world.agenda.plan
        at = morning + 9 * HOUR + int(draw * 1e7) % 600 * MINUTE
        if draw < odds["payment_fails"]:
            plan(at, client, "payment_fails")
        elif draw < odds["payment_fails"] + odds["moves_instruction"]:
            plan(at, client, "ask_to_move")

    def see_case(self, case: CaseAdvance, client: Client, now: Instant) -> None:
        """A channel hears that a case was opened, or solved: the client goes on."""
        rng, odds = (
            Random(f"{case.case_id}:{case.move}:{case.reopened}"),
            self._world.mix["casework"],
        )
        plan = self._world.agenda.plan
        if case.move in (CaseMove.OPENED, CaseMove.REOPENED):
            if self._parameters(client, case) and rng.random() < odds["goes_on"]:
                plan(now + MINUTE, client, "want", case)
            if _by_name(case.case_id, case.reopened) < odds["asks_for_person"]:
                plan(now + 2 * MINUTE, client, "ask_for_person", case)
        elif case.move is CaseMove.RESOLVED:
            draw = rng.random()
            if draw < odds["says_solved"]:
                plan(now + 2 * MINUTE, client, "settle", (case, True))
            elif draw < odds["says_solved"] + odds["says_unsolved"]:
                plan(now + 30 * HOUR, client, "settle", (case, False))

    def see_operation(self, operation: OperationAdvance, client: Client, now: Instant) -> None:
        """A channel shows what will be done, and the client answers."""
        self._know_product(client, operation.parameters)
        if operation.state is OperationState.OFFERED:
            self._world.agenda.plan(now + MINUTE, client, "reply", operation)

    def see_handover(self, said: HandoverAdvance, client: Client, now: Instant) -> None:
        """A desk sees that a case waits to be taken over: mostly it takes it in time."""
        if said.state not in (HandoverState.OFFERED, HandoverState.PASSED_ON):
            return
        draw = _by_name(said.handover_id, said.version)
        takes = self._world.mix["casework"]["takes_over"]
        if draw < takes:
            wait = int((said.accept_by - now) * draw / takes)
            self._world.agenda.plan(now + wait, client, "take_over", said)

    def see_step(self, request: StepRequest, client: Client, now: Instant) -> None:
        """The core bank carries a step out; its answer comes within the minute."""
        if not self.answers:
            return
        self._now = now
        self._know_product(client, request.parameters)
        answer = answer_to(self.core, request)
        data = answer.model_dump(mode="json", exclude_none=True)
        self._world.agenda.plan(now + MINUTE, client, "step_answer", (data, request.attempt))

    def carry_out(self, request: StepRequest, now: Instant) -> Done:
        """Carry a step out for somebody who asks the core bank by itself.

        Raises:
            NoAnswerError: as of the stand-in.
        """
        self._now = now
        return self.core.carry_out(request)

    def _payment_fails(self, client: Client, at: Instant, _: object) -> Said:
        rng = Random(f"{client.seed}:{at}:payment")
        amount = rng.randrange(_LEAST, _MOST) // 100 * 100
        if client.at_hand < 2 * amount:
            return
        payment = f"p-{client.key[3:11]}-{at // MINUTE}"
        self.core.accounts.setdefault(client.account, Account(0)).balance = client.at_hand
        self.core.payments[payment] = Payment(client.account, amount)
        self._payers[payment] = client.key
        record = {"payment": payment, "account": client.account, "amount": amount}
        yield self._need(client, at, "payment_failed", record)

    def _ask_to_move(self, client: Client, at: Instant, _: object) -> Said:
        product = _term_of(client)
        if product is not None:
            record = _instruction(client, product)
            yield self._need(client, at, "maturity_instruction", record)

    def _need(self, client: Client, at: Instant, request: str, record: dict[str, Any]) -> Any:
        data = {"request": request, "record": record, **_where(client, at)}
        return client.tell("case.need_raised", data, source=voice.AI, at=at)

    def _want(self, client: Client, at: Instant, case: CaseAdvance) -> Said:
        parameters = self._parameters(client, case)
        if parameters is None:
            return
        data = {
            "case_id": case.case_id,
            "operation": _OPERATIONS[case.case_type],
            "parameters": parameters,
            "by": "client",
            **_where(client, at),
        }
        yield client.tell("case.operation_wanted", data, source=voice.AI, at=at)

    def _reply(self, client: Client, at: Instant, operation: OperationAdvance) -> Said:
        rng = Random(f"{operation.operation_id}:reply")
        data = {
            "operation_id": operation.operation_id,
            "confirmed": rng.random() < self._world.mix["casework"]["confirms"],
            "by": "client",
            **_where(client, at),
        }
        yield client.tell("case.operation_replied", data, source=voice.AI, at=at)

    def _settle(self, client: Client, at: Instant, extra: Any) -> Said:
        case, is_solved = extra
        data = {
            "case_id": case.case_id,
            "solved": is_solved,
            "by": "client",
            **_where(client, at),
        }
        yield client.tell("case.settled", data, source=voice.AI, at=at)

    def _ask_for_person(self, client: Client, at: Instant, case: CaseAdvance) -> Said:
        kind = "call_back" if _by_name(case.case_id, "kind") < _CALLED_BACK else "visit"
        where = _where(client, at)
        wish = {"case_id": case.case_id, "kind": kind, "by": "client", **where}
        yield client.tell("case.handover_asked", wish, source=voice.AI, at=at)

    def _parameters(self, client: Client, case: CaseAdvance) -> dict[str, Any] | None:
        """What the client would have done; of a case that an utterance opened, by their book."""
        if case.case_type not in _OPERATIONS:
            return None
        if case.case_type == "payment_failed":
            return dict(case.record)
        product = str(case.record.get("product") or _term_of(client) or "")
        held = client.holdings.get(product)
        if held is None or held.maturity is None or held.value == 0:
            return None
        return {**_instruction(client, product), **case.record}

    def _know_product(self, client: Client, parameters: Mapping[str, Any]) -> None:
        product = parameters.get("product")
        if product is not None:
            self._know_term(client, str(product))

    def _know_term(self, client: Client, product: str) -> None:
        """The core bank's own record of a position, as it stands while nobody works on it."""
        held = client.holdings.get(product)
        if held is not None and held.maturity is not None and held.value > 0:
            term = self.core.terms.setdefault((client.account, product), Term(rolls_over=False))
            if term.held_by is None:
                term.rolls_over = held.rolls_over
            self._holders[client.account] = client.key

    def _payment_sent(self, payment: str) -> None:
        client = self._client_of(self._payers.pop(payment))
        if client is not None:
            amount = self.core.payments[payment].amount
            self._world.agenda.plan(self._now + MINUTE, client, "pay", amount)

    def _moved(self, account: str, product: str, rolls_over: bool) -> None:  # noqa: FBT001 - a port
        client = self._client_of(self._holders[account])
        if client is not None:
            plan = self._world.agenda.plan
            plan(self._now + MINUTE, client, "instruct", (product, rolls_over))


def _take_over(_client: Client, at: Instant, said: HandoverAdvance) -> Said:
    act = {
        "handover_id": said.handover_id,
        "version": said.version,
        "action": "take",
        "actor": said.desk,
    }
    name = f"{said.handover_id}:{said.version}"
    yield say("desk.handover_acted", act, key=said.desk, source=voice.WORKBENCH, at=at, nth=name)


def _by_name(*names: object) -> float:
    """One number in [0, 1) for a thing by its name."""
    return Random(":".join(map(str, names))).random()


def _step_answer(client: Client, at: Instant, extra: Any) -> Said:
    data, attempt = extra
    name = f"{data['key']}:{attempt}"
    yield say("corebank.step_answered", data, key=client.key, source=CORE, at=at, nth=name)


def _where(client: Client, at: Instant) -> dict[str, str]:
    """In the channel they like; what is said on one day is one conversation."""
    return {"session": f"day-{at // DAY}", "channel": _CHANNELS[client.likes]}


def _term_of(client: Client) -> str | None:
    """The term position that the client thinks of: the first that has a date."""
    dated = (p for p in TERMS if p in client.holdings and client.holdings[p].maturity is not None)
    return next((p for p in dated if client.holdings[p].value > 0), None)


def _instruction(client: Client, product: str) -> dict[str, str]:
    rolls = client.holdings[product].rolls_over
    wanted = "pay_out" if rolls else "roll_over"
    return {"account": client.account, "product": product, "instruction": wanted}


def _draw(client: Client, morning: Instant) -> float:
    """One number in [0, 1) for a client and a day."""
    text = f"{client.seed}:{morning // HOUR}:casework".encode()
    return int.from_bytes(blake2b(text, digest_size=7).digest()) / 2**56
