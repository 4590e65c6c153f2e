"""The projector dies inside a transaction: no row is lost, none is there twice."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.embedded.file import FileReader
from streams.feed import ReaderFeed
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector
from tests.kafka.world import rows
from tests.kill.projecting import DEATHS

pytestmark = [pytest.mark.slow, pytest.mark.untraced]
DYING = Path(__file__).with_name("projecting.py")
ROOT = Path(__file__).parents[2]


def projected(url, path):
    """Every row once nothing is left to project, and how many records there still were."""
    engine, reader = open_database(url), FileReader(path)
    projector = Projector(engine, ReaderFeed(reader))
    left = projector.catch_up()
    projector.close()
    found = rows(engine)
    engine.dispose()
    reader.close()
    return found, left


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_projector_killed_in_mid_batch_leaves_no_trace(recorded, tmp_path, request, kind):
    path = recorded[0].parent / "engine.db"
    url = f"sqlite:///{tmp_path / 'views.db'}"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    command = [sys.executable, str(DYING), str(path), url]
    died = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, check=True
    )
    assert json.loads(died.stdout) == [-signal.SIGKILL] * len(DEATHS)
    found, left = projected(url, path)
    assert left > 0  # the last kill hit a projector with work left
    truth, _ = projected(f"sqlite:///{tmp_path / 'truth.db'}", path)
    assert found == truth
    assert min(len(found[name]) for name in ("events", "tasks", "changes", "letters", "holes")) > 0
