"""The desk fold: takes offers and advisers' actions, gives a ranking and claims.

A claim is this desk's word to the client's log; the client fold alone changes the task. Whoever
is first on this log holds the task: that is the lock.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from journeys.desk import books, handovers, offers, ranking
from journeys.desk.state import DeskState, Entry, Gap, decode, encode
from journeys.desk.work import Work
from journeys.identity import short_hash
from journeys.reference import Reference
from journeys.step import Place, Step
from schemas import codec
from schemas import facts as said
from schemas.envelope import Envelope
from schemas.signals import desk, engine, handover
from schemas.signals.desk import DeskAction
from schemas.tasks import ClaimKind, DeskActionKind, TaskState
from schemas.time import Instant
from schemas.wire import TaskId

_MOST_GAPS: Final = 64
_MOST_RANKED: Final = 30
"""So many tasks a ranking names; nobody reads further."""
_TAKEN: Final = frozenset({TaskState.ACCEPTED, TaskState.STARTED})


class DeskFold:
    """The fold over one desk's log."""

    name: str = "desk"
    kinds: tuple[type[Envelope], ...] = codec.DESK_LOG
    max_state_bytes: int = 64 * 1024

    def begin(self, key: str) -> DeskState:
        """A desk without tasks and hours."""
        return DeskState(desk=key)

    def apply(
        self,
        state: DeskState,
        event: Envelope,
        reference: Reference,
        *,
        requeue_of: Place | None = None,
    ) -> Step[DeskState]:
        """One event, with everything due before it."""
        now = event.time if event.receivedat is None else event.receivedat
        work = Work(state, reference)
        _fire_due(work, upto=now)
        work.begin(event.id, event.source, now=now)
        if requeue_of is not None:
            _close_gap(work, requeue_of)
        _HANDLERS[type(event)](work, event)
        _rank(work)
        return work.finish()

    def open_hole(
        self, state: DeskState, place: Place, *, family: str, at: Instant, reference: Reference
    ) -> Step[DeskState]:
        """Mark a gap in this desk's log."""
        work = Work(state, reference)
        work.begin(f"{place.partition}:{place.offset}", "/suishen/hole", now=at)
        work.gaps = (*work.gaps, Gap(*place, family))[-_MOST_GAPS:]
        hole = said.Hole(partition=place.partition, offset=place.offset, family=family, open=True)
        work.conclude(said.HoleChanged, hole)
        return work.finish()

    def encode(self, state: DeskState) -> bytes:
        """The state as bytes."""
        return encode(state)

    def decode(self, blob: bytes) -> DeskState:
        """The state from its bytes."""
        return decode(blob)

    def next_due(self, state: DeskState) -> Instant | None:
        """When the earliest snooze, pass-on or expiry is due."""
        found = _next(state.entries)
        return None if found is None else found[0]


def _on_action(work: Work, event: desk.DeskActed) -> None:
    """An adviser's action, judged against what this desk holds now."""
    action = event.data
    entry = work.find(action.task_id)
    refusal = _refusal(entry, action)
    if refusal is not None or entry is None:
        work.conclude(
            said.ActionRefused,
            said.Refusal(
                task_id=action.task_id,
                action=action.action,
                actor=action.actor,
                reason=refusal or "unknown_task",
                at=work.now,
            ),
        )
        return
    _DO[action.action](work, entry, action)


def _refusal(entry: Entry | None, action: DeskAction) -> Any:  # noqa: ANN401 - a literal of Refusal
    if entry is None:
        return "unknown_task"
    if action.task_version < entry.since_version:
        return "stale_version"
    if entry.actor not in (None, action.actor) and entry.state in _TAKEN:
        return "already_taken"
    return _out_of_turn(entry, action)


def _out_of_turn(entry: Entry, action: DeskAction) -> Any:  # noqa: ANN401 - a literal of Refusal
    if action.action in _NEED_ACCEPTED and entry.state not in _TAKEN:
        return "not_accepted"
    # A marketing contact needs its slot first, which `start` asks for.
    if action.action is DeskActionKind.COMPLETE and entry.marketing:
        return None if entry.state is TaskState.STARTED else "not_started"
    if action.action is DeskActionKind.HAND_OVER and action.to not in entry.backups:
        return "not_a_backup"
    return None


_NEED_ACCEPTED: Final = frozenset(
    {DeskActionKind.START, DeskActionKind.COMPLETE, DeskActionKind.RELEASE}
)


def _accept(work: Work, entry: Entry, action: DeskAction) -> None:
    taken = replace(entry, state=TaskState.ACCEPTED, actor=action.actor, snoozed_until=None)
    work.put(work.claim(taken, ClaimKind.ACCEPTED, action))


def _start(work: Work, entry: Entry, action: DeskAction) -> None:
    started = replace(entry, state=TaskState.STARTED)
    work.put(work.claim(started, ClaimKind.STARTED, action))


def _complete(work: Work, entry: Entry, action: DeskAction) -> None:
    work.spent = ranking.done(work.spent, entry, now=work.now)
    work.leave(work.claim(entry, ClaimKind.COMPLETED, action))


def _decline(work: Work, entry: Entry, action: DeskAction) -> None:
    work.leave(work.claim(entry, ClaimKind.DECLINED, action))


