"""A case and its operations as the state keeps them; the facts carry all that was said and done."""

from collections.abc import Iterator
from typing import Final

import msgspec

from schemas.cases import CaseLife, OperationState
from schemas.time import Instant

Values = dict[str, str | int]
"""By name, in order of name: a state read back lists them so, and a repeated step must match."""
UNDER_WAY: Final = frozenset({OperationState.RUNNING, OperationState.UNDOING})
NOT_OVER: Final = UNDER_WAY | {OperationState.OFFERED}
UNFINISHED: Final = frozenset({OperationState.STUCK, OperationState.COMPENSATED})
"""Ends that leave the client's matter to a person."""
KEPT_OPERATIONS: Final = 2
"""Of one case: the one in hand and the one before it, so that a late answer is known."""


class Operation(msgspec.Struct, frozen=True, array_like=True):
    """One operation; `at` is the place of the step that is being done or taken back."""

    operation_id: str
    operation: str
    version: int
    state: OperationState
    parameters: Values
    channel: str
    at: int = 0
    attempt: int = 0
    due: Instant | None = None
    """Offered: until when it may be confirmed. Under way: when the step is asked for again."""
    failed: int | None = None
    """The place of the step that failed; those before it are done."""
    reason: str | None = None


class Handover(msgspec.Struct, frozen=True, array_like=True):
    """A case offered to another desk; who has it keeps it meanwhile."""

    handover_id: str
    version: int
    kind: str
    desk: str
    """Who is asked now."""
    left: tuple[str, ...]
    """Who is asked after that, in turn."""
    accept_by: Instant
    want: str | None = None
    next_step: str | None = None
    zeros: int = 0
    """How often nobody took it in time."""


class Case(msgspec.Struct, frozen=True, array_like=True):
    """One thing that the client needs solved."""

    case_id: str
    type: str
    version: int
    topic: str
    subject: str
    life: CaseLife
    channel: str
    """Where the client last spoke of it."""
    owner: str
    owned_in: str
    """The channel whose owner it is; it only ever moves up."""
    record: Values
    opened_at: Instant
    causes: tuple[int, ...]
    """Short hashes of what opened it; if that is reversed, so is the case."""
    sessions: tuple[int, ...] = ()
    """Short hashes of the first and the last few."""
    due: Instant | None = None
    """When it becomes overdue; overdue, when a person is asked again."""
    ends_at: Instant | None = None
    """When a silent client is waited for no longer, or a resolved case is closed."""
    judge_at: Instant | None = None
    """When it is known whether the first contact solved it."""
    judged: bool = False
    asked: tuple[str, ...] = ()
    """Fields that the client was asked for."""
    asked_again: bool = False
    overdue: bool = False
    confirmed: str | None = None
    reopened: int = 0
    operations: tuple[Operation, ...] = ()
    handover: Handover | None = None

    @property
    def is_open(self) -> bool:
        """Is it still to be solved?"""
        return self.life is not CaseLife.RESOLVED

    @property
    def newest(self) -> Operation | None:
        """The operation offered last."""
        return self.operations[-1] if self.operations else None

    @property
    def needs_person(self) -> bool:
        """Did an operation end without solving it, or is of one nobody sure what became of it?"""
        newest = self.newest
        if not self.is_open or newest is None:
            return False
        is_unsure = any(each.state is OperationState.STUCK for each in self.operations)
        return is_unsure or newest.state in UNFINISHED


def dues(case: Case) -> Iterator[tuple[Instant | None, str, str]]:
    """Its timers: due time, kind and subject."""
    yield case.due, "case_due", case.case_id
    yield case.ends_at, "case_end", case.case_id
    yield case.judge_at, "case_judge", case.case_id
    if case.handover is not None:
        yield case.handover.accept_by, "handover", case.case_id
    for operation in case.operations:
        yield operation.due, "operation", operation.operation_id


def ordered(values: Values) -> Values:
    """The same in order of name."""
    return dict(sorted(values.items()))
