"""Bytes to events and back: one table of types per log, one way to refuse.

`decode_*` never lets pydantic's errors out: a `ContractError` names code and JSON pointers.
"""

import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, TypeVar, Union, cast

from pydantic import Discriminator, TypeAdapter, ValidationError

from schemas import facts, reference
from schemas.envelope import MAX_EVENT_BYTES, ClientEvent, DeskEvent, Envelope, schema_name
from schemas.errors import Code, ContractError, Fault
from schemas.signals import app, consent, conversation, corebank, desk, engine, partner
from schemas.time import MINUTE, Instant
from schemas.wire import OpenEnum, Wire

E = TypeVar("E", bound=Envelope)

CLIENT_SIGNALS: Final[tuple[type[Envelope], ...]] = (
    app.PageViewed,
    app.FormSaved,
    app.FormSent,
    app.DiagnosisTaken,
    conversation.UtteranceUnderstood,
    conversation.ContactStarted,
    conversation.SessionStepped,
    corebank.PositionReported,
    corebank.FlowPosted,
    corebank.ProfileChanged,
    corebank.RiskTestTaken,
    corebank.ServiceAssigned,
    corebank.BaselineLoaded,
    corebank.EventReversed,
    consent.ConsentChanged,
    consent.OptedOut,
    consent.DoNotCallSet,
    consent.ComplaintOpened,
    consent.ComplaintClosed,
    partner.SceneEntered,
    desk.TaskPresented,
    desk.TaskNotPresented,
    desk.TaskOutcomeReported,
)
"""What channels may send."""
ENGINE_SIGNALS: Final[tuple[type[Envelope], ...]] = (
    engine.Ticked,
    engine.ReferenceAdvanced,
    engine.HoleWaived,
)
CLIENT_LOG: Final[tuple[type[Envelope], ...]] = (*CLIENT_SIGNALS, desk.TaskClaimed, *ENGINE_SIGNALS)
DESK_SIGNALS: Final[tuple[type[Envelope], ...]] = (desk.DeskActed, desk.RosterSet)
DESK_LOG: Final[tuple[type[Envelope], ...]] = (desk.TaskOffered, *DESK_SIGNALS, *ENGINE_SIGNALS)
CLIENT_FACTS: Final[tuple[type[Envelope], ...]] = (
    facts.IntentChanged,
    facts.WealthScored,
    facts.JourneyAdvanced,
    facts.DecisionMade,
    facts.ContactCounted,
    facts.SignalSetAside,
    facts.HoleChanged,
    facts.TaskChanged,
)
DESK_FACTS: Final[tuple[type[Envelope], ...]] = (
    facts.QueueRanked,
    facts.ClaimMade,
    facts.ActionRefused,
    facts.SignalSetAside,
    facts.HoleChanged,
)
REFERENCE: Final[tuple[type[Envelope], ...]] = (
    reference.ProductReleased,
    reference.CatalogueReleased,
    reference.ModelReleased,
)

MAX_AHEAD: Final = 5 * MINUTE
"""How far an event's time may lie ahead of its `receivedat`."""

MAX_DEPTH: Final = 32
_BRACKET = re.compile(rb"[\[\]{}]")
_SNIFF_TYPE = re.compile(rb'"type"\s*:\s*"([A-Za-z0-9._]{1,128})"')
_SNIFF_ID = re.compile(rb'"id"\s*:\s*"([!#-\[\]-~]{1,64})"')
_SNIFF_SOURCE = re.compile(rb'"source"\s*:\s*"(/[a-z0-9/._-]{1,63})"')


@cache
def wire_type(kind: type[Envelope]) -> str:
    """The CloudEvents `type` that a class stands for."""
    return cast("str", kind.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]


@cache
def adapter(kinds: tuple[type[Envelope], ...]) -> TypeAdapter[Any]:
    """The validator of one log: a union told apart by `type`."""
    if len(kinds) == 1:
        return TypeAdapter(kinds[0])
    union: Any = Annotated[Union[kinds], Discriminator("type")]  # noqa: UP007 - from a table
    return TypeAdapter(union)


