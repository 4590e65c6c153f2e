"""The Kafka host's small parts: metadata, merging, frames, faults, exits, and what is told."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from streams.clock import WallClock
from streams.errors import WorkerStopError
from streams.frame import Frame, pack
from streams.kafka import metadata
from streams.kafka.exits import described
from streams.kafka.faults import CrashAt, NoFault, parse
from streams.kafka.held import Held, digest, src_of
from streams.kafka.metadata import Metadata
from streams.kafka.observing import Telling
from streams.kafka.recovery import applied_in, check_states, last_applied, merge
from streams.kafka.takeover import Taken
from streams.kafka.worker import main, tuning_of
from streams.logs import ClientRefs, Level, make_logger
from streams.metrics import Metrics
from streams.ports import Outgoing
from streams.processor import Partition
from streams.settings import read_settings
from streams.watch import Observed
from tests.kafka.fakes import EPOCH, Rec

# -- metadata


@pytest.mark.parametrize("text", ["", "null", "[]", "text", '{"g":1}', "7"])
def test_metadata_of_somebody_else_is_none_of_ours(text):
    assert metadata.decode(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"f":1}',
        '{"f":1,"e":"ab","m":-1,"t":{}}',
        '{"f":1,"e":"ab","m":1,"t":{"tasks":"x"}}',
        '{"f":1,"e":"ab","m":1,"t":7}',
        '{"f":"one"}',
    ],
)
def test_broken_metadata_of_ours_ends_the_worker(text):
    with pytest.raises(WorkerStopError, match="somebody else commits for this group"):
        metadata.decode(text)


def test_metadata_comes_back_as_it_was():
    told = Metadata(EPOCH, 7, {"tasks": 3, "client-facts": 9})
    assert metadata.decode(metadata.encode(told)) == told


def test_metadata_that_a_broker_would_refuse_is_refused_before():
    tails = {f"topic-{number}": 1 for number in range(500)}
    with pytest.raises(WorkerStopError, match="a broker takes 4096"):
        metadata.encode(Metadata(EPOCH, 0, tails))


# -- states


def changelog(*records):
    return [
        Rec("state-client", 0, at, key.encode(), pack(Frame(EPOCH, applied, None, b"x")))
        for at, (key, applied) in enumerate(records)
    ]


def test_an_older_state_never_replaces_a_newer_one_and_is_called_stale():
    states: dict[str, bytes] = {}
    assert merge(states, changelog(("ann", 5), ("bob", 2), ("ann", 3))) == {"ann"}
    assert applied_in(states["ann"]) == 5


def test_a_state_written_again_behind_a_stale_one_makes_it_good():
    assert merge({}, changelog(("ann", 5), ("ann", 3), ("ann", 5))) == set()


def test_the_highest_applied_offset_is_that_of_all_states():
    states: dict[str, bytes] = {}
    assert last_applied(states) == -1
    merge(states, changelog(("ann", 5), ("bob", 9)))
    assert last_applied(states) == 9
    check_states(states, epoch=EPOCH, end=10)


# -- outputs


def test_a_digest_tells_keys_and_contents_apart():
    assert (
        len({digest(b"a", b"x"), digest(b"b", b"x"), digest(b"a", b"y"), digest(None, b"x")}) == 4
    )


def test_an_output_without_a_name_has_an_empty_one():
    assert src_of(Outgoing("tasks", b"k", b"v")) == b""
    assert src_of(Outgoing("tasks", b"k", b"v", (("other", b"1"), ("src", b"2")))) == b"2"


# -- faults and exits


def test_a_crash_point_needs_a_number():
    assert isinstance(parse(None), NoFault)
    assert isinstance(parse("checkpoint.commit:2"), CrashAt)
    for text in ("checkpoint.commit", "checkpoint.commit:", ":x", "a:b"):
        with pytest.raises(ValueError, match="write POINT:N"):
            parse(text)


def test_another_point_and_an_early_arrival_kill_nobody():
    fault = CrashAt("here", 2)
    fault.at("there")
    fault.at("here")
    NoFault().at("here")


def test_an_error_is_described_by_its_kind_and_place():
    assert described(ValueError("ct_secret")) == "ValueError"
    with pytest.raises(ZeroDivisionError) as found:
        1 / 0  # noqa: B018 - for its error
    assert described(found.value).startswith("ZeroDivisionError in test_an_error_is_described")


def test_settings_of_a_deployment_reach_the_worker():
    settings = read_settings({"SUISHEN_KAFKA_SESSION_S": "6", "SUISHEN_KAFKA_HEARTBEAT_S": "5"})
    tuning = tuning_of(settings)
    assert (tuning.session_s, tuning.heartbeat_s, tuning.checkpoint_s) == (6.0, 2.0, 1.0)


def test_a_worker_without_a_broker_is_told_how_to_name_one(capsys, monkeypatch):
    monkeypatch.delenv("SUISHEN_KAFKA_BOOTSTRAP", raising=False)
    with pytest.raises(SystemExit) as end:
        main(["--fold", "client"])
    assert end.value.code == 2
    assert "--bootstrap or SUISHEN_KAFKA_BOOTSTRAP" in capsys.readouterr().err


LEAVING = """
import sys
from streams.clock import WallClock
from streams.kafka.exits import leave, stopper
from streams.logs import Level, make_logger
log = make_logger(sys.stdout, clock=WallClock(), level=Level("info"), version="1")
counted = []
if sys.argv[1] == "leave":
    leave(log, "the broker is away")
