"""The policy of intent: biases, evidence weights, half-lives, thresholds."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from journeys.errors import DefinitionError
from schemas.time import DAY, HOUR, MINUTE

INTENTS: Final = (
    "renew",
    "invest_idle",
    "first_wealth",
    "leave",
    "worry",
    "borrow",
    "protect",
    "complain",
)
"""The eight intents, in the order in which state and chances list them."""

MAX_WEIGHT: Final = 3.0
"""No silent behaviour weighs more; explicit speech may."""
_SPANS: Final = {"min": MINUTE, "h": HOUR, "d": DAY}


class Rule(msgspec.Struct, frozen=True):
    """What one kind of evidence says for one intent."""

    evidence: str
    intent: int
    """Index into `INTENTS`."""
    weight: float
    """Log-odds while fresh."""
    half_life: int
    """Microseconds until half of it is left."""
    until_due: bool
    """Holds in full until the item's due time, and decays from there."""
    explicit: bool
    """The client said so: one item is enough to turn the intent on."""
    least: int
    """So many items within `within` make one piece of evidence."""
    within: int
    reason_zh: str
    reason_en: str


class IntentPolicy(msgspec.Struct, frozen=True):
    """Everything that turns evidence into intents."""

    bias: tuple[float, ...]
    temperature: tuple[float, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    """By name of evidence."""
    on: float
    off: float
    least_items: int
    list_length: int


def from_table(table: Mapping[str, Any]) -> IntentPolicy:
    """Read the table of `policies/intents.toml`.

    Raises:
        DefinitionError: an unknown intent, a weight beyond the limit, a span without unit, or
            thresholds out of order.
    """
    thresholds = _need(table, "thresholds", "intents.toml")
    rules: dict[str, tuple[Rule, ...]] = {}
    for row in _need(table, "evidence", "intents.toml"):
        rule = _rule(row)
        rules[rule.evidence] = (*rules.get(rule.evidence, ()), rule)
    intents = _need(table, "intent", "intents.toml")
    missing = [name for name in INTENTS if name not in intents]
    if missing or len(intents) != len(INTENTS):
        wrong = ", ".join(missing or sorted(set(intents) - set(INTENTS)))
        raise DefinitionError(f"intents.toml: [intent.{wrong}]: name each of {', '.join(INTENTS)}")
    policy = IntentPolicy(
        bias=tuple(float(intents[name]["bias"]) for name in INTENTS),
        temperature=tuple(float(intents[name]["temperature"]) for name in INTENTS),
        rules=rules,
        on=float(thresholds["on"]),
        off=float(thresholds["off"]),
        least_items=int(thresholds["least_items"]),
        list_length=int(thresholds["list_length"]),
    )
    if not 0 < policy.off < policy.on < 1:
        raise DefinitionError("intents.toml: [thresholds]: need 0 < off < on < 1")
    return policy


def _rule(row: Mapping[str, Any]) -> Rule:
    where = f"intents.toml: evidence '{row.get('name')}' for '{row.get('intent')}'"
    if row.get("intent") not in INTENTS:
        raise DefinitionError(f"{where}: unknown intent; use one of {', '.join(INTENTS)}")
    rule = Rule(
        evidence=_need(row, "name", where),
        intent=INTENTS.index(row["intent"]),
        weight=float(_need(row, "weight", where)),
        half_life=_span(_need(row, "half_life", where), where),
        until_due=bool(row.get("until_due", False)),
        explicit=bool(row.get("explicit", False)),
        least=int(row.get("least", 1)),
        within=_span(row.get("within", "1d"), where),
        reason_zh=_need(row, "reason_zh", where),
        reason_en=_need(row, "reason_en", where),
    )
    if abs(rule.weight) > MAX_WEIGHT and not rule.explicit:
        raise DefinitionError(f"{where}: |weight| above {MAX_WEIGHT} needs explicit speech")
    return rule


def _span(text: str, where: str) -> int:
    found = re.fullmatch(r"(\d+)(min|h|d)", str(text))
    if found is None or int(found.group(1)) == 0:
        raise DefinitionError(f"{where}: '{text}' is no span; write such as '30min', '1h', '7d'")
    return int(found.group(1)) * _SPANS[found.group(2)]


def _need(table: Mapping[str, Any], name: str, where: str) -> Any:  # noqa: ANN401 - TOML
    if name not in table:
        raise DefinitionError(f"{where}: '{name}' is missing; add it")
    return table[name]
