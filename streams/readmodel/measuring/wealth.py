"""What clients gained: organic points of wealth health, money; and what outlets hold and earn.

Assets and revenue are read here and shown on the scoreboard, nowhere else: no fold knows a word
for them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Subquery, and_, func, select

from journeys.client.wealth.attribution import Causes
from journeys.desk.book.growth import Standing, Year
from schemas.books import BookEntryKind
from schemas.time import Instant
from streams.readmodel import revenue as reported
from streams.readmodel import tables as base
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book, during, newest, within
from streams.readmodel.measuring.figure import Figure, missing, of_means, of_shares, plain

_HOME = "CNY"


def organic_growth(connection: Connection, asked: Asked, book: Book) -> Figure:
    """As an adviser's book counts it: like for like, a client held for review counts 0 at most."""
    openings = _scores(connection, asked, asked.starts)
    closings = _scores(connection, asked, asked.ends)
    then, trades = _served(connection, asked), _traded(connection, asked)
    proved, held = _proved(connection, asked), _held(connection)
    values = {}
    for client in book:
        year = Year(
            client=client,
            opening=_standing(openings.get(client), served=client in then),
            closing=_standing(closings.get(client), served=True),
            by_cause={Causes.TRADE: trades.get(client, 0.0)},
            confirmed=proved.get(client, (0.0, 0.0))[0],
            reset=proved.get(client, (0.0, 0.0))[1],
        )
        if year.in_cohort(asked.edition.book.coverage):
            values[client] = min(0.0, year.organic) if client in held else year.organic
    beside = {"held": len(held & values.keys()), "left_out": len(book) - len(values)}
    return of_means(asked.rule("organic_growth"), values, book, beside=beside)


def _standing(score: tuple[float | None, float] | None, *, served: bool) -> Standing:
    total, coverage = (None, 0.0) if score is None else score
    return Standing(total=total or 0.0, coverage=coverage, served=served)


def _scores(
    connection: Connection, asked: Asked, at: Instant
) -> Mapping[str, tuple[float | None, float]]:
    last, c = newest(base.scores, at), base.scores.c
    rows = connection.execute(
        select(c.client, c.total, c.coverage)
        .join(last, (last.c.client == c.client) & (last.c.seq == c.seq))
        .where(within(asked, c.client))
    )
    return {row.client: (row.total, row.coverage) for row in rows}


def _served(connection: Connection, asked: Asked) -> set[str]:
    """Who was in the scope when the period began."""
    last, c = newest(base.served, asked.starts), base.served.c
    mine = select(c.client).join(last, (last.c.client == c.client) & (last.c.seq == c.seq))
    if asked.outlet is not None:
        mine = mine.where(c.outlet == asked.outlet)
    return set(connection.scalars(mine))


def _ends(asked: Asked) -> tuple[Subquery, Subquery]:
    return newest(base.scores, asked.starts), newest(base.scores, asked.ends)


def _traded(connection: Connection, asked: Asked) -> Mapping[str, float]:
    (first, last), c = _ends(asked), base.movements.c
    rows = connection.execute(
        select(c.client, func.sum(c.points).label("points"))
        .join(first, first.c.client == c.client)
        .join(last, last.c.client == c.client)
        .where(
            c.cause == Causes.TRADE.value,
            c.seq > first.c.seq,
            c.seq <= last.c.seq,
            within(asked, c.client),
        )
        .group_by(c.client)
    )
    return {row.client: row.points for row in rows}


def _proved(connection: Connection, asked: Asked) -> Mapping[str, tuple[float, float]]:
    """Of the profile's points what was confirmed, and of that what was told first."""
    (first, last), c = _ends(asked), base.scores.c
    rows = connection.execute(
        select(
            c.client,
            func.sum(c.confirmed).label("confirmed"),
            func.sum(c.first_told).label("first_told"),
        )
        .join(first, first.c.client == c.client)
        .join(last, last.c.client == c.client)
        .where(c.seq > first.c.seq, c.seq <= last.c.seq, within(asked, c.client))
        .group_by(c.client)
    )
    return {row.client: (row.confirmed, row.first_told) for row in rows}


