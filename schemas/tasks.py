"""Tasks: an action on a desk or in a channel. The client fold alone owns their state."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.time import WireInstant
from schemas.wire import (
    Channel,
    Method,
    Name,
    Wire,
    WireClient,
    WireDecisionId,
    WireDesk,
    WireEnum,
    WireTaskId,
)


class TaskState(WireEnum):
    """The life of a task."""

    PROPOSED = "proposed"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    SNOOZED = "snoozed"
    STARTED = "started"
    COMPLETED = "completed"
    HANDED_OVER = "handed_over"
    DECLINED = "declined"
    EXPIRED = "expired"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"


OPEN_STATES = frozenset(
    {
        TaskState.PROPOSED,
        TaskState.ASSIGNED,
        TaskState.ACCEPTED,
        TaskState.SNOOZED,
        TaskState.STARTED,
        TaskState.HANDED_OVER,
    }
)


class Outcome(WireEnum):
    """What became of a talk."""

    CONVERTED = "converted"
    INTERESTED = "interested"
    NOT_NOW = "not_now"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    WRONG_PERSON = "wrong_person"
    SOLVED = "solved"


class DeclineReason(WireEnum):
    """Why a desk does not take a task. Only `CLIENT_REFUSES` is a client's no."""

    CLIENT_REFUSES = "client_refuses"
    ALREADY_DONE = "already_done"
    BAD_TIME = "bad_time"
    WRONG_FACT = "wrong_fact"
    NOT_RIGHT_FOR_CLIENT = "not_right_for_client"
    NO_TIME = "no_time"
    OTHER = "other"


class Reason(Wire):
    """Why, in a word of the catalogue with its values; a screen makes the sentence."""

    code: Name
    values: dict[Name, str | int | float] = Field(default_factory=dict)


class SendWindow(Wire):
    """Local minutes of the day between which a client may be contacted: `opens` <= t < `closes`."""

    opens: Annotated[int, Field(ge=0, le=1440)]
    closes: Annotated[int, Field(ge=0, le=1440)]
    utc_offset_minutes: Annotated[int, Field(ge=-720, le=840)]


class Task(Wire):
    """A task as it stands at one version. The highest version wins everywhere."""

    task_id: WireTaskId
    version: Annotated[int, Field(ge=1)]
    state: TaskState
    client: WireClient
    decision_id: WireDecisionId
    action: Name
    treatment: Name
    journey: Name | None = None
    instance: Annotated[str, Field(max_length=96)] | None = None
    step: Name | None = None
    channel: Channel
    method: Method
    desk: WireDesk | None = None
    """The desk asked; `None` for a channel without desks."""
    backups: tuple[WireDesk, ...] = ()
    """Desks that take over, in turn: team, then remote shard."""
    marketing: bool
    priority: float
    gain_points: float
    """Expected gain in points of wealth health (V)."""
    minutes: Annotated[int, Field(ge=0, le=480)]
    due: WireInstant
    expires: WireInstant
    window: SendWindow | None = None
    """Set for marketing: the door that shows it checks the wall clock against it."""
    reasons: tuple[Reason, ...]
    proposed_at: WireInstant
    changed_at: WireInstant
    state_reason: Name | None = None
    """Why it came to this state: a decline or recall reason, a refusal such as `cap_week`."""
    outcome: Outcome | None = None
    attempts: Annotated[int, Field(ge=0)] = 0
    snoozed_until: WireInstant | None = None
    claim: Annotated[int, Field(ge=0)] = 0
    """The highest claim number that this version answers."""
    crossed_recall: bool = False
    """A completion that crossed a recall: kept and flagged."""
    licence: Name | None = None
    """What the desk must be licensed for."""
    language: Name | None = None
    """What the desk must speak, if that is not the bank's own."""
    unserved: Literal[True] | None = None
    """No desk has served the client for so long that the fairness floor is for them."""


class DeskActionKind(WireEnum):
    """What an adviser does with a task."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SNOOZE = "snooze"
    START = "start"
    COMPLETE = "complete"
    HAND_OVER = "hand_over"
    RELEASE = "release"


class ClaimKind(WireEnum):
    """What a desk tells the client's log about a task."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SNOOZED = "snoozed"
    STARTED = "started"
    COMPLETED = "completed"
    HANDED_OVER = "handed_over"
    RELEASED = "released"
    NO_DESK_HOURS = "no_desk_hours"
    NO_LICENCE = "no_licence"
    NO_LANGUAGE = "no_language"


class Claim(Wire):
    """One claim of one desk on one task; numbered per task, so that a repeat is seen."""

    task_id: WireTaskId
    task_version: Annotated[int, Field(ge=1)]
    number: Annotated[int, Field(ge=1)]
    desk: WireDesk
    kind: ClaimKind
    at: WireInstant
    reason: DeclineReason | None = None
    outcome: Outcome | None = None
    until: WireInstant | None = None
    to: WireDesk | None = None
    actor: Annotated[str, Field(max_length=64)] | None = None


TaskKind = Literal["task"]
