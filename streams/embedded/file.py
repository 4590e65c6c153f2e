"""The engine's file: logs, states and offsets in SQLite, so that nothing can be half done."""

import json
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from schemas.time import Instant
from streams.errors import TransientError, WorkerStopError
from streams.frame import state_of
from streams.ports import Headers, Outgoing, Record
from streams.topics import (
    CLIENT_EVENTS,
    DEAD_LETTERS,
    DESK_EVENTS,
    REFERENCE,
    SOURCE_OF,
    TOPICS,
    UNFED,
    partition_of,
)

FILE_VERSION: Final = 1
_STATES: Final = "select partition, key, frame from state where fold = ? order by partition, key"
_APPLICATION: Final = 0x5359534E  # "SYSN"
_TABLES: Final = """
create table meta (name text primary key, value text not null) without rowid;
create table log (
    topic text not null, partition integer not null, offset integer not null,
    key blob, value blob not null, headers text not null, timestamp integer not null,
    primary key (topic, partition, offset)
) without rowid;
create table state (
    fold text not null, partition integer not null, key text not null,
    due integer, frame blob not null,
    primary key (fold, partition, key)
) without rowid;
create table progress (
    fold text not null, partition integer not null,
    next_offset integer not null, marker integer not null,
    primary key (fold, partition)
) without rowid;
"""


class EngineFile:
    """One connection to an engine file. Not for use from several threads at once."""

    def __init__(
        self, path: Path, *, epoch: str, partitions: int, synchronous: str = "FULL"
    ) -> None:
        """Open or make the file.

        Raises:
            WorkerStopError: the file is something else, or of another version.
        """
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._open(path, epoch, partitions, synchronous)
        except BaseException:
            self._db.close()
            raise
        meta = dict(self._db.execute("select name, value from meta"))
        self.epoch = meta["epoch"]
        self.count = int(meta["partitions"])
        self._ends = self._read_ends()
        (self._version,) = self._db.execute("pragma data_version").fetchone()

    def _open(self, path: Path, epoch: str, partitions: int, synchronous: str) -> None:
        is_new = self._is_new(path)  # before anything is changed in a file that is not ours
        self._db.execute("pragma busy_timeout = 5000")
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(f"pragma synchronous = {synchronous}")
        if is_new:
            self._make(epoch, partitions)

    def _is_new(self, path: Path) -> bool:
        try:
            (application,) = self._db.execute("pragma application_id").fetchone()
            (version,) = self._db.execute("pragma user_version").fetchone()
            (tables,) = self._db.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            raise WorkerStopError(f"{path} is no engine file: {error}") from error
        if (application, version, tables) == (0, 0, 0):
            return True
        if (application, version) != (_APPLICATION, FILE_VERSION):
            raise WorkerStopError(
                f"{path} is no engine file of version {FILE_VERSION} (it says {version}); "
                "open it with the suishen that wrote it, or choose another --data folder"
            )
        return False

    def _make(self, epoch: str, partitions: int) -> None:
        self._db.executescript(
            f"begin; {_TABLES} pragma application_id = {_APPLICATION}; "
            f"pragma user_version = {FILE_VERSION}; commit;"
        )
        rows = [("epoch", epoch), ("partitions", str(partitions))]
        self._db.executemany("insert into meta values (?, ?)", rows)

    def begin(self) -> None:
        """Start a transaction, if none is open.

        Raises:
            TransientError: another process keeps the file locked.
        """
        if self._db.in_transaction:
            return
        try:
            self._db.execute("begin immediate")
        except sqlite3.OperationalError as error:
            raise TransientError(f"the engine file is busy: {error}") from error
        (version,) = self._db.execute("pragma data_version").fetchone()
        if version != self._version:
            # Another process wrote: a requeue, a waiver. Its records stand behind ours.
            self._version = version
            self._ends = self._read_ends()

    def _read_ends(self) -> dict[tuple[str, int], int]:
        """One look at the end of each partition; a scan would read the whole log."""
        last = "select max(offset) + 1 from log where topic = ? and partition = ?"
        found: dict[tuple[str, int], int] = {}
        for topic in (*TOPICS, CLIENT_EVENTS + UNFED, DESK_EVENTS + UNFED):
            for partition in range(self.partitions(topic)):
                (end,) = self._db.execute(last, (topic, partition)).fetchone()
                if end is not None:
                    found[topic, partition] = end
        return found

    def commit(self) -> None:
        """Make everything since `begin` durable."""
        if self._db.in_transaction:
            self._db.execute("commit")

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._db.close()

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        return 1 if topic in (REFERENCE, DEAD_LETTERS) else self.count

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        return self._ends.get((topic, partition), 0)

    def append(self, messages: Iterable[Outgoing], *, now: Instant) -> list[tuple[int, int]]:
        """Write records at the end of their partitions; where each stands."""
        places, rows = [], []
        for message in messages:
            partition = self._home(message)
            place = (message.topic, partition)
            offset = self._ends.get(place, 0)
            self._ends[place] = offset + 1
            headers = _to_text(message.headers)
            rows.append((*place, offset, message.key, message.value, headers, now))
            places.append((partition, offset))
        self._db.executemany("insert into log values (?, ?, ?, ?, ?, ?, ?)", rows)
        return places

    def _home(self, message: Outgoing) -> int:
        if message.partition is not None:
            return message.partition
        count = self.partitions(message.topic)
        return 0 if message.key is None else partition_of(message.key, count)

    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """At most `limit` records from `offset` on."""
        rows = self._db.execute(
            "select offset, key, value, headers, timestamp from log "
            "where topic = ? and partition = ? and offset >= ? order by offset limit ?",
            (topic, partition, offset, limit),
        )
        return [
            Record(topic, partition, at, key, value, _from_text(headers), Instant(stamp))
            for at, key, value, headers, stamp in rows
        ]

    def state(self, fold: str, partition: int, key: str) -> bytes | None:
        """A stored state with its header."""
        row: tuple[bytes] | None = self._db.execute(
            "select frame from state where fold = ? and partition = ? and key = ?",
            (fold, partition, key),
        ).fetchone()
        return None if row is None else row[0]

    def states(self, fold: str) -> Iterable[tuple[int, str, bytes]]:
        """Every state of a fold: partition, key and frame, in order."""
        return self._db.execute(_STATES, (fold,))

    def due(self, fold: str) -> Iterable[tuple[int, str, Instant]]:
        """Keys with a due timer: partition, key, time."""
        return self._db.execute(
            "select partition, key, due from state where fold = ? and due is not null", (fold,)
        )

    def remember(
        self, fold: str, partition: int, rows: Iterable[tuple[str, bytes, Instant | None]]
    ) -> None:
        """Store states."""
        self._db.executemany(
            "insert into state (fold, partition, key, frame, due) values (?, ?, ?, ?, ?) "
            "on conflict do update set frame = excluded.frame, due = excluded.due",
            ((fold, partition, key, frame, due) for key, frame, due in rows),
        )

    def progress(self, fold: str, partition: int) -> tuple[int, int]:
        """The next offset to apply, and the last marker's reference offset."""
        row = self._db.execute(
            "select next_offset, marker from progress where fold = ? and partition = ?",
            (fold, partition),
        ).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def advance(self, fold: str, partition: int, next_offset: int, marker: int) -> None:
        """Store how far a fold has come."""
        self._db.execute(
            "insert into progress values (?, ?, ?, ?) on conflict do update set "
            "next_offset = excluded.next_offset, marker = excluded.marker",
            (fold, partition, next_offset, marker),
        )


