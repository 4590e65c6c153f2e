"""A dead letter: the raw bytes and why, never a value from inside."""

from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from schemas.time import WireInstant
from schemas.wire import Wire


class DeadFault(Wire):
    """Where the message broke its contract."""

    pointer: str
    expected: str
    hint: str = ""


class DeadLetter(Wire):
    """A record that could not be applied. Its place names it: topic, partition, offset."""

    topic: str
    partition: int
    offset: int
    fold: str
    error: Literal["contract", "bug"]
    code: str
    faults: tuple[DeadFault, ...] = ()
    family: str
    """What may be missing from the key's record now: see `HoleChanged`."""
    event_id: str | None = None
    event_source: str | None = None
    received_at: WireInstant | None = None
    raw_key: Annotated[Base64Bytes, Field()] | None = None
    raw: Base64Bytes
