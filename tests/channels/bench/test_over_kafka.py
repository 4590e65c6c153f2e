"""Each bench at a tiny size, end to end: its fields, its floors, and what it leaves behind."""

import json

import pytest
from kafka import KafkaAdminClient

from channels.bench import fold, host, latency
from channels.cli import main
from streams.kafka.publisher import KafkaPublisher
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS

pytestmark = pytest.mark.kafka


@pytest.fixture
def bench(kafka_logs, capsys, monkeypatch):
    """Run `suishen bench …` on the shared broker; its exit code and figures."""

    def run(*words):
        command = ["suishen", "bench", *map(str, words), "--bootstrap", kafka_logs, "--json"]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code, json.loads(said.out) if said.out else said.err

    return run


def test_the_host_is_measured_beside_stock_faust_and_judged_by_its_floors(bench, monkeypatch):
    sizes = ("--events", 4000, "--clients", 100, "--many", 2000, "--stock-events", 1000)
    monkeypatch.setattr(host, "FLOOR_PER_CORE", 1.0)
    monkeypatch.setattr(host, "FLOOR_RATIO", 1e9)
    code, found = bench("host", *sizes)
    assert (code, found["passes"]) == (1, False)
    assert found["events"] == 4000
    named = {
        "events_per_second_per_core",
        "cpu_us_per_event",
        "wall_events_per_second",
        "stock_faust_events_per_second_per_core",
        "ratio",
        "many_events_per_second_per_core",
        "many_cpu_us_per_event",
        "many_wall_events_per_second",
    }
    assert all(found[name] > 0 for name in named)


def test_the_whole_fold_is_measured_over_a_life(bench, monkeypatch, kafka_logs):
    monkeypatch.setattr(fold, "FLOOR_PER_CORE", 1.0)
    code, found = bench("fold", "--clients", 8, "--days", 7, "--rounds", 2)
    assert (code, found["passes"]) == (0, True)
    rounds = found["kafka_events_per_second_per_core_by_round"]
    assert len(rounds) == 2
    assert found["kafka_events_per_second_per_core"] == max(rounds)
    assert found["states"] == 8
    assert 0 < found["state_bytes_p50"] <= found["state_bytes_p99"]
    assert 0 < found["share_deciding"] < 1
    assert found["kafka_events_per_second_per_core"] > 0
    assert found["wall_events_per_second"] > 0
    client = KafkaAdminClient(bootstrap_servers=kafka_logs)
    assert CLIENT_EVENTS not in client.list_topics()  # what a bench made, it takes away
    client.close()


def test_recovery_counts_records_bytes_and_seconds_to_the_first_event(bench):
    code, found = bench("recovery", "--states", 200, "--versions", 3, "--days", 1)
    assert (code, found["states"], found["records"]) == (0, 200, 600)
    assert found["bytes"] > 600 * found["state_bytes_p50"] / 2
    assert found["load_seconds"] < found["seconds"]
    assert found["mb_per_second"] > 0
    assert found["rss_mb"] > 10


def test_latency_is_measured_from_the_gateway_to_the_read_model(bench, monkeypatch, tmp_path):
    monkeypatch.setattr(latency, "CEILING_P99_MS", 60_000.0)
    monkeypatch.setattr(latency, "LEAST_ACHIEVED", 0.01)
    shape = ("--rate", 50, "--seconds", 1, "--every", 5, "--warm-seconds", 1)
    code, found = bench("latency", *shape, "--database", f"sqlite:///{tmp_path / 'views.db'}")
    assert (code, found["samples"], found["unseen"]) == (0, 10, 0)
    assert 0 <= found["kafka_p50_ms"] <= found["kafka_p99_ms"] <= found["due_to_visible_p99_ms"]
    assert found["offered"] == 50
    assert found["achieved"] > 0


def test_a_broker_that_holds_records_is_left_alone(bench, kafka_logs):
    publisher = KafkaPublisher(kafka_logs)
    publisher.write([Outgoing(CLIENT_EVENTS, b"k", b"{}", (), 0)])
    publisher.close()
    code, said = bench("fold", "--clients", 3, "--days", 1)
    assert code == 70
    assert f"{CLIENT_EVENTS} at" in said
    assert "name an empty broker" in said
    client = KafkaAdminClient(bootstrap_servers=kafka_logs)
    assert CLIENT_EVENTS in client.list_topics()
    client.close()
