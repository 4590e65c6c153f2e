"""A bank lives, and the read model explains every client's score to the last bit that is shown."""

import pytest
from sqlalchemy import select

from channels.simulator.headless import Plan, run
from channels.simulator.mix import read_mix
from schemas.time import DAY, Instant, parse_instant
from streams.embedded.file import FileReader
from streams.feed import ReaderFeed
from streams.readmodel import tables
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views

pytestmark = pytest.mark.untraced

START = parse_instant("2026-10-01T00:00:00+08:00")
DAYS = 40


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    run(Plan(7, 40, DAYS, START, read_mix()), folder)
    reader = FileReader(folder / "engine.db")
    database = open_database(f"sqlite:///{folder / 'views.db'}")
    Projector(database, ReaderFeed(reader)).catch_up()
    yield Views(database, reader), database
    database.dispose()
    reader.close()


@pytest.mark.parametrize("days", [10, 30, None])
def test_what_moved_every_client_adds_up_to_the_change_of_the_score(views, days):
    asked, database = views
    since = None if days is None else Instant(START + (DAYS - days) * DAY)
    with database.connect() as connection:
        clients = set(connection.scalars(select(tables.scores.c.client)))
    found = [asked.client(client, since=since)["movement"] for client in clients]
    # Of some too little is known to show a score: nothing is explained of them either.
    explained = [one for one in found if one["opening"] is not None]
    for one in explained:
        change = one["closing"]["total"] - one["opening"]["total"]
        assert abs(sum(one["by_cause"].values()) - change) < 1e-9
    assert len(explained) > 30
    assert sum(bool(one["by_cause"]) for one in explained) > 10
