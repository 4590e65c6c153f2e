"""What speaks for each intent: the newest items in order, and what is left of older ones.

The list is ordered by (time, event, name), so shuffled or repeated events give the same bytes.
An item pushed out of the list goes on in a residual per intent and half-life.
"""

from math import exp

import msgspec
from msgspec.structs import replace

from journeys.client.intent.policy import INTENTS, IntentPolicy, Rule
from schemas.time import DAY, HOUR, SECOND, Instant

_NONE = (0,) * len(INTENTS)
_HORIZON = 400 * DAY


class Item(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One piece of evidence."""

    at: Instant
    event: int
    """Short hash of the event that gave it."""
    name: str
    due: Instant | None = None


class Residual(msgspec.Struct, frozen=True, array_like=True):
    """What items that left the list still say for one intent at one half-life."""

    intent: int
    half_life: int
    at: Instant
    """`value` holds at this time and decays from it."""
    value: float


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """All evidence of one client. Flags and resets follow `INTENTS`."""

    items: tuple[Item, ...] = ()
    residuals: tuple[Residual, ...] = ()
    reset_at: tuple[int, ...] = _NONE
    on: tuple[bool, ...] = (False,) * len(INTENTS)


class Weighed(msgspec.Struct, frozen=True):
    """A reason: a kind of evidence and its share of the log-odds that speak for the intent."""

    name: str
    share: float


class Change(msgspec.Struct, frozen=True):
    """An intent that came on or went off."""

    intent: str
    on: bool
    p: float
    reasons: tuple[Weighed, ...]


def absorb(evidence: Evidence, item: Item, policy: IntentPolicy) -> Evidence:
    """Add an item at its place in time; the same item twice changes nothing."""
    if item in evidence.items:
        return evidence
    items = tuple(sorted((*evidence.items, item), key=_place))
    if len(items) <= policy.list_length:
        return replace(evidence, items=items)
    oldest, rest = items[0], items[1:]
    return replace(_age(evidence, oldest, policy), items=rest)


def retract(evidence: Evidence, event: int, policy: IntentPolicy) -> Evidence:
    """Remove what an event gave, as if it had never come, as long as it is listed."""
    del policy  # what left the list cannot be told apart any more: README, decision of 2026-11-24
    return replace(evidence, items=tuple(i for i in evidence.items if i.event != event))


def reset(evidence: Evidence, intent: str, at: Instant, policy: IntentPolicy) -> Evidence:
    """The need was met at that time: nothing at or before it counts for the intent any more."""
    del policy
    which = INTENTS.index(intent)
    moments = list(evidence.reset_at)
    moments[which] = max(moments[which], at)
    residuals = tuple(
        left for left in evidence.residuals if left.intent != which or left.at > moments[which]
    )
    return replace(evidence, reset_at=tuple(moments), residuals=residuals)


def chances(evidence: Evidence, now: Instant, policy: IntentPolicy) -> tuple[float, ...]:
    """The probability of each intent, in the order of `INTENTS`."""
    scores = list(policy.bias)
    for left in evidence.residuals:
        scores[left.intent] += left.value * _share(now - left.at, left.half_life)
    for name, group in _groups(evidence).items():
        for rule in policy.rules.get(name, ()):
            scores[rule.intent] += _weigh(rule, group, evidence, now)
    return tuple(
        _sigmoid(score / heat) for score, heat in zip(scores, policy.temperature, strict=True)
    )


def review(
    evidence: Evidence, now: Instant, policy: IntentPolicy
) -> tuple[Evidence, tuple[Change, ...]]:
    """Turn intents on at `policy.on` and off at `policy.off`; one change for each crossing."""
    if not evidence.items and not any(evidence.on):
        return evidence, ()
    found = chances(evidence, now, policy)
    flags = [
        p > policy.off if was else p >= policy.on and _is_enough(evidence, which, policy)
        for which, (p, was) in enumerate(zip(found, evidence.on, strict=True))
    ]
    changes = tuple(
        Change(INTENTS[which], on, found[which], _reasons(evidence, which, now, policy))
        for which, on in enumerate(flags)
        if on is not evidence.on[which]
    )
    return (replace(evidence, on=tuple(flags)), changes) if changes else (evidence, ())


def next_off(evidence: Evidence, now: Instant, policy: IntentPolicy) -> Instant | None:
    """When the first intent that is on will have faded, to a second; `None` if none will.

    A review at that time turns it off.
    """
    times = [
        at
        for which, is_on in enumerate(evidence.on)
        if is_on and (at := _fades_at(evidence, which, now, policy)) is not None
    ]
    return min(times, default=None)


def _fades_at(evidence: Evidence, which: int, now: Instant, policy: IntentPolicy) -> Instant | None:
    low, step = now, HOUR
    while chances(evidence, Instant(now + step), policy)[which] > policy.off:
        low, step = Instant(now + step), step * 2
        if step > _HORIZON:
            return None
    high = now + step
    while high - low > SECOND:
        middle = (low + high) // 2
        if chances(evidence, Instant(middle), policy)[which] > policy.off:
            low = Instant(middle)
        else:
            high = middle
    return Instant(high)


def _is_enough(evidence: Evidence, which: int, policy: IntentPolicy) -> bool:
    """At least two items, or one that was said in so many words."""
    count = 0
    for item in evidence.items:
        for rule in policy.rules.get(item.name, ()):
            if rule.intent == which and rule.weight > 0 and item.at > evidence.reset_at[which]:
                if rule.explicit:
                    return True
                count += 1
    return count >= policy.least_items


def _reasons(
    evidence: Evidence, which: int, now: Instant, policy: IntentPolicy
) -> tuple[Weighed, ...]:
    weights = {
        name: sum(
            _weigh(r, group, evidence, now) for r in policy.rules.get(name, ()) if r.intent == which
        )
        for name, group in _groups(evidence).items()
    }
    total = sum(weight for weight in weights.values() if weight > 0)
    strongest = sorted((-weight, name) for name, weight in weights.items() if weight > 0)[:3]
    return tuple(Weighed(name, -weight / total) for weight, name in strongest)


def _groups(evidence: Evidence) -> dict[str, list[Item]]:
    """Items by name, in order of time."""
    groups: dict[str, list[Item]] = {}
    for item in evidence.items:
        groups.setdefault(item.name, []).append(item)
    return groups


def _weigh(rule: Rule, items: list[Item], evidence: Evidence, now: Instant) -> float:
    """What the items of one name say for the rule's intent now, in log-odds."""
    start = evidence.reset_at[rule.intent]
    if rule.least > 1:
        return _weigh_many(rule, [item for item in items if item.at > start], now)
    total = 0.0
    for item in items:
        if item.at > start:
            since = item.due if rule.until_due and item.due is not None else item.at
            total += _share(now - since, rule.half_life)
    return rule.weight * total


def _weigh_many(rule: Rule, items: list[Item], now: Instant) -> float:
    """Evidence that only a number of items makes: it is as old as the item that completed it."""
    for last in range(len(items) - 1, rule.least - 2, -1):
        if items[last].at - items[last - rule.least + 1].at <= rule.within:
            return rule.weight * _share(now - items[last].at, rule.half_life)
    return 0.0


def _age(evidence: Evidence, item: Item, policy: IntentPolicy) -> Evidence:
    """Move an item into the residuals, with its own decay."""
    residuals = {(left.intent, left.half_life): left for left in evidence.residuals}
    for rule in policy.rules.get(item.name, ()):
        if rule.least > 1 or item.at <= evidence.reset_at[rule.intent]:
            continue
        since = item.due if rule.until_due and item.due is not None else item.at
        key = (rule.intent, rule.half_life)
        old = residuals.get(key, Residual(*key, since, 0.0))
        at = Instant(max(old.at, since))
        value = old.value * _share(at - old.at, rule.half_life)
        value += rule.weight * _share(at - since, rule.half_life)
        residuals[key] = Residual(*key, at, value)
    return replace(evidence, residuals=tuple(residuals[key] for key in sorted(residuals)))


def _share(age: int, half_life: int) -> float:
    """Share left after an age, in (0, 1]; an age below 0 counts as 0."""
    return 2.0 ** (-age / half_life) if age > 0 else 1.0


def _sigmoid(score: float) -> float:
    return 1 / (1 + exp(-score)) if score >= 0 else 1 - 1 / (1 + exp(score))


def _place(item: Item) -> tuple[Instant, int, str]:
    return (item.at, item.event, item.name)
