"""The policy of intent: biases, evidence weights, half-lives, thresholds."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import msgspec
from msgspec.structs import force_setattr

from journeys.client.intent.decay import fallen_at
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
MAX_SPOKEN: Final = 6.0
"""Nor does speech weigh more than this."""
_SANE: Final = 1000
_SURE: Final = 1e-6
"""Log-odds: far more than a sum of floats errs by."""
_COLDEST: Final = 0.01
_FILE: Final = "intents.toml"
_SPANS: Final = {"min": MINUTE, "h": HOUR, "d": DAY}
_KEYS: Final = frozenset(
    {"name", "intent", "weight", "half_life", "until_due", "explicit", "least", "within"}
    | {"reason_zh", "reason_en", "valid_from", "valid_to", "version", "owner", "source"}
)


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


Mark = tuple[int, float, int, bool, bool]
"""A rule as the sum over evidence reads it, many times for every event.

Intent, weight, half-life, `until_due`, and whether one item is but a part of a piece of evidence.
Python takes a plain tuple apart in half the time of a named one.
"""


class IntentPolicy(msgspec.Struct, frozen=True):
    """Everything that turns evidence into intents."""

    bias: tuple[float, ...]
    """Log-odds without evidence, in the order of `INTENTS`."""
    temperature: tuple[float, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    """By name of evidence."""
    counted: tuple[Rule, ...]
    """Those among them that need more than one item."""
    on: float
    off: float
    fallen_at: tuple[float, ...]
    """The sum of evidence at which each intent's chance is `off`."""
    least_items: int
    """Pieces of evidence that turn an intent on; of explicit speech one is enough."""
    list_length: int
    marks: Mapping[str, tuple[Mark, ...]] = {}
    """The rules again; made from them. Of rules that a name is a part of, the first stands for all.
    """
    marks_of: tuple[Mapping[str, Mark], ...] = ()
    """By intent: the mark of each name that is evidence for or against it, or a part of some."""
    counted_of: tuple[tuple[Rule, ...], ...] = ()
    """Of `counted`, those of each intent."""
    contested: frozenset[int] = frozenset()
    """Intents that something speaks against: as that fades, they may come on by themselves."""
    spoken_of: Mapping[str, tuple[int, ...]] = {}
    """By name: the intents that may have come on once one more of it is there."""
    raising: frozenset[str] = frozenset()
    """Names that speak against no intent: one more of them brings no fall nearer."""
    surely_on: float = 0.0
    """Above these log-odds an intent does not go off; a little more than where it does."""
    surely_off: float = 0.0
    """Below these log-odds an intent does not come on; a little less than where it does."""

    def __post_init__(self) -> None:
        """Derive the marks and what is sure."""
        force_setattr(self, "marks", {name: _marks(rules) for name, rules in self.rules.items()})
        force_setattr(self, "marks_of", tuple(map(self._marks_for, range(len(INTENTS)))))
        counted_of = ([r for r in self.counted if r.intent == i] for i in range(len(INTENTS)))
        force_setattr(self, "counted_of", tuple(map(tuple, counted_of)))
        every = (rule for rules in self.rules.values() for rule in rules)
        against = frozenset(rule.intent for rule in every if rule.weight < 0)
        force_setattr(self, "contested", against)
        force_setattr(self, "spoken_of", {name: self._intents_of(name) for name in self.rules})
        raising = (n for n, rules in self.rules.items() if all(r.weight > 0 for r in rules))
        force_setattr(self, "raising", frozenset(raising))
        force_setattr(self, "surely_on", fallen_at(self.off, bias=0.0, heat=1.0) + _SURE)
        force_setattr(self, "surely_off", fallen_at(self.on, bias=0.0, heat=1.0) - _SURE)

    def _marks_for(self, intent: int) -> dict[str, Mark]:
        return {
            name: _mark(rule)
            for name, rules in self.rules.items()
            for rule in rules
            if rule.intent == intent
        }

    def _intents_of(self, name: str) -> tuple[int, ...]:
        return tuple(sorted({rule.intent for rule in self.rules[name]} | self.contested))


def _marks(rules: Sequence[Rule]) -> tuple[Mark, ...]:
    parts = [rule for rule in rules if rule.least > 1]
    return tuple(_mark(rule) for rule in rules if rule not in parts[1:])


def _mark(rule: Rule) -> Mark:
    return rule.intent, rule.weight, rule.half_life, rule.until_due, rule.least > 1


def from_table(table: Mapping[str, Any]) -> IntentPolicy:
    """Read the table of `policies/intents.toml`.

    Raises:
        DefinitionError: an unknown intent or key, a weight beyond the limit, a span without unit,
            a row without source or reason, or thresholds out of order.
        KeyError: an intent without bias or temperature.
    """
    thresholds = _need(table, "thresholds", _FILE)
    intents = _need(table, "intent", _FILE)
    _check_intents(intents)
    rules = _rules(_need(table, "evidence", _FILE))
    where = f"{_FILE}: [thresholds]"
    on, off = _thresholds(thresholds, where)
    bias = tuple(_number(intents[n]["bias"], f"{_FILE}: [intent.{n}]: 'bias'") for n in INTENTS)
    heat = tuple(
        _positive(intents[n]["temperature"], f"{_FILE}: [intent.{n}]: 'temperature'")
        for n in INTENTS
    )
    policy = IntentPolicy(
        bias=bias,
        temperature=heat,
        rules=rules,
        counted=tuple(rule for group in rules.values() for rule in group if rule.least > 1),
        on=on,
        off=off,
        fallen_at=tuple(fallen_at(off, bias=b, heat=t) for b, t in zip(bias, heat, strict=True)),
        least_items=_count(_need(thresholds, "least_items", where), f"{where}: 'least_items'"),
        list_length=_count(_need(thresholds, "list_length", where), f"{where}: 'list_length'"),
    )
    _check_counts(policy)
    return policy


