"""Rows with dates: which is in force when, and what may not be."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from journeys.catalogue.rows import Row
from journeys.catalogue.scope import Scope, bank_only
from schemas.time import Instant, format_instant


@dataclass(frozen=True, slots=True)
class Dated:
    """A row of one kind and id, in force from `starts` up to `ends` (exclusive)."""

    kind: str
    id: str
    version: int
    starts: Instant
    ends: Instant | None
    row: Row
    value: Any
    """What the row says, typed by its reader."""
    scope: Scope | None = None
    """Of a row that binds beside the bank's; `None` is the bank's own."""

    def holds_at(self, moment: Instant) -> bool:
        """Is it in force?"""
        return self.starts <= moment and (self.ends is None or moment < self.ends)


def dated(row: Row, kind: str, ids: Sequence[str], value: object) -> list[Dated]:
    """Give a value its dates; a row may speak for several ids. Reads what every row must say."""
    bank_only(row, kind)
    return scoped(row, kind, ids, value, scope=None)


def scoped(
    row: Row, kind: str, ids: Sequence[str], value: object, *, scope: Scope | None
) -> list[Dated]:
    """The same of a kind that may be said for less than the bank; its reader has read the scope."""
    starts = row.moment("valid_from")
    ends = row.moment("valid_to")
    version = row.count("version", least=1)
    row.text("owner")
    row.text("source")
    if starts is None and not row.has("valid_from"):
        row.fault("missing key 'valid_from'; write the day it comes into force")
    if starts is not None and ends is not None and ends <= starts:
        row.fault(
            "'valid_to' is not after 'valid_from'; write the first day without it", "valid_to"
        )
    row.done()
    begin = Instant(0) if starts is None else starts
    return [Dated(kind, each, version, begin, ends, row, value, scope) for each in ids]


def check_overlaps(rows: Iterable[Dated]) -> None:
    """Note rows of one id and scope that are in force together, and versions said twice."""
    before: dict[_Key, Dated] = {}
    versions: dict[tuple[_Key, int], Dated] = {}
    for each in sorted(rows, key=lambda row: (*_key(row), row.starts, row.version)):
        key = _key(each)
        last = before.get(key)
        name = f"{each.kind} '{each.id}'" + ("" if each.scope is None else f" of {each.scope}")
        if last is not None and (last.ends is None or each.starts < last.ends):
            each.row.fault(
                f"{name}: dates overlap with version {last.version}; "
                f"end that one with valid_to at {format_instant(each.starts)} or before",
                "valid_from",
            )
        if (key, each.version) in versions:
            each.row.fault(
                f"{name}: version {each.version} stands twice; "
                "a released row is never edited, only followed: give the new one the next version",
                "version",
            )
        before[key] = each
        versions[key, each.version] = each


_Key = tuple[str, str, tuple[str, ...]]


def _key(row: Dated) -> _Key:
    """Rows of one id follow each other within their scope alone."""
    return row.kind, row.id, () if row.scope is None else tuple(row.scope)


def boundaries(rows: Iterable[Dated]) -> tuple[Instant, ...]:
    """Every instant at which some row comes into force or leaves it, ascending."""
    edges = {row.starts for row in rows} | {row.ends for row in rows if row.ends is not None}
    return tuple(sorted(edges))


def in_force(rows: Iterable[Dated], kind: str, moment: Instant) -> dict[str, Dated]:
    """The bank's own rows of a kind in force at a moment, by id."""
    found = (row for row in rows if row.kind == kind and row.scope is None)
    return {row.id: row for row in found if row.holds_at(moment)}


def edition_at(starts: Sequence[Instant], moment: Instant) -> int:
    """The index of the edition in force; the first also holds before it starts."""
    return max(bisect_right(starts, moment) - 1, 0)
