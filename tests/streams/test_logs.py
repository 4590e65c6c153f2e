"""What the logs say, and that a canary never gets out."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from typing_extensions import override

from streams.batch import Batch
from streams.errors import TransientError
from streams.logs import (
    _PERSONAL,
    FIELDS,
    HIDDEN,
    ClientRefs,
    Level,
    Lines,
    _harmless,
    make_logger,
)
from streams.metrics import Metrics
from streams.watch import Observed
from tests.builders import CLIENT, MONDAY_10
from tests.fakes import StillClock
from tests.streams.running import COMPLAINT, SPOKE, Running

KEY = SecretStr("sixteen-letters-long")
CANARIES = [
    CLIENT,
    "ac_0123456789abcdef",
    "13800138000",
    "+86 138-0013-8000",
    "11010519491231002X",
    "6222 0200 1234 5678 901",
    "li.ming@example.com",
    "李明",
]


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def level():
    return Level("info")


@pytest.fixture
def log(out, level):
    return make_logger(out, clock=StillClock(MONDAY_10), level=level, version="1.2.3")


def lines(out):
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_says_when_what_and_who(log, out):
    log.info("applied", fold="client", batch_events=3)
    assert lines(out) == [
        {
            "ts": "2026-11-23T02:00:00Z",
            "level": "info",
            "service": "suishen",
            "version": "1.2.3",
            "event": "applied",
            "fold": "client",
            "batch_events": 3,
        }
    ]


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_in_any_field_does_not_get_out(log, out, canary):
    said = f"said {canary}"
    for field in sorted(FIELDS - {"ts", "event", "level"}):
        log.info(said, **{field: f"see {canary}."})
        log.info("in a list", **{field: [canary]})
    log.info("in an unknown field", note=canary)
    assert canary not in out.getvalue()
    assert HIDDEN in out.getvalue()


_SIGNS = st.sampled_from([*CANARIES, *"ct_ac_@.+-Xx 09af\n", "\uff11", "13", "example.com"])


@given(st.lists(_SIGNS, max_size=12).map("".join) | st.text(max_size=40))
def test_what_is_looked_for_by_fewer_signs_is_hidden_as_by_all(said):
    assert _harmless("reason", said) == _PERSONAL.sub(HIDDEN, said)


def test_a_field_that_nobody_listed_is_dropped_and_counted(log, out):
    log.info("x", name="li", amount=5)
    assert lines(out)[0]["dropped"] == 2


def test_ids_of_events_and_decisions_stay_whole(log, out):
    log.info("decided", decision_id="d_" + "0123456789abcdef" * 2, event_id="evt-7")
    assert lines(out)[0]["decision_id"] == "d_" + "0123456789abcdef" * 2
    assert lines(out)[0]["event_id"] == "evt-7"


def test_the_level_changes_without_a_restart(log, out, level):
    log.debug("hidden")
    level.set("debug")
    log.debug("shown")
    level.set("error")
    log.warning("hidden")
    assert [line["event"] for line in lines(out)] == ["shown"]


def test_a_client_has_the_same_name_under_one_key_and_none_without():
    refs = ClientRefs(KEY)
    assert refs.of(CLIENT) == refs.of(CLIENT)
    assert refs.of(CLIENT) != ClientRefs(SecretStr("another-key-of-some-length")).of(CLIENT)
    assert CLIENT[3:] not in str(refs.of(CLIENT))
    assert ClientRefs(None).of(CLIENT) is None


@pytest.fixture
def metrics():
    return Metrics(CollectorRegistry())


def test_a_run_leaves_one_line_per_batch_and_per_decision(tmp_path, log, out, metrics):
    running = Running(tmp_path, watch=Observed(metrics, log, ClientRefs(KEY)))
    running.release()
    running.known()
    running.say(SPOKE, COMPLAINT)
    running.put(b"{")
    running.live()
    said = lines(out)
    decided = next(line for line in said if line["event"] == "decided")
    assert decided["result"] == "issued"
    assert decided["action"] == "complaint_follow_up"
    assert decided["client_ref"] == ClientRefs(KEY).of(CLIENT)
    assert CLIENT not in out.getvalue()
    batches = [line for line in said if line["event"] == "applied" and line["dead"]]
    assert [(line["fold"], line["dead"]) for line in batches] == [("client", 1)]


def test_a_run_is_counted(tmp_path, log, metrics):
    running = Running(tmp_path, watch=Observed(metrics, log, ClientRefs(None)))
    running.release()
    running.known()
    running.say(SPOKE, COMPLAINT)
    running.put(b"{")
    running.live()
    text = metrics.exposition().decode()
    assert 'suishen_events_applied_total{fold="client"} 3.0' in text
    assert 'suishen_dead_letters_total{reason="malformed-json"} 1.0' in text
    assert 'outcome="issued"} 1.0' in text
    assert 'suishen_stage_seconds_count{stage="apply_desk"}' in text
    assert "suishen_last_commit_timestamp_seconds 1.7953992e+09" in text


def test_lag_and_stops_are_told(log, out, metrics):
    watch = Observed(metrics, log, ClientRefs(None))
    watch.lags({("client-events", 2): 5})
    watch.stopped(RuntimeError("restore the log"))
    text = metrics.exposition().decode()
    assert 'suishen_consumer_lag_records{partition="2",topic="client-events"} 5.0' in text
    assert 'suishen_worker_stops_total{reason="RuntimeError"} 1.0' in text
    assert lines(out)[-1]["remedy"] == "restore the log"


def test_every_metric_has_our_name_and_two_sets_do_not_meet():
    first, second = Metrics(CollectorRegistry()), Metrics(CollectorRegistry())
    first.build_info.labels("1", "abc").set(1)
    names = {family.name for family in second.registry.collect()}
    assert all(name.startswith("suishen_") for name in names)
    assert len(names) >= 12
    assert "abc" not in second.exposition().decode()


def test_a_batch_that_something_halted_is_told(log, out, metrics):
    halted = Batch(halted=TransientError("reference"))
    watch = Observed(metrics, log, ClientRefs(None))
    watch.applied("client", 1, halted, offset=7, seconds=0.1)
    assert [(line["event"], line["offset"]) for line in lines(out)] == [
        ("applied", 7),
        ("halted", 7),
    ]


def test_the_lines_of_a_batch_are_flushed_once():
    class Counting(io.StringIO):
        flushes = 0

        @override
        def flush(self):
            self.flushes += 1

    out = Counting()
    held = Lines(out)
    log = make_logger(held, clock=StillClock(MONDAY_10), level=Level("info"), version="1")
    with held.together():
        log.info("decided")
        log.info("applied")
        assert out.flushes == 0
    assert (out.flushes, out.getvalue().count("\n")) == (1, 2)
    log.info("applied")
    assert out.flushes == 2