def _held(connection: Connection) -> set[str]:
    """Clients whose credit a flag in some book holds that nobody has cleared."""
    c = base.book_lines.c
    flagged: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for row in connection.execute(select(c.desk, c.period, c.number, c.doc).order_by(c.number)):
        said = row.doc["entry"]
        if said["kind"] == BookEntryKind.FLAGGED:
            flagged[row.desk, row.period][row.number] = said["client"]
        elif said["kind"] == BookEntryKind.CLEARED:
            flagged[row.desk, row.period].pop(said["about"], None)
    return {client for lines in flagged.values() for client in lines.values()}


def value_return(connection: Connection, asked: Asked, book: Book) -> Figure:
    """Of clients with a statement: whose accounts earned more than nothing."""
    rule, c = asked.rule("value_return"), base.diagnoses.c
    rows = connection.execute(
        select(c.client, c.doc)
        .where(during(c.at, (asked.starts, asked.ends)), within(asked, c.client))
        .order_by(c.seq)
    )
    profits = {
        row.client: row.doc["returned"]["profit_fen"] for row in rows if row.doc.get("returned")
    }
    if not profits:
        return missing(rule, "statements")
    return of_shares(rule, {client: (int(fen > 0), 1) for client, fen in profits.items()}, book)


class Held(NamedTuple):
    """Positions in renminbi at an instant."""

    fen: Mapping[str, int]
    """By client."""
    foreign: int
    """Positions in another currency: counted, and left out of the sums."""


def held_at(connection: Connection, asked: Asked, at: Instant) -> Held:
    """The newest version of every position told before an instant."""
    c = t.holdings.c
    names = (c.client, c.account, c.product)
    last = (
        select(*names, func.max(c.version).label("version"))
        .where(c.at < at, within(asked, c.client))
        .group_by(*names)
        .subquery()
    )
    same = and_(*(last.c[each.name] == each for each in (*names, c.version)))
    found, foreign = Counter[str](), 0
    for row in connection.execute(select(c.client, c.fen, c.currency).join(last, same)):
        if row.currency == _HOME:
            found[row.client] += row.fen
        else:
            foreign += row.fen != 0
    return Held(found, foreign)


def assets(asked: Asked, book: Book, now: Held) -> Figure:
    """Positions in renminbi by outlet."""
    rule = asked.rule("assets")
    outlets = {who.outlet for who in book.values() if who.outlet is not None}
    if not outlets or not now.fen:
        return missing(rule, "positions" if outlets else "outlets")
    total = sum(fen for client, fen in now.fen.items() if client in book)
    return plain(rule, total / len(outlets), n=len(outlets), beside={"foreign": now.foreign})


def retention(asked: Asked, book: Book, then: Held, now: Held) -> Figure:
    """Of the clients who held something when the period began: who still holds enough of it."""
    rule = asked.rule("retention")
    if not now.fen:
        return missing(rule, "positions")
    kept = rule.numbers["kept_percent"]
    cases = {
        client: (int(100 * now.fen.get(client, 0) >= kept * fen), 1)
        for client, fen in then.fen.items()
        if fen > 0 and client in book
    }
    return of_shares(rule, cases, book)


def revenue(connection: Connection, asked: Asked) -> Figure:
    """What finance reported of whole periods that lie within this one."""
    rule = asked.rule("revenue")
    first, after = asked.days_between
    lines = [
        line
        for line in reported.within(connection, first, after - timedelta(1))
        if asked.outlet in (None, line.outlet)
    ]
    if not lines:
        return missing(rule, "revenue")
    outlets = {line.outlet for line in lines}
    return plain(rule, sum(line.fen for line in lines) / len(outlets), n=len(outlets))
