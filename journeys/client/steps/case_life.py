"""A case as it stands: whose turn it is, who owns it, how it is solved, confirmed and closed."""

from typing import Final

from msgspec.structs import replace

from journeys.catalogue.casework import ROLES, CaseType
from journeys.catalogue.vocabulary import RANKS
from journeys.client.case.case import UNDER_WAY, Case, Values, ordered
from journeys.client.state import Holding
from journeys.client.steps import behaviour, handing, promoters
from journeys.client.steps.draft import Draft
from journeys.identity import short_hash
from schemas import facts
from schemas.cases import (
    CaseAdvance,
    CaseLife,
    CaseMove,
    FirstContact,
    OperationState,
)
from schemas.envelope import Envelope
from schemas.time import Instant
from schemas.wire import Channel

NOT_THEIRS: Final = "not_served_by_desk"


def owns(case: Case, topics: tuple[str, ...]) -> bool:
    """Is one of these topics this case's own?"""
    return case.is_open and case.topic in topics


def find(draft: Draft, case_id: str) -> Case | None:
    """A case that is not closed."""
    return next((case for case in draft.cases if case.case_id == case_id), None)


def is_foreign(draft: Draft, desk: str | None, case: Case | None = None) -> bool:
    """Does a desk speak that neither serves the client nor has the case?"""
    served = draft.served
    theirs = (served.rm, served.team, served.remote, None if case is None else case.owner)
    return desk is not None and desk not in theirs


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
    anything of an open case changed, and where any case's owner did.
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
            owner = owner_of(draft, kind, str(channel))
            moved = replace(moved, owner=owner, owned_in=str(channel))
        if moved.ends_at is not None and moved.is_open:
            moved = replace(moved, ends_at=Instant(draft.now + kind.patience))
    put(draft, moved)
    is_news = moved.is_open and _stands(moved) != _stands(case)
    if is_news or moved.owner != case.owner:
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
    kind, case = type_of(draft, case), handing.withdraw(draft, case)
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
    promoters.after_case(draft, solved)
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
            if is_proven_by(draft, case, holding):
                confirm(draft, case, "core")


def close(draft: Draft, case: Case, reason: str) -> None:
    """It is over: nothing of it is kept here."""
    was_open, case = case.is_open, handing.withdraw(draft, case)
    against = "unsolved" if was_open else unconfirmed(case)
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


def owner_of(draft: Draft, kind: CaseType, channel: str) -> str:
    """The desk of the channel's role; where none serves the client the next one, then the unit."""
    role = kind.owners.get(channel, ROLES[-1])
    served = draft.served
    desks = {"rm": served.rm, "team": served.team, "remote": served.remote}
    ranked = ROLES[ROLES.index(role) :]
    return next((desk for each in ranked if (desk := desks[each]) is not None), kind.unit)


def unconfirmed(case: Case) -> str | None:
    """What speaks against its first contact: nobody confirmed it."""
    return None if case.confirmed else "not_confirmed"


def is_at_work(case: Case) -> bool:
    """Is the core bank carrying something out for it?"""
    return case.newest is not None and case.newest.state in UNDER_WAY


def is_proven_by(draft: Draft, case: Case, holding: Holding) -> bool:
    """Does a position show what its operation was for?"""
    kind, newest = type_of(draft, case), case.newest
    if kind is None or kind.proof != "position" or newest is None or holding.lot is None:
        return False
    wanted = newest.parameters
    is_it = (holding.account, holding.product) == (wanted.get("account"), wanted.get("product"))
    rolls = wanted.get("instruction") == "roll_over"
    return is_it and newest.state is OperationState.DONE and holding.lot.rolls_over is rolls


def _turn(draft: Draft, case: Case) -> CaseLife:
    kind, newest = type_of(draft, case), case.newest
    if newest is not None and newest.state is OperationState.OFFERED:
        return CaseLife.WAITING_CLIENT
    if is_at_work(case) or case.needs_person:
        return CaseLife.WAITING_BANK
    if kind is not None and any(field not in case.record for field in kind.needed):
        return CaseLife.WAITING_CLIENT
    return CaseLife.REOPENED if case.reopened else CaseLife.OPEN


def _not_at_first(case: Case) -> str | None:
    if len(case.sessions) > 1:
        return "more_sessions"
    return "asked_twice" if case.asked_again else None


def _stands(case: Case) -> tuple[str, str, int, Values]:
    """What others see of a case while it goes on."""
    return case.owner, case.channel, len(case.sessions), case.record
