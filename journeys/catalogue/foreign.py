"""Policies whose rooms read their own tables: wealth parameters and intent weights.

The catalogue resolves the dates, the room reads what is left. Every table of such a file may carry
`valid_from` and `valid_to`; keys at the head of the file hold for all of it. The room sees the
tables in force, once for every stretch of time in which none comes or goes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from journeys.catalogue.dating import Dated
from journeys.catalogue.rows import Row
from journeys.catalogue.source import Faults, Region, Source
from journeys.client.intent import policy as intent
from journeys.client.wealth import parameters as wealth
from journeys.errors import DefinitionError
from schemas.time import Instant

_ROOMS: Final[Mapping[str, Callable[[Mapping[str, Any]], object]]] = {
    "intents": intent.from_table,
    "wealth": wealth.from_table,
}
FOREIGN: Final = frozenset(_ROOMS)
"""What such files bring."""
_FOREVER: Final = Instant(2**62)
_Stretch = tuple[Instant, Instant]


def read_foreign(source: Source, kind: str, faults: Faults) -> list[Dated]:
    """One file as rows of one id: one for every stretch of time, checked by its room."""
    stretches = [_stretch(row) for row in _dated_rows(source.tables, source.whole(), faults)]
    if not stretches:
        if source.tables:
            faults.note(f"{source.name}:1", "no row has a date; write valid_from and source")
        return []
    edges = sorted({edge for stretch in stretches for edge in stretch})
    whole = Row(source.tables, source.whole(), faults)
    ends = _stretch(whole)[1] if whole.has("valid_to") else _FOREVER
    rows = []
    for start, end in pairwise(edges):
        if start < ends:
            value = _read(source, kind, start, faults)
            until = None if end == _FOREVER else end
            rows.append(Dated(kind, kind, int(start), start, until, whole, value))
    return rows


def _read(source: Source, kind: str, moment: Instant, faults: Faults) -> object:
    table = _in_force(source.tables, moment)
    try:
        return _ROOMS[kind](table)
    except (DefinitionError, KeyError, TypeError, ValueError) as error:
        faults.note(_place(source, str(error)), _said(source, error))
        return None


def _dated_rows(tables: Mapping[str, Any], region: Region, faults: Faults) -> Iterator[Row]:
    """Every table that carries a date, with what every dated row must say checked."""
    if "valid_from" in tables or "valid_to" in tables:
        row = Row(tables, region, faults)
        if not _has_source(tables):
            row.fault("missing key 'source'; write where the numbers come from")
        yield row
    for key, value in tables.items():
        inner = value if isinstance(value, list) else [value]
        for index, each in enumerate(inner):
            if isinstance(each, dict):
                yield from _dated_rows(each, region.inner(key, index), faults)


def _has_source(table: Mapping[str, Any]) -> bool:
    """Does the table, or every table in it, say where its numbers come from?"""
    inner = [each for each in table.values() if isinstance(each, dict)]
    return bool(table.get("source")) or (bool(inner) and all(_has_source(each) for each in inner))


def _stretch(row: Row) -> _Stretch:
    start, end = row.moment("valid_from"), row.moment("valid_to")
    return start or Instant(0), end or _FOREVER


def _in_force(tables: Mapping[str, Any], moment: Instant) -> dict[str, Any]:
    """The tables without those whose dates leave the moment out; when they end is not said."""
    return {
        key: [_inner(each, moment) for each in value if _holds(each, moment)]
        if isinstance(value, list)
        else _inner(value, moment)
        for key, value in tables.items()
        if key != "valid_to" and _holds(value, moment)
    }


def _inner(value: object, moment: Instant) -> object:
    return _in_force(value, moment) if isinstance(value, dict) else value


def _holds(value: object, moment: Instant) -> bool:
    if not isinstance(value, dict):
        return True
    start, end = _stretch(Row(value, _NOWHERE, Faults()))
    return start <= moment < end


_NOWHERE: Final = Region(Source("", ("",), {}, ()), "", 0, 1)


def _place(source: Source, message: str) -> str:
    """The first line that holds a word which the message quotes."""
    words = re.findall(r"'([^']+)'", message)
    lines = (at for word in words for at, line in enumerate(source.lines) if word in line)
    return f"{source.name}:{next(lines, 0) + 1}"


def _said(source: Source, error: Exception) -> str:
    if isinstance(error, DefinitionError):
        return str(error).removeprefix(f"{source.name}: ")
    return f"{type(error).__name__} {error}; mend the key or its type"
