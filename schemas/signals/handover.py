"""Cases handed over: asked for in any channel, offered to a desk, taken there, answered."""

from typing import ClassVar, Literal

from schemas.envelope import ClientEvent, DeskEvent
from schemas.handovers import HandoverAction, HandoverAnswer, HandoverOffer, HandoverWish


class HandoverAsked(ClientEvent):
    """A case is to be handed over; its owner keeps it until somebody takes it."""

    type: Literal["org.suishen.case.handover_asked.v1"]
    data: HandoverWish
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class HandoverOffered(DeskEvent):
    """The client fold's word on a hand-over to this desk: it waits, or waits no more."""

    type: Literal["org.suishen.desk.handover_offered.v1"]
    data: HandoverOffer
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class HandoverActed(DeskEvent):
    """An adviser takes a hand-over, or passes it on."""

    type: Literal["org.suishen.desk.handover_acted.v1"]
    data: HandoverAction
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class HandoverAnswered(ClientEvent):
    """The desk fold's word on a hand-over, on the client's log."""

    type: Literal["org.suishen.desk.handover_answered.v1"]
    data: HandoverAnswer
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"
