"""The engine's own thread: what doors hear, and what happens when something fails."""

import asyncio
import json
import sqlite3
import threading

import pytest

from streams.batch import Batch
from streams.embedded import engine as engine_module
from streams.embedded.file import EngineFile, FileReader
from streams.errors import TransientError, WorkerStopError
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DEAD_LETTERS
from tests.builders import CLIENT, a_document
from tests.streams.running import Running


def a_page(number):
    document = a_document("app.page_viewed", {"page": "holdings"}, event_id=f"p{number}")
    return Outgoing(CLIENT_EVENTS, CLIENT.encode(), json.dumps(document).encode())


@pytest.fixture
def running(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    return running


class Worker:
    """The engine's thread, and what it died of."""

    def __init__(self, engine):
        self.stop, self.error = threading.Event(), None
        self._thread = threading.Thread(target=self._run, args=(engine,))
        self._thread.start()

    def _run(self, engine):
        try:
            engine.run(self.stop)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def end(self):
        self.stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def worker(running):
    worker = Worker(running.engine)
    yield worker
    worker.end()


def test_many_callers_share_commits_and_each_hears_its_own_place(running, worker):
    futures = [running.engine.submit([a_page(n)]) for n in range(200)]
    places = [future.result(timeout=20)[0] for future in futures]
    assert len(set(places)) == 200
    worker.end()
    reader = FileReader(running.path)
    assert reader.end(CLIENT_EVENTS, places[0].partition) == places[-1].offset + 1
    reader.close()


async def test_a_caller_may_wait_for_its_place(running, worker):
    (place,) = await running.engine.publish([a_page(1)])
    assert place.offset > 0


async def test_a_caller_who_leaves_does_not_hurt_the_engine(running, worker):
    for number in range(50):
        waiting = asyncio.ensure_future(running.engine.publish([a_page(number)]))
        await asyncio.sleep(0)
        waiting.cancel()
    await running.engine.publish([a_page(99)])
    assert worker.error is None


def test_a_caller_who_left_before_is_not_written(running):
    kept, left = running.engine.submit([a_page(1)]), running.engine.submit([a_page(2)])
    assert left.cancel()
    worker = Worker(running.engine)
    assert kept.result(timeout=20)
    worker.end()
    ids = [json.loads(record.value)["id"] for record in running.all(CLIENT_EVENTS)]
    assert "p1" in ids
    assert "p2" not in ids


def test_when_the_machinery_fails_every_caller_hears_of_it(running):
    def broken(*_, **__):
        raise sqlite3.OperationalError("disk full")

    futures = [running.engine.submit([a_page(n)]) for n in range(3)]
    running.engine.file.append = broken
    worker = Worker(running.engine)
    for future in futures:
        with pytest.raises(TransientError, match="stopped"):
            future.result(timeout=20)
    worker.end()
    assert isinstance(worker.error, sqlite3.OperationalError)
    with pytest.raises(TransientError):
        running.engine.submit([a_page(9)]).result(timeout=20)


def test_an_engine_that_failed_keeps_nothing_half_done(running, tmp_path):
    before = len(running.all(CLIENT_FACTS))
    running.put(b"{")
    running.engine.append([a_page(1)])

    def broken(*_, **__):
        raise WorkerStopError("enough")

    running.engine._runs[0]._processor._fold_one = broken
    with pytest.raises(WorkerStopError, match="enough"):
        running.engine.drain()
    with pytest.raises(WorkerStopError, match="open the file again"):
        running.engine.commit()
    again = running.again()
    assert len(again.all(CLIENT_FACTS)) == before
    assert again.all(DEAD_LETTERS) == []


def test_a_locked_file_is_waited_for(running, monkeypatch):
    other = EngineFile(running.path, epoch="", partitions=0)
    running.engine.file._db.execute("pragma busy_timeout = 1")
    other.begin()
    with pytest.raises(TransientError, match="busy"):
        running.engine.append([a_page(1)])
    worker = Worker(running.engine)
    future = running.engine.submit([a_page(1)])
    threading.Event().wait(0.2)
    assert not future.done()
    other.commit()
    assert future.result(timeout=20)
    worker.end()
    assert worker.error is None
    other.close()


def test_what_stays_away_too_long_stops_the_engine(running, monkeypatch):
    monkeypatch.setattr(engine_module, "_PATIENCE_S", 0.15)
    monkeypatch.setattr(engine_module, "_FIRST_PAUSE_S", 0.1)
    processor = running.engine._runs[0]._processor
    monkeypatch.setattr(processor, "apply", lambda *_: Batch(halted=TransientError("gone")))
    running.engine._pause(None)
    running.engine.append([a_page(1)])
    with pytest.raises(WorkerStopError, match=r"given up after .*: gone"):
        running.engine.drain()


def test_draining_goes_on_when_something_comes_back(running, monkeypatch):
    processor = running.engine._runs[0]._processor
    true_apply, tries = processor.apply, []

    def away_at_first(part, records):
        tries.append(part)
        return Batch(halted=TransientError("gone")) if len(tries) < 3 else true_apply(part, records)

    monkeypatch.setattr(processor, "apply", away_at_first)
    running.engine.append([a_page(1)])
    assert running.engine.drain() == 1


def test_states_are_forgotten_when_there_are_too_many_and_found_again(running, monkeypatch):
    monkeypatch.setattr(engine_module, "_MOST_STATES", 0)
    running.engine.append([a_page(1)])
    running.live()
    assert all(not part.entries for part in running.engine._runs[0]._parts)
    running.engine.append([a_page(2)])
    assert running.live() == 1
    assert "signal_set_aside" not in running.kinds(CLIENT_FACTS)


@pytest.mark.parametrize("text", ["a list of names, long enough to be a header of anything at all"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, text):
    path = tmp_path / "engine.db"
    path.write_text(text * 20)
    with pytest.raises(WorkerStopError, match="no engine file"):
        EngineFile(path, epoch="0" * 32, partitions=1)
    assert path.read_text() == text * 20


def test_a_foreign_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "engine.db"
    db = sqlite3.connect(path)
    db.execute("create table theirs (a)")
    db.commit()
    with pytest.raises(WorkerStopError, match="no engine file"):
        EngineFile(path, epoch="0" * 32, partitions=1)
    assert db.execute("pragma journal_mode").fetchone() == ("delete",)
    db.close()


def test_a_listener_hears_what_was_said(running):
    heard = []
    running.engine.listeners.append(heard.extend)
    running.engine.append([a_page(1)])
    running.put(b"{")
    running.live()
    assert DEAD_LETTERS in {message.topic for message in heard}


def test_a_timer_that_moved_is_not_told_at_its_old_time(running):
    run = running.engine._runs[0]
    run._set_due("ct_a", 5)
    run._set_due("ct_a", 7)
    assert run.next_due() == 7
    assert run.take_due(6) == []
    assert run.take_due(7) == [("ct_a", 7)]
