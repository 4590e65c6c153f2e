"""Words for the codes of a catalogue's rows: a row's name, and values of closed lists.

Conditions and what programs alone read stand as they are written.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from channels.workbench.wording import Words
from journeys.catalogue.written import Written

_ROWS: Final[Mapping[str, str]] = {
    "control": "control_row",
    "correction": "event",
    "handover": "handover_kind",
    "lateness": "event",
    "stage": "stage_row",
}
"""Kinds of rows whose ids are codes, and the kind of word that each id has."""
_VALUES: Final[Mapping[tuple[str, str], str]] = {
    ("action", "kind"): "action_kind",
    ("action", "licence"): "licence",
    ("action", "marketing"): "is_so",
    ("action", "obligation"): "is_so",
    ("action", "sells"): "sells",
    ("action", "sells_from"): "paid_from",
    ("action", "topic"): "intent",
    ("action", "value_by_topic"): "is_so",
    ("base_rate", "channel"): "channel",
    ("case_type", "intents"): "intent",
    ("case_type", "needed"): "field",
    ("case_type", "proof"): "proof",
    ("case_type", "record"): "field",
    ("case_type", "subject"): "field",
    ("correction", "evidence"): "is_so",
    ("correction", "journeys"): "is_so",
    ("correction", "kinds"): "event",
    ("correction", "tasks"): "is_so",
    ("guard", "measure"): "guarded",
    ("handover", "channel"): "channel",
    ("handover", "roles"): "role",
    ("journey", "migration"): "migration",
    ("journey", "trigger"): "starts_by",
    ("lateness", "kinds"): "event",
    ("lateness", "never_late"): "is_so",
    ("limits", "in_person"): "in_person",
    ("measure", "tiers"): "tier",
    ("measure", "unit"): "unit",
    ("operation", "amount"): "field",
    ("plan", "tiers"): "tier",
    ("predictor", "unit"): "unit",
    ("rule", "action"): "rule_action",
    ("rule", "channels"): "method",
    ("rule", "kind"): "rule_kind",
    ("rule", "messages"): "method",
    ("rule", "purpose"): "rule_purpose",
}
"""By a row's kind and key, the kind of word that its values have."""
_NAMED: Final[Mapping[tuple[str, str], Callable[[Words, str], str]]] = {
    ("base_rate", "action"): Words.action,
    ("case_type", "help"): Words.action,
    ("case_type", "operations"): Words.operation,
    ("case_type", "requests"): Words.case_type,
    ("measure", "actions"): Words.action,
    ("measure", "journeys"): Words.journey,
}
"""The same of what the catalogue itself names."""
_TAGS: Final = frozenset(
    {("action", "group"), ("action", "tags"), ("journey", "tags"), ("case_type", "topic")}
)


class Naming:
    """One language's names for the codes in rows."""

    def __init__(self, words: Words, rows: Iterable[Written]) -> None:
        self._words = words
        key = f"name_{words.language}"
        self._tags = {row.id: row.said.get(key, row.id) for row in rows if row.kind == "tag"}

    def row(self, row: Written) -> str:
        """What a row is called; empty if it is known by its kind alone, or by its id."""
        named = row.said.get(f"name_{self._words.language}", row.said.get("name", ""))
        if named:
            return named
        if row.kind == "base_rate":
            action, _, channel = row.id.partition("/")
            return f"{self._words.action(action)} · {self._words.code('channel', channel)}"
        if row.kind == "guard":
            return self._words.code("guarded", row.said["measure"])
        return self._words.code(_ROWS[row.kind], row.id) if row.kind in _ROWS else ""

    def value(self, row: Written, key: str, text: str) -> str:
        """A value in words; what is no code of a closed list stands as it is."""
        place = (row.kind, key)
        if place == ("journey", "first"):
            return self._words.stage(row.id, text)
        if place == ("case_type", "owners"):
            return self._list(map(self._owner, text.split(", ")))
        if place in _TAGS:
            return self._list(self._tags.get(each, each) for each in text.split(", "))
        if place in _NAMED:
            return self._list(_NAMED[place](self._words, each) for each in text.split(", "))
        if place in _VALUES:
            kind = _VALUES[place]
            return self._list(self._words.code(kind, each) for each in text.split(", "))
        return text

    def _owner(self, pair: str) -> str:
        channel, _, role = pair.partition(" = ")
        return f"{self._words.code('channel', channel)} → {self._words.code('role', role)}"

    def _list(self, named: Iterable[str]) -> str:
        return ("、" if self._words.language == "zh" else ", ").join(named)
