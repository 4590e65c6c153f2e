"""What speaks for each intent: the newest items in order, and what is left of older ones.

The list is ordered by (time, event, name), so shuffled or repeated events give the same bytes.
An item pushed out of the list goes on in a residual per intent and half-life.
"""

from collections.abc import Collection, Sequence
from operator import truediv
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from journeys.client.intent.decay import Term, first_fall, share, sigmoid
from journeys.client.intent.policy import INTENTS, IntentPolicy, Rule
from journeys.summed import summed
from schemas.time import Instant

EVERY_INTENT: Final = tuple(range(len(INTENTS)))
_NONE = (0,) * len(INTENTS)
_REASONS = 3


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
    """At most three, the strongest first. Evidence that left the list counts in the whole."""


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


def chances(evidence: Evidence, now: Instant, policy: IntentPolicy) -> tuple[float, ...]:
    """The probability of each intent, in the order of `INTENTS`."""
    return tuple(map(sigmoid, _log_odds(evidence, now, policy)))


def _log_odds(evidence: Evidence, now: Instant, policy: IntentPolicy) -> list[float]:
    scores = list(policy.bias)
    for left in evidence.residuals:
        age, value = now - left.at, left.value
        scores[left.intent] += value * 2.0 ** (-age / left.half_life) if age > 0 else value
    marks, start = policy.marks, evidence.reset_at
    parts: dict[str, list[Instant]] = {}
    for at, _, name, due in evidence.items:
        for which, weight, half_life, until_due, is_part in marks.get(name, ()):
            if is_part:
                parts.setdefault(name, []).append(at)
            elif at > start[which]:
                # Spelt out: these are the engine's hottest lines.
                age = now - (max(at, due or at) if until_due else at)
                scores[which] += weight * 2.0 ** (-age / half_life) if age > 0 else weight
    for rule in policy.counted:
        last = _completed(evidence, rule, parts.get(rule.evidence, ()))
        if last is not None:
            scores[rule.intent] += rule.weight * share(now - last, rule.half_life)
    return list(map(truediv, scores, policy.temperature))


def chance(evidence: Evidence, which: int, now: Instant, policy: IntentPolicy) -> float:
    """One of `chances`, to the last bit: what it adds up stands in the same order."""
    return sigmoid(log_odds_of(evidence, which, now, policy))


def log_odds_of(evidence: Evidence, which: int, now: Instant, policy: IntentPolicy) -> float:
    """What the chance of one intent is worked out from."""
    score, start = policy.bias[which], evidence.reset_at[which]
    for left in evidence.residuals:
        if left.intent == which:
            score += left.value * share(now - left.at, left.half_life)
    marks = policy.marks_of[which]
    parts: dict[str, list[Instant]] = {}
    # Told apart first, in one sweep: most items say nothing of one intent. And by place: to take
    # a named tuple apart, or to ask for its names, costs more.
    for item in [item for item in evidence.items if item[2] in marks]:
        at, (_, weight, half_life, until_due, is_part) = item[0], marks[item[2]]
        if is_part:
            parts.setdefault(item[2], []).append(at)
        elif at > start:
            age = now - (max(at, item[3] or at) if until_due else at)
            score += weight * 2.0 ** (-age / half_life) if age > 0 else weight
    for rule in policy.counted_of[which]:
        last = _completed(evidence, rule, parts.get(rule.evidence, ()))
        if last is not None:
            score += rule.weight * share(now - last, rule.half_life)
    return score / policy.temperature[which]


def review(
    evidence: Evidence,
    now: Instant,
    policy: IntentPolicy,
    which: Collection[int] = EVERY_INTENT,
) -> tuple[Evidence, tuple[Change, ...]]:
    """Turn intents on at `policy.on` and off at `policy.off`; one change for each crossing.

    Args:
        evidence: the whole.
        now: the time of the review.
        policy: the weights and thresholds.
        which: the intents to look at, by their places in `INTENTS`.
    """
    were = evidence.on
    whole = _log_odds(evidence, now, policy) if len(which) == len(INTENTS) else None
    found: dict[int, float] = {}
    for one in which:
        score = log_odds_of(evidence, one, now, policy) if whole is None else whole[one]
        # Most stand nowhere near their threshold: their chance need not be known.
        if score < policy.surely_on if were[one] else score > policy.surely_off:
            found[one] = sigmoid(score)
    changed = [
        one
        for one, p in found.items()
        if (p <= policy.off if were[one] else p >= policy.on)
        and (were[one] or _is_enough(evidence, one, policy))
    ]
    if not changed:
        return evidence, ()
    flags = tuple(was is not (one in changed) for one, was in enumerate(were))
    changes = tuple(
        Change(INTENTS[w], flags[w], found[w], _reasons(evidence, w, now, policy)) for w in changed
    )
    return replace(evidence, on=flags), changes


