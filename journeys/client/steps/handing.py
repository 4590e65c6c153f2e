"""What is said of a hand-over: the packet as a fact, and the offer to the desks it concerns."""

from msgspec.structs import replace

from journeys.client.case.case import Case, Handover
from journeys.client.steps.draft import Draft
from schemas.facts import HandoverAdvanced
from schemas.handovers import (
    Allowance,
    Done,
    HandoverAdvance,
    HandoverKind,
    HandoverOffer,
    HandoverState,
    Packet,
    Saying,
)
from schemas.signals.handover import HandoverOffered
from schemas.time import Instant
from schemas.wire import ClientToken, DeskId

BANK_LANGUAGE = "zh"
"""Every desk speaks it."""
NOT_TAKEN = "not_taken"
"""The clock stood at zero."""


def tell(  # noqa: PLR0913 - a fact's fields, named
    draft: Draft,
    case: Case,
    handover: Handover,
    state: HandoverState,
    *,
    former: str | None = None,
    reason: str | None = None,
    actor: str | None = None,
) -> None:
    """Say how a hand-over stands: a fact with the packet, and to the desks what concerns them."""
    is_late = state is HandoverState.LAPSED or reason == NOT_TAKEN
    draft.conclude(
        HandoverAdvanced,
        HandoverAdvance(
            handover_id=handover.handover_id,
            version=handover.version,
            case_id=case.case_id,
            kind=HandoverKind(handover.kind),
            state=state,
            owner=case.owner,
            desk=DeskId(handover.desk),
            former=None if former is None else DeskId(former),
            accept_by=handover.accept_by,
            reason=reason,
            actor=actor,
            told=("client", "manager") if is_late else (),
            say=_say(draft, handover, state, is_late=is_late),
            packet=_packet(draft, case, handover),
        ),
    )
    for desk in dict.fromkeys(desk for desk in (handover.desk, former) if desk is not None):
        draft.send(HandoverOffered, _offer(draft, case, handover, state), key=desk)


def withdraw(draft: Draft, case: Case) -> Case:
    """The case is over: nobody has to take it any more."""
    if case.handover is None:
        return case
    over = replace(case.handover, version=case.handover.version + 1)
    tell(draft, case, over, HandoverState.WITHDRAWN)
    return replace(case, handover=None)


def _offer(draft: Draft, case: Case, handover: Handover, state: HandoverState) -> HandoverOffer:
    kind = draft.edition.casework.types.get(case.type)
    language = draft.served.locale
    return HandoverOffer(
        handover_id=handover.handover_id,
        version=handover.version,
        case_id=case.case_id,
        client=ClientToken(draft.client),
        kind=HandoverKind(handover.kind),
        state=state,
        desk=DeskId(handover.desk),
        accept_by=handover.accept_by,
        licence=None if kind is None else kind.licence,
        language=None if language == BANK_LANGUAGE else language,
    )


def _say(draft: Draft, handover: Handover, state: HandoverState, *, is_late: bool) -> Saying | None:
    rule = draft.edition.casework.handovers.get(handover.kind)
    if rule is None:
        return None
    if is_late:
        return Saying(zh=rule.late_zh, en=rule.late_en)
    asked = state in (HandoverState.OFFERED, HandoverState.PASSED_ON)
    return Saying(zh=rule.say_zh, en=rule.say_en) if asked else None


def _packet(draft: Draft, case: Case, handover: Handover) -> Packet:
    kind = draft.edition.casework.types.get(case.type)
    needed = () if kind is None else kind.needed
    allowed = draft.allowed
    call_from = allowed.do_not_call_until
    return Packet(
        case_type=case.type,
        subject=case.subject,
        want=handover.want,
        known=case.record,
        asked=case.asked,
        left=tuple(field for field in needed if field not in case.record),
        done=tuple(Done(operation=one.operation, state=one.state) for one in case.operations),
        next_step=handover.next_step,
        consent=Allowance(
            marketing=allowed.marketing,
            profiling=allowed.profiling,
            opted_out=allowed.opted_out,
            do_not_call_until=Instant(call_from) if call_from > draft.now else None,
            complaint_open=bool(draft.complaints),
        ),
    )
