"""A TOML file that still knows its lines, so that a fault can name the place to mend."""

import re
import tomllib
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
        starts = [at for at in range(first, self.end) if self._header(at) == path]
        if index >= len(starts):
            return self
        start = starts[index]
        ends = (at for at in range(start + 1, self.end) if self._leaves(at, path))
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
        return next((at for at in range(first, self.end) if self._header(at)), self.end)

    def _header(self, at: int) -> str | None:
        found = _HEADER.match(self.source.lines[at])
        return None if found is None else found[1]

    def _leaves(self, at: int, path: str) -> bool:
        header = self._header(at)
        return header is not None and not header.startswith(f"{path}.")


def read(name: str, text: str, faults: Faults) -> Source:
    """Read one file; text that is no TOML is a fault and gives an empty file."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        at = int(line[1]) if line else len(text.splitlines())
        faults.note(f"{name}:{max(at, 1)}", f"not TOML: {error}; mend the syntax")
        tables = {}
    return Source(name, tuple(text.splitlines()) or ("",), tables)
