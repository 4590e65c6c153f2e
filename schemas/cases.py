"""Cases and operations: what a client needs solved, and the bank's services that solve it.

A case has one owner and follows the client from channel to channel. An operation is carried out
step by step in the core bank; each step is asked for by a key, so that asking twice does it once.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.time import WireInstant
from schemas.wire import Channel, Name, Wire, WireDesk, WireEnum

WireCase = Annotated[str, Field(pattern=r"^k_[0-9a-f]{32}$")]
WireOperation = Annotated[str, Field(pattern=r"^o_[0-9a-f]{32}$")]
StepKey = Annotated[str, Field(pattern=r"^s_[0-9a-f]{32}$")]
"""Names one step of one operation for good: whoever carries it out does so once for a key."""
Session = Annotated[str, Field(min_length=1, max_length=64)]
"""One conversation, whoever carries it on: a warm hand-over keeps it."""
_Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
_Word = Annotated[str, Field(min_length=1, max_length=64)]
Values = Annotated[dict[Name, _Whole | _Word], Field(max_length=16)]
"""Fields of a record or parameters by name; money in fen."""
Speaker = Literal["client", "desk"]


class CaseLife(WireEnum):
    """Where a case stands. Whoever is waited for has the next step."""

    OPEN = "open"
    WAITING_CLIENT = "waiting_client"
    WAITING_BANK = "waiting_bank"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"


class CaseMove(WireEnum):
    """What happened to a case."""

    OPENED = "opened"
    FOLLOWED = "followed"
    """It went on: another session, channel or owner, or more is known."""
    WAITING = "waiting"
    OVERDUE = "overdue"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    CLOSED = "closed"


class NoteKind(WireEnum):
    """What a line of a case's record is."""

    SAID = "said"
    ASKED = "asked"
    """A question put to the client; asked twice, it costs the case its first-contact resolution."""
    DONE = "done"
    PROMISED = "promised"


class Note(Wire):
    """One thing said, asked, done or promised. Of `field` a value may become known."""

    kind: NoteKind
    field: Name | None = None
    """A field of the case type's record."""
    value: _Whole | _Word | None = None
    text: Annotated[str, Field(max_length=280)] | None = None
    """In the speaker's words; whoever sends it has masked personal numbers."""


class OperationState(WireEnum):
    """The life of an operation; it ends `done`, `compensated` or `stuck`, or before it started."""

    OFFERED = "offered"
    """The client is shown what will be done, and asked."""
    RUNNING = "running"
    UNDOING = "undoing"
    DONE = "done"
    COMPENSATED = "compensated"
    """A step failed, and nothing is left of those before it."""
    STUCK = "stuck"
    """Nobody knows, or what was done cannot be undone: a person has it."""
    DECLINED = "declined"
    LAPSED = "lapsed"


class StepOutcome(WireEnum):
    """What the core bank says of a step. `unknown`: ask again, by the same key."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Need(Wire):
    """A client's request, and where it was made."""

    request: Name
    session: Session
    channel: Channel
    desk: WireDesk | None = None
    """Whose adviser raises it for the client."""
    record: Values = Field(default_factory=dict)
    """What of the case's record is known already."""


class Noted(Wire):
    """A line for a case's record, and where it was spoken."""

    case_id: WireCase
    session: Session
    channel: Channel
    by: Speaker
    desk: WireDesk | None = None
    """Whose adviser speaks, or writes down what the client says."""
    note: Note


class OperationWish(Wire):
    """Somebody wants an operation of a case offered to the client."""

    case_id: WireCase
    operation: Name
    parameters: Values
    session: Session
    channel: Channel
    by: Speaker
    desk: WireDesk | None = None
    """Whose adviser speaks, or writes down what the client says."""


class OperationReply(Wire):
    """Yes or no to an operation as it was shown."""

    operation_id: WireOperation
    confirmed: bool
    session: Session
    channel: Channel
    by: Speaker
    desk: WireDesk | None = None
    """Whose adviser speaks, or writes down what the client says."""


class Settlement(Wire):
    """Is the matter solved? A client's word confirms it or opens the case again."""

    case_id: WireCase
    solved: bool
    session: Session
    channel: Channel
    by: Speaker
    desk: WireDesk | None = None
    """Whose adviser speaks, or writes down what the client says."""


class StepAnswer(Wire):
    """What became of a step that was asked for; the key is the one asked with."""

    operation_id: WireOperation
    key: StepKey
    outcome: StepOutcome
    reason: Name | None = None


class CaseAdvance(Wire):
    """A case as it stands after a move."""

    case_id: WireCase
    case_type: Name
    version: int
    topic: Name
    """The tag that it owns while it is open."""
    subject: Annotated[str, Field(max_length=96)]
    life: CaseLife
    move: CaseMove
    owner: Annotated[str, Field(max_length=64)]
    """A desk, or the unit that answers where no desk serves the client."""
    channel: Channel
    sessions: int
    due: WireInstant | None = None
    """Open: when it should be solved, unless overdue. Resolved: until when it may be reopened."""
    record: Values
    confirmed: Literal["client", "core"] | None = None
    reopened: int = 0
    reason: Name | None = None


class CaseNote(Wire):
    """A line of a case's record, as it was spoken."""

    case_id: WireCase
    session: Session
    channel: Channel
    by: Speaker
    desk: WireDesk | None = None
    note: Note
    again: bool = False
    """A question whose answer was known, or that was put before."""


class FirstContact(Wire):
    """Was the case solved at the first contact? Said once for each case."""

    case_id: WireCase
    case_type: Name
    met: bool
    reason: (
        Literal[
            "more_sessions",
            "asked_twice",
            "not_confirmed",
            "contact_again",
            "reopened",
            "unsolved",
        ]
        | None
    ) = None


class Confirmation(Wire):
    """What the client is shown before they say yes, with the parameters filled in."""

    zh: Annotated[str, Field(max_length=400)]
    en: Annotated[str, Field(max_length=400)]
    until: WireInstant


class OperationAdvance(Wire):
    """An operation as it stands after a move."""

    operation_id: WireOperation
    case_id: WireCase
    operation: Name
    version: int
    state: OperationState
    parameters: Values
    channel: Channel
    step: Name | None = None
    """The step in hand, or the one that it ended at."""
    owner: Annotated[str, Field(max_length=64)] | None = None
    """Who has it, where it is stuck."""
    confirmation: Confirmation | None = None
    reason: Name | None = None


class StepRequest(Wire):
    """A step to be carried out in the core bank, once for its key however often it is asked."""

    operation_id: WireOperation
    case_id: WireCase
    operation: Name
    step: Name
    """What is to be done: a step of the operation, or what takes one back."""
    undoes: Name | None = None
    """The step that this one takes back."""
    key: StepKey
    attempt: Annotated[int, Field(ge=1)]
    parameters: Values
    answer_by: WireInstant
    """Later it is asked again."""
