"""One household's score for book after book: what the book does not change is worked out once.

A search tries dozens of books that differ by one lot. Each has the total that `score` gives, to the
last bit: the same operations in the same order, on whole sums instead of a book.
"""

from math import inf, sqrt
from operator import mul
from typing import NamedTuple

import msgspec

from journeys.client.wealth.book import BASIS, EMPTY_BOOK, KIND_STEPS, LIQUID_STEPS, Book, whole
from journeys.client.wealth.curve import read
from journeys.client.wealth.dimensions import debt, goals, protection
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.rules import CLASSES, Five, FiveWhole
from journeys.client.wealth.score import BLENDED
from journeys.client.wealth.standing import mix_of, stand
from journeys.client.wealth.target import Groups, target
from journeys.summed import summed

_MONTHS = 12
_LEVELS = (1, 2, 3, 4, 5)
"""R1 to R5."""


class Sums(NamedTuple):
    """A book without its maps; units as in `Book`, sums of squares as whole numbers."""

    value: int
    by_class: FiveWhole
    by_level: FiveWhole
    liquid: int
    fees: int
    idle: int
    maturing: int
    excess_fees: int
    product_squares: int
    issuer_squares: int
    own_risk_squares: int


def sums_of(book: Book) -> Sums:
    """The sums of a book."""
    return Sums(
        book.value_fen,
        book.by_class,
        book.by_level,
        book.liquid,
        book.fees,
        book.idle_fen,
        book.maturing_fen,
        whole(book.excess_fees),
        whole(book.product_squares),
        whole(book.issuer_squares),
        whole(book.own_risk_squares),
    )


class _Worth(NamedTuple):
    """What follows from the book's value alone."""

    protection: float | None
    target: Groups | None
    blend: float | None
    """Weight of what says little about a small book; `None` once the book is large enough."""


