"""A dead letter: the raw bytes and why, never a value from inside."""

from base64 import b64encode
from typing import Annotated, Literal

from pydantic import Base64Encoder, EncodedBytes, Field
from typing_extensions import override

from schemas.time import WireInstant
from schemas.wire import Wire


class _OneLine(Base64Encoder):
    """Base64 without line breaks, as RFC 4648 has it; pydantic's own breaks lines."""

    @override
    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return b64encode(value)


RawBytes = Annotated[bytes, EncodedBytes(encoder=_OneLine)]
"""Bytes that are base64 on the wire, and for the constructor too."""


class DeadFault(Wire):
    """Where the message broke its contract."""

    pointer: str
    expected: str
    hint: str = ""


class Refusal(Wire):
    """What a door says of a record that it lets through to be buried: one header, whole.

    It travels with the raw bytes, so that replay buries them for the same reason.
    """

    code: Annotated[str, Field(min_length=1, max_length=64)]
    origin: str
    """Where the channel wrote it: `topic/partition/offset`."""
    received_at: WireInstant
    faults: tuple[DeadFault, ...] = ()


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
    origin: str | None = None
    """Where a channel wrote it, `topic/partition/offset`, if a door refused it."""
    raw_key: RawBytes | None = None
    raw: RawBytes
