"""A PostgreSQL of our own: made, found again, stopped; and what is said when it cannot."""

import socket
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from streams.readmodel import local_postgres
from streams.readmodel.local_postgres import LocalPostgres, LocalPostgresError
from tests import services
from tests.conftest import missing


@pytest.fixture
def folder():
    """Where the server's own user may enter too: pytest's folders are root's alone."""
    if local_postgres.programs() is None:
        missing("postgres", local_postgres.INSTALL)
    with tempfile.TemporaryDirectory(prefix="suishen-pg-") as made:
        yield Path(made)


@pytest.mark.postgres
def test_a_server_keeps_its_data_and_is_found_again(folder):
    server = LocalPostgres(folder, services.free_port())
    try:
        _ask(server.up(), "create table kept as select 7 as n")
        assert LocalPostgres(folder, 1).up() == server.url
        server.down()
        assert not server.is_running()
        assert _ask(server.up(), "select n from kept") == 7
    finally:
        server.down()


@pytest.mark.postgres
def test_a_taken_port_is_named(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalPostgresError, match=f"port {port} is taken"):
            LocalPostgres(folder, port).up()


def test_a_machine_without_postgres_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(local_postgres, "programs", lambda: None)
    with pytest.raises(LocalPostgresError, match="apt-get install -y postgresql"):
        LocalPostgres(tmp_path, 1).up()


def _ask(url, statement):
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        answer = found.scalar() if found.returns_rows else None
    engine.dispose()
    return answer
