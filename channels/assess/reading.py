"""A JSON file read by name and place: whatever is wrong is said with its pointer and a remedy."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")
_SHORT = 40
_MOST_YUAN = 9 * 10**12
NOTES = frozenset({"id", "title", "note"})
"""Keys that any object of a form may carry for people; nothing reads them."""


class FormError(ValueError):
    """A file that cannot be answered: pointer, what is wrong, what to do."""


class At:
    """A value and where it stands."""

    __slots__ = ("_names", "value")

    def __init__(self, value: Any, names: tuple[str | int, ...] = ()) -> None:  # noqa: ANN401 - JSON
        self.value = value
        self._names = names

    @property
    def pointer(self) -> str:
        """The JSON pointer (RFC 6901); empty for the whole file."""
        parts = (str(name).replace("~", "~0").replace("/", "~1") for name in self._names)
        return "".join(f"/{part}" for part in parts)

    def refuse(self, what: str) -> NoReturn:
        """Say what is wrong here and what to do."""
        raise FormError(f"{self.pointer or '(whole file)'}: {what}")

    def name(self, name: str) -> "At":
        """A member of this object that must be there."""
        members = self._object()
        if name not in members:
            self.refuse(f"'{name}' is missing{near(name, members)}; add it")
        return At(members[name], (*self._names, name))

    def maybe(self, name: str) -> "At | None":
        """A member that may be absent or null."""
        value = self._object().get(name)
        return None if value is None else At(value, (*self._names, name))

    def members(self) -> Iterator[tuple[str, "At"]]:
        """All members of this object, in the file's order."""
        for name, value in self._object().items():
            yield name, At(value, (*self._names, name))

    def only(self, known: Collection[str]) -> None:
        """Refuse a member that nobody reads: a misspelt one would silently be a default."""
        for name, member in self.members():
            if name not in known and name not in NOTES:
                said = f"; known are {', '.join(sorted(known))}"
                member.refuse(f"unknown name '{name}'{near(name, known) or said}")

    def items(self) -> list["At"]:
        """The items of this list."""
        if not isinstance(self.value, list):
            self.refuse(f"{_shown(self.value)} is no list; write […]")
        return [At(value, (*self._names, at)) for at, value in enumerate(self.value)]

    def row(self, least: int, most: int, what: str) -> list["At"]:
        """The items of a list of a given length."""
        items = self.items()
        if not least <= len(items) <= most:
            self.refuse(f"{len(items)} items; write {what}")
        return items

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            self.refuse(f"{_shown(self.value)} is no text; write one in quotes")
        return self.value

    def one_of(self, known: Collection[str]) -> str:
        """A text out of a closed list."""
        said = self.text()
        if said not in known:
            hint = near(said, known) or f"; write one of {', '.join(known)}"
            self.refuse(f"unknown '{said}'{hint}")
        return said

    def number(self, least: float = float("-inf"), most: float = float("inf")) -> float:
        """A number within limits; whole numbers stay whole."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse(f"{_shown(self.value)} is no number")
        if not isfinite(self.value) or not least <= self.value <= most:
            self.refuse(f"{self.value} is out of range; write {_range(least, most)}")
        return self.value

    def whole(self, least: float = float("-inf"), most: float = float("inf")) -> int:
        """A whole number within limits."""
        found = self.number(least, most)
        if found != int(found):
            self.refuse(f"{found} is no whole number")
        return int(found)

    def flag(self) -> bool:
        """0 or 1, true or false."""
        if self.value not in (0, 1):
            self.refuse(f"{_shown(self.value)} is neither 0 nor 1")
        return bool(self.value)

    def fen(self, least: float = 0) -> int:
        """An amount of yuan in fen, exact: the one place where yuan become fen."""
        yuan = self.number(least, _MOST_YUAN)
        fen = round(yuan * 100)
        if abs(yuan * 100 - fen) > 1e-6 * max(1.0, abs(yuan)):
            self.refuse(f"{yuan} yuan is no whole number of fen; write whole yuan")
        return fen

    def day(self) -> date:
        """A date written YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self.refuse(f"'{self.value}' is no date; write it as 2026-11-26")

    def known(self, table: Mapping[str, T], what: str) -> T:
        """The entry that this text names."""
        name = self.text()
        if name not in table:
            self.refuse(f"unknown {what} '{name}'{near(name, table)}; add it or mend the name")
        return table[name]

    def named(self, key: str, table: Collection[str], what: str) -> None:
        """Refuse a member whose own name is not in a table."""
        if key not in table:
            self.refuse(f"unknown {what} '{key}'{near(key, table)}; add it to the catalogue")

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            self.refuse(f"{_shown(self.value)} is no object; write {{…}}")
        return self.value


def read_form(file: Path) -> At:
    """The whole file.

    Raises:
        FormError: it is no JSON, or not JSON that means one thing.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        return At(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except UnicodeDecodeError as error:
        raise FormError(
            f"(whole file): no UTF-8 at byte {error.start}; save it as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FormError(f"(whole file): no JSON at {place}: {error.msg}; mend it there") from error
    except RecursionError as error:
        raise FormError("(whole file): nested too deep; no form is") from error
    except ValueError as error:
        if isinstance(error, FormError):
            raise
        raise FormError(f"(whole file): {error}; mend it") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise FormError(f"(an object): '{twice}' stands twice; keep one")
    return found


def _no_number(said: str) -> NoReturn:
    raise FormError(f"(whole file): {said} is no JSON number; write null for what is missing")


def near(said: str, known: Collection[str]) -> str:
    """A hint at the known name that was perhaps meant, or nothing."""
    close = get_close_matches(said, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _SHORT else f"{shown[:_SHORT]}…"


def _range(least: float, most: float) -> str:
    if most == float("inf"):
        return f"{least} or more"
    return f"{most} or less" if least == float("-inf") else f"{least} to {most}"