def decode(raw: bytes, kinds: tuple[type[Envelope], ...], *, key: str | None = None) -> Envelope:
    """Read one event of the given kinds.

    Args:
        raw: a structured-mode CloudEvent, at most 64 KiB for client and desk events.
        kinds: one of the tables above.
        key: the record's key; `None` where there is none to compare (a door).

    Raises:
        ContractError: the bytes break the contract; all faults at once, no values.
    """
    if len(raw) > MAX_EVENT_BYTES and kinds not in (REFERENCE, CLIENT_FACTS, DESK_FACTS):
        raise ContractError(Code.TOO_LARGE, Fault("", f"at most {MAX_EVENT_BYTES} bytes"))
    check_depth(raw)
    try:
        event = cast("Envelope", adapter(kinds).validate_json(raw))
    except ValidationError as error:
        raise _contract_error(error) from None
    check(event, key=key)
    return event


def build(
    kind: type[E],
    data: Wire,
    *,
    event_id: str,
    source: str,
    key: str,
    time: Instant,
    **attributes: Any,  # noqa: ANN401 - the envelope checks them
) -> E:
    """Make an event of ours; subject and key are the same."""
    name = wire_type(kind)
    said: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": name,
        "subject": key,
        "time": time,
        "dataschema": schema_name(name),
        "partitionkey": key,
        "data": data,
    }
    return kind(**said, **attributes)


def check(event: Envelope, *, key: str | None) -> None:
    """The rules that span fields: the key, the subject, and time against `receivedat`."""
    if key is not None and key != event.partitionkey:
        raise ContractError(Code.KEY_MISMATCH, Fault("/partitionkey", "the record's key"))
    if isinstance(event, ClientEvent | DeskEvent) and event.subject != event.partitionkey:
        raise ContractError(Code.KEY_MISMATCH, Fault("/subject", "the same as partitionkey"))
    if event.receivedat is not None and event.time > event.receivedat + MAX_AHEAD:
        raise ContractError(Code.TIME_IN_FUTURE, Fault("/time", "at most 5 minutes ahead"))


def encode(event: Envelope) -> bytes:
    """Write an event; the same event gives the same bytes. Unset optional fields are left out."""
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)


def family_of(raw: bytes, kinds: Iterable[type[Envelope]]) -> str:
    """What an unreadable record may have held: by its type if that can be made out."""
    found = _SNIFF_TYPE.search(raw)
    wanted = found.group(1).decode() if found else ""
    return next((kind.family for kind in kinds if wire_type(kind) == wanted), "unreadable")


def name_of(raw: bytes) -> tuple[str | None, str | None]:
    """Id and source of an unreadable record, if they can be made out."""
    found = (_SNIFF_ID.search(raw), _SNIFF_SOURCE.search(raw))
    event_id, source = (match.group(1).decode() if match else None for match in found)
    return event_id, source


def surprises(event: Envelope) -> tuple[int, int]:
    """How many unknown fields and unknown enumeration values an accepted event carries."""
    payload = getattr(event, "data", None)
    extra = len(event.model_extra or ()) + len(getattr(payload, "model_extra", None) or ())
    values = (value for _, value in payload or ())
    return extra, sum(isinstance(v, OpenEnum) and cast("Enum", v).name == "UNKNOWN" for v in values)


def check_depth(raw: bytes) -> None:
    """Refuse a body nested deeper than any contract is.

    Raises:
        ContractError: deeper than `MAX_DEPTH`; brackets inside text count too, if there are
            that many: no contract has such a text.
    """
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for step in _BRACKET.findall(raw):
        depth += 1 if step in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ContractError(Code.TOO_DEEP, Fault("", f"at most {MAX_DEPTH} levels"))


def _contract_error(error: ValidationError) -> ContractError:
    faults = [_fault(line) for line in error.errors(include_url=False, include_input=False)[:20]]
    code = faults[0][0]
    return ContractError(code, *(fault for _, fault in faults))


def _fault(line: Any) -> tuple[Code, Fault]:  # noqa: ANN401 - pydantic's ErrorDetails
    kind, message = line["type"], line["msg"]
    if kind == "json_invalid":
        return Code.MALFORMED_JSON, Fault("", message.split(" at ")[0])
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return Code.UNKNOWN_TYPE, Fault("/type", "a type of this log", "see /v1/contract")
    where = [part for part in line["loc"] if not str(part).startswith("org.suishen.")]
    return Code.CONTRACT_VIOLATION, Fault("".join(f"/{part}" for part in where), message)
