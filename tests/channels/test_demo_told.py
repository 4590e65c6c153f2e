"""A demonstration tells where to begin, in commands that run as they stand."""

import shlex
import subprocess
from pathlib import Path

import pytest

from channels.demo_told import EXAMPLE, Running, lines, suishen
from tests.builders import MONDAY_10, the_catalogue

HERE = Path(__file__).parents[2]


def told(speed=60):
    demo = Running("http://127.0.0.1:8080", "remote-2", Path("a-folder"), speed)
    return list(lines(demo, the_catalogue().at(MONDAY_10).contact))


def test_it_says_which_desk_is_the_readers_and_how_long_its_day_is():
    said = told()
    assert said[0] == (
        "contact hours, 09:00-21:00, last 12 minutes here; --speed 10 gives 1.2 hours"
    )
    assert any("desk remote-2 is yours" in line for line in said)
    assert said[-1] == "open http://127.0.0.1:8080/desks/remote-2"


def test_its_commands_run_where_it_was_started(monkeypatch):
    monkeypatch.chdir(HERE)
    commands = [line.strip() for line in told() if line.startswith("  ")]
    assert [shlex.split(command)[1] for command in commands] == ["publish", "event"]
    assert suishen() in commands[0]
    assert str(EXAMPLE.relative_to(HERE)) in commands[0]


@pytest.mark.slow
def test_the_program_it_names_is_there(monkeypatch):
    monkeypatch.chdir(HERE)
    done = subprocess.run([suishen(), "--version"], capture_output=True, text=True, check=True)
    assert "suishen" in done.stdout
