"""Once all is ready, `suishen up` says where to begin: as a demo does, with its own doors."""

import shlex
from pathlib import Path

from channels.simulator.story import tokens
from channels.up.command import Site, Start, beginning
from tests.builders import MONDAY_10, the_catalogue

SHARED = {
    "SUISHEN_KAFKA_BOOTSTRAP": "127.0.0.1:18100",
    "SUISHEN_DATABASE": "postgresql+psycopg://postgres@127.0.0.1:18110/postgres",
}


def told(clients=500):
    site = Site(Path("/a/folder"), 18080, clients, 60)
    return list(beginning(site, Start(0), SHARED, the_catalogue().at(MONDAY_10).contact))


def test_pages_are_opened_at_the_workbench_and_events_go_to_the_gateway():
    said = told()
    assert said[-1] == "open http://127.0.0.1:18081/desks/remote-2"
    assert any("curl http://127.0.0.1:18080/v1/now" in line for line in said)
    (publish, event) = (shlex.split(line) for line in said if line.startswith("  "))
    assert publish[-4:] == [
        "--to", "http://127.0.0.1:18080", "--pages", "http://127.0.0.1:18081"
    ]  # fmt: skip
    assert event[0] == f"SUISHEN_DATABASE={SHARED['SUISHEN_DATABASE']}"
    assert event[2:] == ["event", "ID", "--bootstrap", "127.0.0.1:18100"]


def test_the_client_it_names_is_of_this_starts_bank():
    (page,) = (line for line in told() if "/clients/" in line)
    assert page.endswith(tuple(tokens(Start(0).seed).values()))


def test_it_says_where_metrics_and_logs_are_and_how_to_stop():
    said = "\n".join(told())
    assert "http://127.0.0.1:18082/metrics" in said
    assert "/a/folder/logs" in said
    assert "Ctrl-C" in said


def test_without_a_bank_the_walls_clock_has_no_speed_to_tell():
    said = "\n".join(told(clients=0))
    assert "bank minute" not in said
    assert "contact hours" not in said
    assert "Ctrl-C" in said