stopper(log, counted.append)("refused", "a topic is missing")
"""


@pytest.mark.parametrize(
    ("how", "code", "event"), [("leave", 0, "stopped"), ("stop", 70, "worker_stops")]
)
def test_a_process_ends_at_once_and_says_why(how, code, event):
    ended = subprocess.run(
        [sys.executable, "-c", LEAVING, how],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert ended.returncode == code
    assert json.loads(ended.stdout)["event"] == event


# -- what is told


def telling():
    out = io.StringIO()
    log = make_logger(out, clock=WallClock(), level=Level("info"), version="1")
    metrics = Metrics(CollectorRegistry())
    watch = Observed(metrics, log, ClientRefs(None))
    told = Telling("client", metrics, log, clock=WallClock(), watch=watch)
    return told, metrics, lambda: [json.loads(line) for line in out.getvalue().splitlines()]


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(f"suishen_{name}", labels)


def test_a_suppressed_output_is_counted_and_one_that_differs_cries_out():
    told, metrics, lines = telling()
    told.suppressed("tasks", 0, b"ab:7:0", is_same=True)
    assert lines() == []
    told.suppressed("tasks", 0, b"ab:7:0", is_same=False)
    (line,) = lines()
    assert (line["event"], line["level"], line["offset"]) == ("output_differs", "critical", 7)
    assert value(metrics, "outputs_suppressed_total", topic="tasks") == 2
    assert value(metrics, "outputs_differing_total", topic="tasks") == 1


def test_checkpoints_are_counted_by_their_end():
    told, metrics, lines = telling()
    told.committed(0.01)
    told.given_up("rebalance")
    assert value(metrics, "checkpoints_total", result="committed") == 1
    assert value(metrics, "checkpoints_total", result="given_up") == 1
    assert value(metrics, "last_commit_timestamp_seconds") > 1e9
    assert [line["event"] for line in lines()] == ["checkpoint"]


def test_a_group_moved_by_hand_is_told_with_its_remedy():
    told, metrics, lines = telling()
    held: Held[int] = Held(Partition(0, 5, 0), {}, 0, {}, 5)
    told.loaded(Taken(held, 12, 2, is_reset=True))
    told.repaired(3)
    assert [line["event"] for line in lines()] == ["group_reset", "loaded", "foreign_writes"]
    assert value(metrics, "states_rewritten_total") == 5


def test_the_rest_of_a_hosts_life_is_told_in_lines():
    told, metrics, lines = telling()
    told.halted(0, 7)
    told.away("KafkaConnectionError")
    told.returned()
    told.taken([0, 1], [1], 0.5)
    assert [line["event"] for line in lines()] == [
        "held_up", "broker_away", "broker_back", "taken_over",
    ]  # fmt: skip
    assert value(metrics, "state_restore_seconds") == 0.5
