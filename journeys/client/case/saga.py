"""An operation carried out step by step, and taken back in reverse when a step fails.

Pure: an operation, its definition and what happened give the operation after it and the step to be
asked for. A step is never assumed: without an answer it is asked for again under its key, and when
asking does not help any more the operation is stuck, which is a person's matter.
"""

from typing import NamedTuple

from msgspec.structs import replace

from journeys.catalogue.casework import OperationType
from journeys.client.case.case import UNDER_WAY, Operation
from journeys.identity import derive
from schemas.cases import OperationState, StepOutcome
from schemas.time import Instant


class Ask(NamedTuple):
    """A step to be carried out."""

    step: str
    undoes: str | None
    key: str
    attempt: int
    answer_by: Instant


class Went(NamedTuple):
    """The operation after what happened, and what to ask for next, if anything."""

    operation: Operation
    ask: Ask | None = None


def begin(operation: Operation, kind: OperationType, *, now: Instant) -> Went:
    """The client confirmed: ask for the first step."""
    return _ask(replace(operation, state=OperationState.RUNNING, at=0), kind, now=now)


def answer(
    operation: Operation, kind: OperationType, *, key: str, outcome: StepOutcome, now: Instant
) -> Went | None:
    """A step's answer; `None` if it says nothing that is not known.

    An answer is known by the key it was asked with, so one to an earlier asking is as good. One
    that contradicts an earlier answer leaves nobody sure: the operation is stuck.
    """
    if operation.state in UNDER_WAY and key == key_of(operation, _word(operation, kind)):
        return _go_on(operation, kind, outcome, now=now)
    if operation.state is not OperationState.STUCK and _contradicts(operation, kind, key, outcome):
        return Went(stuck(operation, "contradicts_itself"))
    return None


def asked_in_vain(operation: Operation, kind: OperationType, *, now: Instant) -> Went:
    """No answer came in time: ask again, as often as the step allows."""
    if operation.attempt > kind.steps[operation.at].retries:
        return Went(stuck(operation, "no_answer"))
    return _ask(operation, kind, now=now, attempt=operation.attempt + 1)


def stuck(operation: Operation, reason: str) -> Operation:
    """It cannot go on by itself: a person has it."""
    return replace(operation, state=OperationState.STUCK, due=None, reason=reason)


def key_of(operation: Operation, word: str) -> str:
    """The name of a step for whoever carries it out: one operation does a thing once."""
    return "s_" + derive(operation.operation_id, word)


def step_of(operation: Operation, kind: OperationType) -> str | None:
    """The step in hand or, of an ended operation, the one that it ended at."""
    return None if operation.attempt == 0 else _word(operation, kind)


def _go_on(
    operation: Operation, kind: OperationType, outcome: StepOutcome, *, now: Instant
) -> Went | None:
    is_undoing = operation.state is OperationState.UNDOING
    match outcome:
        case StepOutcome.UNKNOWN:
            return None
        case StepOutcome.FAILED if is_undoing:
            return Went(stuck(operation, "undo_failed"))
        case StepOutcome.FAILED:
            return _take_back(replace(operation, failed=operation.at), kind, now=now)
        case StepOutcome.DONE if is_undoing:
            return _take_back(operation, kind, now=now)
        case StepOutcome.DONE:
            return _forward(operation, kind, now=now)


def _forward(operation: Operation, kind: OperationType, *, now: Instant) -> Went:
    if operation.at + 1 == len(kind.steps):
        return Went(replace(operation, state=OperationState.DONE, due=None))
    return _ask(replace(operation, at=operation.at + 1), kind, now=now)


def _take_back(operation: Operation, kind: OperationType, *, now: Instant) -> Went:
    """Take back the step before; with none left, nothing of the operation is."""
    if operation.at == 0:
        return Went(replace(operation, state=OperationState.COMPENSATED, due=None))
    undoing = replace(operation, state=OperationState.UNDOING, at=operation.at - 1)
    return _ask(undoing, kind, now=now)


def _ask(operation: Operation, kind: OperationType, *, now: Instant, attempt: int = 1) -> Went:
    step, word = kind.steps[operation.at], _word(operation, kind)
    by = Instant(now + step.timeout)
    undoes = None if word == step.id else step.id
    ask = Ask(word, undoes, key_of(operation, word), attempt, by)
    return Went(replace(operation, attempt=attempt, due=by), ask)


def _word(operation: Operation, kind: OperationType) -> str:
    """What is asked for at this place: the step, or what takes it back."""
    step = kind.steps[operation.at]
    if operation.failed is None or operation.at == operation.failed:
        return step.id
    return step.undo or step.id


def _contradicts(operation: Operation, kind: OperationType, key: str, outcome: StepOutcome) -> bool:
    """Is it known to be otherwise?"""
    said = _answers(operation, kind).get(key)
    return said is not None and outcome is not StepOutcome.UNKNOWN and outcome is not said


def _answers(operation: Operation, kind: OperationType) -> dict[str, StepOutcome]:
    """What every key was answered with, as far as the operation has come."""
    failed, at = operation.failed, operation.at
    done = at + (operation.state is OperationState.DONE) if failed is None else failed
    known = {key_of(operation, step.id): StepOutcome.DONE for step in kind.steps[:done]}
    if failed is None:
        return known
    known[key_of(operation, kind.steps[failed].id)] = StepOutcome.FAILED
    left = at if operation.state is OperationState.COMPENSATED else at + 1
    for step in kind.steps[left:failed]:
        known[key_of(operation, step.undo or step.id)] = StepOutcome.DONE
    return known
