"""What desks and showing channels say about tasks, on a client's log and on a desk's log."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from schemas.books import BookEntry
from schemas.diagnosis import Statement
from schemas.envelope import ClientEvent, DeskEvent
from schemas.tasks import Claim, DeclineReason, DeskActionKind, Outcome, Task
from schemas.time import WireInstant
from schemas.wire import Channel, Name, OpenEnum, Wire, WireClient, WireDesk, WireTaskId

TaskVersion = Annotated[int, Field(ge=1)]


class NotPresentedReason(OpenEnum):
    """Why a door did not show a task."""

    WINDOW = "window"
    EXPIRED = "expired"
    RECALLED = "recalled"
    CLIENT_AWAY = "client_away"
    UNKNOWN = "unknown"


class Presentation(Wire):
    """A task as it was shown to the client, and where."""

    task_id: WireTaskId
    task_version: TaskVersion
    channel: Channel


class TaskPresented(ClientEvent):
    """A channel system showed the task; only now its slot is spent."""

    type: Literal["org.suishen.desk.task_presented.v1"]
    data: Presentation
    family: ClassVar[str] = "contact"


class NonPresentation(Wire):
    """A task that a door kept back."""

    task_id: WireTaskId
    task_version: TaskVersion
    channel: Channel
    reason: NotPresentedReason


class TaskNotPresented(ClientEvent):
    """A door did not show the task: the slot comes back."""

    type: Literal["org.suishen.desk.task_not_presented.v1"]
    data: NonPresentation
    family: ClassVar[str] = "contact"


class OutcomeReport(Wire):
    """What became of a presented task."""

    task_id: WireTaskId
    task_version: TaskVersion
    channel: Channel
    outcome: Outcome


class TaskOutcomeReported(ClientEvent):
    """A channel system without desks (app, AI) says how a task ended."""

    type: Literal["org.suishen.desk.task_outcome_reported.v1"]
    data: OutcomeReport
    family: ClassVar[str] = "contact"


class TaskClaimed(ClientEvent):
    """A desk fold's claim on a task, on the client's log."""

    type: Literal["org.suishen.desk.task_claimed.v1"]
    data: Claim
    family: ClassVar[str] = "contact"


class TaskOffered(DeskEvent):
    """The client fold's word on a task of this desk: new, changed or recalled."""

    type: Literal["org.suishen.desk.task_offered.v1"]
    data: Task
    family: ClassVar[str] = "task"


_NEEDS: Final = {
    DeskActionKind.DECLINE: "reason",
    DeskActionKind.COMPLETE: "outcome",
    DeskActionKind.SNOOZE: "until",
    DeskActionKind.HAND_OVER: "to",
}


def _say_needs(schema: dict[str, Any]) -> None:
    """The same rule for readers of the JSON Schema."""
    schema["allOf"] = [
        {
            "if": {"properties": {"action": {"const": action.value}}, "required": ["action"]},
            "then": {"properties": {field: {"not": {"type": "null"}}}, "required": [field]},
        }
        for action, field in _NEEDS.items()
    ]


class DeskAction(Wire):
    """What an adviser did. `decline` needs a reason, `complete` an outcome, `snooze` a time."""

    model_config = ConfigDict(json_schema_extra=_say_needs)

    task_id: WireTaskId
    task_version: TaskVersion
    action: DeskActionKind
    actor: Annotated[str, Field(min_length=1, max_length=64)]
    reason: DeclineReason | None = None
    outcome: Outcome | None = None
    until: WireInstant | None = None
    to: WireDesk | None = None
    presented: bool = True
    """For `complete`: the client was reached."""

    @model_validator(mode="after")
    def _is_whole(self) -> "DeskAction":
        field = _NEEDS.get(self.action)
        if field is not None and getattr(self, field) is None:
            raise ValueError(f"'{self.action}' needs '{field}'")
        return self


class DeskActed(DeskEvent):
    """An adviser acted on a task in the workbench."""

    type: Literal["org.suishen.desk.desk_acted.v1"]
    data: DeskAction
    family: ClassVar[str] = "task"


class Shift(Wire):
    """A stretch of working time."""

    starts: WireInstant
    ends: WireInstant


class Roster(Wire):
    """A desk's hours and abilities for the days ahead; each roster replaces the one before."""

    version: Annotated[int, Field(ge=1)]
    shifts: Annotated[tuple[Shift, ...], Field(max_length=64)]
    booked: Annotated[tuple[Shift, ...], Field(max_length=64)] = ()
    """Hours already given to booked talks."""
    licences: Annotated[tuple[Name, ...], Field(max_length=16)] = ()
    languages: Annotated[tuple[Name, ...], Field(max_length=8)] = ("zh",)
    deputy: WireDesk | None = None


class RosterSet(DeskEvent):
    """A desk's hours were set."""

    type: Literal["org.suishen.desk.roster_set.v1"]
    data: Roster
    family: ClassVar[str] = "task"


class DiagnosisAct(Wire):
    """An adviser held a diagnosis with a client: how far it was carried."""

    client: WireClient
    actor: Annotated[str, Field(min_length=1, max_length=64)]
    shown: bool = False
    """The client saw it."""
    step_agreed: bool = False
    record_closed: bool = False
    statement: Statement | None = None
    """From the bank's reporting system; without one the returns are not known."""


class DiagnosisActed(DeskEvent):
    """A desk held a diagnosis; what was found is concluded on the client's log."""

    type: Literal["org.suishen.desk.diagnosis_acted.v1"]
    data: DiagnosisAct
    family: ClassVar[str] = "diagnosis"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class Sitting(Wire):
    """A diagnosis held, on the client's log: by which desk, and how far it was carried."""

    desk: WireDesk
    actor: Annotated[str, Field(min_length=1, max_length=64)]
    shown: bool
    step_agreed: bool
    record_closed: bool
    statement: Statement | None = None


class DiagnosisHeld(ClientEvent):
    """The desk fold's word that a diagnosis was held with this client."""

    type: Literal["org.suishen.desk.diagnosis_held.v1"]
    data: Sitting
    family: ClassVar[str] = "diagnosis"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class BookEntered(DeskEvent):
    """Somebody asks for a line in the ledger of this desk's book."""

    type: Literal["org.suishen.desk.book_entered.v1"]
    data: BookEntry
    family: ClassVar[str] = "book_ledger"
    status: ClassVar[Literal["released", "draft"]] = "draft"
