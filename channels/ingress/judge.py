"""What ingress makes of one record of a channel: the event, stamped, or the record, refused.

A refused record goes on under the same key with the verdict in a header: the processor buries it,
and marks the hole where the log will show it again.
"""

from typing import Final, NamedTuple

from pydantic_core import from_json, to_json

from channels.gateway.door import accept
from schemas.dead_letter import DeadFault, Refusal
from schemas.envelope import MAX_EVENT_BYTES
from schemas.errors import Code, ContractError, Fault
from schemas.time import Instant
from streams import dead_letters
from streams.ports import Outgoing, Record
from streams.settings import ChannelRow
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, key_pattern

MOST_WHOLE: Final = 256 * 1024
"""Bytes of a refused record that go on; of a larger one, its beginning. All of it stands at its
origin, and as an event it could never be accepted."""
MOST_KEY: Final = 256
"""Bytes; no key of ours is longer."""
_BINARY: Final = "ce_"
"""Before an attribute's name, in a header of CloudEvents' binary mode on Kafka."""


class Judged(NamedTuple):
    """What goes on, and why it was refused, if it was."""

    message: Outgoing
    refused: Code | None


def judge(record: Record, row: ChannelRow) -> Judged:
    """Check a record as the gateway checks an event, and that the channel may say it.

    `receivedat` is the time at which the channel's topic took the record: forwarded twice, it is
    the same event byte for byte, and a backlog here changes no decision.
    """
    try:
        raw = structured(record)
        return Judged(admit(raw, record.key, row, now=record.timestamp), None)
    except ContractError as error:
        return Judged(_refused(record, error), error.code)


def admit(raw: bytes, key: bytes | None, row: ChannelRow, *, now: Instant) -> Outgoing:
    """The event as it goes to its log.

    Raises:
        ContractError: it breaks its contract, is not the channel's to say, or its key is wrong.
    """
    event, message = accept(raw, now=now)
    if not row.may_say(event.source):
        raise ContractError(
            Code.SOURCE_NOT_YOURS, Fault("/source", f"{row.source} or below it, from this channel")
        )
    if key != message.key:
        raise ContractError(Code.KEY_MISMATCH, Fault("/partitionkey", "the record's key"))
    return message


def structured(record: Record) -> bytes:
    """The event as one JSON document; in binary mode its attributes stand in headers.

    Raises:
        ContractError: binary mode with data that is no JSON, or an attribute that is no text.
    """
    names = {
        name.removeprefix(_BINARY): value
        for name, value in record.headers
        if name.startswith(_BINARY)
    }
    if "type" not in names:
        return record.value
    try:
        said = {name: value.decode() for name, value in names.items()}
    except UnicodeDecodeError:
        raise ContractError(Code.CONTRACT_VIOLATION, Fault("", "headers in UTF-8")) from None
    try:
        payload = from_json(record.value, allow_inf_nan=False)
    except ValueError:
        raise ContractError(Code.MALFORMED_JSON, Fault("/data", "JSON in UTF-8")) from None
    return to_json(said | {"data": payload})


def _refused(record: Record, error: ContractError) -> Outgoing:
    key = record.key if record.key is None or len(record.key) <= MOST_KEY else None
    refusal = Refusal(
        code=str(error.code),
        origin=f"{record.topic}/{record.partition}/{record.offset}",
        received_at=record.timestamp,
        faults=tuple(DeadFault(pointer=f.pointer, expected=f.expected) for f in error.faults),
    )
    return Outgoing(_log_of(key), key, _kept(record), dead_letters.refused(refusal))


def _kept(record: Record) -> bytes:
    """The event as one document where there is one, so that it can be judged again."""
    try:
        raw = structured(record)
    except ContractError:
        raw = record.value
    return raw if len(raw) <= MOST_WHOLE else raw[: MAX_EVENT_BYTES + 1]


def _log_of(key: bytes | None) -> str:
    """Where the hole belongs: into a desk's state if the key is a desk's, else a client's."""
    name = "" if key is None else key.decode("ascii", "replace")
    return DESK_EVENTS if key_pattern("desk").fullmatch(name) else CLIENT_EVENTS
