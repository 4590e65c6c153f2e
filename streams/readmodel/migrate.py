"""Brings a database to the tables of this version: expand first, contract in a later release."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_LOCK = 0x5355_4953
"""Advisory lock of PostgreSQL."""


def migrate(engine: Engine) -> None:
    """Apply every migration that the database does not have yet."""
    with engine.connect() as connection:
        if _is_current(connection):
            return  # as mostly: no lock that others wait for, and no revision is read anew
    config = _config()
    with engine.begin() as connection:
        _lock(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_current(connection: Connection) -> bool:
    return MigrationContext.configure(connection).get_current_revision() == _head()


@cache
def _head() -> str | None:
    """The newest revision of this program, as long as it runs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config


def _lock(connection: Connection) -> None:
    """Two processes that start together migrate once: the second waits, and finds it done."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    else:
        connection.exec_driver_sql("begin immediate")