class Household:
    """One household under one parameter set."""

    def __init__(self, profile: Profile, parameters: WealthParameters) -> None:
        """Work out what no book changes."""
        self._profile, self._parameters = profile, parameters
        empty = stand(EMPTY_BOOK, profile, parameters)
        self._months, self._outgo, self._reserve = empty.months_needed, empty.outgo, empty.reserve
        self._empty = empty
        market, self._class = parameters.market, profile.risk_class
        place = {name: at for at, name in enumerate(CLASSES)}
        self._pairs = [(2 * c, place[one], place[other]) for one, other, c in market.correlations]
        self._above = [max(0, level - (self._class or 0)) for level in _LEVELS]
        self._saving = _MONTHS * profile.monthly_saving
        self._has_goals = any(fen > 0 for fen, _ in profile.goals)
        self._kept = (
            0.0 if self._reserve is None else parameters.idle.reserve_multiple * self._reserve
        )
        owed = debt.measure(empty)
        self._debt = None if owed is None else debt.share(owed, parameters)
        self._budget = self._allowed()
        self._test_age = read(parameters.risk.test_age, profile.ra_months)
        self._by_value: dict[int, _Worth] = {}

    def total(self, sums: Sums) -> float:
        """Of a book with these sums: 0 to 100."""
        value = max(sums.value, 1)
        worth = self._by_value.get(sums.value) or self._worth(sums.value)
        mix = mix_of(sums.value, sums.by_class)
        mean = self._mean(mix)
        volatility = self._volatility(mix, sums.own_risk_squares, value)
        earned = (
            self._liquidity(sums),
            worth.protection,
            self._allocation(mix, worth.target),
            self._concentration(sums, value),
            self._risk(sums, value, mean, volatility),
            self._goals(sums, value, mean, volatility),
            read(self._parameters.fees.curve, sums.excess_fees / (BASIS * BASIS * value)),
            self._idle(sums, value),
            self._debt,
        )
        return self._sum(earned, worth.blend)

    def _sum(self, earned: tuple[float | None, ...], weight: float | None) -> float:
        rules = self._parameters.total
        usual = rules.imputation
        if weight is None:
            full = [usual if share is None else share for share in earned]
            return summed(map(mul, rules.weights, full))
        rest = (1 - weight) * usual
        return summed(
            [
                points * (usual if share is None else weight * share + rest if blended else share)
                for points, share, blended in zip(rules.weights, earned, BLENDED, strict=True)
            ]
        )

    def _worth(self, value: int) -> _Worth:
        rules = self._parameters.total
        # Cover and target read the value of a book and nothing else of it.
        book = msgspec.structs.replace(EMPTY_BOOK, value_fen=value)
        standing = msgspec.structs.replace(self._empty, book=book, value=max(value, 1))
        cover = protection.measure(standing)
        small = value < rules.small_book_fen
        found = self._by_value[value] = _Worth(
            None if cover is None else protection.share(cover, self._parameters),
            target(standing),
            read(((0.0, 0.0), (rules.small_book_fen, 1.0)), value) if small else None,
        )
        return found

    def _allowed(self) -> float:
        """The shortfall that class and word allow."""
        if self._class is None:
            return 0.0
        factor = self._parameters.market.shortfall_factor
        budget = factor * self._parameters.risk.volatility_by_class[self._class - 1]
        told = self._profile.tolerable_loss
        return budget if told is None else min(budget, told)

    def _mean(self, mix: Five) -> float:
        a, b, c, d, e = self._parameters.market.mean
        return 0 + mix[0] * a + mix[1] * b + mix[2] * c + mix[3] * d + mix[4] * e

    def _volatility(self, mix: Five, own_risk: int, value: int) -> float:
        a, b, c, d, e = self._parameters.market.deviation
        parts = (mix[0] * a, mix[1] * b, mix[2] * c, mix[3] * d, mix[4] * e)
        a, b, c, d, e = parts
        common = 0 + a * a + b * b + c * c + d * d + e * e
        for twice, one, other in self._pairs:
            common += twice * parts[one] * parts[other]
        return sqrt(max(0.0, common) + own_risk / (BASIS * value) ** 2)

    def _liquidity(self, sums: Sums) -> float | None:
        outgo = self._outgo
        if outgo is None:
            return None
        months = sums.liquid / (LIQUID_STEPS * outgo) if outgo else inf
        return read(self._parameters.liquidity.curve, months / self._months)

    def _allocation(self, mix: Five, wanted: Groups | None) -> float | None:
        if wanted is None:
            return None
        cash, fixed, equity, other = wanted
        apart = (
            0
            + abs(mix[0] - cash)
            + abs(mix[1] + mix[2] - fixed)
            + abs(mix[3] - equity)
            + abs(mix[4] - other)
        )
        return read(self._parameters.allocation.curve, apart / 2)

    def _concentration(self, sums: Sums, value: int) -> float:
        rules, squared = self._parameters.concentration, (KIND_STEPS * value) ** 2
        return rules.product_part * read(
            rules.curve, sums.product_squares / squared
        ) + rules.issuer_part * read(rules.curve, sums.issuer_squares / squared)

    def _risk(self, sums: Sums, value: int, mean: float, volatility: float) -> float | None:
        if self._class is None:
            return None
        rules = self._parameters.risk
        above = sum(map(mul, self._above, sums.by_level))
        shortfall = self._parameters.market.shortfall_factor * volatility - mean
        if self._budget > 0:
            fits = read(rules.shortfall, max(0.0, shortfall) / self._budget)
        else:
            fits = 1.0 if shortfall <= 0 else 0.0
        return read(rules.excess, above / value) * fits * self._test_age

    def _goals(self, sums: Sums, value: int, mean: float, volatility: float) -> float | None:
        if self._reserve is None:
            return None
        rules = self._parameters.goals
        growth = mean - sums.fees / (BASIS * value) - volatility**2 / 2
        if not self._has_goals:
            return read(rules.real_return, growth - self._parameters.market.inflation)
        investable = max(0.0, sums.value - self._reserve)
        dated = goals.by_date(self._empty, max(growth, 0.0))
        funded = min([(investable + self._saving * a_year) / wanted for wanted, a_year in dated])
        return read(rules.funded, funded)

    def _idle(self, sums: Sums, value: int) -> float | None:
        if self._reserve is None:
            return None
        rules = self._parameters.idle
        idle = max(0.0, sums.idle - self._kept - self._profile.planned_outflow)
        return rules.idle_part * read(rules.idle, idle / value) + rules.maturing_part * read(
            rules.maturing, sums.maturing / value
        )
