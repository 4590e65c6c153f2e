"""How high the log-odds of an intent can have come since they were last added up.

What speaks for an intent only fades. So until what came since could lift it to where it comes on,
nothing need be added up; and most pages turn nothing.
"""

from math import inf
from typing import Final

import msgspec

from journeys.client.intent.evidence import Evidence, Item
from journeys.client.intent.policy import INTENTS, IntentPolicy
from journeys.client.intent.weighing import log_odds_of
from journeys.client.lately import Lately
from journeys.summed import summed
from schemas.time import Instant


class _Known(msgspec.Struct, frozen=True):
    items: tuple[Item, ...]
    """The very object: while a client has these, whatever else changes only takes away."""
    policy: IntentPolicy
    at: Instant
    most: list[float]
    """By intent, what its log-odds do not pass from then on while these are the items."""


_KNOWN: Final = Lately[_Known]()


def may_turn(
    client: str, before: Evidence, after: Evidence, name: str, now: Instant, policy: IntentPolicy
) -> bool:
    """May one more piece of evidence of a name have turned an intent that it speaks of?

    Evidence against an intent fades too, so that it may come on by itself: it is not judged here.
    """
    most = _most_of(client, before, now, policy)
    for rule in policy.rules[name]:
        if rule.least == 1:
            most[rule.intent] += rule.weight / policy.temperature[rule.intent]
    may = False
    for one in policy.spoken_of[name]:
        if one in policy.contested:
            may = True
        elif after.on[one]:
            may = may or log_odds_of(after, one, now, policy) <= policy.surely_on
        elif most[one] >= policy.surely_off:
            score = log_odds_of(after, one, now, policy)
            may = may or score >= policy.surely_off
            most[one] = inf if _may_rise(after, one) else score + _counted(one, policy)
    _KNOWN[client] = _Known(after.items, policy, now, most)
    return may


def _most_of(client: str, before: Evidence, now: Instant, policy: IntentPolicy) -> list[float]:
    """What is known of the log-odds of what the client had."""
    known = _KNOWN.get(client)
    if known is None:
        _KNOWN.make_room()
        return _UNKNOWN.copy()
    if known.items is not before.items or known.policy is not policy:
        return _UNKNOWN.copy()
    return known.most if known.at <= now else _UNKNOWN.copy()


def _may_rise(evidence: Evidence, which: int) -> bool:
    """Does something speak against it from when another policy was in force, and fades?"""
    return any(left.value < 0 and left.intent == which for left in evidence.residuals)


def _counted(which: int, policy: IntentPolicy) -> float:
    """Counted evidence may complete with any item, but counts once."""
    weights = summed(rule.weight for rule in policy.counted_of[which])
    return weights / policy.temperature[which]


_UNKNOWN: Final = [inf] * len(INTENTS)
