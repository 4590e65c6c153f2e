"""Follows the logs and keeps the tables: rows and offsets in one transaction."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, select, text

from schemas.errors import ContractError
from streams.errors import TransientError, WorkerStopError
from streams.ports import LogFeed, Record
from streams.readmodel import tables
from streams.readmodel.projections import project_event, project_fact, project_letter
from streams.readmodel.rows import Rows
from streams.topics import (
    CLIENT_EVENTS,
    CLIENT_FACTS,
    DEAD_LETTERS,
    DESK_EVENTS,
    DESK_FACTS,
    TASKS,
)

Place = tuple[str, int]
_PROJECT: Final[Mapping[str, Callable[[Rows, Record], None]]] = {
    CLIENT_EVENTS: project_event,
    DESK_EVENTS: project_event,
    CLIENT_FACTS: project_fact,
    TASKS: project_fact,
    DESK_FACTS: project_fact,
    DEAD_LETTERS: project_letter,
}
PROJECTED: Final = tuple(_PROJECT)
"""The logs that the tables are made from."""
AT_ONCE: Final = 2000
"""Records of one transaction: many enough to be cheap, few enough to be seen soon."""
_LOCK: Final = 0x5355_4950
"""Advisory lock of PostgreSQL: one projector writes a database."""
_MISSED_SOON: Final = (
    "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"
)
"""So that the lock of a machine that vanished is free after half a minute."""


class ClaimedError(TransientError):
    """Another projector writes this database."""


class Watcher(Protocol):
    """Whoever wants to know of records and of when they can be seen."""

    def projected(self, records: Sequence[Record]) -> None:
        """These will be seen with the next commit."""
        ...

    def committed(self, starts: Mapping[Place, int]) -> None:
        """They are seen now; the next offset of each partition. Told at the beginning too."""
        ...


class Projector:
    """Keeps a database in step with the logs. For one thread."""

    def __init__(
        self,
        engine: Engine,
        feed: LogFeed,
        *,
        watcher: Watcher | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """Prepare to project; nothing is claimed before the first step.

        Args:
            engine: of the database, with its tables.
            feed: of the logs.
            watcher: told of records and commits.
            at_once: records of one transaction at most.
        """
        self._engine, self._feed, self._watcher = engine, feed, watcher
        self._at_once = at_once
        self._connection: Connection | None = None
        self._starts: dict[Place, int] | None = None
        """Where each partition is read on; `None` before the database has been asked."""

    def step(self) -> int:
        """Project what has arrived, a few thousand records at most; how many.

        Raises:
            ClaimedError: another projector has the database.
            TransientError: the log is away.
            SQLAlchemyError: the database is; call `close`, then try again.
            WorkerStopError: a record cannot be read.
        """
        connection = self._claimed()
        if self._starts is None:
            self._starts = self._where(connection)
            self._tell(self._starts)
        found = self._feed.poll(self._starts, self._at_once)
        if not found:
            return 0
        rows, ends = Rows(), dict(self._starts)
        for place, records in found.items():
            self._project(rows, records)
            ends[place] = records[-1].offset + 1
            row = {"topic": place[0], "part": place[1], "next_offset": ends[place]}
            rows.put(tables.progress, row)
        if not self._write(connection, rows):
            self._starts = None  # a projector of another process was here; begin where it ended
            return 0
        self._starts = ends
        self._tell(ends)
        return sum(map(len, found.values()))

    def catch_up(self) -> int:
        """Project until a poll finds nothing; how many records."""
        done = 0
        while (count := self.step()) > 0:
            done += count
        return done

    def run(self, stop: threading.Event) -> None:
        """Follow the logs until told to stop; `step` says what may be raised."""
        while not stop.is_set():
            self.step()

    def rebuild(self) -> None:
        """Empty every table; the next steps build them again from the logs."""
        connection = self._claimed()
        with connection.begin():
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(table.delete())
        self._starts = None

    def bind(self, epochs: Mapping[str, str]) -> None:
        """Make sure that the tables are made from these logs and no others.

        Raises:
            WorkerStopError: they are not; the message names the remedy.
        """
        connection = self._claimed()
        with connection.begin():
            known = {row.topic: row.epoch for row in connection.execute(select(tables.logs))}
            foreign = sorted(name for name in known if epochs.get(name, known[name]) != known[name])
            if foreign:
                raise WorkerStopError(
                    f"the read model is made from another {foreign[0]}: that log was made anew, or "
                    "this is another cluster; 'suishen run projector --rebuild' empties the tables"
                )
            new = [{"topic": n, "epoch": e} for n, e in epochs.items() if n not in known]
            if new:
                connection.execute(tables.logs.insert(), new)

    def close(self) -> None:
        """Give the database up; the next step claims it again."""
        connection, self._connection, self._starts = self._connection, None, None
        if connection is not None:
            connection.close()

    def _claimed(self) -> Connection:
        """The one connection that writes: whoever lost it has lost the claim too."""
        if self._connection is None:
            connection = self._engine.connect()
            try:
                _claim(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _tell(self, starts: Mapping[Place, int]) -> None:
        if self._watcher is not None:
            self._watcher.committed(starts)

    def _where(self, connection: Connection) -> dict[Place, int]:
        places = [(topic, p) for topic in _PROJECT for p in range(self._feed.partitions(topic))]
        with connection.begin():
            known = _progress(connection)
        return {place: known.get(place, 0) for place in places}

    def _project(self, rows: Rows, records: Sequence[Record]) -> None:
        project = _PROJECT[records[0].topic]
        for record in records:
            try:
                project(rows, record)
            except (ContractError, ValidationError) as error:
                raise WorkerStopError(
                    f"{record.topic}/{record.partition}/{record.offset} cannot be read "
                    f"({type(error).__name__}); run the version that wrote it, or a newer one"
                ) from error
        if self._watcher is not None:
            self._watcher.projected(records)

    def _write(self, connection: Connection, rows: Rows) -> bool:
        """Write rows and offsets at once; `False` if the offsets are not where we left them."""
        with connection.begin():
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("begin immediate")
            known, starts = _progress(connection), self._starts or {}
            if any(known.get(place, 0) != start for place, start in starts.items()):
                return False
            rows.write(connection)
        return True


def _claim(connection: Connection) -> None:
    """Take the lock for as long as the connection lives; SQLite has none, see `_write`."""
    if connection.dialect.name != "postgresql":
        return
    connection.detach()  # from the pool: closing it must close it
    with connection.begin():
        connection.exec_driver_sql(_MISSED_SOON)
        if not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            raise ClaimedError("another projector writes this database")


def _progress(connection: Connection) -> dict[Place, int]:
    found = connection.execute(select(tables.progress)).all()
    return {(row.topic, row.part): row.next_offset for row in found}
