"""A case handed over: asked for, offered to one desk after the other, taken, or kept.

At every moment it has one owner and a clock: who had it keeps it until a desk takes it.
"""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from journeys.catalogue.casework import HandoverRule
from journeys.catalogue.vocabulary import RANKS
from journeys.client.case.case import Case, Handover
from journeys.client.state import Served
from journeys.client.steps import case_life, handing
from journeys.client.steps.draft import Draft
from schemas.cases import CaseMove
from schemas.facts import Effect
from schemas.handovers import HandoverAnswerKind, HandoverState, HandoverWish
from schemas.signals.handover import HandoverAnswered, HandoverAsked
from schemas.time import Instant, local_day, start_of_day
from schemas.wire import Channel

_BANK_OFFSET: Final = 480
"""Working days are the bank's; minutes east of UTC."""
_SATURDAY: Final = 5


def on_asked(draft: Draft, event: HandoverAsked) -> None:
    """Offer a case to another desk, or say why not; nothing changes hands before it is taken."""
    said = event.data
    case = case_life.find(draft, said.case_id)
    rule = draft.edition.casework.handovers.get(said.kind)
    desks = () if rule is None or case is None else _desks(draft, case, rule)
    no = _why_not(draft, case, said, rule, desks)
    if case is None or rule is None or no is not None:
        case_life.refuse(draft, event, no or "unknown_case")
        return
    ranked = desks if said.to is None else (said.to, *(one for one in desks if one != said.to))
    # In the channel where it is: to ask for a hand-over moves nothing yet.
    case = case_life.touch(draft, case, Channel(case.channel), said.session)
    offered = Handover(
        handover_id=draft.name("h_"),
        version=1,
        kind=rule.id,
        desk=ranked[0],
        left=ranked[1:],
        accept_by=_by(rule, draft.now),
        want=said.want,
        next_step=said.next_step,
    )
    case = replace(case, handover=offered)
    case_life.put(draft, case)
    handing.tell(draft, case, offered, HandoverState.OFFERED)


def on_answered(draft: Draft, event: HandoverAnswered) -> None:
    """A desk's word: it takes the case, or may not."""
    said = event.data
    found = ((case, case.handover) for case in draft.cases if case.handover is not None)
    mine = ((case, one) for case, one in found if one.handover_id == said.handover_id)
    case, handover = next(mine, (None, None))
    if case is None or handover is None or handover.version != said.version:
        draft.set_aside(event, Effect.STALE, "handover_over")
    elif handover.desk != said.desk:
        draft.set_aside(event, Effect.REFUSED, "not_this_desk")
    elif said.desk not in _serving(draft.served):
        draft.set_aside(event, Effect.REFUSED, case_life.NOT_THEIRS)
        _pass_on(draft, case, handover, reason=case_life.NOT_THEIRS)
    elif said.kind is HandoverAnswerKind.TAKEN:
        _take(draft, case, handover, actor=said.actor)
    else:
        _pass_on(draft, case, handover, reason=str(said.kind), actor=said.actor)


def on_zero(draft: Draft, case_id: str) -> None:
    """Nobody took it in time: the next desk is asked, manager and client are told."""
    case = case_life.find(draft, case_id)
    if case is None or case.handover is None:
        return
    if case.owner == case.handover.desk:  # the client turned up there meanwhile
        _take(draft, case, case.handover)
    else:
        _pass_on(draft, case, case.handover, reason=handing.NOT_TAKEN)


def on_served(draft: Draft, before: Served) -> None:
    """Other desks serve the client now: those of before are asked no more, the new ones are."""
    serving = _serving(draft.served)
    new = serving - _serving(before)
    for case in draft.cases:
        one = case.handover
        rule = None if one is None else draft.edition.casework.handovers.get(one.kind)
        if one is None or rule is None:
            continue
        may_be_asked = {*one.left, *new} - {one.desk}
        left = tuple(desk for desk in _desks(draft, case, rule) if desk in may_be_asked)
        if one.desk in serving:
            case_life.put(draft, replace(case, handover=replace(one, left=left)))
        else:
            _pass_on(draft, case, replace(one, left=left), reason=case_life.NOT_THEIRS)


