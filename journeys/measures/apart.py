"""How well chances told contacts apart that came to something from those that did not.

Ranked are only contacts that lie close together: of one action and channel, within one block of
time. Over all of them a chance mostly tells *when* and *what*, not *whom*.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from math import sqrt
from typing import Final, NamedTuple

from journeys.measures.shares import Around
from journeys.summed import summed

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""
_HALVINGS: Final = 40


class Predicted(NamedTuple):
    """One contact as it was predicted and as it came."""

    client: str
    among: Hashable
    """Names the contacts that it is ranked against."""
    p: float
    is_met: bool


class Apart(NamedTuple):
    """The area under the curve: how likely a goal reached was put above one that was not."""

    around: Around
    met: int
    """Of contacts that could be ranked against another that came otherwise."""
    missed: int


def apart(cases: Iterable[Predicted]) -> Apart | None:
    """The share of pairs in the right order, ties half (Mann-Whitney), over all groups together.

    The interval is that of Newcombe (2006, method 5), whose variance is Hanley and McNeil's (1982)
    at the value asked about, so that it has a width where every pair is in order. Contacts of one
    client are not independent: the variance is multiplied by its design effect, the variance of
    DeLong's components summed by client (Obuchowski 1997) over that of the components alone, never
    below 1 and never as if clients had less than one contact.

    Returns:
        `None` where no group has both.

    Example:
        >>> rows = [("a", 0.2, False), ("b", 0.7, True), ("c", 0.7, False), ("d", 0.9, True)]
        >>> apart(Predicted(client, 0, p, met) for client, p, met in rows).around.value
        0.875
    """
    groups = _groups(cases)
    pairs = sum(one.pairs for one in groups)
    if not pairs:
        return None
    value = summed(one.won for one in groups) / pairs
    spread = _design_effect(groups, value)
    low, high = _ends(value, _variance(groups, pairs, spread))
    met, missed = (sum(sizes) for sizes in zip(*((g.met, g.missed) for g in groups), strict=True))
    return Apart(Around(value, low, high), met, missed)


class _Group(NamedTuple):
    """Contacts ranked against each other."""

    met: int
    missed: int
    won: float
    """Pairs in the right order."""
    shares: Sequence[tuple[str, float, int]]
    """Of each contact: the client, pairs of it in the right order, pairs of it."""

    @property
    def pairs(self) -> int:
        return self.met * self.missed


def _groups(cases: Iterable[Predicted]) -> list[_Group]:
    found: dict[Hashable, list[Predicted]] = defaultdict(list)
    for one in cases:
        found[one.among].append(one)
    groups = (_group(rows) for rows in found.values())
    return [one for one in groups if one.pairs]


def _group(rows: Sequence[Predicted]) -> _Group:
    met = sorted(one.p for one in rows if one.is_met)
    missed = sorted(one.p for one in rows if not one.is_met)
    shares = [
        (one.client, _below(missed, one.p), len(missed))
        if one.is_met
        else (one.client, len(met) - _below(met, one.p), len(met))
        for one in rows
    ]
    won = sum(_below(missed, p) for p in met)
    return _Group(len(met), len(missed), won, shares)


def _below(ordered: Sequence[float], p: float) -> float:
    """How many lie below, ties half."""
    return (bisect_left(ordered, p) + bisect_right(ordered, p)) / 2


def _design_effect(groups: Sequence[_Group], value: float) -> float:
    by_client, alone, cases = Counter[str](), 0.0, 0
    for group in groups:
        for client, won, pairs in group.shares:
            off = won - value * pairs
            by_client[client] += off  # type: ignore[assignment]  # a counter of floats
            alone += off * off
            cases += 1
    clients = len(by_client)
    if clients < 2 or alone == 0:  # noqa: PLR2004 - a variance needs two
        return cases / clients
    together = summed(off * off for off in by_client.values()) * clients / (clients - 1)
    single = alone * cases / (cases - 1)
    return min(max(1.0, together / single), cases / clients)


def _variance(groups: Sequence[_Group], pairs: int, spread: float) -> Callable[[float], float]:
    """Of the value, if it were this one: groups weigh by their pairs."""
    plain = paired = 0.0
    for group in groups:
        weight = (group.pairs / pairs) ** 2 / group.pairs
        plain += weight
        paired += weight * ((group.met + group.missed) / 2 - 1)

    def at(value: float) -> float:
        likes = (1 - value) / (2 - value) + value / (1 + value)
        return spread * value * (1 - value) * (plain + paired * likes)

    return at


def _ends(value: float, variance: Callable[[float], float]) -> tuple[float, float]:
    """Where a value would lie just within reach of this one."""

    def reaches(end: float) -> bool:
        return abs(value - end) <= _Z * sqrt(variance(end))

    ends = []
    for outside in (0.0, 1.0):
        near, far = value, outside
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            near, far = (middle, far) if reaches(middle) else (near, middle)
        ends.append(near)
    return ends[0], ends[1]
