"""What an adviser says of cases and hand-overs, as signals.

What an adviser says or promises is read by the conduct lexicon before it is sent. A client's own
words are quoted as they were said. Personal numbers in either are masked.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from channels.masking import mask
from channels.workbench.acts import Refused, client_signal, signal
from channels.workbench.diagnosing import fen, today
from journeys.catalogue.casework import CaseType
from journeys.catalogue.edition import Edition
from journeys.lexicon.lexicon import screen
from schemas.cases import (
    Need,
    Note,
    Noted,
    NoteKind,
    OperationReply,
    OperationWish,
    Settlement,
    Speaker,
)
from schemas.envelope import ClientEvent
from schemas.handovers import (
    HandoverAction,
    HandoverActionKind,
    HandoverKind,
    HandoverState,
    HandoverWish,
)
from schemas.signals.casework import (
    CaseSettled,
    NeedRaised,
    NoteTaken,
    OperationReplied,
    OperationWanted,
)
from schemas.signals.handover import HandoverActed, HandoverAsked
from schemas.time import Instant
from schemas.wire import Channel, DeskId, Wire
from streams.ports import Outgoing

WAITS: Final = frozenset({HandoverState.OFFERED.value, HandoverState.PASSED_ON.value})


def act_on(row: Mapping[str, Any], said: Mapping[str, str], *, now: Instant) -> Outgoing:
    """The signal of an act on a hand-over. One form makes one event, however often it is sent.

    Raises:
        Refused: it is over or has moved on, its clock stands at zero, or the act is none.
    """
    if row["state"] not in WAITS:
        raise Refused("handover_over")
    if said.get("version") != str(row["version"]):
        raise Refused("moved_on")
    if now >= row["accept_by"]:
        raise Refused("too_late")
    try:
        kind = HandoverActionKind(said.get("action", ""))
    except ValueError:
        raise Refused("incomplete") from None
    desk = said.get("desk") or row["desk"]
    act = HandoverAction(
        handover_id=row["handover_id"],
        version=row["version"],
        action=kind,
        actor=desk,
    )
    return signal(HandoverActed, act, desk=desk, nonce=said.get("nonce", ""), now=now)


class Desked(NamedTuple):
    """What the forms of a case rest on."""

    case: Mapping[str, Any]
    kind: CaseType
    edition: Edition
    desks: tuple[str, ...]
    """Those that may speak: they serve the client, or have the case."""


def message_of(desked: Desked, said: Mapping[str, str], *, now: Instant) -> Outgoing:
    """The signal of a form on a case's page, by its field `say`.

    Raises:
        Refused: no desk that may was chosen, a field is missing or cannot be read, or the
            adviser's words break the conduct lexicon.
    """
    make = _MAKE.get(said.get("say", ""))
    desk = said.get("desk", "")
    if desk not in desked.desks:
        raise Refused("not_served_by_desk")
    if make is None:
        raise Refused("incomplete")
    try:
        kind, data = make(desked, said, _where(desk, said, now))
    except (ValidationError, ValueError, KeyError):
        raise Refused("incomplete") from None
    client, nonce = desked.case["client"], said.get("nonce", "")
    return client_signal(kind, data, client=client, nonce=nonce, now=now)


def need_of(
    client: str,
    kind: CaseType,
    desks: tuple[str, ...],
    said: Mapping[str, str],
    *,
    edition: Edition,
    now: Instant,
) -> Outgoing:
    """The signal that a client needs something, with what of it is known already.

    Raises:
        Refused: no desk that serves the client was chosen, or a field cannot be read.
    """
    desk = said.get("desk", "")
    if desk not in desks:
        raise Refused("not_served_by_desk")
    try:
        known = _values(kind.record, kind, said, edition)
        need = Need(request=kind.requests[0], record=known, **_where(desk, said, now))
    except (ValidationError, ValueError):
        raise Refused("incomplete") from None
    nonce = said.get("nonce", "")
    return client_signal(NeedRaised, need, client=client, nonce=nonce, now=now)


def sessions_of(case: Mapping[str, Any], desk: str, now: Instant) -> list[str]:
    """Conversations that a word may belong to: the newest one, and this desk's own of today."""
    spoken = [line["doc"].get("session") for line in case["lines"] if line["kind"] == "note"]
    newest = next((one for one in reversed(spoken) if one), None)
    return list(dict.fromkeys(one for one in (newest, own_session(desk, now)) if one))


def own_session(desk: str, now: Instant) -> str:
    """What a desk and a client say to each other on one day is one conversation."""
    return f"{desk}:{today(now)}"


