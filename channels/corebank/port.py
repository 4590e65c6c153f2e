"""What carries out the steps of operations, and how its word becomes an answer on the log.

Whoever follows client-facts hands each `StepAsked` to `answer_to` and publishes what it returns.
Following may begin again anywhere: a step asked twice is carried out once, by its key.
"""

from typing import NamedTuple, Protocol

from schemas.cases import StepAnswer, StepOutcome, StepRequest
from schemas.wire import Name


class Done(NamedTuple):
    """A step's end as the core bank knows it for good."""

    is_done: bool
    reason: Name | None = None
    """Why not."""


class NoAnswerError(Exception):
    """The core bank did not answer: the step may have been carried out, or not."""


class CoreBank(Protocol):
    """Carries out steps; the words it has to know are `KNOWN_STEPS` of the catalogue."""

    def carry_out(self, request: StepRequest) -> Done:
        """Carry a step out, once for its key; asked again, it says the same again.

        Raises:
            NoAnswerError: nobody can say; ask again by the same key.
        """
        ...


def answer_to(core: CoreBank, request: StepRequest) -> StepAnswer:
    """Have a step carried out; no answer is an answer that says so."""
    try:
        done = core.carry_out(request)
    except NoAnswerError:
        return _answer(request, StepOutcome.UNKNOWN, "no_answer")
    return _answer(request, StepOutcome.DONE if done.is_done else StepOutcome.FAILED, done.reason)


def _answer(request: StepRequest, outcome: StepOutcome, reason: str | None) -> StepAnswer:
    return StepAnswer(
        operation_id=request.operation_id, key=request.key, outcome=outcome, reason=reason
    )
