"""Which tasks stand on this desk: offered by the client fold, and fit for whoever works here."""

from typing import Final

from msgspec.structs import replace

from journeys.desk import handovers, skills
from journeys.desk.state import Entry, Hours
from journeys.desk.work import Work
from schemas.signals import desk
from schemas.tasks import OPEN_STATES, ClaimKind, Task, TaskState
from schemas.time import Instant

_MOST_ENTRIES: Final = 250
"""A longer queue is no queue: what comes on top is told that nobody has hours for it."""
_IN_HAND: Final = frozenset({TaskState.ACCEPTED, TaskState.STARTED})


def on_offer(work: Work, event: desk.TaskOffered) -> None:
    """The client fold's word: newest version wins; a task that is not ours any more leaves."""
    task = event.data
    known = work.find(task.task_id)
    if task.version <= (work.heard(task.task_id) if known is None else known.version):
        return
    if task.desk != work.desk or task.state not in OPEN_STATES:
        if known is not None:
            work.leave(known)
        work.remember(task.task_id, task.version, until=task.expires)
        return
    if known is None and task.expires <= work.now:
        return
    if known is None or task.desk != work.desk or task.state is TaskState.HANDED_OVER:
        _arrive(work, task, 0 if known is None else known.claim)
        return
    behind = task.claim < known.claim
    work.put(
        replace(
            known,
            version=task.version,
            state=known.state if behind else task.state,
            priority=task.priority,
            due=task.due,
            expires=task.expires,
            snoozed_until=known.snoozed_until if behind else task.snoozed_until,
        )
    )


def _arrive(work: Work, task: Task, used: int) -> None:
    """It sleeps on here if it was put off, as after a call that reached nobody."""
    awake = Instant(max(work.now, task.snoozed_until or work.now))
    sleeps = awake > work.now
    span = int((task.expires - awake) * work.edition.desk.fall_back_share)
    entry = Entry(
        task_id=task.task_id,
        version=task.version,
        since_version=task.version,
        client=task.client,
        state=TaskState.SNOOZED if sleeps else TaskState.ASSIGNED,
        priority=task.priority,
        minutes=task.minutes,
        due=task.due,
        expires=task.expires,
        backups=tuple(task.backups),
        marketing=task.marketing,
        offered_at=work.now,
        pass_on_at=Instant(awake + span) if task.backups and span > 0 else None,
        claim=max(used, dict(work.claims).get(task.task_id, 0), task.claim),
        licence=task.licence,
        snoozed_until=awake if sleeps else None,
        language=task.language,
        unserved=task.unserved is True,
    )
    no, to = _not_here(work, entry, is_deputy=task.state_reason == "deputy")
    if no is not None:
        work.leave(work.claim(entry, no, to=to))
        return
    if not sleeps:
        work.put(work.claim(entry, ClaimKind.ASSIGNED))
    elif task.state is TaskState.SNOOZED:  # so it stands on the client's log, with its reason
        work.put(entry)
    else:
        work.put(work.claim(entry, ClaimKind.SNOOZED, until=awake))


def _not_here(work: Work, entry: Entry, *, is_deputy: bool) -> tuple[ClaimKind | None, str | None]:
    """Why this desk does not take a task, and to whom it goes if that is the deputy."""
    no = skills.lacking(work.hours, entry.licence, entry.language)
    if no is not None:
        return ClaimKind(no), None
    if len(work.entries) >= _MOST_ENTRIES:
        return ClaimKind.NO_DESK_HOURS, None
    deputy = work.hours.deputy
    # A deputy's deputy is not asked: two who stand in for each other would play it back for ever.
    if deputy is not None and not is_deputy and skills.is_absent(work.hours, entry, now=work.now):
        return ClaimKind.NO_DESK_HOURS, deputy
    if entry.backups and not skills.has_hours(work.hours, entry, now=work.now):
        return ClaimKind.NO_DESK_HOURS, None
    return None, None


def on_roster(work: Work, event: desk.RosterSet) -> None:
    """New hours replace the old ones; an older roster changes nothing."""
    roster = event.data
    if roster.version > work.hours.version:
        work.hours = Hours(
            roster.version,
            tuple((shift.starts, shift.ends) for shift in roster.shifts),
            tuple((talk.starts, talk.ends) for talk in roster.booked),
            tuple(roster.licences),
            roster.deputy,
            tuple(roster.languages),
        )
        handovers.on_roster(work)
        _let_go(work)


def _let_go(work: Work) -> None:
    """What this desk may not do any more, and nobody here has in hand, goes to the next one."""
    for entry in work.entries:
        no = skills.lacking(work.hours, entry.licence, entry.language)
        if no is not None and entry.state not in _IN_HAND:
            work.leave(work.claim(entry, ClaimKind(no)))
