"""What the AI channel does next, read out of how a client's cases and offers stand."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from journeys.catalogue.edition import Edition
from schemas.cases import CaseLife, OperationState
from schemas.handovers import HandoverState
from schemas.time import Instant, parse_instant
from schemas.turns import Turn

_WAITS: Final = (HandoverState.OFFERED.value, HandoverState.PASSED_ON.value)
_OVER: Final = (CaseLife.RESOLVED.value, CaseLife.CLOSED.value)
_UNDER_WAY: Final = (OperationState.RUNNING.value, OperationState.UNDOING.value)
_MOST_CHOICES: Final = 3
Doc = dict[str, Any]


class Said(NamedTuple):
    """The next thing, with the case it belongs to, and what must be shown with it, whole."""

    next: Doc
    case_id: str | None = None
    must_show: Sequence[str] = ()


def next_of(
    cases: Sequence[Mapping[str, Any]],
    offers: Sequence[Mapping[str, Any]],
    turn: Turn,
    edition: Edition,
    *,
    now: Instant,
) -> Said:
    """In this order: somebody takes over, an operation, a question, an approved text, nothing.

    Args:
        cases: the client's, the newest first, each with its `lines`.
        offers: open tasks of this channel.
        turn: its language, and what the channel's system can do.
        edition: what has to be known of a case, and the approved texts.
        now: offers that have expired are none.
    """
    open_cases = [case for case in cases if case["life"] not in _OVER]
    for find in (_hand_over, _complete, _ask):
        for case in open_cases:
            said = find(case, turn, edition)
            if said is not None:
                return Said(said.next, case["case_id"], said.must_show)
    return _answer(offers, turn, edition, now) or Said(
        {"kind": "stay_silent", "reason": "nothing_to_say"},
        open_cases[0]["case_id"] if open_cases else None,
    )


def _hand_over(case: Mapping[str, Any], turn: Turn, _edition: Edition) -> Said | None:
    doc = _newest(case, "handover")
    if doc is None or doc["state"] not in _WAITS:
        return None
    say = (doc.get("say") or {}).get(turn.locale, "")
    next_ = {
        "kind": "hand_over",
        "handover_id": doc["handover_id"],
        "desk": doc["desk"],
        "wait": doc["kind"],
        "accept_by": doc["accept_by"],
        "say": say,
    }
    return Said(next_)


def _complete(case: Mapping[str, Any], turn: Turn, _edition: Edition) -> Said | None:
    """An operation that waits for the client's yes, or for a step that this channel carries out."""
    doc = _newest(case, "operation")
    if doc is None:
        return None
    named = {name: doc[name] for name in ("operation_id", "operation", "parameters")}
    if doc["state"] == OperationState.OFFERED.value:
        confirmation = doc["confirmation"]
        text = confirmation[turn.locale]
        next_ = {
            "kind": "complete",
            "phase": "confirm",
            **named,
            "confirmation": text,
            "until": confirmation["until"],
            # The yes itself: sent twice under one key it is one yes.
            "idempotency_key": doc["operation_id"],
            "report": "case.operation_replied",
        }
        return Said(next_, must_show=(text,))
    if doc["state"] not in _UNDER_WAY:
        return None
    step = _newest(case, "step")
    if step is None or "operations" not in turn.can:
        return Said({"kind": "stay_silent", "reason": "bank_at_work", **named})
    asked = {name: step[name] for name in ("step", "attempt", "answer_by")}
    next_ = {
        "kind": "complete",
        "phase": "execute",
        **named,
        **asked,
        "undoes": step.get("undoes"),
        "idempotency_key": step["key"],
        "report": "corebank.step_answered",
    }
    return Said(next_)


def _ask(case: Mapping[str, Any], _turn: Turn, edition: Edition) -> Said | None:
    kind = edition.casework.types.get(case["case_type"])
    if kind is None or case["life"] != CaseLife.WAITING_CLIENT.value:
        return None
    left = [field for field in kind.needed if field not in case["doc"]["record"]]
    return Said({"kind": "ask", "fields": left[:_MOST_CHOICES]}) if left else None


def _answer(
    offers: Sequence[Mapping[str, Any]], turn: Turn, edition: Edition, now: Instant
) -> Said | None:
    for task in offers:
        found = edition.treatments.get(task["treatment"])
        if found is not None and parse_instant(task["expires"]) > now:
            next_ = {
                "kind": "answer",
                "task_id": task["task_id"],
                "task_version": task["version"],
                "treatment": task["treatment"],
                "text": found.text_zh if turn.locale == "zh" else found.text_en,
                "report": "desk.task_presented",
            }
            return Said(next_)
    return None


def _newest(case: Mapping[str, Any], kind: str) -> Doc | None:
    found = [line["doc"] for line in case["lines"] if line["kind"] == kind]
    return found[-1] if found else None
