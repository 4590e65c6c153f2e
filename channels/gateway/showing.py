"""May a channel still show a task? Asked before it is shown, answered from what is known now."""

from collections.abc import Mapping
from typing import Any

from journeys.decide.contact_policy import is_open
from schemas.reference import Stop
from schemas.tasks import OPEN_STATES, SendWindow, TaskState
from schemas.time import Instant, parse_instant


def showing(task: Mapping[str, Any], stop: Stop | None, *, now: Instant) -> dict[str, Any]:
    """The answer: `may_show`, and if not `why_not`: closed, expired, stopped or window."""
    why_not = _why_not(task, stop, now)
    named = {name: task[name] for name in ("task_id", "version", "state", "expires")}
    return {**named, "may_show": why_not is None, "why_not": why_not}


def _why_not(task: Mapping[str, Any], stop: Stop | None, now: Instant) -> str | None:
    if TaskState(task["state"]) not in OPEN_STATES:
        return "closed"
    if now >= parse_instant(task["expires"]):
        return "expired"
    if stop is not None:
        return "stopped"
    window = task["window"]
    if window is not None and not is_open(SendWindow(**window), now):
        return "window"
    return None
