"""Probes and metrics of a process, asked over HTTP."""

import urllib.error
import urllib.request

import pytest
from prometheus_client import CollectorRegistry

from streams.errors import WorkerStopError
from streams.health import Health, serve
from streams.metrics import Metrics


@pytest.fixture
def asked():
    health = Health(stalled_after_s=0.05)
    server = serve(health, Metrics(CollectorRegistry()), host="127.0.0.1", port=0)

    def ask(path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{path}") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    ask.health, ask.port = health, server.server_port
    yield ask
    server.shutdown()
    server.server_close()


def test_a_process_that_starts_is_neither_started_nor_ready(asked):
    assert asked("startupz") == asked("readyz") == (503, "starting")


def test_once_ready_every_probe_holds(asked):
    asked.health.ready()
    assert [asked(probe) for probe in ("livez", "readyz", "startupz")] == [(200, "ok")] * 3


def test_something_away_makes_it_unready_and_not_unstarted(asked):
    asked.health.ready()
    asked.health.not_ready("Kafka is away")
    assert asked("readyz") == (503, "Kafka is away")
    assert asked("startupz") == (200, "ok")


def test_a_silent_main_loop_is_not_live(asked):
    asked.health._seen -= 1.0
    status, why = asked("livez")
    assert status == 503
    assert why == "silent for 1 s"
    asked.health.beat()
    assert asked("livez") == (200, "ok")


def test_metrics_are_served_and_anything_else_is_told_what_to_ask(asked):
    assert "suishen_decisions" in asked("metrics")[1]
    assert asked("table/x")[0] == 404


def test_a_taken_port_names_the_setting(asked):
    with pytest.raises(WorkerStopError, match="SUISHEN_METRICS_PORT"):
        serve(asked.health, Metrics(CollectorRegistry()), host="127.0.0.1", port=asked.port)
