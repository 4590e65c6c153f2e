"""D3 and D5: trades between groups of assets, and a shortfall brought within budget."""

from collections.abc import Sequence
from math import sqrt

import msgspec

from journeys.client.wealth.book import Lot
from journeys.client.wealth.curve import leaves_top, read
from journeys.client.wealth.diagnosis import Diagnosis
from journeys.client.wealth.dimensions.risk import Risk, within_budget
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.remedies.remedy import Do, Remedy, Step, whole_fen
from journeys.client.wealth.rules import CLASSES, Five
from journeys.client.wealth.standing import Standing, variance

GROUPS = ("CASH", "FI", "EQ", "ALT")
_FIX, _EQ, _ALT = CLASSES.index("FIX"), CLASSES.index("EQ"), CLASSES.index("ALT")


def allocation(standing: Standing, diagnosis: Diagnosis) -> Remedy | None:
    """The smallest trades that earn full marks: toward the target, but not all the way."""
    drivers = diagnosis.allocation
    if drivers is None:
        return None
    full = leaves_top(standing.parameters.allocation.curve)
    if drivers.distance <= full:
        return None
    part = 1 - full / drivers.distance
    pairs = zip(GROUPS, drivers.held, drivers.target, strict=True)
    fens = {name: (to - now) * part * standing.book.value_fen for name, now, to in pairs}
    steps = [Step(Do.SELL_GROUP, whole_fen(-fen), name) for name, fen in fens.items() if fen < 0]
    steps += [Step(Do.BUY_GROUP, whole_fen(fen), name) for name, fen in fens.items() if fen > 0]
    return Remedy(3, 1.0, tuple(steps), is_full=True)


def risk(
    standing: Standing, diagnosis: Diagnosis, lots: Sequence[tuple[Lot, ProductFacts]]
) -> Remedy | None:
    """Lots above the class, equity beyond the budget, a test that is too old."""
    drivers, rules = diagnosis.risk, standing.parameters.risk
    risk_class = standing.profile.risk_class
    if drivers is None or risk_class is None:
        return None
    steps = [
        Step(Do.SELL_ABOVE_CLASS, lot.value_fen, lot.product)
        for lot, facts in lots
        if facts.level > risk_class and lot.value_fen
    ]
    found = equity_to_fixed(standing, drivers.budget * leaves_top(rules.shortfall))
    if found.share > 0:
        steps.append(Step(Do.EQUITY_TO_FIXED, whole_fen(found.share * standing.value)))
    if not found.is_enough:
        steps += _own_risks(lots)
    if drivers.test_months > leaves_top(rules.test_age):
        steps.append(Step(Do.TAKE_TEST))
    if not steps:
        return None
    after = Risk(0.0, drivers.volatility, found.shortfall, drivers.budget, 0.0)
    level = read(rules.excess, 0.0) * within_budget(after, standing.parameters)
    return Remedy(5, level, tuple(steps), is_full=found.is_enough)


class Shift(msgspec.Struct, frozen=True):
    """Equity moved into fixed income held to maturity, and the shortfall that is left."""

    share: float
    """Of the book."""
    shortfall: float
    is_enough: bool


def equity_to_fixed(standing: Standing, budget: float) -> Shift:
    """The least share to move so that the shortfall is within budget; own risks stay.

    With a part s of all equity moved, variance is a square in s and the mean a line: shortfall
    at budget is a quadratic equation. Where it has no root the shortfall goes as low as it can.
    """
    path = _Path.of(standing)
    if path.shortfall(0.0) <= budget:
        return Shift(0.0, path.shortfall(0.0), is_enough=True)
    for part in path.meets(budget):
        if path.shortfall(part) <= budget + _HAIR:
            # Up to the budget itself: a hair above it would cost a hair of the mark.
            return Shift(part * path.equity, min(budget, path.shortfall(part)), is_enough=True)
    best = min(path.turns(), key=path.shortfall)
    return Shift(best * path.equity, path.shortfall(best), is_enough=False)


_HAIR = 1e-9


class _Path(msgspec.Struct, frozen=True):
    """variance(s) = start + slope·s + bend·s², mean(s) = mean − fall·s, for s from 0 to 1."""

    factor: float
    equity: float
    start: float
    slope: float
    bend: float
    mean: float
    fall: float

    @classmethod
    def of(cls, standing: Standing) -> "_Path":
        market, equity = standing.parameters.market, standing.mix[_EQ]
        start, half, end = (variance(standing, _moved(standing.mix, s)) for s in (0.0, 0.5, 1.0))
        return cls(
            factor=market.shortfall_factor,
            equity=equity,
            start=start,
            slope=4 * half - end - 3 * start,
            bend=2 * (start + end - 2 * half),
            mean=standing.mean,
            fall=equity * (market.mean[_EQ] - market.mean[_FIX]),
        )

    def shortfall(self, s: float) -> float:
        spread = max(0.0, self.start + self.slope * s + self.bend * s * s)
        return self.factor * sqrt(spread) - self.mean + self.fall * s

    def meets(self, budget: float) -> list[float]:
        """Parts of the equity at which the shortfall is the budget, smallest first."""
        z2, room = self.factor**2, budget + self.mean
        roots = _roots(
            z2 * self.bend - self.fall**2,
            z2 * self.slope + 2 * self.fall * room,
            z2 * self.start - room * room,
        )
        return sorted(s for s in roots if 0 <= s <= 1 and room - self.fall * s >= 0)

    def turns(self) -> list[float]:
        """Where the shortfall may be least: nothing moved, all moved, or where it turns."""
        z2, fall2 = self.factor**2, self.fall**2
        lead = z2 * self.bend - fall2
        roots = _roots(
            4 * self.bend * lead,
            4 * self.slope * lead,
            z2 * self.slope**2 - 4 * fall2 * self.start,
        )
        return [0.0, *(s for s in roots if 0 < s < 1), 1.0]


def _roots(a: float, b: float, c: float) -> list[float]:
    """Of a·s² + b·s + c, without the cancellation of the schoolbook formula."""
    if a == 0:
        return [] if b == 0 else [-c / b]
    inner = b * b - 4 * a * c
    if inner < 0:
        return []
    q = -(b + sqrt(inner) * (1 if b >= 0 else -1)) / 2
    return [q / a, *([c / q] if q else [])]


def _moved(mix: Five, part: float) -> Five:
    """A mix with a part of its equity held to maturity instead."""
    cash, fix, bond, equity, other = mix
    return cash, fix + part * equity, bond, equity * (1 - part), other


def _own_risks(lots: Sequence[tuple[Lot, ProductFacts]]) -> list[Step]:
    """Lots whose own risk or alternatives keep the shortfall up, the heaviest first."""
    heavy = [
        (lot.value_fen * (facts.idiosyncratic_bp + facts.look_through[_ALT]), lot)
        for lot, facts in lots
    ]
    ranked = sorted((one for one in heavy if one[0]), key=lambda one: (-one[0], one[1].product))
    return [Step(Do.LOWER_OWN_RISK, lot.value_fen, lot.product) for _, lot in ranked]
