"""What the evidence comes to: each intent's chance, what turns, and when the next one fades."""

from collections.abc import Collection
from operator import truediv
from typing import Final

import msgspec
from msgspec.structs import replace

from journeys.client.intent.decay import Term, first_fall, share, sigmoid
from journeys.client.intent.evidence import Evidence, completed_at, since_of
from journeys.client.intent.policy import INTENTS, IntentPolicy
from journeys.summed import summed
from schemas.time import Instant

EVERY_INTENT: Final = tuple(range(len(INTENTS)))
_REASONS = 3


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
        last = completed_at(evidence, rule, parts.get(rule.evidence, ()))
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
        last = completed_at(evidence, rule, parts.get(rule.evidence, ()))
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
        [term for _, term in _every_term(evidence, which, policy)],
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
        rule.weight > 0 and completed_at(evidence, rule) is not None
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
    for name, (weight, since, half_life) in _every_term(evidence, which, policy):
        left = weight * share(now - since, half_life)
        weights[name] = weights.get(name, 0.0) + left
    total = summed(weight for weight in weights.values() if weight > 0)
    named = sorted((-weight, name) for name, weight in weights.items() if weight > 0 and name)
    return tuple(Weighed(name, -weight / total) for weight, name in named[:_REASONS])


def terms_of(evidence: Evidence, which: int, policy: IntentPolicy) -> list[tuple[str, Term]]:
    """What speaks for or against one intent, piece by piece; what left the list has no name."""
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
                since = since_of(item) if until_due else item.at
                terms.append((item.name, (weight, since, half_life)))
    return terms


def _every_term(evidence: Evidence, which: int, policy: IntentPolicy) -> list[tuple[str, Term]]:
    """The same, with counted evidence that is complete."""
    counted = [
        (rule.evidence, (rule.weight, last, rule.half_life))
        for rule in policy.counted_of[which]
        if (last := completed_at(evidence, rule)) is not None
    ]
    return terms_of(evidence, which, policy) + counted
