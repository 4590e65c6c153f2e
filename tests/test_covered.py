"""What a process of the tests has covered is written before it may be killed."""

import inspect
import subprocess
import sys

import pytest
from coverage import CoverageData

from journeys.client import seen
from tests.conftest import TRACES_CHILDREN

SLOW = """
import atexit, time
from xdist.workermanage import NodeManager

NodeManager.EXIT_TIMEOUT = 0.1

def pytest_configure(config):
    if hasattr(config, "workerinput"):
        atexit.register(time.sleep, 60)
"""


@pytest.mark.slow
def test_a_process_that_is_killed_at_its_end_has_written_what_it_covered(tmp_path, monkeypatch):
    (tmp_path / "slow.py").write_text(SLOW)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in TRACES_CHILDREN:
        monkeypatch.delenv(name, raising=False)
    subject = "tests/journeys/client/test_seen.py"
    told = f"--data-file={tmp_path / 'covered'}"
    command = [sys.executable, "-m", "coverage", "run", told, "-m", "pytest", "-p", "slow", "-n1"]
    subprocess.run([*command, "-p", "no:cacheprovider", subject], check=True, capture_output=True)

    ran = inspect.getsourcelines(seen.holds)[1] + 2  # a line that no import runs
    covered = set()
    for written in tmp_path.glob("covered*"):
        data = CoverageData(basename=str(written))
        data.read()
        covered.update(data.lines(seen.__file__) or ())
    assert ran in covered
