"""Where flows discounted to the first day are worth nothing: none, one or several rates.

In the logarithm of growth, present value is a sum of exponentials. It is asked on a grid of equal
steps, as if at every point; intervals that cannot hold a root are passed over whole.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log

from journeys.client.wealth.returns.rules import ReturnRules
from journeys.summed import summed

Timed = Sequence[tuple[float, float]]
"""(years or periods from the first flow, amount); sorted, at least one of each sign."""

_BISECTIONS = 200
_HAIR = 1e-10


def brackets(flows: Timed, rules: ReturnRules) -> list[tuple[float, float]]:
    """Steps of the grid over which present value changes sign, as (least, most) growth."""
    low = log(rules.least_growth)
    width = (log(rules.most_growth) - low) / rules.scan_steps

    def at(step: int) -> float:
        return low + step * width

    # Depth first, left half first: signs come in order of the grid.
    signs: list[tuple[int, int]] = []
    stack = [(0, rules.scan_steps)]
    while stack:
        left, right = stack.pop()
        sure = _sign_between(flows, at(left), at(right))
        if sure:
            signs += [(left, sure), (right, sure)]
        elif right - left == 1:
            signs += [(step, _sign(flows, at(step))) for step in (left, right)]
        else:
            middle = (left + right) // 2
            stack += [(middle, right), (left, middle)]
    found = [one for one in signs if one[1]]
    steps = pairwise(found)
    return [(exp(at(a)), exp(at(b))) for (a, was), (b, now) in steps if was != now]


def bisected(flows: Timed, bracket: tuple[float, float]) -> float:
    """The rate inside a bracket, as near as floats go."""
    low, high = (log(growth) for growth in bracket)
    below = _sign(flows, low)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _sign(flows, middle) == below:
            low = middle
        else:
            high = middle
    return exp((low + high) / 2) - 1


def is_root(flows: Timed, rate: float, rules: ReturnRules) -> bool:
    """Does present value change sign within a hair of this rate, in the range looked at?"""
    growth = 1 + rate
    if not rules.least_growth <= growth <= rules.most_growth:
        return False
    middle = log(growth)
    return _sign(flows, middle - _HAIR) != _sign(flows, middle + _HAIR)


def _sign(flows: Timed, log_growth: float) -> int:
    """Of the present value; scaled, for early years at tiny growth pass every float."""
    top = max(-time * log_growth for time, _ in flows)
    worth = summed(amount * exp(-time * log_growth - top) for time, amount in flows)
    return (worth > 0) - (worth < 0)


def _sign_between(flows: Timed, low: float, high: float) -> int:
    """The sign that present value keeps over a whole interval, or 0 where it may change.

    A payment is worth most at the least growth: the best case of one side against the worst of
    the other decides.
    """
    top = max(-time * low for time, _ in flows)
    most, least = 0.0, 0.0
    for time, amount in flows:
        early, late = exp(-time * low - top), exp(-time * high - top)
        most += amount * (early if amount > 0 else late)
        least += amount * (late if amount > 0 else early)
    return (least > 0) - (most < 0)
