"""What is said of cases: needs that open them, notes, settlements, deadlines, proofs.

One owner at a time, and while a case is open its topic is its own.
"""

from typing import Final

from msgspec.structs import replace

from journeys.catalogue.casework import CaseType
from journeys.client.case.case import NOT_OVER, Case, Operation, Values, ordered
from journeys.client.state import Holding, TaskRow
from journeys.client.steps import behaviour, journeys, tasks
from journeys.client.steps.case_life import (
    NOT_THEIRS,
    close,
    confirm,
    find,
    is_at_work,
    is_foreign,
    is_proven_by,
    judge,
    owner_of,
    owns,
    put,
    refuse,
    resolve,
    settle,
    tell,
    touch,
    type_of,
    unconfirmed,
)
from journeys.client.steps.draft import Draft
from journeys.identity import short_hash
from schemas import facts
from schemas.cases import (
    CaseLife,
    CaseMove,
    CaseNote,
    NoteKind,
)
from schemas.envelope import Envelope
from schemas.signals.casework import CaseSettled, NeedRaised, NoteTaken
from schemas.signals.conversation import Reading, UtteranceUnderstood
from schemas.tasks import TaskState
from schemas.time import Instant
from schemas.wire import Channel

CORRECTION: Final = "record_correction"
"""The request that a desk makes by declining a task for a wrong fact."""


def on_need(draft: Draft, event: NeedRaised) -> None:
    """A request: the case that it belongs to goes on, is opened again, or is opened."""
    said, work = event.data, draft.edition.casework
    kind = work.by_request.get(said.request)
    if kind is None:
        refuse(draft, event, "unknown_request")
    elif is_foreign(draft, said.desk):
        refuse(draft, event, NOT_THEIRS)
    elif not said.record.keys() <= set(kind.record):
        refuse(draft, event, "unknown_field")
    else:
        subject = str(said.record.get(kind.subject, ""))
        known = _same(draft, kind, subject)
        if known is None:
            _contact_again(draft, kind.id)
            _open(draft, event, kind, said.record, channel=said.channel, session=said.session)
            return
        case = touch(draft, known, said.channel, said.session, record=said.record)
        if case.is_open:
            settle(draft, case.case_id)
        else:
            reopen(draft, case, "asked_again")


def on_utterance(draft: Draft, event: UtteranceUnderstood) -> None:
    """An utterance is evidence; read with confidence, it may also be what a case is about."""
    behaviour.on_utterance(draft, event)
    said = event.data
    if said.reading is not Reading.ACCEPT or not said.guesses or draft.is_late:
        return
    kind = draft.edition.casework.by_intent.get(said.guesses[0].intent)
    if kind is None:
        return
    mine = [case for case in draft.cases if case.type == kind.id]
    for case in mine:
        if case.is_open and short_hash(said.session) not in case.sessions:
            touch(draft, case, said.channel, said.session)
    _contact_again(draft, kind.id, session=said.session)
    if not mine:
        _open(draft, event, kind, {}, channel=said.channel, session=said.session)


def on_note(draft: Draft, event: NoteTaken) -> None:
    """Something was said, asked, done or promised: on the record, in any channel."""
    said = event.data
    case, note = find(draft, said.case_id), said.note
    kind = None if case is None else type_of(draft, case)
    if case is None or kind is None:
        refuse(draft, event, "unknown_case")
        return
    if is_foreign(draft, said.desk, case):
        refuse(draft, event, NOT_THEIRS)
        return
    if note.field is not None and note.field not in kind.record:
        refuse(draft, event, "unknown_field")
        return
    is_asked = note.kind is NoteKind.ASKED and note.field is not None
    again = is_asked and (note.field in case.record or note.field in case.asked)
    draft.conclude(
        facts.CaseNoted,
        CaseNote(
            case_id=case.case_id,
            session=said.session,
            channel=said.channel,
            by=said.by,
            desk=said.desk,
            note=note,
            again=again,
        ),
    )
    if is_asked and note.field is not None:
        asked = tuple(sorted({*case.asked, note.field}))
        case = replace(case, asked=asked, asked_again=case.asked_again or again)
    if not case.is_open and note.kind in (NoteKind.SAID, NoteKind.ASKED):
        case = _judged_if_new(draft, case, said.session)
    value = {} if note.field is None or note.value is None else {note.field: note.value}
    touch(draft, case, said.channel, said.session, record=value)
    settle(draft, case.case_id)


