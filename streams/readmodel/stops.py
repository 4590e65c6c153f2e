"""What operators have stopped, for the doors: kept beside the read model, not made from any log.

Doors ask here, so that a stop binds them even while the log is away. The engine hears of it by a
release (`schemas.reference.Stops`). Rows are added and closed, never changed otherwise.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

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

from schemas.reference import Stop, Stops
from schemas.time import Instant
from streams.readmodel.tables import served

GUARD = "guard:"
"""What the name of a guard begins with, where it stands as the author of a stop."""
metadata = MetaData()
stops = Table(
    "stops",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("scope", String, nullable=False),
    Column("name", String),
    Column("reason", String, nullable=False),
    Column("set_by", String, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("lifted_by", String),
    Column("lifted_at", BigInteger),
)
"""Apart from the tables of the read model: a rebuild empties those."""


class Kept(NamedTuple):
    """A stop with its history."""

    stop: Stop
    set_by: str
    set_at: Instant
    lifted_by: str | None
    lifted_at: Instant | None


class StopSwitch:
    """The stops of one deployment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The database that it stands in, where the read model is too."""
        return self._engine

    def in_force(self) -> tuple[Stop, ...]:
        """Every stop that nobody has lifted, in the order of setting."""
        return tuple(kept.stop for kept in self.history() if kept.lifted_at is None)

    def history(self) -> Sequence[Kept]:
        """Every stop ever set, oldest first."""
        with self._engine.connect() as connection:
            return [_kept(row) for row in connection.execute(select(stops).order_by("number"))]

    def outlets(self) -> Sequence[str]:
        """Every outlet that serves or served a client, by name."""
        found = select(served.c.outlet).where(served.c.outlet.is_not(None)).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.scalars(found))

    def set(self, stop: Stop, *, by: str, now: Instant) -> bool:
        """Stop such contacts; false if they are stopped already."""
        with self._engine.begin() as connection:
            if _open(connection, stop.scope, stop.name) is not None:
                return False
            number = (connection.scalar(select(func.max(stops.c.number))) or 0) + 1
            row = {"number": number, "set_by": by, "set_at": now, **stop.model_dump()}
            connection.execute(stops.insert(), row)
            return True

    def lift(self, scope: str, name: str | None, *, by: str, now: Instant) -> bool:
        """Let such contacts go on; false if nothing stopped them.

        Raises:
            ValueError: a guard is to lift it: only a person may.
        """
        if by.startswith(GUARD):
            raise ValueError(f"'{by}' is a guard; a person lifts a stop")
        with self._engine.begin() as connection:
            number = _open(connection, scope, name)
            if number is None:
                return False
            closed = stops.update().where(stops.c.number == number)
            connection.execute(closed.values(lifted_by=by, lifted_at=now))
            return True

    def release(self) -> Stops:
        """What the engine is to hear: every stop in force, as the next version."""
        history = self.history()
        turns = len(history) + sum(kept.lifted_at is not None for kept in history)
        in_force = tuple(kept.stop for kept in history if kept.lifted_at is None)
        return Stops(version=turns + 1, stops=in_force)


def _open(connection: Connection, scope: str, name: str | None) -> int | None:
    named = stops.c.name.is_(None) if name is None else stops.c.name == name
    mine = (stops.c.scope == scope) & named & stops.c.lifted_at.is_(None)
    found: int | None = connection.scalar(select(stops.c.number).where(mine))
    return found


def _kept(row: Any) -> Kept:  # noqa: ANN401 - a row of the table above
    stop = Stop(scope=row.scope, name=row.name, reason=row.reason)
    return Kept(stop, row.set_by, row.set_at, row.lifted_by, row.lifted_at)
