"""Why a client's score moved over a period: both ends, and the sums by cause between them."""

from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select

from schemas.time import Instant
from streams.readmodel import tables as t

Doc = dict[str, Any]
_NOTHING: Final[Doc] = {
    "opening": None,
    "closing": None,
    "by_cause": {},
    "rest": 0.0,
    "confirmed": 0.0,
    "first_told": 0.0,
    "sets": [],
    "said": 0,
    "is_hidden": False,
}


def movement(connection: Connection, client: str, *, since: Instant | None) -> Doc:
    """The movement of a client's score.

    Opening is the score that stood when the period began; where none was shown then, the first
    one shown after it. Closing is the last one shown. What stands between them is added up in the
    database, in the order of the log: doors' clocks may differ, the log does not.

    Returns:
        opening, closing: `{at, total, parameters}`, or `None` without a score in the period.
        by_cause: points; a cause that did nothing is absent.
        confirmed, first_told: of the profile's points, what the client or core data confirmed, and
            of that what was told for the first time.
        rest: of the change, what no cause explains: a client loaded anew begins again. Points.
        sets: parameter sets met on the way, in order, the opening one first.
        said: how many scores were published after the opening one, up to the closing one.
        is_hidden: too little is known now to show a score.
    """
    opening = _opening(connection, client, since)
    closing = connection.execute(_shown(client).order_by(_SEQ.desc())).first()
    if opening is None or closing is None or closing.seq < opening.seq:
        return dict(_NOTHING)
    sums = _sums(connection, client, after=opening.seq, upto=closing.seq)
    between = _of(client).where(opening.seq < _SEQ, closing.seq >= _SEQ)
    said = connection.execute(between.order_by(_SEQ)).all()
    newest = connection.scalar(select(func.max(_SEQ)).where(t.scores.c.client == client))
    return {
        "opening": _end(opening),
        "closing": _end(closing),
        "by_cause": sums,
        "rest": closing.total - opening.total - sum(sums.values()),
        "confirmed": sum(row.confirmed for row in said),
        "first_told": sum(row.first_told for row in said),
        "sets": list(dict.fromkeys(row.parameters for row in (opening, *said))),
        "said": len(said),
        "is_hidden": newest != closing.seq,
    }


_SEQ: Final = t.scores.c.seq


def _opening(connection: Connection, client: str, since: Instant | None) -> Row[Any] | None:
    if since is not None:
        stood = _of(client).where(t.scores.c.at <= since).order_by(_SEQ.desc())
        found = connection.execute(stood.limit(1)).first()
        if found is not None and found.total is not None:
            return found
        later = _shown(client).where(t.scores.c.at > since)
        return connection.execute(later.order_by(_SEQ).limit(1)).first()
    return connection.execute(_shown(client).order_by(_SEQ).limit(1)).first()


def _sums(connection: Connection, client: str, *, after: int, upto: int) -> dict[str, float]:
    c = t.movements.c
    statement = (
        select(c.cause, func.sum(c.points))
        .where(c.client == client, c.seq > after, c.seq <= upto)
        .group_by(c.cause)
        .order_by(c.cause)
    )
    return {cause: points for cause, points in connection.execute(statement) if points}


def _of(client: str) -> Select[Any]:
    c = t.scores.c
    return select(c.at, c.seq, c.total, c.parameters, c.confirmed, c.first_told).where(
        c.client == client
    )


def _shown(client: str) -> Select[Any]:
    return _of(client).where(t.scores.c.total.is_not(None))


def _end(row: Row[Any]) -> Doc:
    return {"at": row.at, "total": row.total, "parameters": row.parameters}
