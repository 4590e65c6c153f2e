"""Real logs with a small life on them, and workers that start quickly."""

import os
from pathlib import Path

import pytest

from streams import recording
from streams.topics import CLIENT_EVENTS, REFERENCE
from tests.kafka import running
from tests.kafka.nursery import nursery
from tests.kill.life import live
from tests.streams.running import Running

QUICK = {
    "SUISHEN_KAFKA_SESSION_S": "20",  # a busy machine may let a worker stand still for a while
    "SUISHEN_KAFKA_HEARTBEAT_S": "0.5",
    "SUISHEN_KAFKA_CHECKPOINT_S": "0.2",
}

SHORT = {**QUICK, "SUISHEN_KAFKA_SESSION_S": "6"}
"""The shortest session that a broker takes by default: for tests that wait for its end."""


@pytest.fixture
def workers():
    """Starts workers; those left at the end of a test are ended."""
    yield nursery()
    nursery().clear()


@pytest.fixture(scope="session")
def small_life(tmp_path_factory):
    """Three days of 24 clients: reference records, and events with the partitions interleaved.

    `SUISHEN_TEST_LIFE` names a larger one, written by `suishen demo --headless --record`.
    """
    named = os.environ.get("SUISHEN_TEST_LIFE")
    file = Path(named) if named else _lived(tmp_path_factory.mktemp("small-life"))
    messages = list(recording.read(file))
    by_place = {}
    for message in messages:
        if message.topic != REFERENCE:
            by_place.setdefault((message.topic, message.partition), []).append(message)
    events = []
    for topic in (CLIENT_EVENTS, "desk-events"):
        logs = [log for (name, _), log in sorted(by_place.items()) if name == topic]
        events += _interleaved(logs)
    return [m for m in messages if m.topic == REFERENCE], events


def _lived(folder):
    with_engine = Running(folder)
    with_engine.release()
    live(with_engine)
    recording.write(with_engine.engine, folder / "life.jsonl")
    with_engine.engine.close()
    return folder / "life.jsonl"


def _interleaved(logs):
    """One of each in turn, in proportion, so that every stretch touches every log."""
    placed = [
        ((at + 1) / len(log), number, message)
        for number, log in enumerate(logs)
        for at, message in enumerate(log)
    ]
    return [message for _, _, message in sorted(placed, key=lambda one: one[:2])]


@pytest.fixture
def empty_logs(kafka_bootstrap):
    """Every log new: four partitions for clients, four for desks."""
    running.fresh(kafka_bootstrap)
    return kafka_bootstrap
