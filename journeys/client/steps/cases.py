"""Cases of this client: opened by a need, followed across channels, solved, confirmed, closed.

One owner at a time, and while a case is open its topic is its own.
"""

from msgspec.structs import replace

from journeys.catalogue.casework import ROLES, CaseType
from journeys.catalogue.vocabulary import RANKS
from journeys.client.case.case import NOT_OVER, UNDER_WAY, Case, Values, ordered
from journeys.client.state import Holding, TaskRow
from journeys.client.steps import behaviour, journeys, tasks
from journeys.client.steps.draft import Draft
from journeys.identity import short_hash
from schemas import facts
from schemas.cases import (
    CaseAdvance,
    CaseLife,
    CaseMove,
    CaseNote,
    FirstContact,
    NoteKind,
    OperationState,
)
from schemas.envelope import Envelope
from schemas.signals.casework import CaseSettled, NeedRaised, NoteTaken
from schemas.signals.conversation import Reading, UtteranceUnderstood
from schemas.tasks import TaskState
from schemas.time import Instant
from schemas.wire import Channel


def on_need(draft: Draft, event: NeedRaised) -> None:
    """A request: the case that it belongs to goes on, is opened again, or is opened."""
    said, work = event.data, draft.edition.casework
    kind = work.by_request.get(said.request)
    if kind is None:
        refuse(draft, event, "unknown_request")
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
            _reopen(draft, case, "asked_again")


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
    if _is_at_work(case):
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
        _reopen(draft, case, f"{said.by}_says")
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
    again = None if kind is None else Instant(draft.now + kind.solve_within)
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
        put(draft, judge(draft, case, _unconfirmed(case)))


def on_position(draft: Draft, holding: Holding) -> None:
    """A position as the core bank holds it now may be the proof that a case is solved."""
    for case in draft.cases:
        if not case.is_open and case.confirmed is None and _is_proven_by(draft, case, holding):
            confirm(draft, case, "core")


def on_helped(draft: Draft, row: TaskRow, outcome: str) -> None:
    """A person was asked to help with cases, and says that the matter is solved."""
    for case in draft.cases:
        kind = type_of(draft, case)
        is_theirs = kind is not None and kind.help == row.action and case.is_open
        asks = case.needs_person or (case.overdue and not _is_at_work(case))
        if is_theirs and asks and outcome in journeys.AGREED:
            resolve(draft, case, by="desk_says")


def recall_cause(draft: Draft, mark: int) -> None:
    """What opened it was taken back: it goes too, unless the bank is at work for it."""
    for case in draft.cases:
        newest = case.newest
        begun = newest is not None and newest.attempt > 0
        if mark in case.causes and case.is_open and not begun:
            close(draft, case, "reversed")


def owns(case: Case, topics: tuple[str, ...]) -> bool:
    """Is one of these topics this case's own?"""
    return case.is_open and case.topic in topics


def find(draft: Draft, case_id: str) -> Case | None:
    """A case that is not closed."""
    return next((case for case in draft.cases if case.case_id == case_id), None)


def type_of(draft: Draft, case: Case) -> CaseType | None:
    """The case's type as it is now; `None` if the catalogue has it no more."""
    return draft.edition.casework.types.get(case.type)


def put(draft: Draft, case: Case) -> None:
    """Keep a case as it stands now."""
    draft.cases = tuple(case if old.case_id == case.case_id else old for old in draft.cases)


def refuse(draft: Draft, event: Envelope, reason: str) -> None:
    """Say that nothing was done, and why."""
    draft.set_aside(event, facts.Effect.REFUSED, reason)


