"""CloudEvents 1.0 as this house reads and writes it (structured mode)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.time import WireInstant
from schemas.wire import Wire, WireClient, WireDesk, WireEventId

SPEC_VERSION = "1.0"
MAX_EVENT_BYTES = 64 * 1024
TYPE_PREFIX = "org.suishen."
SCHEMA_BASE = "urn:suishen:schema:"

Source = Annotated[str, Field(pattern=r"^/[a-z0-9]+([/._-][a-z0-9]+)*$", max_length=64)]
"""Who says it, an absolute path such as `/app/ios`; a door binds it to the caller."""


class Envelope(Wire):
    """The attributes that every event carries.

    `receivedat` is stamped by the gateway or ingress; what a channel writes there is replaced.
    `time` is event time. A record's key on the log equals `partitionkey`.
    """

    specversion: Literal["1.0"]
    id: WireEventId
    """With `source` the name of the event: sent again under the same name, it counts once."""
    source: Source
    """Who says it; a door checks that the caller may."""
    type: str
    subject: Annotated[str, Field(min_length=1, max_length=128)]
    """Whom it is about: the same as `partitionkey`."""
    time: WireInstant
    """When it happened, not when it was sent; at most five minutes ahead."""
    dataschema: Annotated[str, Field(min_length=1, max_length=200)]
    """The name of the schema of this event, `urn:suishen:schema:…`."""
    partitionkey: str
    """Whose log it stands on; a record's key is the same."""
    datacontenttype: Literal["application/json"] = "application/json"
    receivedat: WireInstant | None = None
    """Stamped by the door; what a sender writes here is replaced."""
    traceparent: Annotated[str, Field(max_length=55)] | None = None
    """W3C trace context."""
    tracestate: Annotated[str, Field(max_length=512)] | None = None
    sequence: Annotated[str, Field(max_length=64)] | None = None

    family: ClassVar[str] = "other"
    """What a reader lacks if the event cannot be read; a dead letter carries it."""
    status: ClassVar[Literal["released", "draft"]] = "released"


class ClientEvent(Envelope):
    """An event on a client's log: key and subject are the client's token."""

    partitionkey: WireClient
    """The client's token; a record's key is the same."""


class DeskEvent(Envelope):
    """An event on a desk's log: the key is the desk."""

    partitionkey: WireDesk
    """The desk; a record's key is the same."""


def type_name(kind: str) -> str:
    """The wire name of an event kind.

    Example:
        >>> type_name("app.page_viewed.v1")
        'org.suishen.app.page_viewed.v1'
    """
    return TYPE_PREFIX + kind


def kind_of(wire_type: str) -> str:
    """The kind that a wire type names, whatever its version.

    Example:
        >>> kind_of("org.suishen.app.page_viewed.v1")
        'app.page_viewed'
    """
    return wire_type.removeprefix(TYPE_PREFIX).rsplit(".v", 1)[0]


def schema_name(wire_type: str) -> str:
    """The `dataschema` of a wire type.

    Example:
        >>> schema_name("org.suishen.app.page_viewed.v1")
        'urn:suishen:schema:app.page_viewed.v1'
    """
    return SCHEMA_BASE + wire_type.removeprefix(TYPE_PREFIX)
