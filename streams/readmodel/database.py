"""Opens the read model's database, PostgreSQL or SQLite, with its tables in place."""

from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Engine, create_engine, event

from streams.readmodel.migrate import migrate
from streams.settings import Settings

_KEEPALIVE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "connect_timeout": 5,
}
"""A server that vanished is missed after half a minute, not after hours."""


VIEWS: Final = "views.db"
"""The SQLite file in the data folder, where no database is named."""


def address(settings: Settings) -> str:
    """The URL of a deployment's read model."""
    if settings.database is not None:
        return settings.database.get_secret_value()
    settings.data.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{settings.data / VIEWS}"


def open_database(url: str, *, migrated: bool = True) -> Engine:
    """Connect and migrate.

    Args:
        url: `postgresql+psycopg://…` or `sqlite:///path`.
        migrated: else nothing is connected before the first question, and tables may be missing.
    """
    is_postgres = url.startswith("postgresql")
    engine = create_engine(
        url,
        json_serializer=_to_text,
        hide_parameters=True,  # an error's text must not hold a client's token
        connect_args=_KEEPALIVE if is_postgres else {},
    )
    if not is_postgres:
        event.listen(engine, "connect", _tune)
    if migrated:
        migrate(engine)
    return engine


def _to_text(document: Any) -> str:  # noqa: ANN401 - contracts, and whatever JSON holds
    return to_json(document, inf_nan_mode="null").decode()


def _tune(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
    """Readers do not wait for the writer. A view lost in a crash is built again from the logs."""
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma busy_timeout = 5000")
    connection.execute("pragma foreign_keys = on")
