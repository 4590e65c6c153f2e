"""Rows gathered from many records, to be written in few statements."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from streams.readmodel.measuring import tables

Row = dict[str, Any]
Key = tuple[Any, ...]
_ORDERED: Final[Mapping[str, str]] = {
    "tasks": "version",
    "desk_answers": "version",
    "queues": "seq",
    "intents": "seq",
    "journeys": "seq",
    "cases": "seq",
    "handovers": "version",
    "contacts": "seq",
    "holes": "seq",
    "buyers": "seq",
    "progress": "next_offset",
}
"""Tables in which a newer row replaces an older one, and by what newer is told. In the others a
row never changes: the first stays."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    table.name: tuple(column.name for column in table.primary_key.columns)
    for table in tables.metadata.sorted_tables
} | {"changes": ("topic", "part", "seq")}
"""What names a row: a record read twice gives the same name."""


class Rows:
    """Rows of one transaction; of two with one key the newer stays, or else the first."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Key, Row]] = {}

    def put(self, table: Table, row: Row) -> None:
        """Add a row."""
        name = table.name
        mine = self._rows.setdefault(name, {})
        key = tuple([row[column] for column in _KEYS[name]])
        old = mine.get(key)
        order = _ORDERED.get(name)
        if old is None or (order is not None and row[order] >= old[order]):
            mine[key] = row

    def write(self, connection: Connection) -> None:
        """Write everything, one statement for each table."""
        for name, mine in self._rows.items():
            _write(connection, name, mine.values())


def _write(connection: Connection, name: str, rows: Iterable[Row]) -> None:
    dialect = connection.dialect.name
    if dialect == "postgresql":
        columns = {column: [row[column] for row in rows] for column in _columns(name)}
        connection.execute(_upsert(name, dialect), columns)
    else:
        connection.execute(_upsert(name, dialect), list(rows))


@cache
def _columns(name: str) -> tuple[str, ...]:
    """Those that a row brings; the sequence number of a change comes from the database."""
    columns = (column.name for column in tables.metadata.tables[name].columns)
    return tuple(column for column in columns if column != "sequence")


@cache
def _upsert(name: str, dialect: str) -> Any:  # noqa: ANN401 - one of two inserts without a kind
    """Insert, unless the key is there already with a row as new.

    PostgreSQL gets each column as one array: a statement of fixed text and one round trip,
    however many rows there are.
    """
    table = tables.metadata.tables[name]
    names = _columns(name)
    if dialect == "postgresql":
        arrays = [
            # One dimension: a row's own list is JSON, not an array in the array.
            bindparam(column, type_=postgresql.ARRAY(table.c[column].type, dimensions=1))
            for column in names
        ]
        source = func.unnest(*arrays).table_valued(*names).render_derived()
        insert: Any = postgresql.insert(table).from_select(names, select(source))
    else:
        insert = sqlite.insert(table)
    order, keys = _ORDERED.get(name), list(_KEYS[name])
    if order is None:
        return insert.on_conflict_do_nothing(index_elements=keys)
    news = {column: insert.excluded[column] for column in names if column not in keys}
    newer = insert.excluded[order] > table.c[order]
    return insert.on_conflict_do_update(index_elements=keys, set_=news, where=newer)
