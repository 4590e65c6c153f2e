"""Engine, doors and pages in one process, over real HTTP."""

import json
import threading
import time

import httpx
import pytest

from channels import live
from channels.bench import embedded as bench
from channels.publishing import publish_file
from schemas.time import SECOND, Instant
from streams.clock import FastClock, WallClock
from streams.errors import TransientError, WorkerStopError
from tests.builders import CLIENT, a_baseline, a_document
from tests.services import free_port
from tests.streams.running import COMPLAINT, SPOKE


@pytest.fixture
def service(tmp_path):
    service = live.Service(tmp_path, WallClock(), free_port(26000))
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    _wait(lambda: httpx.get(f"{service.url}/livez").status_code == 200)
    yield service
    service.stop()
    thread.join(60)


def _wait(is_so, *, patience_s=90):
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            if is_so():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come")


def test_a_file_is_published_and_its_events_can_be_looked_up(service, tmp_path):
    now = WallClock().now()
    events = [
        a_document("corebank.baseline_loaded", a_baseline(positions=[]), at=now, event_id="b"),
        a_document(SPOKE, COMPLAINT, at=now, event_id="t"),
        a_document("app.page_viewed", {"page": 7}, at=now, event_id="x"),
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(json.dumps(event) for event in events) + "\n\n")
    found = publish_file(file, service.url)
    assert (found["sent"], found["accepted"], found["codes"]) == (3, 2, {"contract-violation": 1})
    assert [(one["line"], one["errors"][0]["pointer"]) for one in found["refusals"]] == [
        (3, "/data/page")
    ]
    url = f"{service.url}/v1/events/t"
    _wait(lambda: httpx.get(url).json().get("caused"))
    assert httpx.get(url).json()["state"] == "applied"
    page = httpx.get(f"{service.url}/clients/{CLIENT}").text
    assert CLIENT[3:11] in page


def test_a_receipt_claims_one_disk_and_no_replicas(service):
    event = a_document(SPOKE, COMPLAINT, at=WallClock().now(), event_id="r")
    answer = httpx.post(f"{service.url}/v1/events", json=event)
    assert (answer.status_code, answer.json()["durability"]) == (202, "local")


def test_a_port_in_use_is_passed_over(service):
    port = int(service.url.rsplit(":", 1)[1])
    assert live.free_port(port) > port


def test_no_port_at_all_is_machinery(monkeypatch):
    monkeypatch.setattr(live, "PORTS_TRIED", 0)
    with pytest.raises(WorkerStopError, match="--port"):
        live.free_port(20000)


def test_the_demonstration_lives_its_past_and_goes_on(monkeypatch, capsys):
    """The bank talks to its own gateway over HTTP until it is told to stop."""
    seen = []

    def stop_soon(self, *more):
        seen.append(self)
        threading.Timer(4, self.stop).start()
        return run(self, *more)

    run = live.Service.run
    monkeypatch.setattr(live.Service, "run", stop_soon)
    assert live.run_demo(40, 7, 600, free_port(27000)) == 0
    assert "open http://127.0.0.1:" in capsys.readouterr().out


def test_a_folder_is_served_and_kept(tmp_path, monkeypatch):
    run = live.Service.run

    def stop_soon(self, *more):
        threading.Timer(1.5, self.stop).start()
        return run(self, *more)

    monkeypatch.setattr(live.Service, "run", stop_soon)
    port = free_port(28000)
    assert live.run_embedded(tmp_path, port) == 0
    assert live.run_embedded(tmp_path, port) == 0


def test_a_failure_of_a_worker_ends_the_service_with_70(tmp_path, capsys):
    service = live.Service(tmp_path, WallClock(), free_port(29000))

    def fail(_stop):
        raise WorkerStopError("the remedy")

    assert service.run(fail) == 70
    assert "the remedy" in capsys.readouterr().err


def test_a_page_that_is_open_does_not_hold_up_the_end(tmp_path, caplog):
    service, codes = live.Service(tmp_path, WallClock(), free_port(26400)), []
    thread = threading.Thread(target=lambda: codes.append(service.run()), daemon=True)
    thread.start()
    _wait(lambda: httpx.get(f"{service.url}/livez").status_code == 200)
    with httpx.stream("GET", f"{service.url}/stream", timeout=30) as page:
        lines = page.iter_lines()
        assert next(lines) == "retry: 2000"
        service.stop()
        list(lines)
    thread.join(20)
    assert codes == [0]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_bank_that_finds_the_gateway_gone_at_the_end_is_no_failure(tmp_path):
    service = live.Service(tmp_path, WallClock(), free_port(26500))

    def speak(_stop):
        _wait(lambda: httpx.get(f"{service.url}/livez").status_code == 200)
        service.stop()
        raise TransientError("the gateway does not take 6 events")

    assert service.run(speak) == 0


def test_a_fast_clock_runs_and_says_how_long_to_wait():
    clock = FastClock(Instant(0), speed=1000)
    assert clock.seconds_until(Instant(3600 * SECOND)) <= 3.6
    time.sleep(0.01)
    assert clock.now() >= 10 * SECOND


def test_the_bench_counts_what_it_says(tmp_path, monkeypatch):
    """A small run: the figures themselves are for the command, not for a test."""
    monkeypatch.setattr(bench, "CLIENTS", 20)
    monkeypatch.setattr(bench, "DAYS", 4)
    found = bench.embedded(tmp_path, seconds=2, rate=60)
    assert (found["samples"], found["unseen"]) == (40, 0)
    assert found["events"] > 100
    assert found["state_bytes_p50"] <= found["state_bytes_p99"] < 16_384
