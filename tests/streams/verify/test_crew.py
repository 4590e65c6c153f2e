import json
import sys

import pytest

from streams.errors import WorkerStopError
from streams.verify.choice import start
from streams.verify.crew import Crew


def saying(*lines, code="import time; time.sleep(600)"):
    """A worker that writes lines, then does something."""
    text = "\n".join(json.dumps(line) for line in lines)
    return [sys.executable, "-c", f"print({text!r}, flush=True)\n{code}"]


@pytest.fixture
def crew_of(tmp_path):
    made = []

    def make(command, **setting):
        crew = Crew(command, [], tmp_path, 1, start, **setting)
        made.append(crew)
        crew.start(crew.workers["client", 0])
        return crew, crew.workers["client", 0]

    yield make
    for crew in made:
        crew.abandon()


def heard(crew, worker, done):
    """Listen until something is true."""
    while not done():
        worker.listen()


LOADED = {"event": "loaded", "partition": 0, "offset": 7}
APPLIED = {"event": "applied", "partition": 0, "offset": 9}
STOPS = {"event": "worker_stops", "code": "replaced", "reason": "static member replaced"}


def test_how_far_a_worker_has_come_is_heard_from_its_own_lines(crew_of):
    crew, worker = crew_of(saying(LOADED, APPLIED, {"event": "other"}))
    heard(crew, worker, lambda: worker.applied == {0: 9})
    assert crew.applied("client") == 9
    ends = {("client-events", 0): 12, ("client-events", 1): 4}
    assert (worker.unapplied(ends, {0}), worker.unapplied(ends, {0, 1})) == (3, 7)


def test_a_killed_worker_is_not_missed_until_it_is_started_again(crew_of):
    crew, worker = crew_of(saying(APPLIED))
    heard(crew, worker, lambda: worker.applied)
    worker.kill()
    crew.listen()
    crew.start(worker)
    assert worker.applied == {}
    heard(crew, worker, lambda: worker.applied)
    assert crew.stops == {}


def test_a_worker_that_stops_by_itself_is_started_again_and_counted_by_its_reason(crew_of):
    crew, worker = crew_of(saying(APPLIED, STOPS, code="raise SystemExit(70)"))
    worker.wait()
    crew.listen()
    assert crew.stops == {"replaced: static member replaced": 1}


def test_a_worker_that_stops_again_and_again_is_told_with_its_own_words(crew_of):
    crew, worker = crew_of(saying(STOPS, code="raise SystemExit(70)"))
    for _ in range(2):
        worker.wait()
        crew.listen()
    worker.wait()
    with pytest.raises(WorkerStopError, match=r"worker 0 .* code 70: replaced: static member"):
        crew.listen()


def test_a_worker_that_ends_otherwise_is_a_failure_at_once(crew_of):
    crew, worker = crew_of(saying(APPLIED, code="raise SystemExit('no such topic')"))
    worker.wait()
    with pytest.raises(WorkerStopError, match="code 1: no such topic"):
        crew.listen()


def test_a_frozen_worker_says_nothing_and_goes_on_where_it_was(crew_of):
    crew, worker = crew_of(saying(LOADED, code="import time\nwhile True: print(1, flush=True)"))
    heard(crew, worker, lambda: worker.applied)
    worker.hold()
    while worker._log.stat().st_size != (size := worker._log.stat().st_size):
        pass
    worker.listen()
    assert worker.ended is None
    worker.go_on()
    while worker._log.stat().st_size == size:
        pass


def test_settings_of_this_process_are_not_the_workers(crew_of, monkeypatch):
    monkeypatch.setenv("SUISHEN_METRICS_PORT", "9000")
    code = "import os; print([n for n in os.environ if 'SUISHEN_' in n]); raise SystemExit(1)"
    _, worker = crew_of([sys.executable, "-c", code], SUISHEN_KAFKA_SESSION_S="6")
    worker.wait()
    assert worker.last_words() == "['SUISHEN_KAFKA_SESSION_S']"
