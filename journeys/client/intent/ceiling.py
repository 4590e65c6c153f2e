"""How high the log-odds of an intent may stand, from sums that fade as the evidence does.

What speaks for an intent only fades. So until these sums with what came since could lift it to
where it comes on, the evidence need not be added up; and most pages turn nothing.
"""

from typing import Final

import msgspec

from journeys.client.intent.decay import Term, share
from journeys.client.intent.evidence import Evidence, Item, since_of
from journeys.client.intent.policy import INTENTS, IntentPolicy
from journeys.client.intent.weighing import log_odds_of, terms_of
from journeys.client.lately import Lately
from journeys.summed import summed
from schemas.time import Instant


class _Sum(msgspec.Struct):
    """Never less than what speaks for one intent, from a time on."""

    at: Instant
    fading: dict[int, float]
    """At that time, by half-life."""
    steady: float
    """The bias, what holds until it is due, and counted evidence: taken whole, whenever it came."""
    most: float
    """Of all, as if nothing had faded since."""
    newer: list[Term]
    """What came since."""


class _Known(msgspec.Struct):
    items: tuple[Item, ...]
    """The very object: while a client has these, whatever else changes only takes away."""
    policy: IntentPolicy
    at: Instant
    sums: list[_Sum | None]
    """By intent, as far as anybody asked."""


_KNOWN: Final = Lately[_Known]()


def may_turn(
    client: str, before: Evidence, after: Evidence, item: Item, now: Instant, policy: IntentPolicy
) -> bool:
    """May one more piece of evidence have turned an intent that it speaks of?

    Evidence against an intent fades too, so that it may come on by itself: it is not judged here.
    """
    known = _known_of(client, before, now, policy)
    name, sums = item.name, known.sums
    for rule in policy.rules[name]:
        total = sums[rule.intent]
        if total is not None and rule.least == 1:
            since = since_of(item) if rule.until_due else item.at
            _add(total, (rule.weight, since, rule.half_life), now)
            if len(total.newer) > policy.list_length:  # of an intent that is on nobody asks
                _fade(total, now)
    may = False
    for one in policy.spoken_of[name]:
        if one in policy.contested:
            may = True
        elif after.on[one]:
            may = may or log_odds_of(after, one, now, policy) <= policy.surely_on
        elif _may_come_on(sums, after, one, now, policy):
            may = True
    known.items, known.at = after.items, now
    return may


def _known_of(client: str, before: Evidence, now: Instant, policy: IntentPolicy) -> _Known:
    """What is known of a client who had this evidence; nothing if it is not what was seen last."""
    known = _KNOWN.get(client)
    if known is None:
        _KNOWN.make_room()
    elif known.items is before.items and known.policy is policy and known.at <= now:
        return known
    known = _KNOWN[client] = _Known(before.items, policy, now, [None] * len(INTENTS))
    return known


def _may_come_on(
    sums: list[_Sum | None], after: Evidence, which: int, now: Instant, policy: IntentPolicy
) -> bool:
    """Does one intent that is off come so near to where it comes on that it must be reviewed?"""
    near, total = policy.surely_off * policy.temperature[which], sums[which]
    if total is None:
        total = sums[which] = _sum_of(after, which, now, policy)
    elif total.most >= near:
        _fade(total, now)
    if total.most < near:
        return False
    if log_odds_of(after, which, now, policy) >= policy.surely_off:
        return True
    # Without what was reset or came due since, and with counted evidence that has not completed.
    sums[which] = _sum_of(after, which, now, policy)
    return False


def _sum_of(evidence: Evidence, which: int, now: Instant, policy: IntentPolicy) -> _Sum:
    counted = summed(rule.weight for rule in policy.counted_of[which])
    total = _Sum(now, {}, policy.bias[which] + counted, 0.0, [])
    for _, term in terms_of(evidence, which, policy):
        # What spoke against it, under another policy, fades too: it is left out as if gone.
        if term[0] > 0:
            _add(total, term, now)
    _fade(total, now)
    return total


def _add(total: _Sum, term: Term, now: Instant) -> None:
    weight, since, _ = term
    total.most += weight
    if since > now:
        total.steady += weight
    else:
        total.newer.append(term)


def _fade(total: _Sum, now: Instant) -> None:
    """Bring it to a time."""
    fading, age = total.fading, now - total.at
    for half_life in fading:
        fading[half_life] *= share(age, half_life)
    for weight, since, half_life in total.newer:
        fading[half_life] = fading.get(half_life, 0.0) + weight * share(now - since, half_life)
    total.newer.clear()
    total.at, total.most = now, total.steady + summed(fading.values())
