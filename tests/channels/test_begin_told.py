"""A product just started tells where to begin, in commands that run as they stand."""

import shlex
import subprocess
from pathlib import Path

import pytest

from channels.begin_told import EXAMPLE, Running, day, lines, suishen
from tests.builders import CLIENT, MONDAY_10, the_catalogue

HERE = Path(__file__).parents[2]
DEMO = Running(
    gateway="http://127.0.0.1:8080",
    pages="http://127.0.0.1:8080",
    asked="event ID --data a-folder",
    desk="remote-2",
    client=CLIENT,
)


def test_it_says_how_long_its_day_is():
    hours = the_catalogue().at(MONDAY_10).contact
    assert day(hours, speed=60) == (
        "contact hours, 09:00-21:00, last 12 minutes here; --speed 10 gives 1.2 hours"
    )


def test_it_says_which_desk_is_the_readers_and_whose_page_to_watch():
    said = list(lines(DEMO))
    assert any("desk remote-2 is yours" in line for line in said)
    assert any(f"/clients/{CLIENT}" in line for line in said)
    assert said[-1] == "open http://127.0.0.1:8080/desks/remote-2"


def test_a_bank_without_clients_promises_no_desk():
    said = list(lines(DEMO._replace(desk=None, client=None)))
    assert said[-1] == "open http://127.0.0.1:8080/"
    assert not any("/desks/" in line or "/clients/" in line for line in said)
    assert not any("--client" in line for line in said)


def test_its_commands_run_where_it_was_started(monkeypatch):
    monkeypatch.chdir(HERE)
    commands = [line.strip() for line in lines(DEMO) if line.startswith("  ")]
    assert [shlex.split(command)[1] for command in commands] == ["publish", "event"]
    assert suishen() in commands[0]
    assert str(EXAMPLE.relative_to(HERE)) in commands[0]


@pytest.mark.slow
def test_the_program_it_names_is_there(monkeypatch):
    monkeypatch.chdir(HERE)
    done = subprocess.run([suishen(), "--version"], capture_output=True, text=True, check=True)
    assert "suishen" in done.stdout
