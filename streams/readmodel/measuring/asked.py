"""What is asked of the measures: a period, a scope, the policy; and the book that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Subquery, Table, func, select, true

from journeys.catalogue.edition import Edition
from journeys.decide.control import group_of
from journeys.measures.rules import Measure
from schemas.time import DAY, Instant, local_day
from streams.readmodel import tables as t

PEOPLE: Final = ("branch", "remote")
"""Channels in which a person speaks."""
_GROUPS: Final = 1 << 18
"""Clients whose group is kept in memory."""
_BANK_OFFSET_MINUTES: Final = 480


def day_of(at: int) -> date:
    """The bank's day of an instant."""
    return local_day(Instant(at), utc_offset_minutes=_BANK_OFFSET_MINUTES)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the measures."""

    starts: Instant
    ends: Instant
    """Exclusive; not after now, so that whatever has not happened yet is not missed."""
    edition: Edition
    """In force at the end."""
    controls: tuple[Mapping[str, float], Mapping[str, float]]
    """Control groups at both ends: who changed between them is in neither group."""
    outlet: str | None = None
    """`None`: the whole bank."""
    journey: str | None = None
    """Of the runs, only these; `None`: all of them."""

    def rule(self, measure: str) -> Measure:
        """The definition of a measure."""
        return self.edition.measures[measure]

    def judged(self, measure: str) -> tuple[Instant, Instant]:
        """The span whose cases the period can judge: its own, earlier by the measure's window."""
        window = self.rule(measure).window
        return Instant(self.starts - window), Instant(self.ends - window)

    @property
    def days_between(self) -> tuple[date, date]:
        """The bank's first day of the period, and the day at its end, left out."""
        return day_of(self.starts), day_of(self.ends)

    @property
    def days(self) -> float:
        """Days of the period."""
        return (self.ends - self.starts) / DAY


class Person(NamedTuple):
    """A client of the book, as served at the end of the period."""

    tier: str
    rm: str | None
    team: str | None
    outlet: str | None
    is_control: bool | None
    """`None`: in one group for a part of the period only."""


Book = Mapping[str, Person]
"""Every client who is served, by token."""


def book(connection: Connection, asked: Asked) -> Book:
    """All clients of the scope, contacted or not: the ground that reach is a share of."""
    last, c = newest(t.served, asked.ends), t.served.c
    rows = connection.execute(
        select(c.client, c.tier, c.rm, c.team, c.outlet)
        .join(last, (last.c.client == c.client) & (last.c.seq == c.seq))
        .where(true() if asked.outlet is None else c.outlet == asked.outlet)
    )
    before, after = (tuple(sorted(each.items())) for each in asked.controls)
    return {
        row.client: Person(
            row.tier, row.rm, row.team, row.outlet, _is_control(row.client, before, after)
        )
        for row in rows
    }


def newest(table: Table, at: Instant) -> Subquery:
    """The newest row of each client before an instant, by its place in the log."""
    c = table.c
    return (
        select(c.client, func.max(c.seq).label("seq"))
        .where(c.at < at)
        .group_by(c.client)
        .subquery()
    )


def during(column: ColumnElement[int], span: tuple[Instant, Instant]) -> ColumnElement[bool]:
    """Is a time within a span, its end left out?"""
    starts, ends = span
    return (column >= starts) & (column < ends)


def within(asked: Asked, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Is a client of the scope? For the whole bank everybody is."""
    if asked.outlet is None:
        return true()
    last, c = newest(t.served, asked.ends), t.served.c
    mine = (
        select(c.client)
        .join(last, (last.c.client == c.client) & (last.c.seq == c.seq))
        .where(c.outlet == asked.outlet)
    )
    return column.in_(mine)


_Shares = Sequence[tuple[str, float]]


@lru_cache(maxsize=_GROUPS)
def _is_control(client: str, before: _Shares, after: _Shares) -> bool | None:
    """A hash for each client is most of a question's cost, and never changes."""
    was, now = (group_of(client, dict(shares)) is not None for shares in (before, after))
    return was if was == now else None
