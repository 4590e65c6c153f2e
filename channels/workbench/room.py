"""What has a client's contact caps: the room that is left, and what a desk's task waits for.

The client fold alone grants a slot, when a desk dials. This says beforehand what it would answer,
so that nobody promises a talk that cannot be held yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from journeys.catalogue.edition import ContactPolicy
from journeys.decide.contact_policy import caps, is_open, opens_at
from schemas.decisions import WithheldReason
from schemas.tasks import OPEN_STATES, SendWindow, TaskState
from schemas.time import Instant, parse_instant
from streams.readmodel.slots import Slot

BEFORE: Final = OPEN_STATES - {TaskState.STARTED}
"""States in which the talk has not begun: it still needs a slot."""


class Room(NamedTuple):
    """A cap, with the contacts made in its span and those only held."""

    cap: WithheldReason
    made: int
    held: int
    limit: int


class Kept(NamedTuple):
    """A slot that stands in a task's way, and when it comes free."""

    slot: Slot
    until: Instant


class Wait(NamedTuple):
    """Why a task cannot be started yet."""

    cap: WithheldReason
    limit: int
    kept: Sequence[Kept]
    starts: Instant
    """Not before; later, if what is held is shown to the client after all."""


def rooms(found: Iterable[Slot], policy: ContactPolicy, *, now: Instant) -> list[Room]:
    """The caps of a day and of a week."""
    mine = list(found)
    return [
        _room(reason, limit, _in_span(mine, Instant(now - span), kind))
        for reason, limit, span, kind in caps(policy, "")
    ]


def wait_of(
    task: Mapping[str, Any], found: Iterable[Slot], policy: ContactPolicy, *, now: Instant
) -> Wait | None:
    """What keeps a marketing task of a desk from being started; `None` if no cap does."""
    if not task["marketing"] or task["desk"] is None or TaskState(task["state"]) not in BEFORE:
        return None
    others = [slot for slot in found if not slot.of(task["task_id"])]
    waits = []
    for reason, limit, span, kind in caps(policy, task["method"]):
        kept = [
            Kept(slot, _until(slot, policy, span=span))
            for slot in _in_span(others, Instant(now - span), kind)
        ]
        if len(kept) >= limit:
            ordered = sorted(each.until for each in kept)
            frees = ordered[len(kept) - limit]
            waits.append(Wait(reason, limit, kept, _opened(task, frees)))
    return max(waits, key=lambda wait: wait.starts, default=None)


def _room(reason: WithheldReason, limit: int, mine: Sequence[Slot]) -> Room:
    held = sum(slot.is_held for slot in mine)
    return Room(reason, len(mine) - held, held, limit)


def _in_span(found: Iterable[Slot], start: Instant, method: str | None) -> list[Slot]:
    return [
        slot
        for slot in found
        if (slot.is_held or slot.at > start) and method in (None, slot.method)
    ]


def _until(slot: Slot, policy: ContactPolicy, *, span: int) -> Instant:
    if not slot.is_held:
        return Instant(slot.at + span)
    lapses = slot.at + policy.offer_holds
    closes = lapses if slot.task is None else parse_instant(slot.task["expires"])
    return Instant(min(lapses, closes))


def _opened(task: Mapping[str, Any], moment: Instant) -> Instant:
    """The moment, or the next opening of the client's contact hours."""
    hours = None if task["window"] is None else SendWindow(**task["window"])
    return moment if hours is None or is_open(hours, moment) else opens_at(hours, moment)
