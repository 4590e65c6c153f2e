"""What desks and showing channels say about tasks, judged by their only owner."""

from msgspec.structs import replace

from journeys.client.contact import ledger as slots
from journeys.client.contact.ledger import CoolDown
from journeys.client.state import TaskRow
from journeys.client.steps import cases, journeys, promoters, tasks
from journeys.client.steps.draft import Draft
from journeys.decide import contact_policy, eligibility, stopping
from journeys.decide.verdict import Withheld
from schemas.envelope import Envelope
from schemas.facts import Effect
from schemas.signals.desk import (
    NotPresentedReason,
    TaskClaimed,
    TaskNotPresented,
    TaskOutcomeReported,
    TaskPresented,
)
from schemas.tasks import Claim, ClaimKind, DeclineReason, Outcome, TaskState
from schemas.time import DAY, Instant
from schemas.wire import Method

_PLAIN = {
    ClaimKind.ASSIGNED: TaskState.ASSIGNED,
    ClaimKind.ACCEPTED: TaskState.ACCEPTED,
    ClaimKind.RELEASED: TaskState.ASSIGNED,
}
_UNREACHED = frozenset({Outcome.UNREACHABLE, Outcome.WRONG_PERSON})


def on_presented(draft: Draft, event: TaskPresented) -> None:
    """A channel showed a task: its slot is spent. Shown without right, it still counts."""
    row = _known(draft, event, event.data.task_id)
    if row is None or row.touched:
        return
    granted = not row.marketing or slots.is_held(draft.ledger, row.task_id)
    row = tasks.spend(draft, row, event.time, granted=granted)
    if tasks.is_open(row):
        tasks.change(draft, row, TaskState.STARTED)
    else:
        _keep(draft, row)
        draft.set_aside(event, Effect.REFUSED, "task_closed")


def on_not_presented(draft: Draft, event: TaskNotPresented) -> None:
    """A door kept a task back: its slot returns; what waits only for the hour waits again."""
    row = _known(draft, event, event.data.task_id)
    if row is None or not tasks.is_open(row):
        return
    tasks.change(draft, row, TaskState.EXPIRED, reason=str(event.data.reason))
    if event.data.reason is NotPresentedReason.WINDOW:
        journeys.want_again(draft, row)
        draft.decide_on("not_presented")
    else:
        journeys.on_outcome(draft, row, "not_presented")


def on_reported(draft: Draft, event: TaskOutcomeReported) -> None:
    """A channel without desks says how a task ended."""
    row = _known(draft, event, event.data.task_id)
    if row is None:
        return
    if not tasks.is_open(row) and row.state is not TaskState.RECALLED:
        draft.set_aside(event, Effect.REFUSED, "task_closed")
        return
    _complete(draft, row, event.data.outcome, event.time)


def on_claim(draft: Draft, event: TaskClaimed) -> None:
    """A desk's claim, once: a number seen before changes nothing."""
    claim = event.data
    row = _known(draft, event, claim.task_id)
    if row is None:
        return
    if claim.number <= row.claim:
        draft.set_aside(event, Effect.DUPLICATE, "claim_seen")
        return
    if claim.desk != row.desk and (tasks.is_open(row) or row.desk is not None):
        # Its number is no number of this desk's: kept, it would hide the next claim of the one
        # that has the task.
        _refuse(draft, event, "not_this_desk")
        return
    row = replace(row, claim=claim.number)
    if not tasks.is_open(row):
        _on_closed(draft, event, row)
        return
    _apply(draft, row, claim, event.time)


def on_expiry(draft: Draft, row: TaskRow) -> None:
    """Nobody worked it in time."""
    tasks.change(draft, row, TaskState.EXPIRED, reason="expired")
    journeys.on_outcome(draft, row, "expired")
    draft.decide_on("outcome")


def on_hold_lapsed(draft: Draft, task_id: str) -> None:
    """An offer kept its slot unshown for too long: it closes, and its run may try again later."""
    row = tasks.find(draft, task_id)
    if row is None or not tasks.is_open(row):
        draft.ledger = slots.release(draft.ledger, task_id)
        return
    tasks.change(draft, row, TaskState.EXPIRED, reason="not_shown_in_time")
    journeys.on_outcome(draft, row, "expired")
    draft.decide_on("hold_end")


