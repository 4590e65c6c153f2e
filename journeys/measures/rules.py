"""Definitions of measures and of integrity checks, as policy (`measures.toml`)."""

from collections.abc import Mapping

import msgspec


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: what it says, from how many on it is shown, and what is good."""

    id: str
    name_zh: str
    name_en: str
    says_zh: str
    """The definition, for whoever reads the figure."""
    says_en: str
    unit: str
    """`share`, `points`, `number`, `rate`, `count` or `money`: how a figure is written."""
    shown_from: int
    """With fewer cases, or clients, the figure is not shown."""
    window: int = 0
    """Microseconds after which something has happened or has not; younger cases do not count."""
    good_least: float | None = None
    """From here on it is good; in the measure's unit, a share as 0..1."""
    good_most: float | None = None
    """Up to here it is good."""
    numbers: Mapping[str, int] = {}
    """Thresholds that the definition names, with the unit in the name."""
    words: Mapping[str, tuple[str, ...]] = {}
    """Names of the catalogue that it is about: actions, journeys."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One integrity check: what it looks for. What is found is reviewed, never judged by itself."""

    id: str
    name_zh: str
    name_en: str
    says_zh: str
    says_en: str
    numbers: Mapping[str, int] = {}
