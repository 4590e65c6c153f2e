"""Cases handed over to this desk: who may take them, and who was first.

The desk keeps no clock of its own: the client fold moves what nobody took in time, and says so.
"""

from typing import Final, Literal

from msgspec.structs import replace

from journeys.desk import skills
from journeys.desk.state import Waiting
from journeys.desk.work import Work
from schemas.facts import HandoverRefused
from schemas.handovers import (
    HandoverAction,
    HandoverActionKind,
    HandoverAnswer,
    HandoverAnswerKind,
    HandoverOffer,
    HandoverRefusal,
    HandoverState,
)
from schemas.signals.handover import HandoverActed, HandoverAnswered, HandoverOffered
from schemas.wire import ClientToken

_MOST_WAITING: Final = 64
_WAITS: Final = frozenset({HandoverState.OFFERED, HandoverState.PASSED_ON})
_Refused = Literal["unknown_handover", "stale_version", "already_taken", "too_late"]


def on_offer(work: Work, event: HandoverOffered) -> None:
    """The client fold's word: a case waits here, or waits no more; the newest version wins."""
    offer = event.data
    known = _find(work, offer.handover_id)
    heard = work.heard(offer.handover_id) if known is None else known.version
    if offer.version <= heard:
        return
    _drop(work, offer.handover_id)
    if known is not None and not _stands(work, known, offer):
        _refuse(work, known.handover_id, HandoverActionKind.TAKE, str(known.taken_by), "too_late")
    if offer.state not in _WAITS or offer.desk != work.desk or offer.accept_by <= work.now:
        work.remember(offer.handover_id, offer.version, until=offer.accept_by)
        return
    _forget_late(work)
    one = Waiting(
        handover_id=offer.handover_id,
        version=offer.version,
        client=offer.client,
        accept_by=offer.accept_by,
        licence=offer.licence,
        language=offer.language,
    )
    no = _may_not(work, one)
    if no is None and len(work.waiting) >= _MOST_WAITING:
        no = HandoverAnswerKind.PASSED_ON
    if no is None:
        _put(work, one)
    else:
        _leave(work, one, no)


def on_action(work: Work, event: HandoverActed) -> None:
    """An adviser takes one, or passes it on: who is first on this log is first."""
    action = event.data
    one = _find(work, action.handover_id)
    refusal = _refusal(work, one, action)
    if one is None or refusal is not None:
        reason = refusal or "unknown_handover"
        _refuse(work, action.handover_id, action.action, action.actor, reason)
        return
    takes = action.action is HandoverActionKind.TAKE
    kind = HandoverAnswerKind.TAKEN if takes else HandoverAnswerKind.PASSED_ON
    _answer(work, one, kind, actor=action.actor)
    _put(work, replace(one, taken_by=action.actor, passes=not takes))


def on_roster(work: Work) -> None:
    """New hours may bring or take a licence: what may not be done here any more is passed on."""
    for one in work.waiting:
        no = None if one.taken_by is not None else _may_not(work, one)
        if no is not None:
            _leave(work, one, no)


def _stands(work: Work, known: Waiting, offer: HandoverOffer) -> bool:
    """Does the client's log agree with whoever took it here? Others took nothing."""
    if known.taken_by is None or known.passes:
        return True
    return offer.state is HandoverState.TAKEN and offer.desk == work.desk


def _refuse(
    work: Work, handover_id: str, action: HandoverActionKind, actor: str, reason: _Refused
) -> None:
    said = HandoverRefusal(
        handover_id=handover_id, action=action, actor=actor, reason=reason, at=work.now
    )
    work.conclude(HandoverRefused, said)


def _leave(work: Work, one: Waiting, no: HandoverAnswerKind) -> None:
    _drop(work, one.handover_id)
    work.remember(one.handover_id, one.version, until=one.accept_by)
    _answer(work, one, no)


def _forget_late(work: Work) -> None:
    """What nobody took in time waits here no more; what was taken waits for the client's log.

    It does so while there is room.
    """
    has_room = len(work.waiting) < _MOST_WAITING
    work.waiting = tuple(
        one
        for one in work.waiting
        if one.accept_by > work.now or (has_room and one.taken_by is not None)
    )


def _may_not(work: Work, one: Waiting) -> HandoverAnswerKind | None:
    no = skills.lacking(work.hours, one.licence, one.language)
    return None if no is None else HandoverAnswerKind(no)


def _refusal(work: Work, one: Waiting | None, action: HandoverAction) -> _Refused | None:
    if one is None:
        return "unknown_handover"
    if one.taken_by is not None:
        return "already_taken"
    if action.version != one.version:
        return "stale_version"
    return "too_late" if work.now >= one.accept_by else None


def _answer(
    work: Work, one: Waiting, kind: HandoverAnswerKind, *, actor: str | None = None
) -> None:
    said = HandoverAnswer(
        handover_id=one.handover_id, version=one.version, desk=work.desk, kind=kind, actor=actor
    )
    work.tell(HandoverAnswered, said, client=ClientToken(one.client), at=work.now)


def _find(work: Work, handover_id: str) -> Waiting | None:
    return next((one for one in work.waiting if one.handover_id == handover_id), None)


def _put(work: Work, one: Waiting) -> None:
    _drop(work, one.handover_id)
    waiting = (*work.waiting, one)
    work.waiting = tuple(sorted(waiting, key=lambda each: (each.accept_by, each.handover_id)))


def _drop(work: Work, handover_id: str) -> None:
    work.waiting = tuple(one for one in work.waiting if one.handover_id != handover_id)
