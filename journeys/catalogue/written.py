"""Every row of a catalogue as it was written, for people who read or sign it; no fold asks here."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from journeys.catalogue.dating import Dated
from journeys.catalogue.scope import Scope
from schemas.time import Instant

_HEAD: Final = frozenset(
    {"id", "version", "valid_from", "valid_to", "scope", "branch", "outlet", "owner", "source"}
)
_SIGNATURE: Final = frozenset({"signed_by", "signed_on"})


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    file: str
    """Such as `contact.toml`."""
    kind: str
    id: str
    version: int
    """0 of a parameter set, which has an id instead."""
    starts: Instant
    ends: Instant | None
    scope: Scope | None
    owner: str
    source: str
    is_rule: bool
    """Does it want a signature?"""
    signed_by: str
    """Empty: nobody has signed it."""
    signed_on: str
    said: Mapping[str, str]
    """What else it says, key by key, as it reads."""

    def holds_at(self, moment: Instant) -> bool:
        """Is it in force?"""
        return self.starts <= moment and (self.ends is None or moment < self.ends)


class Change(NamedTuple):
    """What a day brings: a row that begins, follows another, or ends without one."""

    at: Instant
    old: Written | None
    new: Written | None
    keys: tuple[str, ...]
    """Of a row that follows another: where they differ."""


def written(rows: Iterable[Dated]) -> tuple[Written, ...]:
    """Rows in the order of kind, id and date; one that speaks for several ids once for each."""
    found = [_written(row) for row in rows]
    return tuple(sorted(found, key=lambda row: (row.kind, row.id, row.scope or (), row.starts)))


def changes(rows: Iterable[Written], now: Instant) -> list[Change]:
    """What dates to come bring, the next first."""
    found = list[Change]()
    for each in _by_id(rows).values():
        for at, row in enumerate(each):
            last = each[at - 1] if at else None
            follows = last is not None and last.ends == row.starts
            if row.starts > now:
                old = last if follows else None
                found.append(Change(row.starts, old, row, _differing(old, row)))
            ends, after = row.ends, each[at + 1] if at + 1 < len(each) else None
            if ends is not None and ends > now and (after is None or after.starts != ends):
                found.append(Change(ends, row, None, ()))
    return sorted(found, key=lambda change: change.at)


def _by_id(rows: Iterable[Written]) -> dict[tuple[object, ...], list[Written]]:
    found: dict[tuple[object, ...], list[Written]] = {}
    for row in sorted(rows, key=lambda one: one.starts):
        found.setdefault((row.kind, row.id, row.scope), []).append(row)
    return found


def _differing(old: Written | None, new: Written) -> tuple[str, ...]:
    before = {} if old is None else old.said
    keys = dict.fromkeys([*before, *new.said])
    return tuple(key for key in keys if old is not None and before.get(key) != new.said.get(key))


def _written(row: Dated) -> Written:
    table = row.row.table()
    is_set = row.kind == row.id and "version" not in table
    said = dict(_said(table))
    return Written(
        file=row.row.place().partition(":")[0],
        kind=row.kind,
        id=str(table.get("id", row.id)) if is_set else row.id,
        version=0 if is_set else row.version,
        starts=row.starts,
        ends=row.ends,
        scope=row.value.only if row.kind == "action" else row.scope,
        owner=str(table.get("owner", "")),
        source=str(table.get("source", "")),
        is_rule=row.kind == "rule",
        signed_by=str(table.get("signed_by", "")).removeprefix("unsigned"),
        signed_on=str(table.get("signed_on", "")),
        said={key: text for key, text in said.items() if key not in _SIGNATURE},
    )


def _said(table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if key not in _HEAD:
            yield key, _text(value)


def _text(value: object) -> str:
    """A value as it reads; of tables inside, how many."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inner = [each for each in value.values() if isinstance(each, dict | list)]
        pairs = (f"{key} = {_text(each)}" for key, each in value.items())
        return f"{len(value)}" if inner else ", ".join(pairs)
    if isinstance(value, list):
        tables = [each for each in value if isinstance(each, dict)]
        return f"{len(value)}" if tables else ", ".join(map(_text, value))
    return str(value)
