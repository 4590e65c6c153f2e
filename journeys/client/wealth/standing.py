"""Book and household read together: what more than one dimension asks."""

from math import sqrt
from operator import mul

import msgspec

from journeys.client.wealth.book import BASIS, Book, whole
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.rules import CLASSES, Five, FiveWhole
from journeys.summed import summed


class Standing(msgspec.Struct, frozen=True):
    """A client as the dimensions see them."""

    book: Book
    profile: Profile
    parameters: WealthParameters
    value: int
    """Of the book in fen, at least 1, so that it divides."""
    mix: Five
    """Shares of CASH, FIX, BOND, EQ, ALT; an empty book is cash."""
    months_needed: float
    outgo: int | None
    """Spending and debt service a month, fen; `None` if spending is missing."""
    reserve: float | None
    """fen for `months_needed` of outgo."""
    volatility: float
    """Of the book, a year."""
    mean: float
    """Expected return before fees, a year."""


def stand(book: Book, profile: Profile, parameters: WealthParameters) -> Standing:
    """Read a book and a household together.

    Raises:
        ValueError: the book was added up under another parameter set.
    """
    if book.parameter_set not in ("", parameters.id):
        raise ValueError(
            f"book was added up under {book.parameter_set!r}, not {parameters.id!r}; use book_of"
        )
    value, mix, months = (
        max(book.value_fen, 1),
        mix_of(book.value_fen, book.by_class),
        months_needed(profile, parameters),
    )
    spending = profile.essential_spending
    outgo = None if spending is None else spending + profile.debt_service
    # By position: half the cost of names, at every change of a position.
    return Standing(
        book,
        profile,
        parameters,
        value,
        mix,
        months,
        outgo,
        None if outgo is None else months * outgo,
        sqrt(_variance(mix, whole(book.own_risk_squares), value, parameters)),
        _dot(mix, parameters.market.mean),
    )


def variance(standing: Standing, mix: Five) -> float:
    """Of a book with the same own risks and another mix of classes, a year."""
    own_risk = whole(standing.book.own_risk_squares)
    return _variance(mix, own_risk, standing.value, standing.parameters)


def mix_of(value: int, by_class: FiveWhole) -> Five:
    """Shares of the classes in a book's value; one of nothing counts as cash."""
    if not value:
        return (1.0, 0.0, 0.0, 0.0, 0.0)
    whole_book = BASIS * value
    cash, fix, bond, equity, other = by_class
    return (
        cash / whole_book,
        fix / whole_book,
        bond / whole_book,
        equity / whole_book,
        other / whole_book,
    )


def months_needed(profile: Profile, parameters: WealthParameters) -> float:
    """Months of outgo that this household should hold in cash."""
    needs = parameters.needs
    if profile.is_retired:
        return needs.most_months
    months = (
        needs.least_months
        + needs.instability_months * (1 - profile.income_stability)
        + needs.dependant_months * profile.dependants
    )
    return min(needs.most_months, max(needs.least_months, months))


def _variance(mix: Five, own_risk: int, value: int, parameters: WealthParameters) -> float:
    """Classes with their correlations, and what is the products' own, uncorrelated."""
    market = parameters.market
    parts = list(map(mul, mix, market.deviation))
    common = summed(map(mul, parts, parts))
    for one, other, correlation in market.correlations:
        common += 2 * correlation * parts[_PLACE[one]] * parts[_PLACE[other]]
    return max(0.0, common) + own_risk / (BASIS * value) ** 2


_PLACE = {name: place for place, name in enumerate(CLASSES)}


def _dot(mix: Five, each: Five) -> float:
    return summed(map(mul, mix, each))
