"""Rows with dates: which is in force when, and what may not be."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from journeys.catalogue.rows import Row
from schemas.time import Instant, format_instant

SCOPES: Final = frozenset({"bank"})
_LATER_SCOPES: Final = frozenset({"branch", "outlet"})


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

    def holds_at(self, moment: Instant) -> bool:
        """Is it in force?"""
        return self.starts <= moment and (self.ends is None or moment < self.ends)


def dated(row: Row, kind: str, ids: Sequence[str], value: object) -> list[Dated]:
    """Give a value its dates; a row may speak for several ids. Reads what every row must say."""
    starts = row.moment("valid_from")
    ends = row.moment("valid_to")
    version = row.count("version", least=1)
    row.text("owner")
    row.text("source")
    _check_scope(row)
    if starts is None and not row.has("valid_from"):
        row.fault("missing key 'valid_from'; write the day it comes into force")
    if starts is not None and ends is not None and ends <= starts:
        row.fault(
            "'valid_to' is not after 'valid_from'; write the first day without it", "valid_to"
        )
    row.done()
    begin = Instant(0) if starts is None else starts
    return [Dated(kind, each, version, begin, ends, row, value) for each in ids]


def check_overlaps(rows: Iterable[Dated]) -> None:
    """Note every pair of rows of one id that are in force together, and versions said twice."""
    before: dict[tuple[str, str], Dated] = {}
    versions: dict[tuple[str, str, int], Dated] = {}
    for each in sorted(rows, key=lambda row: (row.kind, row.id, row.starts, row.version)):
        last = before.get((each.kind, each.id))
        if last is not None and (last.ends is None or each.starts < last.ends):
            each.row.fault(
                f"{each.kind} '{each.id}': dates overlap with version {last.version}; "
                f"end that one with valid_to at {format_instant(each.starts)} or before",
                "valid_from",
            )
        if (each.kind, each.id, each.version) in versions:
            each.row.fault(
                f"{each.kind} '{each.id}': version {each.version} stands twice; "
                "a released row is never edited, only followed: give the new one the next version",
                "version",
            )
        before[each.kind, each.id] = each
        versions[each.kind, each.id, each.version] = each


def boundaries(rows: Iterable[Dated]) -> tuple[Instant, ...]:
    """Every instant at which some row comes into force or leaves it, ascending."""
    edges = {row.starts for row in rows} | {row.ends for row in rows if row.ends is not None}
    return tuple(sorted(edges))


def in_force(rows: Iterable[Dated], kind: str, moment: Instant) -> dict[str, Dated]:
    """The rows of a kind in force at a moment, by id."""
    return {row.id: row for row in rows if row.kind == kind and row.holds_at(moment)}


def edition_at(starts: Sequence[Instant], moment: Instant) -> int:
    """The index of the edition in force; the first also holds before it starts."""
    return max(bisect_right(starts, moment) - 1, 0)


def _check_scope(row: Row) -> None:
    scope = row.text("scope", "bank")
    if scope in _LATER_SCOPES:
        row.fault(
            f"scope '{scope}' comes with a later release; write scope = \"bank\" or leave it out",
            "scope",
        )
    elif scope:
        row.known("scope", scope, SCOPES, what="scope")
