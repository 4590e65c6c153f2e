"""The tables of a parameter set: numbers of the method, each with its unit and source."""

from math import ceil
from typing import Literal

import msgspec

from journeys.client.wealth.curve import Curve
from journeys.client.wealth.product import ProductKind

AssetClass = Literal["CASH", "FIX", "BOND", "EQ", "ALT"]
CLASSES: tuple[AssetClass, ...] = ("CASH", "FIX", "BOND", "EQ", "ALT")
Five = tuple[float, float, float, float, float]
"""One number for each class of assets, or for each of C1 to C5."""
FiveWhole = tuple[int, int, int, int, int]
Nine = tuple[float, float, float, float, float, float, float, float, float]
"""One number for each of D1 to D9."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of numbers says in what unit they are and where they come from."""

    unit: str
    source: str


class Market(Table, frozen=True):
    """What the classes are expected to do in a year, as fractions."""

    mean: Five
    deviation: Five
    correlations: tuple[tuple[AssetClass, AssetClass, float], ...]
    """Pairs not named are uncorrelated."""
    shortfall_factor: float
    """Standard deviations in the expected shortfall at 97.5 %."""
    inflation: float


class BookRules(Table, frozen=True):
    """How a lot enters the sums; in whole steps, so that they stay exact."""

    cash_tenths: tuple[tuple[int, int], ...]
    """(up to so many days, tenths that count as liquid), ascending; beyond the last, none."""
    level_halves: FiveWhole
    """Halves that count as liquid, R1 to R5."""
    kind_quarters: dict[ProductKind, int]
    """Quarters of a position that count as concentrated; every kind is named."""
    benchmark_fee_bp: FiveWhole
    deposit_insurance_fen: int
    """Insured at one bank: it concentrates nothing."""
    maturing_days: int

    @property
    def edges(self) -> tuple[int, ...]:
        """Days to maturity at which a lot's sums change as time passes; 0 is maturity itself."""
        return (*(days for days, _ in self.cash_tenths), self.maturing_days, 0)


class Needs(Table, frozen=True):
    """Months of outgo that a household should hold in cash."""

    least_months: float
    most_months: float
    """Also what a retired household needs."""
    instability_months: float
    """Added when no income is certain."""
    dependant_months: float


class TargetRules(Table, frozen=True):
    """What a household's allocation should be."""

    cash_least: float
    cash_most: float
    equity_by_age: Curve
    """Over years past retirement age."""
    equity_by_horizon: Curve
    equity_by_class: Five
    alternatives_by_class: Five
    alternatives_full_at: float
    """The equity share at which the whole allowance for alternatives is used."""
    loss_offset: float
    loss_per_equity: float


class LiquidityRules(Table, frozen=True):
    """D1: the curve over months held by months needed."""

    curve: Curve


class ProtectionRules(Table, frozen=True):
    """D2: what cover a household needs, and what it may cost."""

    life_income_years: float
    support_months: float
    support_first: float
    support_per_dependant: float
    life_wealth_offset: float
    illness_income_years: float
    illness_cap_fen: int
    illness_until_age: int
    illness_wealth_offset: float
    tolerance_income_years: float
    life_part: float
    illness_part: float
    medical_part: float
    premium: Curve


class AllocationRules(Table, frozen=True):
    """D3: the curve over the distance to target."""

    curve: Curve


class ConcentrationRules(Table, frozen=True):
    """D4: one curve over Herfindahl sums, by product and by issuer."""

    curve: Curve
    product_part: float
    issuer_part: float


class RiskRules(Table, frozen=True):
    """D5: levels above class, expected shortfall by budget, months since the test."""

    excess: Curve
    shortfall: Curve
    test_age: Curve
    volatility_by_class: Five

    @property
    def test_months(self) -> range:
        """Months of a test's age at which the score feels one more: first knot to last."""
        return range(ceil(self.test_age[0][0]), ceil(self.test_age[-1][0]) + 1)


class GoalRules(Table, frozen=True):
    """D6: the share funded; without goals, the real return."""

    funded: Curve
    real_return: Curve
    flat_rate: float
    """At or below this rate an annuity is its number of years."""


class FeeRules(Table, frozen=True):
    """D7: the curve over the fee above benchmark."""

    curve: Curve


class IdleRules(Table, frozen=True):
    """D8: idle money and lots about to mature."""

    reserve_multiple: float
    idle: Curve
    maturing: Curve
    idle_part: float
    maturing_part: float


class DebtRules(Table, frozen=True):
    """D9: debt service by income, and the share of expensive debt."""

    service: Curve
    costly: Curve


class TotalRules(Table, frozen=True):
    """From nine shares to a total, a label, and news."""

    weights: Nine
    imputation: float
    """The share given where an input is missing."""
    small_book_fen: int
    """Below it, what the book says is drawn towards the imputed share."""
    shown_from: float
    """Coverage from which the score is shown."""
    cuts: tuple[float, float, float]
    """The least total of each label but the worst, best first."""
    hysteresis: float
    gate_share: float
    gate_weight: float
    emission_step: float
