"""How much more chances said than a moving average did: the share of its loss that is gone."""

from collections import defaultdict
from collections.abc import Iterable
from math import log, sqrt
from typing import Final, NamedTuple

from journeys.measures.shares import Around
from journeys.summed import summed

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""


class Weighed(NamedTuple):
    """One contact: what the chance and the average said, within (0, 1), and what came."""

    client: str
    p: float
    average: float
    is_met: bool


def skill(cases: Iterable[Weighed]) -> Around | None:
    """1 less the log loss of the chances over that of the average; below 0 they are worse.

    The interval is that of a ratio of sums over clients (Cochran 1977, section 6.4), each of whom
    counts as one.

    Returns:
        `None` of fewer than two clients.

    Example:
        >>> found = skill([Weighed("a", 0.8, 0.5, True), Weighed("b", 0.2, 0.5, False)])
        >>> round(found.value, 3)
        0.678
    """
    losses: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in cases:
        mine = losses[one.client]
        mine[0] += _loss(one.p, is_met=one.is_met)
        mine[1] += _loss(one.average, is_met=one.is_met)
    clients = len(losses)
    if clients < 2:  # noqa: PLR2004 - a variance needs two
        return None
    whole = summed(average for _, average in losses.values())
    ratio = summed(own for own, _ in losses.values()) / whole
    off = summed((own - ratio * average) ** 2 for own, average in losses.values())
    reach = _Z * sqrt(off * clients / (clients - 1)) / whole
    return Around(1 - ratio, 1 - ratio - reach, 1 - ratio + reach)


def _loss(p: float, *, is_met: bool) -> float:
    return -log(p if is_met else 1 - p)
