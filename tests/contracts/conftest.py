"""A read model on either database, and a desk that facts are put on."""

import pytest

from streams.readmodel.database import open_database
from streams.readmodel.queries import Views
from tests.streams.readmodel.facts_made import Desk, project
from tests.streams.readmodel.measured import Quarter, asked


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'views.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def views(database, desk):
    return Views(database, desk.log)


@pytest.fixture
def quarter():
    """A book of clients over a quarter; a module that measures it says that it is its `desk`."""
    return Quarter()


@pytest.fixture
def measured(database, quarter, views):
    def ask(**changes):
        project(database, quarter)
        return views.measures(asked(**changes))

    return ask
