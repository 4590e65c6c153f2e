"""The shelf of the synthetic bank. Invented: no real product, price or issuer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.time import DAY, HOUR, Instant

CURRENT = "cur"
"""The current account."""
_DEPOSITS = (
    ("cur", "活期", "Current account", 0, (10000, 0, 0, 0, 0), True),
    ("td90", "三个月定期", "Three-month deposit", 90, (0, 10000, 0, 0, 0), False),
    ("td180", "六个月定期", "Six-month deposit", 180, (0, 10000, 0, 0, 0), False),
    ("td365", "一年定期", "One-year deposit", 365, (0, 10000, 0, 0, 0), False),
)
_REST: tuple[tuple[Any, ...], ...] = (
    ("mmf-a", "货币基金甲", "Money fund A", "MMF", "CSRC", "fm-a", 1, 1, 30, (10000, 0, 0, 0, 0), 0),
    ("mmf-b", "货币基金乙", "Money fund B", "MMF", "CSRC", "fm-b", 1, 1, 25, (10000, 0, 0, 0, 0), 0),
    ("wmp-r1", "稳健一号", "Steady 1", "WMP", "NFRA", "wm-a", 1, 30, 25, (2000, 3000, 5000, 0, 0), 0),
    ("wmp-r2", "稳健二号", "Steady 2", "WMP", "NFRA", "wm-a", 2, 30, 40, (1000, 0, 8500, 500, 0), 0),
    ("wmp-r2x", "季季稳", "Quarterly", "WMP", "NFRA", "wm-b", 2, 90, 35, (500, 1500, 7500, 500, 0), 0),
    ("wmp-r3", "平衡一号", "Balanced 1", "WMP", "NFRA", "wm-b", 3, 30, 60, (500, 0, 6500, 3000, 0), 100),
    ("bond-a", "债券基金甲", "Bond fund A", "FUND", "CSRC", "fm-a", 2, 3, 60, (0, 0, 10000, 0, 0), 0),
    ("bond-b", "债券基金乙", "Bond fund B", "FUND", "CSRC", "fm-c", 2, 3, 55, (0, 0, 10000, 0, 0), 0),
    ("bal-a", "混合基金甲", "Mixed fund A", "FUND", "CSRC", "fm-b", 3, 3, 120, (500, 0, 5500, 4000, 0), 300),
    ("bal-b", "混合基金乙", "Mixed fund B", "FUND", "CSRC", "fm-d", 3, 3, 110, (500, 0, 5000, 4500, 0), 300),
    ("eq-a", "股票基金甲", "Equity fund A", "FUND", "CSRC", "fm-c", 4, 3, 150, (0, 0, 500, 9500, 0), 600),
    ("eq-b", "股票基金乙", "Equity fund B", "FUND", "CSRC", "fm-d", 4, 3, 140, (0, 0, 300, 9700, 0), 600),
    ("ix-a", "宽基指数甲", "Broad index A", "INDEX", "CSRC", "fm-a", 4, 3, 50, (300, 0, 0, 9700, 0), 0),
    ("ix-b", "宽基指数乙", "Broad index B", "INDEX", "CSRC", "fm-b", 4, 3, 45, (200, 0, 0, 9800, 0), 0),
    ("gold", "黄金联接", "Gold feeder", "INDEX", "CSRC", "fm-c", 3, 3, 60, (0, 0, 0, 0, 10000), 0),
    ("gov", "储蓄国债", "Savings bond", "GOVT", "NFRA", "mof", 1, 365, 0, (0, 10000, 0, 0, 0), 0),
    ("trust", "信托计划", "Trust plan", "SINGLE", "NFRA", "tr-a", 4, 365, 90, (0, 0, 8000, 0, 2000), 1500),
    ("eq-thm", "主题基金", "Theme fund", "FUND", "CSRC", "fm-d", 5, 3, 160, (0, 0, 0, 10000, 0), 1200),
)  # fmt: skip
DEPOSITS = tuple(row[0] for row in _DEPOSITS)
TERMS = {"td90": 90, "td180": 180, "td365": 365, "wmp-r2x": 90}
"""Products that mature, and after how many days."""
SWINGS = {
    "bond-a": 0.002,
    "bal-a": 0.008,
    "eq-a": 0.014,
    "ix-a": 0.013,
    "gold": 0.009,
    "eq-b": 0.014,
    "eq-thm": 0.018,
}
"""How far a fund's price moves on a day (one standard deviation)."""
FUNDS = tuple(SWINGS)
BY_CLASS = {
    1: ("wmp-r1", "gov"),
    2: ("wmp-r2", "bond-a"),
    3: ("wmp-r3", "bal-a"),
    4: ("eq-a", "ix-a"),
    5: ("eq-thm", "eq-b"),
}
"""What a client of each risk class likes to buy."""


def shelf() -> list[dict[str, Any]]:
    """Every product as the reference log has it, version 1."""
    deposits = [
        _row(name, zh, en, "DEPOSIT", "DEP", "bank", 1, days, 0, mix, 0, idle=idle)
        for name, zh, en, days, mix, idle in _DEPOSITS
    ]
    return [*deposits, *(_row(*row, idle=row[3] == "MMF") for row in _REST)]


class Regrade(NamedTuple):
    """A product's next version, and when it is released."""

    at: Instant
    facts: dict[str, Any]


def regrades(rates: Mapping[str, Any], start: Instant) -> list[Regrade]:
    """Some products of level 2 are graded up by the opening, and one of them back later."""
    known = {row["product"]: row for row in shelf()}
    graded = [
        Regrade(start, _graded(known[product], version=2, level=rates["level"]))
        for product in rates["products"]
    ]
    back = known[rates["graded_back"]]
    later = Instant(start + rates["back_after_days"] * DAY + 10 * HOUR)
    old = _graded(back, version=3, level=back["issuer_level"])
    return [*graded, Regrade(later, old)]


def _graded(facts: dict[str, Any], *, version: int, level: int) -> dict[str, Any]:
    return facts | {"version": version, "issuer_level": level, "seller_level": level}


def _row(*row: Any, idle: bool) -> dict[str, Any]:
    name, zh, en, kind, regime, issuer, level, days, fee, mix, own_risk = row
    return {
        "product": name,
        "version": 1,
        "issuer": issuer,
        "regime": regime,
        "kind": kind,
        "issuer_level": level,
        "seller_level": level,
        "days_to_cash": days,
        "fee_bp": fee,
        "look_through_bp": tuple(mix),
        "idiosyncratic_bp": own_risk,
        "idle": idle,
        "name_zh": zh,
        "name_en": en,
        "term_days": TERMS.get(name),
        "minimum_fen": 10_000 if regime == "CSRC" else 1_000_000,
        "step_fen": 10_000,
        "private": "FI" if name == "trust" else None,
    }