def on_settled(draft: Draft, event: CaseSettled) -> None:
    """Somebody says whether it is solved; only the client's yes confirms it."""
    said = event.data
    case = find(draft, said.case_id)
    if case is None:
        refuse(draft, event, "unknown_case")
        return
    if is_foreign(draft, said.desk, case):
        refuse(draft, event, NOT_THEIRS)
        return
    if is_at_work(case):
        refuse(draft, event, "operation_under_way")
        return
    by_client = said.by == "client"
    case = touch(draft, case, said.channel, said.session, is_contact=case.is_open)
    if said.solved:
        if case.is_open:
            case = resolve(draft, case, by=f"{said.by}_says")
        if by_client and case.confirmed is None:
            confirm(draft, case, "client")
    elif not case.is_open:
        reopen(draft, case, f"{said.by}_says")
    else:
        tell(draft, case, CaseMove.FOLLOWED, reason=f"{said.by}_says")


def on_due(draft: Draft, case_id: str) -> None:
    """Not solved in time: a person is asked to help, and again as long as it is open.

    While the client's word is waited for the bank is not late.
    """
    case = find(draft, case_id)
    if case is None:
        return
    kind = type_of(draft, case)
    if kind is None:
        close(draft, case, "definition_gone")
        return
    again = Instant(draft.now + kind.solve_within)
    is_late = case.overdue or case.life is not CaseLife.WAITING_CLIENT
    moved = replace(case, due=again, overdue=is_late)
    put(draft, moved)
    if is_late and not case.overdue:
        tell(draft, moved, CaseMove.OVERDUE)
    draft.decide_on("case")


def on_end(draft: Draft, case_id: str) -> None:
    """The client stayed silent for too long, or nobody opened a resolved case again."""
    case = find(draft, case_id)
    if case is not None:
        close(draft, case, "client_silent" if case.is_open else "solved")


def on_judgement(draft: Draft, case_id: str) -> None:
    """No contact of its type came: was it confirmed, too?"""
    case = find(draft, case_id)
    if case is not None:
        put(draft, judge(draft, case, unconfirmed(case)))


def on_position(draft: Draft, holding: Holding) -> None:
    """A position as the core bank holds it now may be the proof that a case is solved."""
    for case in draft.cases:
        if not case.is_open and case.confirmed is None and is_proven_by(draft, case, holding):
            confirm(draft, case, "core")


def on_helped(draft: Draft, row: TaskRow, outcome: str) -> None:
    """A person was asked to help with cases, and says that the matter is solved."""
    named = {(code, values.get("subject")) for code, values in row.reasons}
    for case in draft.cases:
        kind = type_of(draft, case)
        is_theirs = kind is not None and kind.help == row.action and case.is_open
        is_theirs = is_theirs and (f"case_{case.type}", case.subject) in named
        asks = case.needs_person or (case.overdue and not is_at_work(case))
        if is_theirs and asks and outcome in journeys.AGREED:
            resolve(draft, case, by="desk_says")


def reopen(draft: Draft, case: Case, reason: str, *, unsure: Operation | None = None) -> None:
    """It is not solved after all: its owner has it again, under a new clock.

    Operations that are over are history; `unsure` is one that a person has to look into.
    """
    kind = type_of(draft, case)
    due = None if kind is None else Instant(draft.now + kind.solve_within)
    kept = (each for each in case.operations if each.state in NOT_OVER or each is unsure)
    again = replace(
        judge(draft, case, "reopened"),
        life=CaseLife.REOPENED,
        due=due,
        ends_at=None,
        confirmed=None,
        reopened=case.reopened + 1,
        operations=tuple(kept),
    )
    put(draft, again)
    tell(draft, again, CaseMove.REOPENED, reason=reason)
    _clear_topic(draft, again)
    settle(draft, again.case_id)
    draft.decide_on("case")


