"""How the bank's systems speak: CloudEvents as a channel would send them, without `receivedat`."""

from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from schemas.envelope import schema_name, type_name
from schemas.time import Instant, format_instant

APP: Final = "/app/mobile"
LEDGER: Final = "/corebank/ledger"
PROFILE: Final = "/corebank/profile"
AI: Final = "/conversation/ai"
CONSENT: Final = "/consent/centre"
SHOWING: Final = {
    "app": "/channel/app",
    "ai": "/channel/ai",
    "partner": "/channel/partner",
}
"""Who reports what became of a task, by channel."""
WORKBENCH: Final = "/desk/workbench"


class Message(NamedTuple):
    """An event on its way to a log."""

    log: str
    key: str
    body: dict[str, Any]


def say(
    kind: str, data: Mapping[str, Any], *, key: str, source: str, at: Instant, nth: int | str
) -> Message:
    """An event of the bank; `nth` is the speaker's own count for this key, so ids are stable."""
    wire_type, schema = _names(kind)
    body = {
        "specversion": "1.0",
        "id": blake2b(f"{source}|{key}|{nth}".encode(), digest_size=12).hexdigest(),
        "source": source,
        "type": wire_type,
        "subject": key,
        "time": stamp(at),
        "dataschema": schema,
        "partitionkey": key,
        "data": dict(data),
    }
    return Message("client-events" if key.startswith("ct_") else "desk-events", key, body)


@lru_cache(maxsize=4096)
def stamp(at: Instant) -> str:
    """An instant as text; minutes recur, so they are kept."""
    return format_instant(at)


def token(*parts: object) -> str:
    """A client's pseudonymous token."""
    said = ":".join(str(part) for part in parts)
    return "ct_" + blake2b(said.encode(), digest_size=16).hexdigest()


def yuan(fen: int) -> dict[str, Any]:
    """Money as JSON data."""
    return {"amount_minor": fen, "currency": "CNY"}


@cache
def _names(kind: str) -> tuple[str, str]:
    wire_type = type_name(f"{kind}.v1")
    return wire_type, schema_name(wire_type)
