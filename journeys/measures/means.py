"""Means with their intervals, the difference of two, and rates of events."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance
from typing import Final, NamedTuple

from journeys.measures.shares import Around, Lift

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %: means are shown of thirty cases or more."""


class Mean(NamedTuple):
    """A mean and its standard error."""

    n: int
    value: float
    error: float


def mean(values: Sequence[float]) -> Mean | None:
    """Of independent values; `None` of fewer than two, which have no error.

    Example:
        >>> mean([1.0, 2.0, 3.0])
        Mean(n=3, value=2.0, error=0.5773502691896257)
    """
    if len(values) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    return Mean(len(values), fmean(values), sqrt(variance(values) / len(values)))


def near(found: Mean) -> Around:
    """A mean with its interval.

    Example:
        >>> [round(each, 2) for each in near(Mean(100, 2.0, 0.5))]
        [2.0, 1.02, 2.98]
    """
    reach = _Z * found.error
    return Around(found.value, found.value - reach, found.value + reach)


def difference(treated: Mean, control: Mean) -> Lift:
    """The mean of the treated less that of the control; their errors need not be alike (Welch).

    Example:
        >>> [round(each, 2) for each in difference(Mean(50, 3.0, 0.3), Mean(50, 2.0, 0.4))]
        [1.0, 0.02, 1.98]
    """
    apart = treated.value - control.value
    reach = _Z * sqrt(treated.error**2 + control.error**2)
    return Lift(apart, apart - reach, apart + reach)


def rate(events: int, exposure: float) -> Around:
    """Events by unit of exposure, such as goals by hour; the score interval of a Poisson count.

    Example:
        >>> [round(each, 3) for each in rate(0, 100.0)]
        [0.0, 0.0, 0.038]
    """
    z2 = _Z * _Z
    reach = _Z * sqrt(events + z2 / 4)
    ends = (events + z2 / 2 + sign * reach for sign in (-1, 1))
    low, high = (max(0.0, end) / exposure for end in ends)
    return Around(events / exposure, low, high)
