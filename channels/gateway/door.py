"""What any door does with an event: check it whole, stamp it, and say where it goes.

The gateway and the Kafka ingress use this one validator, so that a bad event has one answer.
"""

from typing import Final, NamedTuple

from pydantic_core import from_json, to_json

from schemas import codec
from schemas.envelope import MAX_EVENT_BYTES, DeskEvent, Envelope
from schemas.errors import Code, ContractError, Fault
from schemas.time import Instant, format_instant
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS

ACCEPTED: Final[tuple[type[Envelope], ...]] = (*codec.CLIENT_SIGNALS, *codec.DESK_SIGNALS)
"""What channels and desks may send through a door."""
_OURS: Final = frozenset(codec.wire_type(kind) for kind in (*codec.CLIENT_LOG, *codec.DESK_LOG)) - {
    codec.wire_type(kind) for kind in ACCEPTED
}


class Accepted(NamedTuple):
    """An event that keeps its contract, ready for the log."""

    event: Envelope
    message: Outgoing


def accept(raw: bytes, *, now: Instant) -> Accepted:
    """Check an event and stamp the time it was received.

    Raises:
        ContractError: with all faults at once; values are never echoed.
    """
    if len(raw) > MAX_EVENT_BYTES:
        raise ContractError(Code.TOO_LARGE, Fault("", f"at most {MAX_EVENT_BYTES} bytes"))
    codec.check_depth(raw)
    document = _read(raw)
    if document.get("type") in _OURS:
        raise ContractError(Code.TYPE_NOT_YOURS, Fault("/type", "a type that channels may send"))
    stamped = to_json(document | {"receivedat": format_instant(now)})
    event = codec.decode(stamped, ACCEPTED)
    topic = DESK_EVENTS if isinstance(event, DeskEvent) else CLIENT_EVENTS
    return Accepted(event, Outgoing(topic, event.partitionkey.encode(), stamped))


def _read(raw: bytes) -> dict[str, object]:
    try:
        document = from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise ContractError(Code.MALFORMED_JSON, Fault("", "a JSON object in UTF-8")) from None
    if not isinstance(document, dict):
        raise ContractError(Code.CONTRACT_VIOLATION, Fault("", "a JSON object"))
    return document
