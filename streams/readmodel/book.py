"""An adviser's book over a period: its clients at both ends, and what moved them between."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Subquery, Table, func, select

from schemas.time import Instant
from streams.readmodel import tables as t

Doc = dict[str, Any]


def clients(connection: Connection, desk: str, *, starts: Instant, ends: Instant) -> list[Doc]:
    """Every client whose adviser this desk was at either end of a period.

    Args:
        connection: of the read model.
        desk: an adviser's.
        starts: the instant at which the period begins; what stood then is the opening.
        ends: the instant at which it ends; likewise the closing.

    Returns:
        For each, in order of token: `client`, `tier`; `was_served` and `is_served` by this desk
        at the ends; `opening` and `closing`, `{total, coverage}` or `None` without a score;
        `by_cause`, points between them; of the profile's points `confirmed`, and of these
        `first_told`; `diagnoses`, the complete ones, oldest first.
    """
    served = {"was": _served(connection, desk, starts), "is": _served(connection, desk, ends)}
    names = sorted({*served["was"], *served["is"]})
    openings, closings = _scores(connection, desk, starts), _scores(connection, desk, ends)
    sums, proved = _sums(connection, desk, starts, ends), _proved(connection, desk, starts, ends)
    held = _diagnoses(connection, desk)
    return [
        {
            "client": name,
            "tier": served["is"].get(name) or served["was"].get(name),
            "was_served": name in served["was"],
            "is_served": name in served["is"],
            "opening": openings.get(name),
            "closing": closings.get(name),
            "by_cause": sums.get(name, {}),
            **proved.get(name, {"confirmed": 0.0, "first_told": 0.0}),
            "diagnoses": held.get(name, []),
        }
        for name in names
    ]


def _mine(desk: str) -> Subquery:
    """Clients that this desk ever served."""
    return select(t.served.c.client).where(t.served.c.rm == desk).distinct().subquery()


def _served(connection: Connection, desk: str, at: Instant) -> dict[str, str]:
    """Clients served by the desk at an instant, with their tier."""
    last, c = _last(t.served, desk, at), t.served.c
    statement = select(c.client, c.tier).join(
        last, (last.c.client == c.client) & (last.c.seq == c.seq)
    )
    rows = connection.execute(statement.where(c.rm == desk))
    return {row.client: row.tier for row in rows}


def _last(table: Table, desk: str, at: Instant) -> Subquery:
    """The newest row of each client of the desk up to an instant, by its place in the log."""
    mine, c = _mine(desk), table.c
    return (
        select(c.client, func.max(c.seq).label("seq"))
        .where(c.client.in_(select(mine.c.client)), c.at <= at)
        .group_by(c.client)
        .subquery()
    )


def _scores(connection: Connection, desk: str, at: Instant) -> dict[str, Doc]:
    last, c = _last(t.scores, desk, at), t.scores.c
    statement = select(c.client, c.total, c.coverage).join(
        last, (last.c.client == c.client) & (last.c.seq == c.seq)
    )
    return {
        row.client: {"total": row.total, "coverage": row.coverage}
        for row in connection.execute(statement)
    }


def _sums(
    connection: Connection, desk: str, starts: Instant, ends: Instant
) -> dict[str, dict[str, float]]:
    """Points by client and cause after the opening score up to the closing one."""
    first, last, c = _last(t.scores, desk, starts), _last(t.scores, desk, ends), t.movements.c
    statement = (
        select(c.client, c.cause, func.sum(c.points).label("points"))
        .join(first, first.c.client == c.client)
        .join(last, last.c.client == c.client)
        .where(c.seq > first.c.seq, c.seq <= last.c.seq)
        .group_by(c.client, c.cause)
    )
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in connection.execute(statement):
        found[row.client][row.cause] = row.points
    return dict(found)


def _proved(
    connection: Connection, desk: str, starts: Instant, ends: Instant
) -> dict[str, dict[str, float]]:
    """What of the profile's points was confirmed over the period, and what told first."""
    first, last, c = _last(t.scores, desk, starts), _last(t.scores, desk, ends), t.scores.c
    statement = (
        select(
            c.client,
            func.sum(c.confirmed).label("confirmed"),
            func.sum(c.first_told).label("first_told"),
        )
        .join(first, first.c.client == c.client)
        .join(last, last.c.client == c.client)
        .where(c.seq > first.c.seq, c.seq <= last.c.seq)
        .group_by(c.client)
    )
    return {
        row.client: {"confirmed": row.confirmed, "first_told": row.first_told}
        for row in connection.execute(statement)
    }


def _diagnoses(connection: Connection, desk: str) -> dict[str, list[Doc]]:
    mine, c = _mine(desk), t.diagnoses.c
    statement = (
        select(c.client, c.at, c.desk, c.data_day)
        .where(c.client.in_(select(mine.c.client)), c.is_complete)
        .order_by(c.at)
    )
    found: dict[str, list[Doc]] = defaultdict(list)
    for row in connection.execute(statement):
        found[row.client].append({"at": row.at, "desk": row.desk, "data_day": row.data_day})
    return dict(found)


def ledger(connection: Connection, desk: str) -> dict[str, list[Doc]]:
    """The lines of every period of a desk's book, in their order; `seq` is a line's place."""
    c = t.book_lines.c
    statement = select(c.period, c.seq, c.doc).where(c.desk == desk).order_by(c.period, c.number)
    found: dict[str, list[Doc]] = defaultdict(list)
    for row in connection.execute(statement):
        found[row.period].append({**row.doc, "seq": row.seq})
    return dict(found)


def last_refusal(connection: Connection, desk: str) -> Doc | None:
    """The last line that the ledger did not take, with its place as `seq`."""
    c = t.book_refusals.c
    statement = select(c.seq, c.doc).where(c.desk == desk).order_by(c.seq.desc()).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else {**row.doc, "seq": row.seq}