def _apply(draft: Draft, row: TaskRow, claim: Claim, at: Instant) -> None:
    match claim.kind:
        case ClaimKind.ASSIGNED | ClaimKind.ACCEPTED | ClaimKind.RELEASED:
            awake = replace(row, desk=claim.desk, snoozed_until=None)
            tasks.change(draft, awake, _PLAIN[claim.kind])
        case ClaimKind.SNOOZED:
            tasks.change(draft, replace(row, snoozed_until=claim.until), TaskState.SNOOZED)
        case ClaimKind.STARTED:
            _start(draft, row)
        case ClaimKind.COMPLETED:
            _complete(draft, row, claim.outcome or Outcome.NOT_NOW, at)
        case ClaimKind.DECLINED:
            _decline(draft, row, claim.reason or DeclineReason.OTHER)
        case _:
            _elsewhere(draft, row, claim)


def _elsewhere(draft: Draft, row: TaskRow, claim: Claim) -> None:
    """The desk does not keep it."""
    if claim.kind is ClaimKind.HANDED_OVER:
        _pass_on(draft, row, claim.to, "handed_over")
    elif claim.kind is ClaimKind.NO_DESK_HOURS:
        _overflow(draft, row, claim)
    else:
        _may_not(draft, row, claim)


def _overflow(draft: Draft, row: TaskRow, claim: Claim) -> None:
    """Absent: to the deputy. Else to the next desk, and from the last one back to the first."""
    if claim.to is not None:
        _pass_on(draft, row, claim.to, "deputy")
    else:
        _pass_on(draft, row, next(iter(row.backups), None), str(claim.kind))


def _may_not(draft: Draft, row: TaskRow, claim: Claim) -> None:
    """The desk may not work it; where no other is left, nobody does."""
    if row.backups:
        _pass_on(draft, row, row.backups[0], str(claim.kind))
        return
    closed = tasks.change(draft, row, TaskState.DECLINED, reason=str(claim.kind))
    journeys.on_outcome(draft, closed, "declined")
    draft.decide_on("outcome")


def _start(draft: Draft, row: TaskRow) -> None:
    """A human dials or presents: the slot is granted here, or refused with its rule."""
    refusal = _stopped(draft, row) or (None if row.touched else _may_touch(draft, row))
    if refusal is not None:
        tasks.change(draft, row, TaskState.ACCEPTED, reason=str(refusal.reason))
        return
    # From when it is granted: a claim that waited is answered now, and nobody dials before.
    touched = row if row.touched else tasks.spend(draft, row, draft.now, granted=True)
    tasks.change(draft, touched, TaskState.STARTED)


def _stopped(draft: Draft, row: TaskRow) -> Withheld | None:
    return stopping.judge(
        draft.reference.stops,
        action=row.action,
        channel=row.channel,
        outlet=draft.served.outlet,
        ask_again=Instant(draft.now + draft.edition.contact.ask_again_stopped),
    )


def _may_touch(draft: Draft, row: TaskRow) -> Withheld | None:
    if not row.marketing:
        return None
    state, policy = draft.state(), draft.edition.contact
    action = draft.edition.actions.get(row.action)
    treatment = draft.edition.treatments.get(row.treatment)
    if action is None or treatment is None:  # a release renamed it while it waited
        return contact_policy.of_method(Method(row.method), state, policy, now=draft.now)
    return contact_policy.judge(action, treatment, state, policy, now=draft.now, in_hours_only=True)


def _complete(draft: Draft, row: TaskRow, outcome: Outcome, at: Instant) -> None:
    if not row.touched and outcome not in _UNREACHED:
        # Spoken to all the same: a start that was refused, or recalled, may cross the talk itself.
        row = tasks.spend(draft, row, at, granted=slots.is_held(draft.ledger, row.task_id))
    if outcome is Outcome.REFUSED:
        _cool_down(draft, row)
    if row.state is TaskState.RECALLED:
        tasks.change(draft, replace(row, crossed_recall=True), TaskState.COMPLETED, outcome=outcome)
        return
    if outcome in _UNREACHED:
        row = tasks.take_back(draft, row)
    elif row.desk is not None:
        draft.helped_on = draft.now // DAY
    attempts = row.attempts + 1
    if outcome is Outcome.UNREACHABLE and attempts < draft.edition.contact.attempts:
        again = Instant(draft.now + draft.edition.contact.retry_unreached)
        if row.desk is not None and again < row.expires:
            waiting = replace(row, attempts=attempts, snoozed_until=again)
            tasks.change(draft, waiting, TaskState.SNOOZED, reason="unreachable")
            return
    done = tasks.change(
        draft, replace(row, attempts=attempts), TaskState.COMPLETED, outcome=outcome
    )
    journeys.on_outcome(draft, done, outcome)
    promoters.after_task(draft, done, outcome)
    cases.on_helped(draft, done, outcome)
    draft.decide_on("outcome")


