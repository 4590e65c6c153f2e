"""What any channel says of a case: a need, a line for the record, an operation, a settlement."""

from typing import ClassVar, Literal

from schemas.cases import Need, Noted, OperationReply, OperationWish, Settlement
from schemas.envelope import ClientEvent


class NeedRaised(ClientEvent):
    """A client asks for something; a case is opened, or the open one goes on."""

    type: Literal["org.suishen.case.need_raised.v1"]
    data: Need
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class NoteTaken(ClientEvent):
    """Something was said, asked, done or promised."""

    type: Literal["org.suishen.case.note_taken.v1"]
    data: Noted
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class OperationWanted(ClientEvent):
    """An operation is to be offered: nothing is done before it is confirmed."""

    type: Literal["org.suishen.case.operation_wanted.v1"]
    data: OperationWish
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class OperationReplied(ClientEvent):
    """An offered operation was confirmed or declined."""

    type: Literal["org.suishen.case.operation_replied.v1"]
    data: OperationReply
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class CaseSettled(ClientEvent):
    """Somebody says that a case is solved, or that it is not."""

    type: Literal["org.suishen.case.settled.v1"]
    data: Settlement
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"
