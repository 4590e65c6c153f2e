"""What the AI and remote channels say: utterances already understood, and sessions."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import ClientEvent
from schemas.wire import Channel, Name, OpenEnum, Wire, WireDecisionId, WireDesk


class Reading(OpenEnum):
    """How sure the text model was: act on it, ask back, or call a person."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    HAND_OVER = "hand_over"
    UNKNOWN = "unknown"


Share = Annotated[float, Field(ge=0, le=1)]


class Guess(Wire):
    """One reading of an utterance and its probability."""

    intent: Name
    p: Share


class Understanding(Wire):
    """What a client said, as the text model read it at the door; never the words themselves."""

    session: Annotated[str, Field(min_length=1, max_length=64)]
    turn: Annotated[int, Field(ge=0, le=10_000)]
    channel: Channel
    language: Literal["zh", "en", "other"]
    reading: Reading
    guesses: Annotated[tuple[Guess, ...], Field(max_length=3)]
    margin: Share
    model: Annotated[str, Field(max_length=64)]
    path: Annotated[str, Field(max_length=32)]


class UtteranceUnderstood(ClientEvent):
    """A client's utterance, understood."""

    type: Literal["org.suishen.conversation.utterance_understood.v1"]
    data: Understanding
    family: ClassVar[str] = "utterance"


class Contact(Wire):
    """A client comes to the bank by their own will."""

    session: Annotated[str, Field(min_length=1, max_length=64)]
    channel: Channel


class ContactStarted(ClientEvent):
    """An inbound contact begins: a call, a chat, a visit."""

    type: Literal["org.suishen.conversation.contact_started.v1"]
    data: Contact
    family: ClassVar[str] = "contact"


class SessionStep(Wire):
    """A step of an interaction session with its mode."""

    session: Annotated[str, Field(min_length=1, max_length=64)]
    step: Name
    mode: Literal["text", "audio", "video", "several", "same_screen"] | None = None


class SessionStepped(ClientEvent):
    """Somebody joined, left, changed the mode or ended a session."""

    type: Literal["org.suishen.conversation.session_stepped.v1"]
    data: SessionStep
    family: ClassVar[str] = "contact"
    status: ClassVar[Literal["released", "draft"]] = "draft"


class AskedBy(OpenEnum):
    """Who chose to ask a client."""

    RULE = "rule"
    """Everybody after such an event, or a drawn share of them."""
    STAFF = "staff"
    """Somebody picked this client: the answer says little."""
    UNKNOWN = "unknown"


class PromoterAnswer(Wire):
    """How likely a client is to recommend the bank, and what they were asked about."""

    answer: Annotated[int, Field(ge=0, le=10)]
    asked_by: AskedBy
    """As the writer says; by rule counts only the first answer to a `fact.promoter_asked`."""
    decision_id: WireDecisionId | None = None
    """The decision that led to the contact asked about."""
    desk: WireDesk | None = None
    """Who served the client then."""


class PromoterAnswered(ClientEvent):
    """A client answered the promoter question; nothing is decided on it."""

    type: Literal["org.suishen.conversation.promoter_answered.v1"]
    data: PromoterAnswer
    family: ClassVar[str] = "behaviour"
    status: ClassVar[Literal["released", "draft"]] = "draft"
