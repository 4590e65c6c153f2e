"""An adviser's act as a signal on the desk's log."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from channels.workbench.barring import Bar
from journeys.identity import derive
from schemas import codec
from schemas.decisions import WithheldReason
from schemas.envelope import ClientEvent, DeskEvent
from schemas.signals.desk import DeskActed, DeskAction
from schemas.tasks import DeclineReason, DeskActionKind, Outcome, TaskState
from schemas.time import HOUR, Instant
from schemas.wire import DeskId, TaskId, Wire
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS

SOURCE: Final = "/desk/workbench"
_SNOOZE: Final = 2 * HOUR
_CLOSED: Final = frozenset(
    {
        TaskState.COMPLETED,
        TaskState.DECLINED,
        TaskState.EXPIRED,
        TaskState.RECALLED,
        TaskState.SUPERSEDED,
    }
)


class Refused(Exception):  # noqa: N818 - a no, not a fault
    """The page's data says no before a fold is asked."""

    def __init__(self, reason: str, rules: tuple[str, ...] = (), bar: Bar | None = None) -> None:
        """Say no.

        Args:
            reason: a word of the notices.
            rules: the rows of conduct that it breaks.
            bar: what keeps a talk from being started, told instead of the word.
        """
        super().__init__(reason)
        self.reason, self.rules, self.bar = reason, rules, bar


def message_of(
    task: Mapping[str, Any], said: Mapping[str, str], *, now: Instant, bar: Bar | None = None
) -> Outgoing:
    """The signal of an act. One form makes one event, however often it is sent.

    Raises:
        Refused: the task is closed or has moved on, something bars the talk, or a field is missing.
    """
    if TaskState(task["state"]) in _CLOSED:
        raise Refused("closed")
    if said.get("version") != str(task["version"]):
        raise Refused("moved_on")
    if said.get("reason") and said["reason"] not in set(DeclineReason):
        raise Refused("unknown_reason")
    try:
        action = _action(task, said, now)
    except (ValidationError, ValueError):
        raise Refused("incomplete") from None
    if bar is not None and bar.is_final and action.action is DeskActionKind.START:
        raise Refused("barred", bar=bar)
    is_stopped = bar is not None and bar.reason == WithheldReason.STOPPED
    if is_stopped and _is_made_now(action, task):
        raise Refused("stopped")
    desk = said.get("desk") or task["desk"]
    return signal(DeskActed, action, desk=desk, nonce=said.get("nonce", ""), now=now)


def _is_made_now(action: DeskAction, task: Mapping[str, Any]) -> bool:
    """A service contact may be completed without having been started: it is made by that."""
    return action.action is DeskActionKind.COMPLETE and task["state"] != TaskState.STARTED


def signal(kind: type[DeskEvent], data: Wire, *, desk: str, nonce: str, now: Instant) -> Outgoing:
    """A signal on a desk's log; one form (by its nonce) makes one event."""
    event = codec.build(
        kind,
        data,
        event_id=derive("act", desk, nonce),
        source=SOURCE,
        key=desk,
        time=now,
        receivedat=now,
    )
    return Outgoing(DESK_EVENTS, desk.encode(), codec.encode(event))


def client_signal(
    kind: type[ClientEvent], data: Wire, *, client: str, nonce: str, now: Instant
) -> Outgoing:
    """A signal on a client's log; one form sent twice is one event, with other words another."""
    event = codec.build(
        kind,
        data,
        event_id=derive("act", client, nonce, data.model_dump_json()),
        source=SOURCE,
        key=client,
        time=now,
        receivedat=now,
    )
    return Outgoing(CLIENT_EVENTS, client.encode(), codec.encode(event))


def _action(task: Mapping[str, Any], said: Mapping[str, str], now: Instant) -> DeskAction:
    kind = DeskActionKind(said.get("action", ""))
    reason, outcome, to = said.get("reason"), said.get("outcome"), said.get("to")
    return DeskAction(
        task_id=TaskId(task["task_id"]),
        task_version=task["version"],
        action=kind,
        actor=said.get("desk") or task["desk"],
        reason=DeclineReason(reason) if reason else None,
        outcome=Outcome(outcome) if outcome else None,
        until=Instant(now + _SNOOZE) if kind is DeskActionKind.SNOOZE else None,
        to=DeskId(to) if to else None,
    )
