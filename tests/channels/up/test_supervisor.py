"""The supervisor over real processes: what it starts again, what it gives up, how it ends."""

import signal
import sys
import time
from pathlib import Path

import pytest

from channels.up import supervisor as module
from channels.up.parts import Part, parts
from channels.up.supervisor import Supervisor
from streams.errors import WorkerStopError
from tests import services

PROGRAM = (sys.executable, str(Path(__file__).with_name("a_part.py")))


@pytest.fixture
def supervised(tmp_path):
    """Starts parts in given modes."""
    made = []

    def start(*modes):
        first = services.free_ports(len(modes), 25000)
        rows = [Part(f"p{n}", (mode,), first + n, {}) for n, mode in enumerate(modes)]
        found = Supervisor(rows, {"PYTHONPATH": "."}, tmp_path / "logs", PROGRAM)
        made.append(found)
        found.start()
        return found

    yield start
    for one in made:
        for running in one.running.values():
            running.process.kill()
            running.process.wait()


def look_until(supervisor, condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, supervisor.health()
        supervisor.look()
        time.sleep(0.02)


def test_every_part_is_asked_and_says_why_it_is_not_ready(supervised):
    found = supervised("well", "waiting")
    look_until(found, lambda: found.health() == {"p0": "ready", "p1": "Kafka is away"})
    assert not found.is_ready


def test_a_part_that_the_machinery_stopped_is_started_again(supervised, tmp_path):
    found = supervised(f"once:{tmp_path / 'been'}")
    look_until(found, lambda: found.is_ready)
    assert found.running["p0"].restarts == 1


def test_a_part_that_was_killed_is_started_again(supervised):
    found = supervised("well")
    look_until(found, lambda: found.is_ready)
    found.running["p0"].process.kill()
    found.running["p0"].process.wait()
    look_until(found, lambda: found.running["p0"].restarts == 1 and found.is_ready)


def test_bad_input_ends_it_all_with_the_parts_own_words(supervised):
    found = supervised("bad")
    with pytest.raises(WorkerStopError, match="p0 ended with code 2: SUISHEN_PORT: not a number"):
        look_until(found, lambda: False)


def test_the_end_is_in_good_order_and_every_code_is_told(supervised):
    found = supervised("well", "well")
    look_until(found, lambda: found.is_ready)
    assert found.stop() == {"p1": 0, "p0": 0}


def test_a_part_that_does_not_hear_is_ended_by_force(supervised, monkeypatch):
    monkeypatch.setattr(module, "_STOP_S", 0.3)
    found = supervised("deaf")
    look_until(found, lambda: found.is_ready)
    assert found.stop() == {"p0": -signal.SIGKILL}


def test_parts_have_ports_of_their_own():
    found = parts(18080)
    ports = [part.metrics_port for part in found]
    assert len(set(ports)) == len(ports) == len({part.name for part in found})
    named = [(part.name, part.settings) for part in found if part.settings]
    doors = {name: its["SUISHEN_PORT"] for name, its in named if "SUISHEN_PORT" in its}
    assert doors == {"gateway": "18080", "workbench": "18081"}
    assert dict(named)["operations"] == {"SUISHEN_COREBANK_URL": "http://127.0.0.1:18099"}
    assert 18099 not in ports
