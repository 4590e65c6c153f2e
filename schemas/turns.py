"""A turn of the AI channel: what a client said or did, and what the channel asks to do next."""

from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.cases import Session
from schemas.wire import Name, Wire, WireClient, WireEventId

MOST_WAIT_MS = 1500
TurnType = Literal[
    "case.need_raised",
    "case.note_taken",
    "case.operation_wanted",
    "case.operation_replied",
    "case.settled",
    "case.handover_asked",
    "corebank.step_answered",
    "conversation.utterance_understood",
    "conversation.contact_started",
    "app.page_viewed",
]


class Turn(Wire):
    """One turn. It is put on the client's log under its `turn_id`; sent again, it counts once."""

    turn_id: WireEventId
    session_id: Session
    client_ref: WireClient
    type: TurnType
    """What happened, as an event type without prefix and version."""
    data: dict[str, Any]
    """The event's data; `session` and `channel` are the door's to fill in."""
    locale: Literal["zh", "en"] = "zh"
    can: Annotated[tuple[Name, ...], Field(max_length=16)] = ()
    """What the channel's system can do: `operations` carries steps out itself."""
    wait_ms: Annotated[int, Field(ge=0, le=MOST_WAIT_MS)] = 800