def _check_intents(intents: Mapping[str, Any]) -> None:
    missing = [name for name in INTENTS if name not in intents]
    if missing or len(intents) != len(INTENTS):
        wrong = ", ".join(missing or sorted(set(intents) - set(INTENTS)))
        raise DefinitionError(f"{_FILE}: [intent.{wrong}]: name each of {', '.join(INTENTS)}")
    for name in INTENTS:
        _need(intents[name], "source", f"{_FILE}: [intent.{name}]")


def _thresholds(table: Mapping[str, Any], where: str) -> tuple[float, float]:
    on = _number(_need(table, "on", where), f"{where}: 'on'")
    off = _number(_need(table, "off", where), f"{where}: 'off'")
    if not 0 < off < on < 1:
        raise DefinitionError(f"{where}: need 0 < off < on < 1")
    return on, off


def _check_counts(policy: IntentPolicy) -> None:
    for rule in policy.counted:
        if rule.least > policy.list_length:
            raise DefinitionError(
                f"{_FILE}: evidence '{rule.evidence}': 'least' is above list_length; lower it"
            )


def _rules(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Rule, ...]]:
    rules: dict[str, tuple[Rule, ...]] = {}
    for row in rows:
        rule = _rule(row)
        others = rules.get(rule.evidence, ())
        if any(other.intent == rule.intent for other in others):
            raise DefinitionError(f"{_where(row)}: stands twice; end one before the other begins")
        rules[rule.evidence] = (*others, rule)
    return rules


def _rule(row: Mapping[str, Any]) -> Rule:
    where = _where(row)
    _check_row(row, where)
    rule = Rule(
        evidence=_need(row, "name", where),
        intent=INTENTS.index(row["intent"]),
        weight=_number(_need(row, "weight", where), f"{where}: 'weight'"),
        half_life=_span(_need(row, "half_life", where), where),
        until_due=_is(row, "until_due", where),
        explicit=_is(row, "explicit", where),
        least=_count(row.get("least", 1), f"{where}: 'least'"),
        within=_span(row.get("within", "1d"), where),
        reason_zh=_need(row, "reason_zh", where),
        reason_en=_need(row, "reason_en", where),
    )
    _check_weight(rule, where)
    if rule.least > 1 and (rule.until_due or rule.explicit):
        raise DefinitionError(f"{where}: 'least' goes with neither 'until_due' nor 'explicit'")
    return rule


def _check_row(row: Mapping[str, Any], where: str) -> None:
    for key in sorted(row.keys() - _KEYS):
        near = get_close_matches(key, _KEYS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(sorted(_KEYS))}"
        raise DefinitionError(f"{where}: unknown key '{key}'; {hint}")
    if row.get("intent") not in INTENTS:
        raise DefinitionError(f"{where}: unknown intent; use one of {', '.join(INTENTS)}")
    _need(row, "source", where)


def _check_weight(rule: Rule, where: str) -> None:
    size = abs(rule.weight)
    if size == 0:
        raise DefinitionError(f"{where}: 'weight' is 0; give it one or end the row")
    if size > MAX_WEIGHT and not rule.explicit:
        raise DefinitionError(f"{where}: |weight| above {MAX_WEIGHT} needs explicit speech")
    if size > MAX_SPOKEN:
        raise DefinitionError(f"{where}: |weight| above {MAX_SPOKEN}; lower it")


def _where(row: Mapping[str, Any]) -> str:
    return f"{_FILE}: evidence '{row.get('name')}' for '{row.get('intent')}'"


def _span(text: object, where: str) -> int:
    found = re.fullmatch(r"(\d{1,4})(min|h|d)", str(text), re.ASCII)
    if found is None or int(found.group(1)) == 0:
        raise DefinitionError(f"{where}: '{text}' is no span; write such as '30min', '1h', '7d'")
    return int(found.group(1)) * _SPANS[found.group(2)]


def _number(value: object, where: str) -> float:
    """A number of sane size: no text, no boolean, no infinity, not above 1,000."""
    if type(value) not in (int, float) or not abs(float(str(value))) <= _SANE:
        raise DefinitionError(f"{where} is {value!r}; write a number from -{_SANE} to {_SANE}")
    return float(str(value))


def _positive(value: object, where: str) -> float:
    number = _number(value, where)
    if number < _COLDEST:
        raise DefinitionError(f"{where} is {value!r}; write {_COLDEST} or more")
    return number


def _count(value: object, where: str) -> int:
    if type(value) is not int or value < 1:
        raise DefinitionError(f"{where} is {value!r}; write a whole number, 1 or more")
    return value


def _is(row: Mapping[str, Any], name: str, where: str) -> bool:
    value = row.get(name, False)
    if type(value) is not bool:
        raise DefinitionError(f"{where}: '{name}' is {value!r}; write true or false")
    return value


def _need(table: Mapping[str, Any], name: str, where: str) -> Any:  # noqa: ANN401 - TOML
    if name not in table:
        raise DefinitionError(f"{where}: '{name}' is missing; add it")
    return table[name]
