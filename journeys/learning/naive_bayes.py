"""Adaptive naive Bayes: counts per bin that fade with every outcome, and rates by band of score.

A score says how much the bins speak for a yes; what chance a score stands for is looked up in the
bands, which fade faster. Old outcomes fade by their number, not by time: a product that is seldom
offered forgets slowly.

Source: README of this room, decisions of 2026-11-27.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import exp, log
from typing import Final

import msgspec

from journeys.summed import summed

Bins = Sequence[int]
"""The bin of each predictor, in the order of the model."""

_SEEN_BEFORE: Final = 0.1
"""Of every bin and class, so that no bin is ever impossible."""
_SEEN_IN_ALL: Final = 1.0
LEAST: Final = 0.0005
"""No chance is nearer to 0 or 1: nobody is written off, nothing is certain."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How fast outcomes fade, and how much is wanted of them; a dated row of the catalogue."""

    half_life: float
    """Outcomes, 1 or more: of the counts per bin."""
    half_life_bands: float
    """Of the rates by band."""
    half_life_base: float
    """Of the base rate."""
    bands: tuple[float, ...]
    """Where scores are cut, ascending."""
    base_weight: float
    """Outcomes at the base rate that every band begins with."""
    whole_at: int
    """Positives from which on a model needs no parent's word."""
    least_labels: int
    """Outcomes before a model may be released."""
    auc_most: float
    """Inside blocks of contacts: above it, something is known that cannot be; look for a leak."""
    digital_window: int
    """Microseconds after a contact in which the goal counts, where no adviser was."""
    adviser_window: int


class Learned(msgspec.Struct, frozen=True):
    """What a model knows after some outcomes: faded counts, and how many there ever were."""

    base: float
    """The base rate, moving."""
    no: tuple[tuple[float, ...], ...]
    """By predictor and bin."""
    yes: tuple[tuple[float, ...], ...]
    totals: tuple[float, float] = (0.0, 0.0)
    """No, yes."""
    bands: tuple[tuple[float, float], ...] = ()
    """No and yes, by band."""
    labels: int = 0
    positives: int = 0


def begin(sizes: Sequence[int], base: float, rules: Rules) -> Learned:
    """A model that knows nothing but a base rate.

    Args:
        sizes: bins of each predictor.
        base: 0..1, dated.
        rules: for the number of bands.
    """
    empty = tuple((0.0,) * size for size in sizes)
    return Learned(
        base=clamped(base), no=empty, yes=empty, bands=((0.0, 0.0),) * (len(rules.bands) + 1)
    )


def learn(model: Learned, bins: Bins, label: int, rules: Rules) -> Learned:
    """The model after one outcome more: scored first, then counted.

    Args:
        model: left as it is.
        bins: one of each predictor.
        label: 1 if the goal was reached, else 0.
        rules: how fast what was known fades.
    """
    band = bisect_right(rules.bands, score(model, bins))
    keep, keep_bands = 0.5 ** (1 / rules.half_life), 0.5 ** (1 / rules.half_life_bands)
    no, yes = _faded(model.no, keep), _faded(model.yes, keep)
    counted = yes if label else no
    for row, each in zip(counted, bins, strict=True):
        row[each] += 1
    bands = [[one[0] * keep_bands, one[1] * keep_bands] for one in model.bands]
    bands[band][label] += 1
    totals = [model.totals[0] * keep, model.totals[1] * keep]
    totals[label] += 1
    return Learned(
        base=moved(model.base, label, rules),
        no=tuple(map(tuple, no)),
        yes=tuple(map(tuple, yes)),
        totals=(totals[0], totals[1]),
        bands=tuple((one[0], one[1]) for one in bands),
        labels=model.labels + 1,
        positives=model.positives + label,
    )


def moved(base: float, label: int, rules: Rules) -> float:
    """The moving average after one outcome more."""
    keep = 0.5 ** (1 / rules.half_life_base)
    return clamped(base * keep + (1 - keep) * label)


def _faded(counts: Sequence[Sequence[float]], keep: float) -> list[list[float]]:
    return [[each * keep for each in row] for row in counts]


def score(model: Learned, bins: Bins) -> float:
    """How much the bins speak for a yes, the mean over predictors; 0 of a model without outcomes.

    Of a model that has seen outcomes of one class only it is 0 too: nothing is told apart yet.
    """
    if not all(model.totals):
        return 0.0
    rows = zip(model.no, model.yes, bins, strict=True)
    return summed(voice(no[at], yes[at], model.totals) for no, yes, at in rows) / len(bins)


def voice(no: float, yes: float, totals: tuple[float, float]) -> float:
    """What one bin says: the log of how much likelier it is among the yes than among the no."""
    of_yes = (yes + _SEEN_BEFORE) / (totals[1] + _SEEN_IN_ALL)
    return log(of_yes) - log((no + _SEEN_BEFORE) / (totals[0] + _SEEN_IN_ALL))


def chance(model: Learned, bins: Bins, rules: Rules) -> float:
    """The chance of a yes by the model's own word alone, within (0, 1)."""
    no, yes = model.bands[bisect_right(rules.bands, score(model, bins))]
    weight = rules.base_weight
    return clamped((yes + weight * model.base) / (no + yes + weight))


def pooled(model: Learned, rules: Rules) -> tuple[float, ...]:
    """The rate of each band, never falling as scores rise: bands that disagree are pooled."""
    weight = rules.base_weight
    pools: list[tuple[float, float, int]] = []
    for no, yes in model.bands:
        hits, seen, wide = yes + weight * model.base, no + yes + weight, 1
        while pools and pools[-1][0] * seen >= hits * pools[-1][1]:
            before = pools.pop()
            hits, seen, wide = hits + before[0], seen + before[1], wide + before[2]
        pools.append((hits, seen, wide))
    return tuple(clamped(hits / seen) for hits, seen, wide in pools for _ in range(wide))


def blended(own: float, parent: float, *, positives: int, whole_at: int) -> float:
    """A model's word and its parent's, on the logit; its own weighs by its positives.

    Example:
        >>> blended(0.2, 0.4, positives=0, whole_at=200)
        0.4
    """
    weight = min(1.0, positives / whole_at)
    if weight in (0.0, 1.0):
        return own if weight else parent
    mixed = weight * logit(own) + (1 - weight) * logit(parent)
    return clamped(1 / (1 + exp(-mixed)))


def logit(chance: float) -> float:
    """Log-odds of a chance; what is nearer to 0 or 1 than `LEAST` is taken as that."""
    inside = clamped(chance)
    return log(inside / (1 - inside))


def clamped(chance: float) -> float:
    """Within `LEAST` of 0 and 1."""
    return min(max(chance, LEAST), 1 - LEAST)
