"""What speaks for each intent: the newest items in order, and what is left of older ones.

The list is ordered by (time, event, name), so shuffled or repeated events give the same bytes.
An item pushed out of the list goes on in a residual per intent and half-life. `weighing` says what
all of it comes to.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from journeys.client.intent.decay import share
from journeys.client.intent.policy import INTENTS, IntentPolicy, Rule
from schemas.time import Instant

_NONE = (0,) * len(INTENTS)


class Item(NamedTuple):
    """One piece of evidence, the same whenever time, event and name are."""

    at: Instant
    event: int
    """Short hash of the event that gave it."""
    name: str
    due: Instant | None = None
    """For rules with `until_due`: it holds in full until then."""


class Residual(msgspec.Struct, frozen=True, array_like=True):
    """What items that left the list still say for one intent at one half-life."""

    intent: int
    half_life: int
    at: Instant
    """`value` holds at this time and decays from it."""
    value: float


class Completed(msgspec.Struct, frozen=True, array_like=True):
    """When a number of items that have left the list last made a piece of counted evidence."""

    intent: int
    name: str
    at: Instant


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """All evidence of one client. Flags and resets follow `INTENTS`."""

    items: tuple[Item, ...] = ()
    residuals: tuple[Residual, ...] = ()
    reset_at: tuple[int, ...] = _NONE
    on: tuple[bool, ...] = (False,) * len(INTENTS)
    completed: tuple[Completed, ...] = ()


EMPTY: Final = Evidence()


def absorb(evidence: Evidence, item: Item, policy: IntentPolicy) -> Evidence:
    """Add an item at its place in time; the same item twice changes nothing, while listed.

    Beyond `policy.list_length` the one that began to fade first goes on in the residuals.
    """
    items = evidence.items
    if items and items[-1].at >= item.at:  # seldom: mostly it is the newest
        place = _after(items, item)
        if place and _key(items[place - 1]) == _key(item):
            return _with_later_due(evidence, place - 1, item)
        items = (*items[:place], item, *items[place:])
    else:
        items = (*items, item)
    grown = Evidence(items, evidence.residuals, evidence.reset_at, evidence.on, evidence.completed)
    while len(grown.items) > policy.list_length:
        grown = _push_out(grown, policy)
    return grown


def retract(
    evidence: Evidence, event: int, policy: IntentPolicy, *, original: Item | None = None
) -> Evidence:
    """Remove what an event gave: exactly while listed, else within 1e-9 if told what it was.

    `original` must have been absorbed; without it, what has left the list stays. Counted evidence
    that has left the list cannot be told apart and stays.
    """
    kept = tuple(item for item in evidence.items if item.event != event)
    if original is not None and all(_key(item) != _key(original) for item in evidence.items):
        evidence = _take_from_residuals(evidence, original, policy)
    return replace(evidence, items=kept) if len(kept) < len(evidence.items) else evidence


def reset(evidence: Evidence, intent: str, at: Instant, policy: IntentPolicy) -> Evidence:
    """The need was met at that time: nothing at or before it counts for the intent any more."""
    del policy
    which = INTENTS.index(intent)
    if at <= evidence.reset_at[which]:
        return evidence
    return replace(
        evidence,
        reset_at=(*evidence.reset_at[:which], at, *evidence.reset_at[which + 1 :]),
        residuals=tuple(r for r in evidence.residuals if r.intent != which or r.at > at),
        completed=tuple(c for c in evidence.completed if c.intent != which or c.at > at),
    )


def times_of(evidence: Evidence, rule: Rule) -> list[Instant]:
    """When the listed items of counted evidence were, ascending."""
    name = rule.evidence
    # By place: names of fields cost a third more, and most pages ask.
    return [item[0] for item in evidence.items if item[2] == name]


def completed_at(
    evidence: Evidence, rule: Rule, times: Sequence[Instant] | None = None
) -> Instant | None:
    """When the items of counted evidence last were enough: its age runs from then.

    Args:
        evidence: the whole.
        rule: needs more than one item.
        times: of all its listed items, ascending; looked up unless given.
    """
    start, name, span = evidence.reset_at[rule.intent], rule.evidence, rule.least - 1
    last = None
    for done in evidence.completed:
        if done.intent == rule.intent and done.name == name:
            last = done.at if last is None else max(last, done.at)
    if times is None:
        times = times_of(evidence, rule)
    for place in range(len(times) - 1, span - 1, -1):  # the newest first
        if times[place - span] <= start:
            break
        if times[place] - times[place - span] <= rule.within:
            return times[place] if last is None else max(last, times[place])
    return last


def _push_out(evidence: Evidence, policy: IntentPolicy) -> Evidence:
    """Move the item that began to fade first into the residuals, with its own decay."""
    place = _first_to_fade(evidence.items)
    out = evidence.items[place]
    at, _, name, _ = out
    items = evidence.items[:place] + evidence.items[place + 1 :]
    residuals, completed = evidence.residuals, evidence.completed
    for rule in policy.rules.get(name, ()):
        if at <= evidence.reset_at[rule.intent]:
            continue
        if rule.least == 1:
            residuals = _with_joined(residuals, rule, out)
            continue
        times = times_of(evidence, rule)
        if len(times) >= rule.least:  # or it has no part in any piece
            last = completed_at(evidence, rule, times)
            times.remove(at)
            if last is not None and last != completed_at(evidence, rule, times):
                completed = _with_completed(completed, Completed(rule.intent, name, last))
    return Evidence(items, residuals, evidence.reset_at, evidence.on, completed)


def _with_joined(residuals: tuple[Residual, ...], rule: Rule, item: Item) -> tuple[Residual, ...]:
    """The residuals, in order of intent and half-life, with an item that left the list."""
    intent, half_life = rule.intent, rule.half_life
    for place, left in enumerate(residuals):
        if left.intent < intent:
            continue
        if left.intent == intent and left.half_life == half_life:
            return (*residuals[:place], _joined(left, rule, item), *residuals[place + 1 :])
        if left.intent > intent or left.half_life > half_life:
            return (*residuals[:place], _joined(None, rule, item), *residuals[place:])
    return (*residuals, _joined(None, rule, item))


def _with_completed(found: tuple[Completed, ...], done: Completed) -> tuple[Completed, ...]:
    others = [one for one in found if (one.intent, one.name) != (done.intent, done.name)]
    return tuple(sorted([*others, done], key=lambda one: (one.intent, one.name)))


def _joined(old: Residual | None, rule: Rule, item: Item) -> Residual:
    since = since_of(item) if rule.until_due else item.at
    if old is None:
        return Residual(rule.intent, rule.half_life, since, rule.weight)
    at = Instant(max(old.at, since))
    value = old.value * share(at - old.at, rule.half_life)
    value += rule.weight * share(at - since, rule.half_life)
    return Residual(rule.intent, rule.half_life, at, value)


def _take_from_residuals(evidence: Evidence, item: Item, policy: IntentPolicy) -> Evidence:
    residuals = {(left.intent, left.half_life): left for left in evidence.residuals}
    for rule in policy.rules.get(item.name, ()):
        since = since_of(item) if rule.until_due else item.at
        left = residuals.get((rule.intent, rule.half_life))
        if (
            rule.least == 1
            and left is not None
            and since <= left.at
            and item.at > evidence.reset_at[rule.intent]
        ):
            value = left.value - rule.weight * share(left.at - since, rule.half_life)
            residuals[rule.intent, rule.half_life] = replace(left, value=value)
    return replace(evidence, residuals=tuple(residuals[key] for key in sorted(residuals)))


def _first_to_fade(items: Sequence[Item]) -> int:
    """Its place. What holds until it is due stays while something else has begun to fade."""
    first, since = 0, since_of(items[0])
    if items[1][0] > since:  # as mostly: no other has begun to fade before
        return first
    for place, item in enumerate(items):
        if item.at > since:
            break
        if since_of(item) < since:
            first, since = place, since_of(item)
    return first


def since_of(item: Item) -> Instant:
    """When the item begins to fade, if its rule lets it hold until it is due."""
    return item.at if item.due is None or item.due < item.at else item.due


def _after(items: Sequence[Item], item: Item) -> int:
    """Where the item goes."""
    place, key = len(items), _key(item)
    while place and _key(items[place - 1]) > key:
        place -= 1
    return place


def _with_later_due(evidence: Evidence, place: int, item: Item) -> Evidence:
    """One item told with two dates keeps the later, whichever came first."""
    old = evidence.items[place]
    if item.due is None or (old.due is not None and old.due >= item.due):
        return evidence
    items = (*evidence.items[:place], item, *evidence.items[place + 1 :])
    return replace(evidence, items=items)


def _key(item: Item) -> tuple[Instant, int, str]:
    return item[:3]
