"""The contact ledger of one client: touches that happened, slots held, what was refused.

A *touch* is a marketing contact that reached the client, or a service contact noted beside it.
A *hold* is a slot granted to an offer that has not been shown yet. `used + held <= cap` is
checked at every grant by the only writer there is, so no order of events overshoots a cap.
"""

from collections.abc import Iterable

import msgspec

from schemas.time import Instant


class Touch(msgspec.Struct, frozen=True, array_like=True):
    """A contact that reached the client."""

    at: Instant
    method: str
    marketing: bool
    task: str | None


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """A slot kept for an offer until it is shown, given back or lapses."""

    task: str
    method: str
    until: Instant


class CoolDown(msgspec.Struct, frozen=True, array_like=True):
    """An action or group that the client declined, silent until then."""

    subject: str
    until: Instant


class Ledger(msgspec.Struct, frozen=True, array_like=True):
    """Touches in order of time, holds in order of grant, cool-downs by subject."""

    touches: tuple[Touch, ...] = ()
    holds: tuple[Hold, ...] = ()
    cool_downs: tuple[CoolDown, ...] = ()


EMPTY = Ledger()


def used_since(ledger: Ledger, start: Instant, *, method: str | None = None) -> int:
    """Marketing touches after `start` (exclusive), of one method or of all."""
    return len(made_since(ledger, start, method=method))


def made_since(ledger: Ledger, start: Instant, *, method: str | None = None) -> list[Touch]:
    """The same, touch by touch."""
    return [
        touch
        for touch in ledger.touches
        if touch.at > start and touch.marketing and method in (None, touch.method)
    ]


def held(ledger: Ledger, *, method: str | None = None, but: str | None = None) -> int:
    """Slots held, of one method or of all, leaving out the task `but`."""
    return sum(method in (None, hold.method) and hold.task != but for hold in ledger.holds)


def frees_at(ledger: Ledger, *, cap: int, window: int, method: str | None = None) -> Instant | None:
    """When enough touches have left a rolling window for one more; `None` if holds fill it.

    Args:
        ledger: with at least `cap` touches and holds together.
        cap: at least 1.
        window: microseconds.
        method: count this method only.
    """
    room = cap - held(ledger, method=method)
    if room <= 0:
        return None
    times = sorted(t.at for t in ledger.touches if t.marketing and method in (None, t.method))
    return Instant(times[-room] + window) if len(times) >= room else None


def hold(ledger: Ledger, slot: Hold) -> Ledger:
    """Keep a slot; the task's earlier hold, if any, is replaced."""
    return msgspec.structs.replace(ledger, holds=(*_without(ledger.holds, slot.task), slot))


def release(ledger: Ledger, task: str) -> Ledger:
    """Give a task's slot back; without a hold nothing changes."""
    left = tuple(_without(ledger.holds, task))
    return ledger if len(left) == len(ledger.holds) else msgspec.structs.replace(ledger, holds=left)


def is_held(ledger: Ledger, task: str) -> bool:
    """Does this task hold a slot?"""
    return any(slot.task == task for slot in ledger.holds)


def note(ledger: Ledger, touch: Touch, *, forget_before: Instant) -> Ledger:
    """Count a touch, spend its task's hold, and forget what no window reads any more."""
    kept = (t for t in ledger.touches if t.at >= forget_before)
    touches = tuple(sorted((*kept, touch), key=lambda t: (t.at, t.method, t.task or "")))
    return Ledger(touches, tuple(_without(ledger.holds, touch.task)), ledger.cool_downs)


def cool_down(ledger: Ledger, rest: CoolDown, *, now: Instant) -> Ledger:
    """Silence a subject until then, or longer if it was silent longer."""
    others = tuple(c for c in ledger.cool_downs if c.subject != rest.subject and c.until > now)
    known = [c.until for c in ledger.cool_downs if c.subject == rest.subject]
    longest = CoolDown(rest.subject, max([rest.until, *known]))
    ordered = sorted((*others, longest), key=lambda c: c.subject)
    return msgspec.structs.replace(ledger, cool_downs=tuple(ordered))


def silent_until(ledger: Ledger, subject: str, *, now: Instant) -> Instant | None:
    """Until when a subject is silent; `None` if it is not."""
    for rest in ledger.cool_downs:
        if rest.subject == subject and rest.until > now:
            return rest.until
    return None


def _without(holds: Iterable[Hold], task: str | None) -> Iterable[Hold]:
    return (slot for slot in holds if slot.task != task)


def unnote(ledger: Ledger, task: str) -> Ledger:
    """Forget the touch of a task that did not reach the client after all."""
    return msgspec.structs.replace(
        ledger, touches=tuple(touch for touch in ledger.touches if touch.task != task)
    )