def touch(
    draft: Draft,
    case: Case,
    channel: Channel,
    session: str,
    *,
    record: Values | None = None,
    is_contact: bool = True,
) -> Case:
    """The client is in touch about it: where, in which conversation, and what is known by it.

    A higher channel takes it over: whoever sees the client there owns it from then on. Told where
    anything of an open case changed.
    """
    mark = short_hash(session)
    sessions = case.sessions
    if is_contact and mark not in sessions:
        kept = draft.edition.casework.limits.sessions_kept
        sessions = (*sessions[: kept - 1], mark)
    moved = replace(
        case,
        channel=str(channel),
        sessions=sessions,
        record=ordered({**case.record, **(record or {})}),
    )
    kind = type_of(draft, case)
    if kind is not None:
        moved = replace(moved, subject=str(moved.record.get(kind.subject, "")))
        if RANKS.get(str(channel), 0) > RANKS.get(case.owned_in, 0):
            owner = _owner(draft, kind, str(channel))
            moved = replace(moved, owner=owner, owned_in=str(channel))
        if moved.ends_at is not None and moved.is_open:
            moved = replace(moved, ends_at=Instant(draft.now + kind.patience))
    put(draft, moved)
    if moved.is_open and _stands(moved) != _stands(case):
        tell(draft, moved, CaseMove.FOLLOWED)
    return moved


def settle(draft: Draft, case_id: str) -> None:
    """Whose turn is it? Told when it is somebody else's than before."""
    case = find(draft, case_id)
    if case is None or not case.is_open:
        return
    life = _turn(draft, case)
    if life is case.life:
        return
    kind = type_of(draft, case)
    waits = life is CaseLife.WAITING_CLIENT and kind is not None
    ends_at = Instant(draft.now + kind.patience) if waits and kind is not None else None
    moved = replace(case, life=life, ends_at=ends_at)
    put(draft, moved)
    tell(draft, moved, CaseMove.WAITING)


def resolve(draft: Draft, case: Case, *, by: str) -> Case:
    """It is solved as far as is known: its topic is free; for a while it may be opened again."""
    kind = type_of(draft, case)
    reopen, contact = (0, 0) if kind is None else (kind.reopen, kind.first_contact)
    solved = replace(
        case,
        life=CaseLife.RESOLVED,
        due=None,
        ends_at=Instant(draft.now + reopen),
        judge_at=None if case.judged else Instant(draft.now + contact),
        overdue=False,
    )
    against = _not_at_first(solved)
    if against is not None:
        solved = judge(draft, solved, against)
    put(draft, solved)
    tell(draft, solved, CaseMove.RESOLVED, reason=by)
    for intent in () if kind is None else kind.intents:
        behaviour.settle_need(draft, intent)
    draft.decide_on("case")
    return solved


def confirm(draft: Draft, case: Case, by: str) -> None:
    """The client or the core bank says so too."""
    confirmed = replace(case, confirmed=by)
    put(draft, confirmed)
    tell(draft, confirmed, CaseMove.CONFIRMED)


def prove(draft: Draft, case: Case) -> None:
    """An operation of a case that is resolved was done: is that proof enough?"""
    kind = type_of(draft, case)
    if kind is not None and kind.proof == "operation":
        confirm(draft, case, "core")
    else:
        for holding in draft.holdings:
            if _is_proven_by(draft, case, holding):
                confirm(draft, case, "core")


def close(draft: Draft, case: Case, reason: str) -> None:
    """It is over: nothing of it is kept here."""
    was_open = case.is_open
    against = "unsolved" if was_open else _unconfirmed(case)
    ended = replace(judge(draft, case, against), life=CaseLife.CLOSED, due=None)
    draft.cases = tuple(other for other in draft.cases if other.case_id != case.case_id)
    tell(draft, ended, CaseMove.CLOSED, reason=reason)
    if was_open:
        draft.decide_on("case")


def judge(draft: Draft, case: Case, against: str | None) -> Case:
    """Say once whether the first contact solved it."""
    if case.judged:
        return case
    draft.conclude(
        facts.FirstContactJudged,
        FirstContact(
            case_id=case.case_id,
            case_type=case.type,
            met=against is None,
            reason=against,  # type: ignore[arg-type]  # one of its words, by the callers
        ),
    )
    return replace(case, judged=True, judge_at=None)