class FileReader:
    """Reads an engine file on a connection of its own, while the engine writes."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._db.execute("pragma busy_timeout = 5000")
        (self._count,) = self._db.execute(
            "select cast(value as integer) from meta where name = 'partitions'"
        ).fetchone()

    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """At most `limit` records from `offset` on."""
        rows = self._db.execute(
            "select offset, key, value, headers, timestamp from log "
            "where topic = ? and partition = ? and offset >= ? order by offset limit ?",
            (topic, partition, offset, limit),
        )
        return [
            Record(topic, partition, at, key, value, _from_text(headers), Instant(stamp))
            for at, key, value, headers, stamp in rows
        ]

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        row = self._db.execute(
            "select coalesce(max(offset) + 1, 0) from log where topic = ? and partition = ?",
            (topic, partition),
        ).fetchone()
        return int(row[0])

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        return 1 if topic in (REFERENCE, DEAD_LETTERS) else self._count

    def applied(self, topic: str, partition: int) -> int:
        """The offset up to which (exclusive) the fold of a log has applied it."""
        fold = next(name for name, source in SOURCE_OF.items() if source == topic)
        row = self._db.execute(
            "select next_offset from progress where fold = ? and partition = ?", (fold, partition)
        ).fetchone()
        return 0 if row is None else int(row[0])

    def states(self, fold: str) -> Iterable[tuple[int, str, bytes]]:
        """Every state of a fold: partition, key and frame, in order."""
        return self._db.execute(_STATES, (fold,))

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def clients_of(file: EngineFile | FileReader) -> Iterator[ClientState]:
    """Every client's state as of the last commit."""
    fold = ClientFold()
    for _, _, frame in file.states(fold.name):
        yield fold.decode(state_of(frame))


def _to_text(headers: Headers) -> str:
    if not headers:
        return ""
    return json.dumps([[name, b64encode(value).decode()] for name, value in headers])


def _from_text(text: str) -> Headers:
    return tuple((name, b64decode(value)) for name, value in json.loads(text)) if text else ()
