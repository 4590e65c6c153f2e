"""A guard that cannot watch says why in words that whoever waits for it understands."""

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from channels.guard_cli import blind
from streams.errors import TransientError


def test_a_log_that_is_away_speaks_for_itself():
    assert blind(TransientError("Kafka is away")) == "Kafka is away"


def test_a_table_that_is_not_made_yet_is_told_without_its_statement():
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("select secret from stops"))
    except DBAPIError as error:
        said = blind(error)
    finally:
        engine.dispose()
    assert "made no tables yet (OperationalError)" in said
    assert "secret" not in said
