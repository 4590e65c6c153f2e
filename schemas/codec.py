"""Bytes to events and back: one table of types per log, one way to refuse.

`decode_*` never lets pydantic's errors out: a `ContractError` names code and JSON pointers.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, Final, TypeVar, Union, cast

from pydantic import Discriminator, TypeAdapter, ValidationError
from pydantic_core import from_json

from schemas import facts, reference, written
from schemas.envelope import (
    MAX_EVENT_BYTES,
    TYPE_PREFIX,
    ClientEvent,
    DeskEvent,
    Envelope,
    schema_name,
)
from schemas.errors import Code, ContractError, Fault
from schemas.signals import (
    app,
    casework,
    consent,
    conversation,
    corebank,
    desk,
    engine,
    handover,
    partner,
)
from schemas.time import MINUTE, Instant
from schemas.wire import Wire

E = TypeVar("E", bound=Envelope)
W = TypeVar("W", bound=Wire)

CLIENT_SIGNALS: Final[tuple[type[Envelope], ...]] = (
    app.PageViewed,
    app.FormSaved,
    app.FormSent,
    app.DiagnosisTaken,
    conversation.UtteranceUnderstood,
    conversation.ContactStarted,
    conversation.SessionStepped,
    conversation.PromoterAnswered,
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
    partner.SceneEnded,
    desk.TaskPresented,
    desk.TaskNotPresented,
    desk.TaskOutcomeReported,
    casework.NeedRaised,
    casework.NoteTaken,
    casework.OperationWanted,
    casework.OperationReplied,
    casework.CaseSettled,
    corebank.StepAnswered,
    handover.HandoverAsked,
)
"""What channels may send."""
ENGINE_SIGNALS: Final[tuple[type[Envelope], ...]] = (
    engine.Ticked,
    engine.ReferenceAdvanced,
    engine.HoleWaived,
)
CLIENT_LOG: Final[tuple[type[Envelope], ...]] = (
    *CLIENT_SIGNALS,
    desk.TaskClaimed,
    desk.DiagnosisHeld,
    handover.HandoverAnswered,
    *ENGINE_SIGNALS,
    engine.RecheckAsked,
)
DESK_SIGNALS: Final[tuple[type[Envelope], ...]] = (
    desk.DeskActed,
    desk.RosterSet,
    desk.DiagnosisActed,
    desk.BookEntered,
    handover.HandoverActed,
)
DESK_LOG: Final[tuple[type[Envelope], ...]] = (
    desk.TaskOffered,
    handover.HandoverOffered,
    *DESK_SIGNALS,
    *ENGINE_SIGNALS,
)
CLIENT_FACTS: Final[tuple[type[Envelope], ...]] = (
    facts.IntentChanged,
    facts.WealthScored,
    facts.JourneyAdvanced,
    facts.DecisionMade,
    facts.DecisionShadowed,
    facts.ContactCounted,
    facts.SignalSetAside,
    facts.HoleChanged,
    facts.TaskChanged,
    facts.ClientServed,
    facts.BuyerStated,
    facts.DiagnosisMade,
    facts.CaseAdvanced,
    facts.CaseNoted,
    facts.FirstContactJudged,
    facts.OperationAdvanced,
    facts.StepAsked,
    facts.HandoverAdvanced,
    facts.PromoterAsked,
)
DESK_FACTS: Final[tuple[type[Envelope], ...]] = (
    facts.QueueRanked,
    facts.ClaimMade,
    facts.ActionRefused,
    facts.SignalSetAside,
    facts.HoleChanged,
    facts.BookEntryAdded,
    facts.BookEntryRefused,
    facts.HandoverRefused,
)
REFERENCE: Final[tuple[type[Envelope], ...]] = (
    reference.ProductReleased,
    reference.CatalogueReleased,
    reference.CatalogueDrafted,
    reference.CatalogueActivated,
    reference.ModelReleased,
    reference.StopsReleased,
)

MAX_AHEAD: Final = 5 * MINUTE
"""How far an event's time may lie ahead of its `receivedat`."""

MAX_DEPTH: Final = 32
"""Levels of nesting; the deepest contract has eight."""
_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
"""A text as one piece, or a bracket. Possessive, the closing quote optional: linear time."""
_LIST, _N, _I = b"[NI"
"""Numbers of bytes."""
_STEPS: Final = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
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
    return reader(kinds)(raw, key)


@cache
def reader(kinds: tuple[type[Envelope], ...]) -> Callable[[bytes, str | None], Envelope]:
    """`decode` of one log, prepared for many events: what depends on the kinds alone is done."""
    validate = adapter(kinds).validator.validate_json
    is_limited = kinds not in (REFERENCE, CLIENT_FACTS, DESK_FACTS)

    def read(raw: bytes, key: str | None) -> Envelope:
        if is_limited and len(raw) > MAX_EVENT_BYTES:
            raise ContractError(Code.TOO_LARGE, Fault("", f"at most {MAX_EVENT_BYTES} bytes"))
        check_depth(raw)
        check_numbers(raw)
        try:
            event: Envelope = validate(raw)
        except ValidationError as error:
            raise _contract_error(error) from None
        check(event, key=key)
        return event

    return read


