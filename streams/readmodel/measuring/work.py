"""What people's desks bring: goals by hour, by outlet and day; clients by head."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from journeys.measures.means import rate
from schemas.time import HOUR
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book
from streams.readmodel.measuring.figure import Figure, missing, plain
from streams.readmodel.measuring.goals import Met


def productivity(
    connection: Connection, asked: Asked, book: Book, found: Sequence[Met]
) -> list[Figure]:
    """Goals of people's desks by hour, goals by outlet and day, clients by head."""
    desks = _desks(asked, book)
    hits = sum(met.is_met for met in found if _is_of(met.task.desk, desks))
    hours = _hours(connection, asked, desks)
    rule = asked.rule("productivity")
    by_hour = plain(rule, rate(hits, hours) if hours else 0.0, n=int(hours))
    if connection.execute(select(t.shifts.c.desk).limit(1)).first() is None:
        by_hour = missing(rule, "rosters")
    return [by_hour, _by_outlet(asked, book, found), _by_head(asked, book)]


def _by_outlet(asked: Asked, book: Book, found: Sequence[Met]) -> Figure:
    rule = asked.rule("outlet_productivity")
    outlets = {who.outlet for who in book.values() if who.outlet is not None}
    if not outlets:
        return missing(rule, "outlets")
    days = asked.days * len(outlets)
    placed = [met for met in found if _outlet(met, book) is not None]
    hits = sum(met.is_met for met in placed)
    return plain(rule, rate(hits, days), n=len(placed))


def _outlet(met: Met, book: Book) -> str | None:
    who = book.get(met.task.client)
    return None if who is None else who.outlet


def _by_head(asked: Asked, book: Book) -> Figure:
    rule = asked.rule("clients_per_head")
    heads = Counter(who.rm for who in book.values() if who.rm is not None)
    if not heads:
        return missing(rule, "advisers")
    return plain(rule, heads.total() / len(heads), n=len(heads))


def _desks(asked: Asked, book: Book) -> frozenset[str] | None:
    """The desks of an outlet: its clients' advisers and teams. `None`: every desk."""
    if asked.outlet is None:
        return None
    return frozenset(desk for who in book.values() for desk in (who.rm, who.team) if desk)


def _is_of(desk: str | None, desks: frozenset[str] | None) -> bool:
    return desk is not None and (desks is None or desk in desks)


def _hours(connection: Connection, asked: Asked, desks: frozenset[str] | None) -> float:
    """Hours of rosters in force within the span that goals are judged over."""
    span, c = asked.judged("productivity"), t.shifts.c
    first, last = span
    told = select(c.desk, c.version, c.told_at).where(c.told_at < last).distinct()
    until = _until(connection.execute(told.order_by(c.desk, c.version)).all(), last)
    near = select(t.shifts).where(c.starts < last, c.ends > first, c.told_at < last)
    worked: int = sum(
        max(0, min(until[row.desk, row.version], row.ends) - max(first, row.told_at, row.starts))
        for row in connection.execute(near)
        if _is_of(row.desk, desks)
    )
    return worked / HOUR


def _until(rosters: Sequence[Any], last: int) -> Mapping[tuple[str, int], int]:
    """Until when each roster held: the next one of its desk replaces it."""
    found = {(one.desk, one.version): last for one in rosters}
    for one, then in pairwise(rosters):
        if then.desk == one.desk:
            found[one.desk, one.version] = min(last, then.told_at)
    return found
