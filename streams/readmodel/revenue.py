"""What outlets earned, as finance reports it: kept beside the read model, made from no log.

No fold can read it, so it moves no decision. Lines are added, never changed; of one outlet and
period the newest counts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    func,
    select,
)

from schemas.time import Instant

metadata = MetaData()
lines = Table(
    "revenue_lines",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("outlet", String, nullable=False, index=True),
    Column("starts", String, nullable=False),
    Column("ends", String, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("told_by", String, nullable=False),
    Column("told_at", BigInteger, nullable=False),
)
"""Days as `2026-10-01`, both counted in; fen of renminbi."""


class Line(NamedTuple):
    """What an outlet earned between two days, both counted in."""

    outlet: str
    starts: date
    ends: date
    fen: int


def add(engine: Engine, told: Sequence[Line], *, by: str, now: Instant) -> int:
    """Keep lines; how many."""
    with engine.begin() as connection:
        first = 1 + (connection.scalar(select(func.max(lines.c.number))) or 0)
        rows = [
            {
                "number": number,
                "outlet": line.outlet,
                "starts": line.starts.isoformat(),
                "ends": line.ends.isoformat(),
                "fen": line.fen,
                "told_by": by,
                "told_at": now,
            }
            for number, line in enumerate(told, start=first)
        ]
        if rows:
            connection.execute(lines.insert(), rows)
    return len(told)


def within(connection: Connection, starts: date, ends: date) -> Sequence[Line]:
    """The newest line of each outlet and period that lies between two days, both counted in."""
    c = lines.c
    wanted = select(lines).where(c.starts >= starts.isoformat(), c.ends <= ends.isoformat())
    return _newest(
        Line(row.outlet, date.fromisoformat(row.starts), date.fromisoformat(row.ends), row.fen)
        for row in connection.execute(wanted.order_by(c.number))
    )


def _newest(told: Iterable[Line]) -> Sequence[Line]:
    return tuple({(line.outlet, line.starts, line.ends): line for line in told}.values())
