"""One table of a policy file, read key by key; what is wrong is noted and a stand-in returned."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final, TypeVar

from journeys.catalogue.source import Faults, Region
from journeys.condition import Condition, Unit, fen_of, near, parse
from journeys.errors import DefinitionError
from schemas.time import DAY, HOUR, MINUTE, Instant, parse_instant, start_of_day

T = TypeVar("T")
BANK_OFFSET: Final = 480
"""Minutes east of UTC: a row dated by day begins at midnight where the bank is."""
_FIRST_YEAR: Final = 2000
_SPAN = re.compile(r"(\d+)\s*(min|h|d)")
_SPANS: Final = {"min": MINUTE, "h": HOUR, "d": DAY}
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_NEVER = Condition("false", frozenset(), frozenset(), frozenset(), lambda _lookup: False)
_FORBIDDEN: Final = frozenset({"commission", "revenue_share", "kickback", "sales_target", "margin"})


class Row:
    """A table with its place. Every reader names the key that it reads; `done` counts the rest."""

    def __init__(self, table: Mapping[str, object], region: Region, faults: Faults) -> None:
        self._table = table
        self._region = region
        self._faults = faults
        self._read: set[str] = set()

    def fault(self, what: str, key: str | None = None) -> None:
        """Note a fault of this row, at a key if one is named."""
        self._faults.note(self._region.place(key), what)

    def has(self, key: str) -> bool:
        """Is the key there?"""
        return key in self._table

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        return self._take(key, str, 'a text such as "…"', default, "")

    def name(self, key: str) -> str:
        """A name of small letters, digits and underscores."""
        found = self.text(key)
        if found and not _NAME.fullmatch(found):
            self.fault(f"'{found}' is no name; write small letters, digits and '_'", key)
        return found

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false."""
        return self._take(key, bool, "true or false", default, False)  # noqa: FBT003 - the stand-in

    def count(self, key: str, *, least: int = 0, most: int = 10_000) -> int:
        """A whole number within limits."""
        found = self._take(key, int, "a whole number", None, least)
        return self._within(key, found, least, most)

    def number(self, key: str, *, least: float, most: float, default: float | None = None) -> float:
        """A number within limits."""
        taken = self._take(key, (int, float), "a number", default, least)
        return float(self._within(key, taken, least, most))

    def share(self, key: str) -> float:
        """A share written `15%`, as a fraction 0..1."""
        said = self._take(key, str, 'a share such as "15%"', None, "0%")
        if not re.fullmatch(r"\d+(\.\d+)?%", said):
            self.fault(f"'{said}' is no share; write it with its unit, such as \"15%\"", key)
            return 0.0
        return self._within(key, float(said[:-1]), 0, 100) / 100

    def span(self, key: str, *, least: int = 0) -> int:
        """A span written `30min`, `24h` or `3d`, in microseconds."""
        said = self._take(key, str, 'a span such as "3d"', None, f"{least // MINUTE}min")
        found = _SPAN.fullmatch(said)
        if found is None:
            self.fault(f"'{said}' is no span; write it with its unit: 30min, 24h or 3d", key)
            return least
        span = int(found[1]) * _SPANS[found[2]]
        if span < least:
            self.fault(f"'{said}' is too short; write {least // MINUTE}min or more", key)
        return max(span, least)

    def money(self, key: str) -> int:
        """An amount written `50_000 CNY`, in fen."""
        said = self._take(key, str, 'an amount such as "50_000 CNY"', None, "0 CNY")
        found = fen_of(said)
        if found is None:
            self.fault(f"'{said}' is no amount; write it with its unit: \"50_000 CNY\"", key)
        return found or 0

    def table(self) -> Mapping[str, object]:
        """All that stands there, read or not."""
        return self._table

    def place(self) -> str:
        """`file:line` of this table."""
        return self._region.place()

    def clock(self, key: str) -> int:
        """A time of day written `09:00`, in minutes."""
        said = self._take(key, str, 'a time of day such as "09:00"', None, "00:00")
        found = _CLOCK.fullmatch(said)
        if found is None or int(found[1]) * 60 + int(found[2]) > 24 * 60:
            self.fault(f"'{said}' is no time of day; write it as 09:00", key)
            return 0
        return int(found[1]) * 60 + int(found[2])

    def names(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, all of them known if a list of the known is given; may be left out."""
        found = self._take(key, list, "a list of texts", [], [])
        if not all(isinstance(each, str) and each for each in found):
            self.fault(f"'{key}' is not a list of texts; write {key} = [\"…\"]", key)
            return ()
        if known is not None:
            for each in found:
                self.known(key, each, known, what=key.removesuffix("s"))
        return tuple(found)

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of numbers; may be left out."""
        found = self._take(key, list, "a list of numbers", [], [])
        if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in found):
            self.fault(f"'{key}' is not a list of numbers; write {key} = [1, 2.5]", key)
            return ()
        return tuple(map(float, found))

    def one_of(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """A text out of a closed list."""
        found = self.text(key, default)
        if found:
            self.known(key, found, known, what=key)
        return found

    def known(self, key: str, said: str, known: Collection[str], *, what: str) -> None:
        """Note a fault if a word is not among the known ones."""
        if said not in known:
            hint = near(said, known) or f"; known are {', '.join(sorted(known))}"
            self.fault(f"unknown {what} '{said}'{hint}", key)

    def condition(self, key: str, vocabulary: Mapping[str, Unit]) -> Condition:
        """A condition over a vocabulary."""
        return self.parsed(key, self.text(key), vocabulary)

    def parsed(self, key: str, text: str, vocabulary: Mapping[str, Unit]) -> Condition:
        """A condition that stands at a key; one that cannot be read never holds."""
        if not text:
            return _NEVER
        try:
            return parse(text, vocabulary)
        except DefinitionError as error:
            self.fault(f"'{key}': {error}", key)
            return _NEVER

    def moment(self, key: str) -> Instant | None:
        """A day (midnight at the bank) or an instant with its zone; `None` if left out."""
        self._read.add(key)
        said = self._table.get(key)
        if said is None:
            return None
        is_instant = isinstance(said, datetime)
        if isinstance(said, date) and said.year < _FIRST_YEAR:
            self.fault(f"'{key}' lies before {_FIRST_YEAR}; write the date of the decision", key)
        elif isinstance(said, datetime) and said.tzinfo is not None:
            return parse_instant(said.isoformat())
        elif isinstance(said, date) and not is_instant:
            return start_of_day(said, utc_offset_minutes=BANK_OFFSET)
        else:
            self.fault(f"'{key}' is no date; write 2026-11-24, or an instant with its zone", key)
        return None

    def shown(self, key: str) -> str:
        """A key's value as it reads, for what is only shown; empty if left out."""
        self._read.add(key)
        return str(self._table.get(key, ""))

    def mapping(self, key: str) -> dict[str, str]:
        """An inline table of texts; may be left out."""
        found = self._take(key, dict, "a table of texts", {}, {})
        if not all(isinstance(each, str) for each in found.values()):
            self.fault(
                f"'{key}' is not a table of texts; write {key} = {{ refused = \"end\" }}", key
            )
            return {}
        return dict(found)

    def rows(self, key: str) -> list["Row"]:
        """The tables under a key, in order; none if left out. One `[key]` counts as a list."""
        found = self._take(key, (list, dict), f"tables [[{key}]]", [], [])
        tables = found if isinstance(found, list) else [found]
        if not all(isinstance(table, dict) for table in tables):
            self.fault(f"'{key}' is not a list of tables; write [[{key}]]", key)
            return []
        return [
            Row(table, self._region.inner(key, index), self._faults)
            for index, table in enumerate(tables)
        ]

    def done(self) -> None:
        """Note every key that nobody read: a misspelt key would be a rule that is not in force."""
        for key in self._table.keys() - self._read:
            if key in _FORBIDDEN:
                self.fault(f"'{key}': ranking cannot read commission; remove the key", key)
            else:
                self.fault(f"unknown key '{key}'{near(key, self._read)}; remove or mend it", key)

    def _take(
        self,
        key: str,
        kind: type[T] | tuple[type[T], ...],
        wanted: str,
        default: T | None,
        stand_in: T,
    ) -> T:
        self._read.add(key)
        found = self._table.get(key)
        if found is None and default is not None:
            return default
        if found is None:
            self.fault(f"missing key '{key}'; write {wanted}")
            return stand_in
        is_flag = isinstance(found, bool) and kind is not bool
        if not isinstance(found, kind) or is_flag or found == "":
            self.fault(f"'{key}' is not {wanted}; write {key} = {wanted}", key)
            return stand_in
        return found

    def _within(self, key: str, found: T, least: float, most: float) -> T:
        if not least <= found <= most:  # type: ignore[operator]  # callers pass numbers
            self.fault(f"'{key}' is {found}; write {least} to {most}", key)
        return found
