"""Errors as RFC 9457 problems: fixed codes, all faults at once, no values."""

from collections.abc import Mapping
from typing import Final

from fastapi.responses import JSONResponse

from schemas.errors import Code, ContractError

STATUS: Final[Mapping[Code, int]] = {
    Code.MALFORMED_JSON: 400,
    Code.TOO_DEEP: 400,
    Code.KEY_MISMATCH: 400,
    Code.TYPE_NOT_YOURS: 403,
    Code.SOURCE_NOT_YOURS: 403,
    Code.TOO_LARGE: 413,
    Code.CONTRACT_VIOLATION: 422,
    Code.UNKNOWN_TYPE: 422,
    Code.TIME_IN_FUTURE: 422,
}
_TITLES: Final[Mapping[str, str]] = {
    "malformed-json": "The body is not JSON",
    "too-deep": "The body is nested too deeply",
    "key-mismatch": "Key and subject do not name the same client",
    "type-not-yours": "Only the engine itself sends this type",
    "source-not-yours": "This channel may not speak for this source",
    "too-large": "The event is too large",
    "contract-violation": "The event breaks its contract",
    "unknown-type": "No contract has this type",
    "time-in-future": "The event's time lies ahead of ours",
    "wrong-media-type": "Send application/cloudevents+json",
    "rate-limited": "Too much at once; wait and send again",
    "log-unavailable": "The log is away; send the same event again",
    "views-unavailable": "The read model is away; ask again",
    "order-unjudged": "The order cannot be judged now, so it is not allowed; ask again",
    "event-unknown": "No event by this id yet",
    "task-unknown": "No task by this id yet",
    "held": "An earlier event of the same client failed for now; send again in order",
}


def body(code: str, *, status: int, error: ContractError | None = None) -> dict[str, object]:
    """A problem as JSON data."""
    found = {
        "type": f"urn:suishen:problem:{code}",
        "title": _TITLES.get(code, code),
        "status": status,
        "code": code,
    }
    if error is None:
        return found
    faults = [
        {"pointer": fault.pointer, "code": code, "expected": fault.expected, "hint": fault.hint}
        for fault in error.faults
    ]
    return found | {"errors": faults}


def problem(
    code: str,
    *,
    status: int,
    error: ContractError | None = None,
    event_id: str | None = None,
    retry_after_s: int | None = None,
) -> JSONResponse:
    """A problem as an answer."""
    content = body(code, status=status, error=error)
    if event_id is not None:
        content["event_id"] = event_id
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return JSONResponse(
        content, status_code=status, headers=headers, media_type="application/problem+json"
    )


def refused(error: ContractError, *, event_id: str | None = None) -> JSONResponse:
    """The answer to an event that breaks its contract."""
    return problem(error.code, status=STATUS[error.code], error=error, event_id=event_id)
