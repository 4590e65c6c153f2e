"""What is measured, and the integrity checks: definitions as rows, none of them missing."""

from collections.abc import Mapping
from typing import Final

from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.rows import Row
from journeys.measures.rules import Check, Measure

_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "reach": ("talk_seconds",),
    "retention": ("kept_percent",),
    "model_auc": ("block_days", "least_of_each"),
    "model_skill": ("history_days",),
}
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "self_diagnosis": ("actions", "tiers"),
    "complaints": ("journeys",),
}
MEASURES: Final = (
    *("reach", "conversion", "goals", "first_contact", "promoters", "complaints"),
    *("diagnoses", "self_diagnosis", "organic_growth", "value_return"),
    *("productivity", "outlet_productivity", "clients_per_head", "assets", "retention", "revenue"),
    *("optionality", "no_action", "model_auc", "model_skill", "win_loss", "lever_choices"),
    "overshoot",
)
"""Every measure that the code knows; each needs its definition."""
_CHECK_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "short_talk": ("talk_seconds",),
    "burst": ("talks", "minutes"),
    "case_split": ("days",),
    "churn": ("days", "least_wan"),
    "class_before_sale": ("days",),
    "quarter_end": ("days", "days_after", "least_wan"),
}
CHECKS: Final = (
    *("trade_before_diagnosis", "short_talk", "burst", "case_split", "closed_unconfirmed"),
    *("crossed_recall", "outside_contact", "promoters_off_rule", "churn", "quarter_end"),
    *("class_before_sale", "test_device"),
)
_UNITS: Final = ("share", "points", "number", "rate", "count", "money")
_MOST: Final = 1e6


def measure(row: Row) -> list[Dated]:
    """One measure's definition."""
    measure_id, unit = row.one_of("id", MEASURES), row.one_of("unit", _UNITS)
    found = Measure(
        id=measure_id,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        says_zh=row.text("says_zh"),
        says_en=row.text("says_en"),
        unit=unit,
        shown_from=row.count("shown_from", least=1),
        window=row.span("window") if row.has("window") else 0,
        good_least=_good(row, "good_least", unit),
        good_most=_good(row, "good_most", unit),
        numbers=_counts(row, _NUMBERS.get(measure_id, ())),
        words={key: row.names(key) for key in _WORDS.get(measure_id, ())},
    )
    return dated(row, "measure", (measure_id,), found)


def check(row: Row) -> list[Dated]:
    """One integrity check's definition."""
    check_id = row.one_of("id", CHECKS)
    found = Check(
        id=check_id,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        says_zh=row.text("says_zh"),
        says_en=row.text("says_en"),
        numbers=_counts(row, _CHECK_NUMBERS.get(check_id, ())),
    )
    return dated(row, "check", (check_id,), found)


def _good(row: Row, key: str, unit: str) -> float | None:
    if not row.has(key):
        return None
    return row.share(key) if unit == "share" else row.number(key, least=-_MOST, most=_MOST)


def _counts(row: Row, keys: tuple[str, ...]) -> dict[str, int]:
    return {key: row.count(key, least=1) for key in keys}