def _hand_over(work: Work, entry: Entry, action: DeskAction) -> None:
    work.leave(work.claim(entry, ClaimKind.HANDED_OVER, action))


def _release(work: Work, entry: Entry, action: DeskAction) -> None:
    free = replace(entry, state=TaskState.ASSIGNED, actor=None)
    work.put(work.claim(free, ClaimKind.RELEASED, action))


def _snooze(work: Work, entry: Entry, action: DeskAction) -> None:
    latest = min(work.now + work.edition.desk.snooze_most, entry.due)
    until = Instant(min(action.until or latest, latest))
    sleeping = replace(entry, state=TaskState.SNOOZED, snoozed_until=until, actor=None)
    work.put(work.claim(sleeping, ClaimKind.SNOOZED, action, until=until))


_DO: Final[dict[DeskActionKind, Callable[[Work, Entry, DeskAction], None]]] = {
    DeskActionKind.ACCEPT: _accept,
    DeskActionKind.DECLINE: _decline,
    DeskActionKind.SNOOZE: _snooze,
    DeskActionKind.START: _start,
    DeskActionKind.COMPLETE: _complete,
    DeskActionKind.HAND_OVER: _hand_over,
    DeskActionKind.RELEASE: _release,
}


def _on_diagnosis(work: Work, event: desk.DiagnosisActed) -> None:
    """Passed on to the client's log, where book and household are known."""
    act = event.data
    sitting = desk.Sitting(
        desk=work.desk,
        actor=act.actor,
        shown=act.shown,
        step_agreed=act.step_agreed,
        record_closed=act.record_closed,
        statement=act.statement,
    )
    work.tell(desk.DiagnosisHeld, sitting, client=act.client, at=event.time)


def _on_tick(_work: Work, _event: engine.Ticked) -> None:
    """What was due has fired already."""


def _on_waiver(work: Work, event: engine.HoleWaived) -> None:
    _close_gap(work, Place(event.data.partition, event.data.offset))


_HANDLERS: Final[dict[type[Envelope], Callable[[Work, Any], None]]] = {
    desk.TaskOffered: offers.on_offer,
    desk.DeskActed: _on_action,
    desk.RosterSet: offers.on_roster,
    desk.DiagnosisActed: _on_diagnosis,
    desk.BookEntered: books.on_entry,
    handover.HandoverOffered: handovers.on_offer,
    handover.HandoverActed: handovers.on_action,
    engine.Ticked: _on_tick,
    engine.HoleWaived: _on_waiver,
}


def _fire_due(work: Work, *, upto: Instant) -> None:
    while (found := _next(work.entries)) is not None and found[0] <= upto:
        due, kind, task_id = found
        entry = work.find(task_id)
        if entry is None:
            return
        work.begin(f"{kind}:{task_id}:{due}", "timer", now=due)
        if kind == "wake":
            work.put(replace(entry, state=TaskState.ASSIGNED, snoozed_until=None))
        elif kind == "expiry":  # the client fold closes it by its own clock
            work.leave(entry)
        else:
            work.leave(work.claim(entry, ClaimKind.NO_DESK_HOURS))
        _rank(work)


def _next(entries: tuple[Entry, ...]) -> tuple[Instant, str, str] | None:
    """The earliest wake, pass-on or expiry: its time, kind and task."""
    due: list[tuple[Instant, str, str]] = []
    for entry in entries:
        sleeps = entry.state is TaskState.SNOOZED
        if sleeps and entry.snoozed_until is not None:
            due.append((entry.snoozed_until, "wake", entry.task_id))
        if entry.pass_on_at is not None and not sleeps and entry.state not in _TAKEN:
            due.append((entry.pass_on_at, "pass_on", entry.task_id))
        if entry.state is not TaskState.STARTED:
            due.append((entry.expires, "expiry", entry.task_id))
    return min(due, default=None)


def _rank(work: Work) -> None:
    """Say the ranking if order, states or fit changed."""
    awake = [entry for entry in work.entries if entry.state is not TaskState.SNOOZED]
    policy, spent = work.edition.desk, work.spent
    ranked = ranking.rank(awake, work.hours, policy, now=work.now, spent=spent)[:_MOST_RANKED]
    words = [f"{r.entry.task_id}:{r.entry.version}:{r.entry.state}:{r.fits}" for r in ranked]
    mark = short_hash(*words) if words else 0
    if mark == work.ranking:
        return
    work.ranking = mark
    last = max((entry.due for entry in awake), default=work.now)
    work.conclude(
        said.QueueRanked,
        said.Queue(
            desk=work.desk,
            items=tuple(
                said.QueueItem(
                    task_id=TaskId(each.entry.task_id),
                    task_version=each.entry.version,
                    state=str(each.entry.state),
                    rank=place,
                    worth_per_minute=round(each.worth, 6),
                    fits_hours=each.fits,
                )
                for place, each in enumerate(ranked, start=1)
            ),
            minutes_left=ranking.minutes_until(work.hours, last, now=work.now),
        ),
    )


def _close_gap(work: Work, place: Place) -> None:
    gap = next((g for g in work.gaps if (g.partition, g.offset) == place), None)
    if gap is not None:
        work.gaps = tuple(g for g in work.gaps if g is not gap)
        hole = said.Hole(partition=gap.partition, offset=gap.offset, family=gap.family, open=False)
        work.conclude(said.HoleChanged, hole)
