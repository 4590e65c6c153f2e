"""A TOML file that still knows its lines, so that a fault can name the place to mend."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(?:#.*)?$")


@dataclass(slots=True)
class Faults:
    """What is wrong with a catalogue; noted on the way, raised once, all together."""

    notes: list[str] = field(default_factory=list)

    def note(self, place: str, what: str) -> None:
        """Note a fault at `file:line`; the same fault twice counts once."""
        line = f"{place}: {what}"
        if line not in self.notes:
            self.notes.append(line)


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name, its lines and its tables."""

    name: str
    lines: tuple[str, ...]
    tables: Mapping[str, object]
    headers: tuple[tuple[int, str], ...]
    """The lines that begin a table, ascending, each with the table's path."""

    def whole(self) -> "Region":
        """All of the file; its own keys stand before the first header."""
        return Region(self, "", 0, len(self.lines))


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of one table with the tables inside it: `start` is its header, `end` is beyond."""

    source: Source
    path: str
    start: int
    end: int

    def inner(self, key: str, index: int) -> "Region":
        """The lines of the `index`-th table `key` inside this one; all of this one if inline."""
        path = f"{self.path}.{key}".strip(".")
        first = self.start if self.path == "" else self.start + 1
        starts = [at for at, header in self._headers(first) if header == path]
        if index >= len(starts):
            return self
        start, within = starts[index], f"{path}."
        ends = (at for at, header in self._headers(start + 1) if not header.startswith(within))
        return Region(self.source, path, start, next(ends, self.end))

    def place(self, key: str | None = None) -> str:
        """`file:line` of a key of this table, or of the table itself; lines count from 1."""
        return f"{self.source.name}:{self._find(key) + 1}"

    def _find(self, key: str | None) -> int:
        if key is None:
            return self.start
        word = re.escape(key)
        patterns = (rf'^\s*"?{word}"?\s*=', rf'[{{,]\s*"?{word}"?\s*=', rf"\b{word}\b")
        own = range(self.start, self._own_end())
        for pattern in patterns:
            found = next((at for at in own if re.search(pattern, self.source.lines[at])), None)
            if found is not None:
                return found
        return self.start

    def _own_end(self) -> int:
        first = self.start if self.path == "" else self.start + 1
        return next((at for at, _ in self._headers(first)), self.end)

    def _headers(self, first: int) -> tuple[tuple[int, str], ...]:
        """The headers of this region from a line on."""
        every = self.source.headers
        return every[bisect_left(every, (first,)) : bisect_left(every, (self.end,))]


def read(name: str, text: str, faults: Faults) -> Source:
    """Read one file; text that is no TOML is a fault and gives an empty file."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        at = int(line[1]) if line else len(text.splitlines())
        faults.note(f"{name}:{max(at, 1)}", f"not TOML: {error}; mend the syntax")
        tables = {}
    lines = tuple(text.splitlines()) or ("",)
    return Source(name, lines, tables, _headers_of(lines))


def _headers_of(lines: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    found = ((at, _HEADER.match(line)) for at, line in enumerate(lines))
    return tuple((at, header[1]) for at, header in found if header is not None)
