"""Policies and items: a test names only what matters."""

import tomllib
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from journeys.client.intent.evidence import EMPTY, Evidence, Item, absorb
from journeys.client.intent.policy import INTENTS, IntentPolicy, from_table
from schemas.time import DAY, HOUR, Instant, parse_instant

ROOT = Path(__file__).parents[4]
NOON = parse_instant("2026-11-24T12:00:00+08:00")


def shipped_table() -> dict[str, Any]:
    return deepcopy(_shipped())


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads((ROOT / "journeys/catalogue/policies/intents.toml").read_text("utf-8"))


@cache
def shipped() -> IntentPolicy:
    return from_table(_shipped())


def a_row(
    name: str, intent: str, weight: Any, half_life: str = "1d", **more: Any
) -> dict[str, Any]:
    words = {"reason_zh": "测试", "reason_en": "a test", "source": "test"}
    row = {"name": name, "intent": intent, "weight": weight, "half_life": half_life}
    return {**row, **words, **more}


def a_policy(*rows: dict[str, Any], bias: float = -3.0, **thresholds: Any) -> IntentPolicy:
    table = shipped_table()
    for name in INTENTS:
        table["intent"][name]["bias"] = bias
    table["evidence"] = list(rows)
    table["thresholds"] |= thresholds
    return from_table(table)


def at(days: float = 0.0) -> Instant:
    return Instant(NOON + round(days * DAY))


def an_item(name: str, days: float = 0.0, event: int = 1, due: Instant | None = None) -> Item:
    return Item(at(days), event, name, due)


def given(policy: IntentPolicy, *items: Item, start: Evidence = EMPTY) -> Evidence:
    for item in items:
        start = absorb(start, item, policy)
    return start


def apart(number: int) -> list[Item]:
    """Pieces of every kind in turn, seven hours apart, with marks and times of full width."""
    names = sorted(shipped().rules)
    return [
        Item(Instant(NOON + k * (7 * HOUR + 1)), 2**62 + k, names[k % len(names)])
        for k in range(number)
    ]