def open_correction(draft: Draft, row: TaskRow) -> None:
    """A desk says that a task rests on a wrong fact: somebody has to put the record right."""
    kind = draft.edition.casework.by_request.get(CORRECTION)
    known = None if kind is None else _same(draft, kind, row.action)
    if kind is None or (known is not None and known.is_open) or not _has_room(draft):
        return
    _begin(draft, kind, {kind.subject: row.action}, channel=row.channel, session=row.task_id)


def recall_cause(draft: Draft, mark: int) -> None:
    """What opened it was taken back: it goes too, unless the bank is at work for it."""
    for case in draft.cases:
        newest = case.newest
        begun = newest is not None and newest.attempt > 0
        if mark in case.causes and case.is_open and not begun:
            close(draft, case, "reversed")


def _open(
    draft: Draft, event: Envelope, kind: CaseType, record: Values, *, channel: Channel, session: str
) -> None:
    if not _has_room(draft):
        refuse(draft, event, "too_many_cases")
        return
    _begin(draft, kind, record, channel=str(channel), session=session)


def _begin(draft: Draft, kind: CaseType, record: Values, *, channel: str, session: str) -> None:
    case = Case(
        case_id=draft.name("k_"),
        type=kind.id,
        version=kind.version,
        topic=kind.topic,
        subject=str(record.get(kind.subject, "")),
        life=CaseLife.OPEN,
        channel=channel,
        owner=owner_of(draft, kind, channel),
        owned_in=channel,
        record=ordered(record),
        opened_at=draft.now,
        causes=(draft.cause.mark,),
        sessions=(short_hash(session),),
        due=Instant(draft.now + kind.solve_within),
    )
    draft.cases = (*draft.cases, case)
    tell(draft, case, CaseMove.OPENED)
    _clear_topic(draft, case)
    settle(draft, case.case_id)
    draft.decide_on("case")


def _has_room(draft: Draft) -> bool:
    """Where all room is taken, the case resolved longest ago is closed before its time."""
    most = draft.edition.casework.limits.cases_at_once
    resolved = next((case for case in draft.cases if not case.is_open), None)
    if len(draft.cases) >= most and resolved is not None:
        close(draft, resolved, "made_room")
    return len(draft.cases) < most


def _clear_topic(draft: Draft, case: Case) -> None:
    """What was to be proposed on its topic is taken back; a journey may want it again later."""
    for row in draft.tasks:
        action = draft.edition.actions.get(row.action)
        is_begun = not tasks.is_open(row) or row.state is TaskState.STARTED
        if action is None or action.obligation or is_begun:
            continue
        if owns(case, (action.group, *action.tags)):
            tasks.recall(draft, row, "case_owns_topic")
            journeys.want_again(draft, row)


def _same(draft: Draft, kind: CaseType, subject: str) -> Case | None:
    """The case of this type that a request about a subject belongs to; the open one first."""
    mine = [
        case
        for case in draft.cases
        if case.type == kind.id and (not subject or not case.subject or case.subject == subject)
    ]
    return next((case for case in mine if case.is_open), mine[0] if mine else None)


def _contact_again(draft: Draft, case_type: str, *, session: str | None = None) -> None:
    """A contact of this type: what was resolved lately was not solved at the first one."""
    for case in draft.cases:
        if case.type == case_type and not case.is_open:
            put(draft, _judged_if_new(draft, case, session))


def _judged_if_new(draft: Draft, case: Case, session: str | None) -> Case:
    """The same conversation going on is no other contact."""
    is_same = session is not None and short_hash(session) in case.sessions
    return case if is_same else judge(draft, case, "contact_again")
