"""What an adviser says of cases and hand-overs, as signals."""

from collections.abc import Mapping
from typing import Any, Final

from channels.workbench.acts import Refused, signal
from schemas.handovers import HandoverAction, HandoverActionKind, HandoverState
from schemas.signals.handover import HandoverActed
from schemas.time import Instant
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
