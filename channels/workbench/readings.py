"""What a rule read and its limit, in words: as its own row says, with unit and direction."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from channels.workbench.wording import Words
from journeys.catalogue.edition import Reading
from schemas.decisions import WithheldReason

Read = str | int | float | None
_DIGITS: Final[Mapping[str, tuple[int, ...]]] = {"number": (3, 4, 6), "points": (2, 3, 6)}
_PLAIN_DIGITS: Final = (1, 3, 6)
"""So many decimals as it takes for a figure to differ from its limit."""
_BOUNDS: Final = {
    "at_most": ("{read}，至多 {limit}", "{read}, at most {limit}"),
    "at_least": ("{read}，至少 {limit}", "{read}, at least {limit}"),
    "below": ("{read}，须少于 {limit}", "{read}, must be below {limit}"),
    "above": ("{read}，须高于 {limit}", "{read}, must be above {limit}"),
    "until": ("{read}，有效至 {limit}", "{read}, valid until {limit}"),
    "applies_from": ("{read}，自 {limit} 起适用", "{read}, applies from {limit}"),
    "before": ("{read}，上次 {limit}", "{read}, last time {limit}"),
    "chosen": ("{read}，选中者 {limit}", "{read}, that of the chosen {limit}"),
}
"""How a limit binds: Chinese, English."""
_UNITS: Final = {
    "months": ("{} 个月", "{} months"),
    "years": ("{} 岁", "{} years"),
    "days": ("{} 天", "{} days"),
    "points": ("{} 分", "{} points"),
}
_CLASS: Final = "risk_class"
_UNKNOWN: Final = ("未知：{name}", "not known: {name}")
_PLAIN: Final = ("读到 {value}", "read {value}")
_OF_REASON: Final[Mapping[str, Reading]] = {
    WithheldReason.LOWER_PRIORITY: Reading("priority", "chosen", "number"),
    WithheldReason.NO_ACTION_BETTER: Reading("priority", "above", "number"),
    WithheldReason.BELOW_COST: Reading("priority", "above", "number"),
    WithheldReason.SCORE_WORSE: Reading("gain", "at_least", "points"),
    WithheldReason.GOAL_ALREADY_MET: Reading("on_account", "at_least", "CNY"),
}
"""Of what falls by a comparison that stands in no row of a table of rules."""


class Readings:
    """What was read, in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._place = 0 if words.language == "zh" else 1

    def of_row(self, rule: str, value: Read, limit: Read, *, verdict: str) -> str:
        """What a row read, as its `told` says; nothing where it read nothing worth a word."""
        if value is None:
            return ""
        told = self._words.told(rule)
        # A row of law that is not served an input blocks, and names the input.
        if verdict == "block" and limit is None and isinstance(value, str):
            return self._unknown(value)
        if not told:
            return self._plain(value, limit)
        return self._told(_fitting(told, value, limit, passed=verdict == "allow"), value, limit)

    def of_reason(self, reason: str, rule: str | None, value: Read, limit: Read) -> str:
        """What a candidate fell by: its row's words, else those of the comparison itself."""
        if value is None:
            return ""
        if reason == WithheldReason.DATA_MISSING:
            return self._unknown(str(value))
        if reason == WithheldReason.NO_CHANNEL:  # a step that only another channel can prove
            return self._words.code("proof", str(value))
        if reason == WithheldReason.HELD_FOR_BETTER:
            return self._words.action(str(value))
        if rule is not None:
            return self.of_row(rule, value, limit, verdict="suppress")
        known = _OF_REASON.get(reason)
        return self._plain(value, limit) if known is None else self._told(known, value, limit)

    def _told(self, reading: Reading, value: Read, limit: Read) -> str:
        if reading.unit == "level" and isinstance(value, int):
            return self._levels(reading, value, limit)
        figures = self._figures(reading.unit, value, limit)
        read = f"{self._words.code('told', reading.what)} {figures[0]}"
        if reading.bound == "alone" or limit is None:
            return read
        return _BOUNDS[reading.bound][self._place].format(read=read, limit=figures[1])

    def _levels(self, reading: Reading, value: int, limit: Read) -> str:
        """R of a product, C of a client; where the one binds the other, as a bank writes it."""
        letter = "C" if reading.what == _CLASS else "R"
        read = f"{self._words.code('told', reading.what)} {letter}{value}"
        if reading.bound == "alone" or not isinstance(limit, int):
            return read
        if reading.bound != "at_most":
            return _BOUNDS[reading.bound][self._place].format(read=read, limit=f"{letter}{limit}")
        sign = "≤" if value <= limit else ">"
        return f"{read} {sign} {self._words.code('told', _CLASS)} C{limit}"

    def _figures(self, unit: str, value: Read, limit: Read) -> tuple[str, str]:
        """Both, with decimals enough that figures which differ look different."""
        shown = [
            (self._figure(unit, value, digits), self._figure(unit, limit, digits))
            for digits in _DIGITS.get(unit, _PLAIN_DIGITS)
        ]
        return next((pair for pair in shown if pair[0] != pair[1] or value == limit), shown[-1])

    def _figure(self, unit: str, value: Read, digits: int) -> str:
        if value is None or isinstance(value, str):
            return self._words.code("told", value)
        if unit == "CNY":
            return self._words.money(round(value))
        plain = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
        if unit == "share":
            return f"{value:.{digits}%}"
        if unit == "number":
            return f"{value:.{digits}f}"
        return _UNITS.get(unit, ("{}", "{}"))[self._place].format(plain)

    def _unknown(self, name: str) -> str:
        return _UNKNOWN[self._place].format(name=self._words.code("input", name))

    def _plain(self, value: Read, limit: Read) -> str:
        read = _PLAIN[self._place].format(value=_short(value))
        return read if limit is None else f"{read} / {_short(limit)}"


def _short(value: Read) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def _fitting(told: tuple[Reading, ...], value: Read, limit: Read, *, passed: bool) -> Reading:
    """The first reading that the answer fits; of a pass the last: a row stops at its first no."""
    order = told[::-1] if passed else told
    return next((one for one in order if _holds(one, value, limit) == passed), order[0])


_HOLDS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "at_most": lambda value, limit: value <= limit,
    "at_least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
}


def _holds(reading: Reading, value: Read, limit: Read) -> bool | None:
    """Whether a figure keeps to its limit; `None` where there is nothing to compare."""
    holds = _HOLDS.get(reading.bound)
    if holds is None or isinstance(value, str) or isinstance(limit, str):
        return None
    return None if value is None or limit is None else holds(value, limit)