def question(kind: type[W], raw: bytes) -> W:
    """Read what somebody asks a door, which is no event.

    Raises:
        ContractError: with all faults at once; values are never echoed.
    """
    check_depth(raw)
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        raise _contract_error(error) from None


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
    # The validator itself: the way over the class takes its fields apart and together once more.
    validate, name, schema = _made_by(kind)
    event: E = validate(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": name,
            "subject": key,
            "time": time,
            "dataschema": schema,
            "partitionkey": key,
            "data": data,
            **attributes,
        }
    )
    return event


@cache
def _made_by(kind: type[Envelope]) -> tuple[Callable[[dict[str, Any]], Any], str, str]:
    """What makes an event of a kind, its type and the name of its schema."""
    name = wire_type(kind)
    return kind.__pydantic_validator__.validate_python, name, schema_name(name)


def check(event: Envelope, *, key: str | None) -> None:
    """The rules that span fields: the key, the subject, and time against `receivedat`."""
    if key is not None and key != event.partitionkey:
        raise ContractError(Code.KEY_MISMATCH, Fault("/partitionkey", "the record's key"))
    if event.subject != event.partitionkey and isinstance(event, (ClientEvent, DeskEvent)):
        raise ContractError(Code.KEY_MISMATCH, Fault("/subject", "the same as partitionkey"))
    if event.receivedat is not None and event.time > event.receivedat + MAX_AHEAD:
        raise ContractError(Code.TIME_IN_FUTURE, Fault("/time", "at most 5 minutes ahead"))


def encode(event: Envelope) -> bytes:
    """Write an event; the same event gives the same bytes. Unset optional fields are left out."""
    if type(event) is facts.DecisionMade or type(event) is facts.DecisionShadowed:
        return written.decided(event)
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)


def family_of(raw: bytes, kinds: Iterable[type[Envelope]]) -> str:
    """What an unreadable record may have held: by its type if that can be made out."""
    wanted = type_of(raw)
    return next((kind.family for kind in kinds if wire_type(kind) == wanted), "unreadable")


def type_of(raw: bytes) -> str | None:
    """The wire type of a record, without reading the rest; `None` if it cannot be made out."""
    found = _SNIFF_TYPE.search(raw)
    return found.group(1).decode() if found else None


def name_of(raw: bytes) -> tuple[str | None, str | None]:
    """Id and source of an unreadable record, if they can be made out."""
    found = (_SNIFF_ID.search(raw), _SNIFF_SOURCE.search(raw))
    event_id, source = (match.group(1).decode() if match else None for match in found)
    return event_id, source


def check_depth(raw: bytes) -> None:
    """Refuse a body nested deeper than any contract is.

    Raises:
        ContractError: deeper than `MAX_DEPTH`. Brackets inside a text do not count.
    """
    if _count(raw, b"{") + (_count(raw, b"[") if _LIST in raw else 0) <= MAX_DEPTH:
        return
    depth = 0
    for step in _BRACKET.findall(raw):
        depth += _STEPS.get(step, 0)
        if depth > MAX_DEPTH:
            raise ContractError(Code.TOO_DEEP, Fault("", f"at most {MAX_DEPTH} levels"))


def _count(raw: bytes, sign: bytes) -> int:
    """As `raw.count(sign)`, in a third of its time: signs are looked for, not bytes compared."""
    return len(raw) - len(raw.replace(sign, b""))


def check_numbers(raw: bytes) -> None:
    """Refuse NaN and Infinity anywhere, unknown fields included: they are not JSON.

    Raises:
        ContractError: the body holds one, or is broken in another way.
    """
    # A byte is looked for in a tenth of the time that a word takes, and most bodies hold neither.
    if not (_N in raw and b"NaN" in raw) and not (_I in raw and b"Infinity" in raw):
        return
    try:
        from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise ContractError(Code.MALFORMED_JSON, Fault("", _first_words(error))) from None


def _contract_error(error: ValidationError) -> ContractError:
    faults = [_fault(line) for line in error.errors(include_url=False, include_input=False)[:20]]
    code = faults[0][0]
    return ContractError(code, *(fault for _, fault in faults))


def _fault(line: Any) -> tuple[Code, Fault]:  # noqa: ANN401 - pydantic's ErrorDetails
    kind, message = line["type"], line["msg"]
    if kind == "json_invalid":
        return Code.MALFORMED_JSON, Fault("", _first_words(message))
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return Code.UNKNOWN_TYPE, Fault("/type", "a type of this log", "listed at /v1/types")
    where = [part for part in map(str, line["loc"]) if not part.startswith(TYPE_PREFIX)]
    expected = message.removeprefix("Value error, ")
    return Code.CONTRACT_VIOLATION, Fault("".join(f"/{part}" for part in where), expected)


def _first_words(message: object) -> str:
    """A parser's complaint without line and column."""
    return str(message).split(" at line ", 1)[0]