def check_words(edition: Edition, *texts: str | None) -> None:
    """Read an adviser's own words.

    Raises:
        Refused: they say what may not be said; with the rows that they break.
    """
    rule_of = {each.id: each.rule for each in edition.conduct.lexicon.classes}
    hits = {hit for text in texts if text for hit in screen(text, edition.conduct.lexicon)}
    if hits:
        raise Refused("banned_words", tuple(sorted({rule_of[hit] for hit in hits})))


def _where(desk: str, said: Mapping[str, str], now: Instant) -> dict[str, Any]:
    channel = Channel.REMOTE if desk.startswith("remote-") else Channel.BRANCH
    session = said.get("session") or own_session(desk, now)
    return {"desk": DeskId(desk), "session": session, "channel": channel}


_Made = tuple[type[ClientEvent], Wire]


def _note(desked: Desked, said: Mapping[str, str], where: dict[str, Any]) -> _Made:
    by, text = said.get("by", ""), _text(said, "text")
    field = said.get("field") or None
    kind = NoteKind(said.get("kind", ""))
    typed = said.get("value", "").strip()
    if not (text or field):
        raise ValueError("a note says something")
    if by != "client":
        check_words(desked.edition, text)
    value = _value(field, typed, desked.kind, desked.edition) if field and typed else None
    note = Note(kind=kind, field=field, value=value, text=text)
    noted = Noted(case_id=desked.case["case_id"], by=_speaker(by), note=note, **where)
    return NoteTaken, noted


def _want(desked: Desked, said: Mapping[str, str], where: dict[str, Any]) -> _Made:
    operation = desked.edition.casework.operations[said.get("operation", "")]
    parameters = _values(tuple(operation.parameters), desked.kind, said, desked.edition)
    wish = OperationWish(
        case_id=desked.case["case_id"],
        operation=operation.id,
        parameters=parameters,
        by=_speaker(said.get("by", "")),
        **where,
    )
    return OperationWanted, wish


def _reply(_desked: Desked, said: Mapping[str, str], where: dict[str, Any]) -> _Made:
    answer = OperationReply(
        operation_id=said.get("operation_id", ""),
        confirmed=_YES_NO[said.get("answer", "")],
        by=_speaker(said.get("by", "")),
        **where,
    )
    return OperationReplied, answer


def _settle(desked: Desked, said: Mapping[str, str], where: dict[str, Any]) -> _Made:
    settled = Settlement(
        case_id=desked.case["case_id"],
        solved=_YES_NO[said.get("answer", "")],
        by=_speaker(said.get("by", "")),
        **where,
    )
    return CaseSettled, settled


def _hand_over(desked: Desked, said: Mapping[str, str], where: dict[str, Any]) -> _Made:
    next_step = _text(said, "next_step")
    check_words(desked.edition, next_step)
    wish = HandoverWish(
        case_id=desked.case["case_id"],
        kind=HandoverKind(said.get("kind", "")),
        by="desk",
        to=DeskId(said["to"]) if said.get("to") else None,
        want=_text(said, "want"),
        next_step=next_step,
        **where,
    )
    return HandoverAsked, wish


_YES_NO: Final = {"yes": True, "no": False}
_MAKE: Final[Mapping[str, Callable[[Desked, Mapping[str, str], dict[str, Any]], _Made]]] = {
    "note": _note,
    "want": _want,
    "reply": _reply,
    "settle": _settle,
    "hand_over": _hand_over,
}


def _text(said: Mapping[str, str], field: str) -> str | None:
    return mask(said.get(field, "").strip()) or None


def _speaker(by: str) -> Speaker:
    if by == "client":
        return "client"
    if by == "desk":
        return "desk"
    raise ValueError("the client or a desk")


def _values(
    fields: tuple[str, ...], kind: CaseType, said: Mapping[str, str], edition: Edition
) -> dict[str, str | int]:
    """Fields typed as `value.<name>`; an empty one is not known."""
    typed = {field: said.get(f"value.{field}", "").strip() for field in fields}
    return {field: _value(field, text, kind, edition) for field, text in typed.items() if text}


def _value(field: str, typed: str, kind: CaseType, edition: Edition) -> str | int:
    """Money is typed in yuan and sent in fen; all else goes as it is."""
    return fen(typed) if parameter_of(field, kind, edition) == "money" else typed


def parameter_of(field: str, kind: CaseType, edition: Edition) -> str:
    """What a field of a record is, as the operations of its type know it."""
    for name in kind.operations:
        operation = edition.casework.operations.get(name)
        if operation is not None and field in operation.parameters:
            return operation.parameters[field].kind
    return "text"
