"""A remedy: steps with amounts, and the share of points that they reach together."""

from enum import StrEnum
from math import ceil

import msgspec


class Do(StrEnum):
    """Kinds of steps; wording is the display's business."""

    ADD_LIQUID = "add_liquid"
    """Add so much that is cash within a day, at the lowest level."""
    COVER_LIFE = "cover_life"
    COVER_ILLNESS = "cover_illness"
    COVER_MEDICAL = "cover_medical"
    """Without an amount: medical cover is there or not."""
    BUY_GROUP = "buy_group"
    SELL_GROUP = "sell_group"
    TRIM = "trim"
    """Sell so much of a product, into what concentrates nothing."""
    SELL_ABOVE_CLASS = "sell_above_class"
    """Into products of the same classes within the client's level."""
    EQUITY_TO_FIXED = "equity_to_fixed"
    LOWER_OWN_RISK = "lower_own_risk"
    """Of a product: its own risk or its alternatives keep the shortfall above budget."""
    TAKE_TEST = "take_test"
    SAVE_MONTHLY = "save_monthly"
    """The whole sum a month, what is saved now included."""
    POSTPONE_GOALS = "postpone_goals"
    """Instead of saving more; the amount is a number of years."""
    RAISE_RETURN = "raise_return"
    """Without goals: the amount is basis points a year short of the full mark."""
    CUT_FEE = "cut_fee"
    """A share class at the benchmark saves so much a year."""
    DEPLOY = "deploy"
    ROLL_OVER = "roll_over"
    LOWER_DEBT_SERVICE = "lower_debt_service"
    """By so much a month."""
    RETIRE_COSTLY_DEBT = "retire_costly_debt"


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One thing to do."""

    do: Do
    amount: int = 0
    """fen, unless the kind says otherwise; rounded up."""
    about: str = ""
    """A product or a group of assets, where the kind is about one."""


class Remedy(msgspec.Struct, frozen=True):
    """What one dimension asks for; done alone, it lifts the dimension's share to `level`."""

    dimension: int
    """1 to 9."""
    level: float
    """Share of the points once all steps are done, after the blend of a small book."""
    steps: tuple[Step, ...]
    is_full: bool
    """Do the steps reach the full mark? If not, they go as far as they can."""


def whole_fen(fen: float) -> int:
    """Rounded up, but for a hair: a remedy must not fall short of its level."""
    return ceil(fen - 1e-6)