def next_off(evidence: Evidence, now: Instant, policy: IntentPolicy) -> Instant | None:
    """When the first intent that is on will have faded, to a second; `None` if none will.

    It is after `now`, and a review at that time turns the intent off.
    """
    first: Instant | None = None
    if True not in evidence.on:  # as of most clients, most of the time
        return None
    for which, is_on in enumerate(evidence.on):
        at = _fades_at(evidence, which, now, policy, before=first) if is_on else None
        if at is not None and (first is None or at < first):
            first = at
    return first


def _fades_at(
    evidence: Evidence,
    which: int,
    now: Instant,
    policy: IntentPolicy,
    *,
    before: Instant | None,
) -> Instant | None:
    return first_fall(
        [term for _, term in _terms(evidence, which, policy)],
        now,
        limit=policy.fallen_at[which],
        before=before,
        # The search adds in another order: the last bit may differ, and the review's is right.
        has_fallen=lambda at: chance(evidence, which, at, policy) <= policy.off,
    )


def _is_enough(evidence: Evidence, which: int, policy: IntentPolicy) -> bool:
    """Do enough pieces speak for it, or one that was said in so many words?

    What left the list counts once for each half-life, counted evidence once.
    """
    pieces = sum(left.intent == which and left.value > 0 for left in evidence.residuals)
    pieces += sum(
        rule.weight > 0 and _completed(evidence, rule) is not None
        for rule in policy.counted_of[which]
    )
    start, least = evidence.reset_at[which], policy.least_items
    for item in reversed(evidence.items):  # mostly the newest are enough
        if pieces >= least:
            return True
        for rule in policy.rules.get(item.name, ()):
            if rule.intent == which and rule.weight > 0 and item.at > start:
                if rule.explicit:
                    return True
                pieces += rule.least == 1
    return pieces >= least


def _reasons(
    evidence: Evidence, which: int, now: Instant, policy: IntentPolicy
) -> tuple[Weighed, ...]:
    weights: dict[str, float] = {}
    for name, (weight, since, half_life) in _terms(evidence, which, policy):
        left = weight * share(now - since, half_life)
        weights[name] = weights.get(name, 0.0) + left
    total = summed(weight for weight in weights.values() if weight > 0)
    named = sorted((-weight, name) for name, weight in weights.items() if weight > 0 and name)
    return tuple(Weighed(name, -weight / total) for weight, name in named[:_REASONS])


def _terms(evidence: Evidence, which: int, policy: IntentPolicy) -> list[tuple[str, Term]]:
    """What speaks for or against one intent; what left the list has no name any more."""
    terms: list[tuple[str, Term]] = [
        ("", (left.value, left.at, left.half_life))
        for left in evidence.residuals
        if left.intent == which
    ]
    start, marks = evidence.reset_at[which], policy.marks_of[which]
    for item in evidence.items:
        mark = marks.get(item.name)
        if mark is not None and item.at > start:
            _, weight, half_life, until_due, is_part = mark
            if not is_part:
                since = _since(item) if until_due else item.at
                terms.append((item.name, (weight, since, half_life)))
    terms += [
        (rule.evidence, (rule.weight, last, rule.half_life))
        for rule in policy.counted_of[which]
        if (last := _completed(evidence, rule)) is not None
    ]
    return terms


def _times(evidence: Evidence, rule: Rule) -> list[Instant]:
    name = rule.evidence
    # By place, as above: names of fields cost a third more, and most pages ask.
    return [item[0] for item in evidence.items if item[2] == name]


def _completed(
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
        times = _times(evidence, rule)
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
        times = _times(evidence, rule)
        if len(times) >= rule.least:  # or it has no part in any piece
            last = _completed(evidence, rule, times)
            times.remove(at)
            if last is not None and last != _completed(evidence, rule, times):
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
    since = _since(item) if rule.until_due else item.at
    if old is None:
        return Residual(rule.intent, rule.half_life, since, rule.weight)
    at = Instant(max(old.at, since))
    value = old.value * share(at - old.at, rule.half_life)
    value += rule.weight * share(at - since, rule.half_life)
    return Residual(rule.intent, rule.half_life, at, value)


def _take_from_residuals(evidence: Evidence, item: Item, policy: IntentPolicy) -> Evidence:
    residuals = {(left.intent, left.half_life): left for left in evidence.residuals}
    for rule in policy.rules.get(item.name, ()):
        since = _since(item) if rule.until_due else item.at
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
    first, since = 0, _since(items[0])
    if items[1][0] > since:  # as mostly: no other has begun to fade before
        return first
    for place, item in enumerate(items):
        if item.at > since:
            break
        if _since(item) < since:
            first, since = place, _since(item)
    return first


def _since(item: Item) -> Instant:
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
