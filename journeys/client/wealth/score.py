"""The score: nine dimensions, one total, one label."""

from enum import StrEnum
from typing import cast

import msgspec

from journeys.client.wealth.book import Book
from journeys.client.wealth.curve import read
from journeys.client.wealth.diagnosis import Diagnosis, Shares, diagnose, shares
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.rules import Nine, TotalRules
from journeys.summed import summed


class Label(StrEnum):
    """What the total is called; wording is the display's business."""

    VERY_HEALTHY = "very_healthy"
    HEALTHY = "healthy"
    SUBHEALTHY = "subhealthy"
    UNHEALTHY = "unhealthy"


class Score(msgspec.Struct, frozen=True):
    """A client's wealth health under one parameter set."""

    points: Nine
    """D1 to D9."""
    total: float
    """0 to 100, the sum of the points."""
    label: Label
    shown: bool
    """Is coverage enough to show it?"""
    coverage: float
    """Share of the weights whose inputs are known, in [0, 1]."""
    parameter_set: str
    missing: tuple[bool, ...] = (False,) * 9
    """D1 to D9: was an input missing, so that the points are imputed?"""


def score(
    book: Book,
    profile: Profile,
    parameters: WealthParameters,
    *,
    previous_label: Label | None = None,
) -> Score:
    """Score a client as they stand.

    Args:
        book: added up under the same parameters.
        profile: the household as of today.
        parameters: the set in force.
        previous_label: the label set before, which a total near a cut keeps.

    Raises:
        ValueError: the book was added up under another parameter set.
    """
    diagnosis = diagnose(book, profile, parameters)
    return appraise(diagnosis, book.value_fen, parameters, previous_label=previous_label)


def appraise(
    diagnosis: Diagnosis,
    value_fen: int,
    parameters: WealthParameters,
    *,
    previous_label: Label | None = None,
) -> Score:
    """Score a diagnosis already made of a book of this value."""
    rules = parameters.total
    earned = shares(diagnosis, parameters)
    full = _filled(earned, value_fen, rules)
    points = _points(full, rules)
    total = summed(points)
    missing = tuple(one is None for one in earned) if None in earned else _NONE_MISSING
    coverage = _coverage(missing, rules)
    best = _best_allowed(diagnosis, full, rules)
    return Score(
        points=points,
        total=total,
        label=_worse(_label(total, previous_label, rules), best),
        shown=coverage >= rules.shown_from,
        coverage=coverage,
        parameter_set=parameters.id,
        missing=missing,
    )


BLENDED = (False, False, True, True, True, False, True, True, False)
"""Dimensions that say little about a small book: D3, D4, D5, D7, D8."""
_LABELS = tuple(Label)
_NONE_MISSING = (False,) * 9


def _filled(earned: Shares, value_fen: int, rules: TotalRules) -> Nine:
    """Missing shares imputed, those of a small book drawn towards the imputed one."""
    if value_fen >= rules.small_book_fen and None not in earned:
        return cast("Nine", earned)
    usual = rules.imputation
    one, two, three, four, five, six, seven, eight, nine = (
        usual if share is None else blend(share, value_fen, rules) if blended else share
        for share, blended in zip(earned, BLENDED, strict=True)
    )
    return one, two, three, four, five, six, seven, eight, nine


def blend(share: float, value_fen: int, rules: TotalRules) -> float:
    """The share of a dimension that says little about a small book, drawn to the imputed one."""
    if value_fen >= rules.small_book_fen:
        return share
    weight = read(((0.0, 0.0), (rules.small_book_fen, 1.0)), value_fen)
    return weight * share + (1 - weight) * rules.imputation


def _points(full: Nine, rules: TotalRules) -> Nine:
    w = rules.weights
    return (
        w[0] * full[0],
        w[1] * full[1],
        w[2] * full[2],
        w[3] * full[3],
        w[4] * full[4],
        w[5] * full[5],
        w[6] * full[6],
        w[7] * full[7],
        w[8] * full[8],
    )


def _coverage(missing: tuple[bool, ...], rules: TotalRules) -> float:
    if not any(missing):
        return 1.0
    known = summed(
        weight for weight, is_out in zip(rules.weights, missing, strict=True) if not is_out
    )
    return known / summed(rules.weights)


def _label(total: float, previous: Label | None, rules: TotalRules) -> Label:
    """A better label is gained at its cut and lost only below the cut less the hysteresis."""
    # To six places, so that a sum of floats does not miss its cut by a hair.
    rounded = round(total, 6)
    held = len(_LABELS) if previous is None else _LABELS.index(previous)
    for rank, cut in enumerate(rules.cuts):
        if rounded >= (cut - rules.hysteresis if held <= rank else cut):
            return _LABELS[rank]
    return Label.UNHEALTHY


def _best_allowed(diagnosis: Diagnosis, full: Nine, rules: TotalRules) -> Label:
    """The gates: no total hides a risk above class or a weighty dimension that fails."""
    least = rules.gate_share
    if min(full) < least:  # of most clients no dimension fails
        for share, weight in zip(full, rules.weights, strict=True):
            if share < least and weight >= rules.gate_weight:
                return Label.SUBHEALTHY
    is_above_class = diagnosis.risk is not None and diagnosis.risk.excess > 0
    return Label.HEALTHY if is_above_class else Label.VERY_HEALTHY


def _worse(one: Label, other: Label) -> Label:
    return _LABELS[max(_LABELS.index(one), _LABELS.index(other))]