def _decline(draft: Draft, row: TaskRow, reason: DeclineReason) -> None:
    """A desk does not take it. Only the client's own no is a no."""
    declined = tasks.change(draft, row, TaskState.DECLINED, reason=str(reason))
    if reason is DeclineReason.CLIENT_REFUSES:
        _cool_down(draft, row)
        journeys.on_outcome(draft, declined, Outcome.REFUSED)
    else:
        journeys.on_outcome(draft, declined, "declined")
    if reason is DeclineReason.WRONG_FACT:
        cases.open_correction(draft, declined)
    draft.decide_on("outcome")


def _pass_on(draft: Draft, row: TaskRow, desk: str | None, reason: str) -> None:
    """To the next desk; where there is none, the desk that has it keeps it until it expires."""
    if desk is None:
        _keep(draft, row)
        return
    backups = _backups(draft, row, desk, reason)
    # Who hands it over has spoken with the next desk; work that overflows is put off as before.
    is_awake = reason == "handed_over" or (row.snoozed_until or 0) <= draft.now
    moved = replace(
        row,
        version=row.version + 1,
        state=TaskState.HANDED_OVER,
        state_reason=reason,
        desk=desk,
        backups=backups,
        changed_at=draft.now,
        snoozed_until=None if is_awake else row.snoozed_until,
    )
    tasks.put(draft, moved, former_desk=row.desk)


def _backups(draft: Draft, row: TaskRow, desk: str, reason: str) -> tuple[str, ...]:
    """Who is asked after a desk. What is handed over comes back first, if it may not stay there.

    Work that overflows comes back once to the desk that had it first; there it stays.
    """
    others = tuple(other for other in row.backups if other != desk)
    if row.desk is None or reason in ("deputy", ClaimKind.NO_LICENCE, ClaimKind.NO_LANGUAGE):
        return others
    if reason == "handed_over":
        return (row.desk, *(other for other in others if other != row.desk))
    treatment = draft.edition.treatments.get(row.treatment)
    desks = () if treatment is None else eligibility.desks(treatment, draft.served)
    return (*others, row.desk) if desks[:1] == (row.desk,) else others


def _cool_down(draft: Draft, row: TaskRow) -> None:
    action, policy = draft.edition.actions.get(row.action), draft.edition.contact
    rests = [(f"action:{row.action}", policy.decline_action)]
    if action is not None:
        rests.append((f"group:{action.group}", policy.decline_group))
    for subject, span in rests:
        rest = CoolDown(subject, Instant(draft.now + span))
        draft.ledger = slots.cool_down(draft.ledger, rest, now=draft.now)


def _on_closed(draft: Draft, event: TaskClaimed, row: TaskRow) -> None:
    """The claim crossed a recall or an expiry: a completion is kept and flagged."""
    if event.data.kind is ClaimKind.COMPLETED and row.state is TaskState.RECALLED:
        _complete(draft, row, event.data.outcome or Outcome.NOT_NOW, event.time)
        return
    _keep(draft, row)
    _refuse(draft, event, "task_closed")


def _refuse(draft: Draft, event: TaskClaimed, reason: str) -> None:
    """A person who acted is told; what a desk claims by itself concerns nobody."""
    claim = event.data
    draft.set_aside(event, Effect.REFUSED, reason, act=None if claim.actor is None else claim)


def _known(draft: Draft, event: Envelope, task_id: str) -> TaskRow | None:
    row = tasks.find(draft, task_id)
    if row is None:
        draft.set_aside(event, Effect.UNKNOWN_TASK, "unknown_task")
    return row


def _keep(draft: Draft, row: TaskRow) -> None:
    """Remember what is not news to others: a claim number, a touch."""
    draft.tasks = tuple(row if old.task_id == row.task_id else old for old in draft.tasks)