def tell(draft: Draft, case: Case, move: CaseMove, *, reason: str | None = None) -> None:
    """Say how it stands."""
    draft.conclude(
        facts.CaseAdvanced,
        CaseAdvance(
            case_id=case.case_id,
            case_type=case.type,
            version=case.version,
            topic=case.topic,
            subject=case.subject,
            life=case.life,
            move=move,
            owner=case.owner,
            channel=Channel(case.channel),
            sessions=len(case.sessions),
            due=case.ends_at if not case.is_open else None if case.overdue else case.due,
            record=case.record,
            confirmed=case.confirmed,  # type: ignore[arg-type]  # one of two words
            reopened=case.reopened,
            reason=reason,
        ),
    )


def _open(
    draft: Draft, event: Envelope, kind: CaseType, record: Values, *, channel: Channel, session: str
) -> None:
    if not _has_room(draft):
        refuse(draft, event, "too_many_cases")
        return
    case = Case(
        case_id=draft.name("k_"),
        type=kind.id,
        version=kind.version,
        topic=kind.topic,
        subject=str(record.get(kind.subject, "")),
        life=CaseLife.OPEN,
        channel=str(channel),
        owner=_owner(draft, kind, str(channel)),
        owned_in=str(channel),
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


def _reopen(draft: Draft, case: Case, reason: str) -> None:
    kind = type_of(draft, case)
    due = None if kind is None else Instant(draft.now + kind.solve_within)
    again = replace(
        judge(draft, case, "reopened"),
        life=CaseLife.REOPENED,
        due=due,
        ends_at=None,
        confirmed=None,
        reopened=case.reopened + 1,
        operations=tuple(each for each in case.operations if each.state in NOT_OVER),
    )
    put(draft, again)
    tell(draft, again, CaseMove.REOPENED, reason=reason)
    _clear_topic(draft, again)
    settle(draft, again.case_id)
    draft.decide_on("case")


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


def _turn(draft: Draft, case: Case) -> CaseLife:
    kind, newest = type_of(draft, case), case.newest
    if newest is not None and newest.state is OperationState.OFFERED:
        return CaseLife.WAITING_CLIENT
    if _is_at_work(case) or case.needs_person:
        return CaseLife.WAITING_BANK
    if kind is not None and any(field not in case.record for field in kind.needed):
        return CaseLife.WAITING_CLIENT
    return CaseLife.REOPENED if case.reopened else CaseLife.OPEN


def _owner(draft: Draft, kind: CaseType, channel: str) -> str:
    """The desk of the channel's role; where none serves the client the next one, then the unit."""
    role = kind.owners.get(channel, ROLES[-1])
    served = draft.served
    desks = {"rm": served.rm, "team": served.team, "remote": served.remote}
    ranked = ROLES[ROLES.index(role) :]
    return next((desk for each in ranked if (desk := desks[each]) is not None), kind.unit)


def _not_at_first(case: Case) -> str | None:
    if len(case.sessions) > 1:
        return "more_sessions"
    return "asked_twice" if case.asked_again else None


def _is_at_work(case: Case) -> bool:
    """Is the core bank carrying something out for it?"""
    return case.newest is not None and case.newest.state in UNDER_WAY


def _stands(case: Case) -> tuple[str, str, int, Values]:
    """What others see of a case while it goes on."""
    return case.owner, case.channel, len(case.sessions), case.record


def _unconfirmed(case: Case) -> str | None:
    return None if case.confirmed else "not_confirmed"


def _is_proven_by(draft: Draft, case: Case, holding: Holding) -> bool:
    kind, newest = type_of(draft, case), case.newest
    if kind is None or kind.proof != "position" or newest is None or holding.lot is None:
        return False
    wanted = newest.parameters
    is_it = (holding.account, holding.product) == (wanted.get("account"), wanted.get("product"))
    rolls = wanted.get("instruction") == "roll_over"
    return is_it and newest.state is OperationState.DONE and holding.lot.rolls_over is rolls
