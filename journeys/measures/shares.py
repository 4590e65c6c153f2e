"""Shares with their intervals, and the difference of two."""

from collections.abc import Iterable
from math import sqrt
from typing import Final, NamedTuple

from journeys.summed import summed

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""


class Tries(NamedTuple):
    """How often something happened of how many times it could. Fractions are weighted counts."""

    hits: float
    trials: float

    @property
    def share(self) -> float:
        """0..1; there must be a trial."""
        return self.hits / self.trials


class Around(NamedTuple):
    """A figure, and where it lies with a confidence of 95 %."""

    value: float
    low: float
    high: float


class Lift(NamedTuple):
    """A difference, and where it lies with a confidence of 95 %."""

    difference: float
    low: float
    high: float


def around(tries: Tries) -> Around:
    """A share with Wilson's interval; at least one trial.

    Example:
        >>> [round(each, 3) for each in around(Tries(0, 10))]
        [0.0, 0.0, 0.278]
    """
    p, z2 = tries.share, _Z * _Z
    middle = p + z2 / (2 * tries.trials)
    reach = _Z * sqrt(p * (1 - p) / tries.trials + z2 / (4 * tries.trials * tries.trials))
    whole = 1 + z2 / tries.trials
    return Around(p, max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole))


def lift(treated: tuple[float, float], control: tuple[float, float]) -> Lift:
    """The share of the treated less that of the control; each as hits and trials, trials above 0.

    The interval is Newcombe's (1998, method 10): it stays sound for small groups and rare goals,
    where the usual one, of width 0 for 0 of 5, does not.

    Example:
        >>> [round(each, 4) for each in lift((56, 70), (48, 80))]
        [0.2, 0.0524, 0.3339]
    """
    (p1, low1, high1), (p2, low2, high2) = around(Tries(*treated)), around(Tries(*control))
    return Lift(
        p1 - p2,
        p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )


def pooled(by_client: Iterable[tuple[int, int]]) -> Tries:
    """Cases of many clients as so many independent ones as they are worth.

    Cases of one client resemble each other, so a hundred cases of ten clients say less than a
    hundred clients. The share stays what it is; the count is divided by the design effect, the
    variance between clients over the variance that independent cases would have. Never more than
    the cases, never fewer than one for each client, or than one.

    Args:
        by_client: hits and trials of each client who has any.

    Example:
        >>> pooled([(1, 1), (0, 1), (1, 1), (0, 1)])
        Tries(hits=2.0, trials=4.0)
        >>> pooled([(10, 10), (0, 10)]).trials
        2.0
    """
    pairs = [(hits, trials) for hits, trials in by_client if trials]
    hits, trials = sum(hits for hits, _ in pairs), sum(trials for _, trials in pairs)
    clients = len(pairs)
    if not trials:
        return Tries(0.0, 0.0)
    p = hits / trials
    plain = p * (1 - p) / trials
    if clients < 2 or plain == 0:  # noqa: PLR2004 - a variance needs two
        return Tries(p * clients, float(clients))
    squares = summed((mine - p * tried) ** 2 for mine, tried in pairs)
    between = clients / (clients - 1) * squares / trials**2
    worth = min(float(trials), max(float(clients), trials * plain / between if between else trials))
    return Tries(p * worth, worth)
