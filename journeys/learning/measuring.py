"""How good chances were, told in order of time and never by a random split.

A model that knows only *when* contacts succeed beats none that knows *whom* to contact by its AUC
over years; so skill is told over the moving average, and AUC inside blocks of contacts that lie
close together.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import log
from typing import NamedTuple

from journeys.summed import summed

BLOCK = 1000
"""Contacts that lie close together."""


class Scored(NamedTuple):
    """One contact as it was predicted and as it came."""

    p: float
    average: float
    """What the moving average said at that moment."""
    label: int


class Quality(NamedTuple):
    """Figures over contacts in order of time."""

    n: int
    positives: int
    log_loss: float
    average_log_loss: float
    """Of the moving average."""
    skill: float
    """The share of the average's loss that is gone; below 0 the model is worse."""
    auc: float | None
    """The mean inside blocks; `None` if no block has both classes."""
    ece: float
    """Mean gap between what was said and what came, over ten ranges of chance."""


def quality(rows: Sequence[Scored]) -> Quality | None:
    """The figures; `None` of nothing."""
    if not rows:
        return None
    loss = _mean_loss([row.p for row in rows], rows)
    average = _mean_loss([row.average for row in rows], rows)
    blocks = [auc(rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK)]
    told = [each for each in blocks if each is not None]
    return Quality(
        n=len(rows),
        positives=sum(row.label for row in rows),
        log_loss=loss,
        average_log_loss=average,
        skill=1 - loss / average,
        auc=summed(told) / len(told) if told else None,
        ece=_calibration_error(rows),
    )


def _mean_loss(chances: Sequence[float], rows: Sequence[Scored]) -> float:
    pairs = zip(chances, rows, strict=True)
    return -summed(log(p if row.label else 1 - p) for p, row in pairs) / len(rows)


def auc(rows: Sequence[Scored]) -> float | None:
    """The chance that a yes was put above a no, ties half; `None` without both.

    Example:
        >>> auc([Scored(0.2, 0.1, 0), Scored(0.7, 0.1, 1), Scored(0.7, 0.1, 0)])
        0.75
    """
    yes = sum(row.label for row in rows)
    no = len(rows) - yes
    if not yes or not no:
        return None
    below, won = 0, 0.0
    for _, tied in groupby(sorted(rows), key=lambda row: row.p):
        labels = [row.label for row in tied]
        hits, misses = sum(labels), len(labels) - sum(labels)
        won += hits * (below + misses / 2)
        below += misses
    return won / (yes * no)


def _calibration_error(rows: Sequence[Scored]) -> float:
    off = (abs(summed(row.p - row.label for row in part)) for part in _ranges(rows))
    return summed(off) / len(rows)


def _ranges(rows: Sequence[Scored]) -> Iterator[list[Scored]]:
    parts: dict[int, list[Scored]] = {}
    for row in rows:
        parts.setdefault(min(int(row.p * 10), 9), []).append(row)
    yield from parts.values()