def _why_not(
    draft: Draft,
    case: Case | None,
    said: HandoverWish,
    rule: HandoverRule | None,
    desks: tuple[str, ...],
) -> str | None:
    """The first thing that speaks against it."""
    checks = (
        (draft.is_late, "asked_too_late"),
        (case is None, "unknown_case"),
        (case is not None and not case.is_open, "case_resolved"),
        (rule is None, "unknown_kind"),
        (case is not None and case.handover is not None, "handover_under_way"),
        (said.by == "desk" and (case is None or said.desk != case.owner), "not_the_owner"),
        (said.to is not None and said.to not in desks, "not_a_desk_of_the_client"),
        (not desks, "nobody_to_ask"),
    )
    return next((reason for is_so, reason in checks if is_so), None)


def _desks(draft: Draft, case: Case, rule: HandoverRule) -> tuple[str, ...]:
    """Who may be asked, in turn: the desks that serve the client, without the one that has it."""
    served = draft.served
    by_role = {"rm": served.rm, "team": served.team, "remote": served.remote}
    named = (by_role[role] for role in rule.roles)
    return tuple(dict.fromkeys(one for one in named if one is not None and one != case.owner))


def _serving(served: Served) -> frozenset[str | None]:
    return frozenset({served.rm, served.team, served.remote})


def _take(
    draft: Draft,
    case: Case,
    handover: Handover,
    *,
    former: str | None = None,
    actor: str | None = None,
) -> None:
    rule = draft.edition.casework.handovers.get(handover.kind)
    taken = replace(handover, version=handover.version + 1)
    # It only ever moves up: a client who was met in a branch is not a remote desk's by that.
    is_up = rule is not None and RANKS.get(rule.channel, 0) > RANKS.get(case.owned_in, 0)
    owned_in = rule.channel if rule is not None and is_up else case.owned_in
    case = replace(case, owner=handover.desk, owned_in=owned_in, handover=None)
    case_life.put(draft, case)
    handing.tell(draft, case, taken, HandoverState.TAKEN, former=former, actor=actor)
    case_life.tell(draft, case, CaseMove.FOLLOWED, reason="handed_over")


def _pass_on(
    draft: Draft, case: Case, handover: Handover, *, reason: str, actor: str | None = None
) -> None:
    rule, serving = draft.edition.casework.handovers.get(handover.kind), _serving(draft.served)
    left = tuple(one for one in handover.left if one in serving)
    if not left or rule is None:
        _keep(draft, case, handover, reason=reason, actor=actor)
        return
    if left[0] == case.owner:  # the client turned up there meanwhile
        _take(draft, case, replace(handover, desk=case.owner), former=handover.desk)
        return
    moved = replace(
        handover,
        version=handover.version + 1,
        desk=left[0],
        left=left[1:],
        accept_by=_by(rule, draft.now),
        zeros=handover.zeros + (reason == handing.NOT_TAKEN),
    )
    case = replace(case, handover=moved)
    case_life.put(draft, case)
    if moved.zeros > handover.zeros:
        draft.decide_on("case")
    handing.tell(
        draft, case, moved, HandoverState.PASSED_ON,
        former=handover.desk, reason=reason, actor=actor,
    )  # fmt: skip


def _keep(draft: Draft, case: Case, handover: Handover, *, reason: str, actor: str | None) -> None:
    """Nobody is left to ask: who has the case keeps it, and is late with it from now on."""
    was_late = case.overdue
    case = replace(case, handover=None, overdue=True)
    case_life.put(draft, case)
    over = replace(handover, version=handover.version + 1)
    handing.tell(draft, case, over, HandoverState.LAPSED, reason=reason, actor=actor)
    if not was_late:
        case_life.tell(draft, case, CaseMove.OVERDUE, reason="handover_lapsed")
    draft.decide_on("case")


def _by(rule: HandoverRule, now: Instant) -> Instant:
    """When the clock stands at zero; of working days, the same time of day so many later."""
    if rule.working_days == 0:
        return Instant(now + rule.within)
    today = local_day(now, utc_offset_minutes=_BANK_OFFSET)
    since = now - start_of_day(today, utc_offset_minutes=_BANK_OFFSET)
    day, left = today, rule.working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return Instant(start_of_day(day, utc_offset_minutes=_BANK_OFFSET) + since)
