"""Timers of one client: all due times live in the state, and fire in due order.

What fires at a due time does not depend on what woke the client: ids and times come from the
timer itself.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from msgspec.structs import replace

from journeys.client.case.case import Case, dues
from journeys.client.lately import Lately
from journeys.client.state import ClientState, TaskRow
from journeys.client.steps import (
    banking,
    behaviour,
    cases,
    claims,
    handovers,
    journeys,
    operations,
    owed,
    salary,
    tasks,
    wealth,
)
from journeys.client.steps.draft import Cause, Draft, cause
from journeys.client.wealth.attribution import Causes
from schemas.tasks import TaskState
from schemas.time import Instant


class Timer(NamedTuple):
    """Something due: ordered by time, then kind, then subject."""

    due: Instant
    kind: str
    subject: str


def earliest(state: ClientState | Draft) -> Instant | None:
    """When the earliest timer of a client is due; asked at every event, so it builds none.

    Most events move no due time: what was found of the client last is found again.
    """
    read = (
        state.instances,
        state.tasks,
        state.ledger,
        state.cases,
        state.holdings,
        state.paydays,
        state.clock_at,
        state.intent_off_at,
        state.retry_at,
        state.diagnosis_at,
    )
    known = _FOUND.get(state.client)
    # Mostly the same objects, which is seen at once; of others that are equal the same holds.
    if known is not None and known[0] == read:
        return known[1]
    if known is None:
        _FOUND.make_room()
    found = _earliest(state)
    _FOUND[state.client] = read, found
    return found


_FOUND: Final = Lately[tuple[tuple[object, ...], Instant | None]]()
"""What was read, and when the earliest timer in it is due."""


def _earliest(state: ClientState | Draft) -> Instant | None:
    soonest = _soonest_of_work(state)
    for holding in state.holdings:
        due = holding.due
        if due is not None and due < soonest:
            soonest = due
    kept_at = state.paydays[-1].due if state.paydays else None
    asked_at, owed_at = state.retry_at, state.diagnosis_at
    for due in (state.clock_at, state.intent_off_at, asked_at, owed_at, kept_at):
        if due is not None and due < soonest:
            soonest = due
    return None if soonest == _NEVER else Instant(soonest)


def first_of(state: ClientState | Draft, due: Instant) -> Timer:
    """The first of the timers that are due at a time; there is one."""
    return min(timer for timer in _all(state) if timer.due == due)


def fire(draft: Draft, timer: Timer) -> None:
    """Do what is due. The draft's cause is the timer itself, and its time the due time.

    A migration may have come before it: what is due no more, or closed, is left alone.
    """
    _FIRE[timer.kind](draft, timer.subject)


def cause_of(timer: Timer) -> Cause:
    """A timer as the cause of what follows."""
    name = f"{timer.kind}:{timer.subject}:{timer.due}"
    return cause(name, "timer", at=timer.due, kind=timer.kind)


_NEVER: Final = 1 << 62


def _soonest_of_work(state: ClientState | Draft) -> int:
    soonest = _NEVER
    for run in state.instances:
        ends_at, due = run.ends_at, run.step_due
        first = ends_at if due is None or due > ends_at else due
        soonest = min(soonest, first)
    for row in state.tasks:
        if row.expires < soonest and _may_expire(row):
            soonest = row.expires
    for hold in state.ledger.holds:
        soonest = min(soonest, hold.until)
    return min(soonest, _soonest_of_cases(state.cases)) if state.cases else soonest


def _soonest_of_cases(cases: tuple[Case, ...]) -> int:
    return min(
        (due for case in cases for due, _, _ in dues(case) if due is not None), default=_NEVER
    )


def _may_expire(row: TaskRow) -> bool:
    return tasks.is_open(row) and row.state is not TaskState.STARTED


def _all(state: ClientState | Draft) -> Iterator[Timer]:
    yield from _of_work(state)
    yield from _of_cases(state)
    for holding in state.holdings:
        if holding.due is not None:
            yield Timer(holding.due, "edge", holding.name)
    for due, kind in (
        (state.clock_at, "clock"),
        (state.intent_off_at, "intent"),
        (state.retry_at, "retry"),
        (state.paydays[-1].due if state.paydays else None, "payday"),
        (state.diagnosis_at, "diagnosis"),
    ):
        if due is not None:
            yield Timer(due, kind, "")


def _of_work(state: ClientState | Draft) -> Iterator[Timer]:
    for run in state.instances:
        yield Timer(run.ends_at, "run_end", run.name)
        if run.step_due is not None:
            yield Timer(run.step_due, "step", run.name)
    for row in state.tasks:
        if _may_expire(row):
            yield Timer(row.expires, "task", row.task_id)
    for hold in state.ledger.holds:
        yield Timer(hold.until, "hold", hold.task)


def _of_cases(state: ClientState | Draft) -> Iterator[Timer]:
    for case in state.cases:
        for due, kind, subject in dues(case):
            if due is not None:
                yield Timer(due, kind, subject)


def _edge(draft: Draft, subject: str) -> None:
    for holding in draft.holdings:
        if holding.name == subject:
            draft.holdings = tuple(
                replace(h, due=None) if h.name == subject else h for h in draft.holdings
            )
            banking.on_edge(draft, holding)


def _run_end(draft: Draft, subject: str) -> None:
    for run in draft.instances:
        if run.name == subject and run.ends_at <= draft.now:
            journeys.on_over(draft, run)


def _step(draft: Draft, subject: str) -> None:
    for run in draft.instances:
        if run.name == subject and run.step_due is not None and run.step_due <= draft.now:
            journeys.on_step_due(draft, run)


def _task(draft: Draft, subject: str) -> None:
    row = tasks.find(draft, subject)
    if row is not None and _may_expire(row):
        claims.on_expiry(draft, row)


def _clock(draft: Draft, _subject: str) -> None:
    draft.clock_at = None
    wealth.rescore(draft, Causes.CLOCK)


def _intent(draft: Draft, _subject: str) -> None:
    draft.intent_off_at = None
    behaviour.fade(draft)


def _retry(draft: Draft, _subject: str) -> None:
    draft.retry_at = None
    draft.decide_on("retry")


def _payday(draft: Draft, _subject: str) -> None:
    salary.on_due(draft)


def _diagnosis(draft: Draft, _subject: str) -> None:
    owed.on_due(draft)


_FIRE: dict[str, Callable[[Draft, str], None]] = {
    "edge": _edge,
    "run_end": _run_end,
    "step": _step,
    "task": _task,
    "hold": claims.on_hold_lapsed,
    "clock": _clock,
    "intent": _intent,
    "retry": _retry,
    "payday": _payday,
    "diagnosis": _diagnosis,
    "case_due": cases.on_due,
    "case_end": cases.on_end,
    "case_judge": cases.on_judgement,
    "operation": operations.on_due,
    "handover": handovers.on_zero,
}
