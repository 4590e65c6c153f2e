"""What the engine says to its own folds: ticks, markers, waived holes, wishes to look again."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.envelope import ClientEvent, Envelope
from schemas.time import WireInstant
from schemas.wire import Name, Wire


class Due(Wire):
    """The time that a key's earliest timer was due; the event's `time` is the same."""

    due: WireInstant


class Ticked(Envelope):
    """A key's timer is due. It changes only *when* due work is done, never what."""

    type: Literal["org.suishen.engine.ticked.v1"]
    data: Due
    family: ClassVar[str] = "engine"


class Advance(Wire):
    """The reference log, read as far as this offset (exclusive)."""

    offset: Annotated[int, Field(ge=0)]


class ReferenceAdvanced(Envelope):
    """From here on this partition uses the reference up to `offset`. Belongs to no key."""

    type: Literal["org.suishen.engine.reference_advanced.v1"]
    data: Advance
    family: ClassVar[str] = "engine"


class Waiver(Wire):
    """A dead letter that will never be requeued, by its place on the log."""

    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    reason: Name


class HoleWaived(Envelope):
    """An operator closes a hole without its event."""

    type: Literal["org.suishen.engine.hole_waived.v1"]
    data: Waiver
    family: ClassVar[str] = "engine"


class Recheck(Wire):
    """The reference, as it has been since this offset (exclusive)."""

    offset: Annotated[int, Field(ge=0)]


class RecheckAsked(ClientEvent):
    """A release concerns this client, who is looked at again under the reference in force."""

    type: Literal["org.suishen.engine.recheck_asked.v1"]
    data: Recheck
    family: ClassVar[str] = "engine"
    status: ClassVar[Literal["released", "draft"]] = "draft"
