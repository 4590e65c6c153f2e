"""Tasks of this client: proposed, changed, recalled. Nobody else gives a task a version."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from journeys.client.contact import ledger as slots
from journeys.client.state import TaskRow
from journeys.client.steps import sales
from journeys.client.steps.draft import Draft
from journeys.client.steps.handing import BANK_LANGUAGE
from journeys.decide import contact_policy
from journeys.step import Route
from schemas.facts import ContactCounted, ContactUse, TaskChanged
from schemas.signals.desk import TaskOffered
from schemas.tasks import OPEN_STATES, Outcome, Reason, Task, TaskState
from schemas.time import DAY, Instant
from schemas.wire import Channel, ClientToken, DecisionId, DeskId, Method, TaskId

KEPT_CLOSED = 1
"""Closed tasks remembered beside the newest, so that a late claim is known for what it is."""


def find(draft: Draft, task_id: str) -> TaskRow | None:
    """A task that is open or was closed not long ago."""
    return next((row for row in draft.tasks if row.task_id == task_id), None)


def is_open(row: TaskRow) -> bool:
    """May this task still be worked?"""
    return row.state in OPEN_STATES


def put(draft: Draft, row: TaskRow, *, former_desk: str | None = None) -> None:
    """Keep a row at its new version and tell the channel and the desks."""
    others = tuple(old for old in draft.tasks if old.task_id != row.task_id)
    closed = [old for old in others if not is_open(old)]
    dropped = {old.task_id for old in closed[: max(0, len(closed) - KEPT_CLOSED)]}
    may_change = is_open(row) or row.state is TaskState.RECALLED
    kept = row if may_change else replace(row, **_OF_NO_MORE_USE)
    draft.tasks = (*(old for old in others if old.task_id not in dropped), kept)
    task = wire(draft, row)
    draft.conclude(TaskChanged, task, route=Route.TASKS)
    for desk in dict.fromkeys(desk for desk in (row.desk, former_desk) if desk is not None):
        draft.send(TaskOffered, task, key=desk)


_OF_NO_MORE_USE: Final[Mapping[str, Any]] = {
    "reasons": (),
    "backups": (),
    "causes": (),
    "treatment": "",
    "journey": None,
    "instance": None,
    "step": None,
}
"""Of a task that can change no more; only a recalled one still may."""


def change(
    draft: Draft,
    row: TaskRow,
    state: TaskState,
    *,
    reason: str | None = None,
    outcome: str | None = None,
) -> TaskRow:
    """Move a task to a state; its slot comes back when it closes unshown."""
    moved = replace(
        row,
        version=row.version + 1,
        state=state,
        state_reason=reason,
        outcome=outcome or row.outcome,
        changed_at=draft.now,
    )
    if not is_open(moved):
        give_back(draft, moved)
    put(draft, moved)
    return moved


def recall(draft: Draft, row: TaskRow, reason: str) -> None:
    """Take an open task off its desk and say why."""
    if is_open(row):
        change(draft, row, TaskState.RECALLED, reason=reason)


def hold_slot(draft: Draft, row: TaskRow) -> None:
    """Keep a slot for an offer that a channel will show by itself."""
    until = Instant(min(row.expires, draft.now + draft.edition.contact.offer_holds))
    draft.ledger = slots.hold(draft.ledger, slots.Hold(row.task_id, row.method, until))
    _count(draft, row, "held")


def give_back(draft: Draft, row: TaskRow) -> None:
    """Return a slot that was held and not spent."""
    if slots.is_held(draft.ledger, row.task_id):
        draft.ledger = slots.release(draft.ledger, row.task_id)
        _count(draft, row, "returned")


def spend(draft: Draft, row: TaskRow, at: Instant, *, granted: bool) -> TaskRow:
    """Count a contact that reached the client; `granted` is false for one made without a slot."""
    keep = Instant(max(0, draft.now - draft.edition.contact.remember_touches))
    touch = slots.Touch(at, row.method, row.marketing, row.task_id)
    draft.ledger = slots.note(draft.ledger, touch, forget_before=keep)
    if row.marketing:
        _count(draft, row, "spent" if granted else "outside", at=at)
    return replace(row, touched=True)


def take_back(draft: Draft, row: TaskRow) -> TaskRow:
    """The client was not reached after all: the touch did not happen."""
    if not row.touched:
        return row
    draft.ledger = slots.unnote(draft.ledger, row.task_id)
    if row.marketing:
        _count(draft, row, "returned")
    return replace(row, touched=False)


def wire(draft: Draft, row: TaskRow) -> Task:
    """The row as others see it."""
    window = contact_policy.window_at(draft.served, draft.edition.contact)
    return Task(
        task_id=TaskId(row.task_id),
        version=row.version,
        state=row.state,
        client=ClientToken(draft.client),
        decision_id=DecisionId(row.decision_id),
        action=row.action,
        treatment=row.treatment,
        journey=row.journey,
        instance=row.instance,
        step=row.step,
        channel=_CHANNELS(row.channel),
        method=_METHODS(row.method),
        desk=None if row.desk is None else DeskId(row.desk),
        backups=tuple(DeskId(desk) for desk in row.backups),
        marketing=row.marketing,
        priority=row.priority,
        gain_points=row.gain_points,
        minutes=row.minutes,
        due=row.due,
        expires=row.expires,
        window=window if row.marketing else None,
        reasons=tuple(Reason(code=code, values=values) for code, values in _told(row)),
        proposed_at=row.proposed_at,
        changed_at=row.changed_at,
        state_reason=row.state_reason,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        attempts=row.attempts,
        snoozed_until=row.snoozed_until,
        claim=row.claim,
        crossed_recall=row.crossed_recall,
        **_wanted_of_a_desk(draft, row),
    )


# Looked up for every version of every task; an unknown word is UNKNOWN each time.
_CHANNELS: Final = lru_cache(maxsize=64)(Channel)
_METHODS: Final = lru_cache(maxsize=64)(Method)


def _wanted_of_a_desk(draft: Draft, row: TaskRow) -> dict[str, Any]:
    """Licence, language, and whether its fairness floor is for this client."""
    if row.desk is None:
        return {}
    action, language = draft.edition.actions.get(row.action), draft.served.locale
    since = draft.now // DAY - draft.helped_on
    return {
        "licence": None if action is None else action.licence,
        "language": None if language == BANK_LANGUAGE else language,
        "unserved": True if since * DAY >= draft.edition.desk.unserved else None,
    }


def _told(row: TaskRow) -> Iterator[sales.Said]:
    """The reasons; the AI channel hears of no product, so it can advise on none."""
    for said in row.reasons:
        if said[0] not in sales.CODES or row.channel != Channel.AI:
            yield said


def _count(draft: Draft, row: TaskRow, change: str, *, at: Instant | None = None) -> None:
    if not row.marketing:
        return
    week = Instant(draft.now - 7 * DAY)
    draft.conclude(
        ContactCounted,
        ContactUse(
            task_id=TaskId(row.task_id),
            change=change,  # type: ignore[arg-type]  # one of the four words, by the callers above
            method=row.method,
            used_week=slots.used_since(draft.ledger, week),
            held_week=slots.held(draft.ledger),
            cap_week=draft.edition.contact.marketing_per_week,
            at=at,
        ),
    )
