"""A case handed from one desk to another: by what clock, with all that was said, done and promised.

A hand-over has an owner at every moment: who had the case keeps it until somebody takes it.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.cases import OperationState, Session, Speaker, Values, WireCase
from schemas.time import WireInstant
from schemas.wire import Channel, Name, Wire, WireClient, WireDesk, WireEnum

WireHandover = Annotated[str, Field(pattern=r"^h_[0-9a-f]{32}$")]
Version = Annotated[int, Field(ge=1)]
Owner = Annotated[str, Field(max_length=64)]
"""A desk, or the unit that answers where no desk serves the client."""
_Sentence = Annotated[str, Field(min_length=1, max_length=280)]


class HandoverKind(WireEnum):
    """What the client is waiting for; each kind has its own clock."""

    LIVE = "live"
    """The client stays in the conversation."""
    CALL_BACK = "call_back"
    VISIT = "visit"


class HandoverState(WireEnum):
    """Where a hand-over stands."""

    OFFERED = "offered"
    PASSED_ON = "passed_on"
    """Nobody took it in time, or the desk may not: the next one is asked."""
    TAKEN = "taken"
    LAPSED = "lapsed"
    """Nobody is left to ask: who had the case still has it."""
    WITHDRAWN = "withdrawn"
    """The case was solved or closed meanwhile."""


class HandoverWish(Wire):
    """Whoever has a case wants another desk to take it over."""

    case_id: WireCase
    kind: HandoverKind
    session: Session
    channel: Channel
    by: Speaker
    desk: WireDesk | None = None
    """Of a desk that hands over: which one. Only the case's owner may."""
    to: WireDesk | None = None
    """One of the desks that serve the client; nobody named, the kind's first."""
    want: _Sentence | None = None
    """What the client wants, in a sentence; whoever sends it has masked personal numbers."""
    next_step: _Sentence | None = None


class Done(Wire):
    """An operation of the case, and how it stands."""

    operation: Name
    state: OperationState


class Allowance(Wire):
    """What the client has allowed, as of now."""

    marketing: bool
    profiling: bool
    opted_out: tuple[Name, ...] = ()
    do_not_call_until: WireInstant | None = None
    complaint_open: bool


class Packet(Wire):
    """What the next owner has to know, so that nobody asks the client again.

    The words that were said and promised stand on the case's record under `case_id`.
    """

    case_type: Name
    subject: Annotated[str, Field(max_length=96)]
    want: _Sentence | None = None
    known: Values
    """The record: never to be asked again."""
    asked: tuple[Name, ...] = ()
    """Fields that the client was asked for already."""
    left: tuple[Name, ...] = ()
    """Fields that are needed and not known yet."""
    done: tuple[Done, ...] = ()
    next_step: _Sentence | None = None
    consent: Allowance


class Saying(Wire):
    """A sentence to a client, in the bank's languages."""

    zh: Annotated[str, Field(max_length=280)]
    en: Annotated[str, Field(max_length=280)]


class HandoverAdvance(Wire):
    """A hand-over as it stands after a move."""

    handover_id: WireHandover
    version: Version
    case_id: WireCase
    kind: HandoverKind
    state: HandoverState
    owner: Owner
    """Who has the case now."""
    desk: WireDesk
    """Who is asked to take it, or took it."""
    former: WireDesk | None = None
    """Of one passed on: who did not take it."""
    accept_by: WireInstant
    reason: Name | None = None
    actor: Annotated[str, Field(max_length=64)] | None = None
    told: tuple[Literal["client", "manager"], ...] = ()
    """Who has to hear of this move from whoever shows it."""
    say: Saying | None = None
    """To the client, where they are told."""
    packet: Packet


class HandoverOffer(Wire):
    """The client fold's word to a desk: a case waits here, or waits no more."""

    handover_id: WireHandover
    version: Version
    case_id: WireCase
    client: WireClient
    kind: HandoverKind
    state: HandoverState
    desk: WireDesk
    accept_by: WireInstant
    licence: Name | None = None
    """What a desk must be licensed for."""
    language: Name | None = None
    """What it must speak, if that is not the bank's own."""


class HandoverActionKind(WireEnum):
    """What an adviser does with a hand-over."""

    TAKE = "take"
    PASS_ON = "pass_on"  # noqa: S105 - no secret
    """Not here: ask the next desk now, not at zero."""


class HandoverAction(Wire):
    """What an adviser did."""

    handover_id: WireHandover
    version: Version
    action: HandoverActionKind
    actor: Annotated[str, Field(min_length=1, max_length=64)]


class HandoverAnswerKind(WireEnum):
    """A desk's word on a hand-over."""

    TAKEN = "taken"
    PASSED_ON = "passed_on"
    NO_LICENCE = "no_licence"
    NO_LANGUAGE = "no_language"


class HandoverAnswer(Wire):
    """A desk fold's word on a hand-over, on the client's log."""

    handover_id: WireHandover
    version: Version
    desk: WireDesk
    kind: HandoverAnswerKind
    actor: Annotated[str, Field(max_length=64)] | None = None


class HandoverRefusal(Wire):
    """An adviser's action on a hand-over that the desk fold did not take, and why."""

    handover_id: WireHandover
    action: HandoverActionKind
    actor: str
    reason: Literal["unknown_handover", "stale_version", "already_taken", "too_late"]
    at: WireInstant
