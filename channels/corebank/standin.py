"""A core bank in memory: accounts, failed payments and term positions, with failures by seed.

It is the whole of the port, not a fake answer: money is reserved, sent and released, and adds up.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from typing_extensions import override

from channels.corebank.port import CoreBank, Done, NoAnswerError
from schemas.cases import StepRequest

_DONE: Final = Done(is_done=True)


class Odds(NamedTuple):
    """Shares of what is asked, 0 to 1."""

    refuses: float = 0.0
    """Of steps: the bank says no, for good."""
    undo_refuses: float = 0.0
    """The same of steps that take others back."""
    silent_before: float = 0.0
    """Of askings: no answer, and nothing was done."""
    silent_after: float = 0.0
    """Of askings: no answer, though it was done."""


@dataclass(slots=True)
class Account:
    """Money in fen; what is reserved for an operation is still on the account."""

    balance: int
    reserved: dict[str, int] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """What may be reserved."""
        return self.balance - sum(self.reserved.values())


@dataclass(slots=True)
class Payment:
    """One payment: `failed`, `corrected` or `sent`."""

    account: str
    amount: int
    state: str = "failed"


@dataclass(slots=True)
class Term:
    """A position that matures, and what happens to it then."""

    rolls_over: bool
    held_by: str | None = None
    """The operation that works on it."""
    before: bool | None = None


class StandIn(CoreBank):
    """For one thread."""

    def __init__(
        self,
        seed: int | str,
        odds: Odds,
        *,
        sent: Callable[[str], None] = lambda _: None,
        moved: Callable[[str, str, bool], None] = lambda *_: None,
    ) -> None:
        """Open an empty bank.

        Args:
            seed: the same seed gives the same failures.
            odds: how often it fails.
            sent: told of a payment that was sent, by its name.
            moved: told of account, product and whether it rolls over, once an instruction is moved.
        """
        self._seed, self._odds = seed, odds
        self._sent, self._moved = sent, moved
        self.accounts: dict[str, Account] = {}
        self.payments: dict[str, Payment] = {}
        self.terms: dict[tuple[str, str], Term] = {}
        self.carried_out: Counter[str] = Counter()
        """How often each key was really carried out or refused."""
        self._said: dict[str, Done] = {}
        self._do: Mapping[str, Callable[[StepRequest], Done]] = {
            "reserve_funds": self._reserve,
            "release_funds": self._release,
            "correct_payment": self._correct,
            "restore_payment": self._restore,
            "send_payment": self._send,
            "hold_position": self._hold,
            "free_position": self._free,
            "set_instruction": self._set,
            "restore_instruction": self._set_back,
            "finish_instruction": self._finish,
        }

    @property
    def words(self) -> frozenset[str]:
        """The steps that it can carry out."""
        return frozenset(self._do)

    @override
    def carry_out(self, request: StepRequest) -> Done:
        draw = Random(f"{self._seed}:{request.key}:{request.attempt}").random()
        if draw < self._odds.silent_before:
            raise NoAnswerError
        said = self._said.get(request.key)
        if said is None:
            said = self._said[request.key] = self._decide(request)
            self.carried_out[request.key] += 1
        if draw < self._odds.silent_before + self._odds.silent_after:
            raise NoAnswerError
        return said

    def _decide(self, request: StepRequest) -> Done:
        share = self._odds.refuses if request.undoes is None else self._odds.undo_refuses
        if Random(f"{self._seed}:{request.key}").random() < share:
            return Done(is_done=False, reason="core_refuses")
        return self._do[request.step](request)

    def _reserve(self, request: StepRequest) -> Done:
        payment = self._payment(request)
        account = None if payment is None else self.accounts.get(payment.account)
        if payment is None or account is None:
            return _no("no_such_payment")
        if payment.state != "failed":
            return _no("payment_is_under_way")
        if account.free < payment.amount:
            return _no("no_cover")
        account.reserved[request.operation_id] = payment.amount
        return _DONE

    def _release(self, request: StepRequest) -> Done:
        for account in self.accounts.values():
            account.reserved.pop(request.operation_id, None)
        return _DONE

    def _correct(self, request: StepRequest) -> Done:
        return self._turn(request, "failed", "corrected")

    def _restore(self, request: StepRequest) -> Done:
        return self._turn(request, "corrected", "failed")

    def _send(self, request: StepRequest) -> Done:
        turned = self._turn(request, "corrected", "sent")
        payment = self._payment(request)
        if turned.is_done and payment is not None:
            account = self.accounts[payment.account]
            account.balance -= account.reserved.pop(request.operation_id)
            self._sent(str(request.parameters["payment"]))
        return turned

    def _turn(self, request: StepRequest, before: str, after: str) -> Done:
        payment = self._payment(request)
        if payment is None or payment.state != before:
            return _no("payment_has_changed")
        payment.state = after
        return _DONE

    def _payment(self, request: StepRequest) -> Payment | None:
        """The payment that the parameters speak of, if every one of them fits."""
        said = request.parameters
        found = self.payments.get(str(said["payment"]))
        fits = found is not None and (found.account, found.amount) == (
            said["account"],
            said["amount"],
        )
        return found if fits else None

    def _hold(self, request: StepRequest) -> Done:
        term = self._term(request)
        if term is None:
            return _no("no_such_position")
        if term.held_by is not None:
            return _no("position_is_held")
        term.held_by = request.operation_id
        return _DONE

    def _free(self, request: StepRequest) -> Done:
        term = self._held(request)
        if term is not None:
            term.held_by = None
        return _DONE

    def _set(self, request: StepRequest) -> Done:
        term = self._held(request)
        if term is None:
            return _no("position_is_not_held")
        term.before = term.rolls_over
        term.rolls_over = request.parameters["instruction"] == "roll_over"
        return _DONE

    def _set_back(self, request: StepRequest) -> Done:
        term = self._held(request)
        if term is None or term.before is None:
            return _no("nothing_to_restore")
        term.rolls_over, term.before = term.before, None
        return _DONE

    def _finish(self, request: StepRequest) -> Done:
        term = self._held(request)
        if term is None:
            return _no("position_is_not_held")
        term.held_by = term.before = None
        said = request.parameters
        self._moved(str(said["account"]), str(said["product"]), term.rolls_over)
        return _DONE

    def _term(self, request: StepRequest) -> Term | None:
        said = request.parameters
        return self.terms.get((str(said["account"]), str(said["product"])))

    def _held(self, request: StepRequest) -> Term | None:
        term = self._term(request)
        return term if term is not None and term.held_by == request.operation_id else None


def _no(reason: str) -> Done:
    return Done(is_done=False, reason=reason)
