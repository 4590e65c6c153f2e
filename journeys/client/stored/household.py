"""The household on disk: only what differs is written.

Of a profile, what differs from one that tells nothing; of a change, what differs from what it made.
"""

from datetime import date

import msgspec
from msgspec.structs import astuple, replace

from journeys.client.state import Household, Retold, Tested
from journeys.client.wealth.profile import Profile
from schemas.time import Instant

_Value = int | float | bool | tuple[tuple[int, int], ...] | None
_Told = tuple[_Value, ...]
"""One bit for each field that differs, in their order, then the values of those."""
_BLANK = Profile()
_FIELDS = Profile.__struct_fields__
_PLACES = range(len(_FIELDS))


class _Change(msgspec.Struct, frozen=True, array_like=True):
    """A `Retold` against what came after it: the next change, or what holds now."""

    mark: int
    taken: int
    refused: int
    is_confirmed: bool
    births: tuple[date | None, ...]
    """The one before, if it is another."""
    told: _Told
    doubts: tuple[str, ...]
    said: int
    """The bits that differ."""
    at: Instant


class StoredHousehold(msgspec.Struct, frozen=True, array_like=True):
    """`Household`, with its profile and its changes by what differs."""

    version: int
    birth: date | None
    told: _Told
    tested_at: Instant | None
    tests: tuple[Tested, ...]
    changes: tuple[_Change, ...]
    doubts: tuple[str, ...]
    said: int
    reported: Instant


def stored_household(one: Household) -> StoredHousehold:
    """As it stands on disk."""
    after: tuple[Household | Retold, ...] = (*one.changes[1:], one)
    return StoredHousehold(
        one.version,
        one.birth,
        _differing(one.told, _BLANK),
        one.tested_at,
        one.tests,
        tuple(map(_change, one.changes, after)),
        one.doubts,
        one.said,
        one.reported,
    )


def household_of(stored: StoredHousehold) -> Household:
    """The household again; its changes from the newest back, each out of the one after it."""
    told = _applied(_BLANK, stored.told)
    bare = Household(
        stored.version,
        stored.birth,
        told,
        stored.tested_at,
        stored.tests,
        (),
        stored.doubts,
        stored.said,
        stored.reported,
    )
    changes: list[Retold] = []
    after: Household | Retold = bare
    for change in reversed(stored.changes):
        after = _retold(change, after)
        changes.append(after)
    return replace(bare, changes=tuple(reversed(changes))) if changes else bare


def _change(one: Retold, after: Household | Retold) -> _Change:
    return _Change(
        one.mark,
        one.taken,
        one.refused,
        one.is_confirmed,
        () if one.birth == after.birth else (one.birth,),
        _differing(one.told, _classless(after)),
        one.doubts,
        one.said ^ after.said,
        one.at,
    )


def _retold(change: _Change, after: Household | Retold) -> Retold:
    return Retold(
        change.mark,
        change.taken,
        change.refused,
        change.is_confirmed,
        change.births[0] if change.births else after.birth,
        _applied(_classless(after), change.told),
        change.doubts,
        change.said ^ after.said,
        change.at,
    )


def _classless(after: Household | Retold) -> Profile:
    """Changes are kept without the class, which tests give: so it never differs."""
    told = after.told
    return told if told.risk_class is None else replace(told, risk_class=None)


def _differing(one: Profile, other: Profile) -> _Told:
    told, known = astuple(one), astuple(other)
    if told == known:
        return ()
    places = [p for p in _PLACES if told[p] is not known[p] and told[p] != known[p]]
    return (sum([1 << place for place in places]), *[told[place] for place in places])


def _applied(known: Profile, told: _Told) -> Profile:
    if not told:
        return known
    bits, *values = told
    places = [place for place in _PLACES if isinstance(bits, int) and bits >> place & 1]
    differs = {_FIELDS[place]: value for place, value in zip(places, values, strict=True)}
    return replace(known, **differs)
