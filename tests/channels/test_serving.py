"""What a door's process does around its application: readiness, trouble, and its end."""

import socket
import threading
import time
from contextlib import closing

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from channels.process import Process
from channels.serving import _bound, answers, serve_app, wait_for_views
from streams.errors import TransientError, WorkerStopError
from streams.health import Health
from streams.metrics import Metrics
from streams.readmodel.database import open_database
from streams.settings import Settings
from tests.builders import MONDAY_10
from tests.fakes import StillClock
from tests.services import free_port


class Lines:
    """A log that keeps what it is told."""

    def __init__(self):
        self.said = []

    def warning(self, event, **more):
        self.said.append((event, more["reason"]))


def a_process(**settings):
    return Process(
        Settings(**settings), "nowhere:1", Lines(), Metrics(CollectorRegistry()), Health(),
        StillClock(MONDAY_10), threading.Event(),
    )  # fmt: skip


class Serving:
    """An application served in a thread."""

    def __init__(self, *checks):
        self.process, self.port, self.app = a_process(), free_port(25000), FastAPI()
        self.checks, self.error = checks, None
        self._thread = threading.Thread(target=self._run)

    def begin(self):
        self._thread.start()
        return self

    def _run(self):
        try:
            serve_app(self.process, self.app, self.port, self.checks)
        except WorkerStopError as error:
            self.error = error

    def get(self, path):
        return httpx.get(f"http://127.0.0.1:{self.port}{path}")

    def until(self, condition):
        deadline = time.monotonic() + 90
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def waits_for(self):
        return self.process.health.why_not("readyz")

    def end(self):
        self.process.stop.set()
        self.over()

    def over(self):
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def serving():
    begun = []

    def begin(*checks):
        begun.append(Serving(*checks))
        return begun[-1]

    yield begin
    for one in begun:
        if one._thread.ident is not None:
            one.end()


def test_readiness_follows_what_the_door_needs(serving, monkeypatch):
    monkeypatch.setattr("channels.serving._LOOK_S", 0.02)
    away = ["the log is away"]

    def check():
        if away:
            raise TransientError(away[0])

    one = serving(check).begin()
    one.until(lambda: one.waits_for() == "the log is away")
    away.clear()
    one.until(lambda: one.waits_for() is None)
    away.append("away again")
    one.until(lambda: one.waits_for() == "away again")
    assert one.process.log.said == [("waiting", "away again")]


def test_a_door_that_is_told_to_stop_ends(serving):
    one = serving().begin()
    one.until(lambda: one.waits_for() is None)
    one.end()
    assert one.error is None


def test_what_no_patience_mends_ends_the_process(serving):
    def check():
        raise WorkerStopError("there is no topic; declare it")

    one = serving(check).begin()
    one.over()
    assert "declare it" in str(one.error)


def test_a_door_that_may_not_write_says_so_once_and_ends(serving):
    one = serving()

    @one.app.get("/")
    def refused():
        raise WorkerStopError("grant Write")

    one.begin()
    one.until(lambda: one.waits_for() is None)
    answer = one.get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "log-unavailable")
    one.over()
    assert "grant Write" in str(one.error)


def test_a_read_model_that_is_away_is_no_fault_of_the_door(serving):
    one = serving()

    @one.app.get("/")
    def gone():
        raise OperationalError("select 1", {}, Exception("gone"))

    one.begin()
    one.until(lambda: one.waits_for() is None)
    answer = one.get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "views-unavailable")
    assert answer.headers["retry-after"] == "2"


def test_who_comes_before_the_server_runs_is_not_turned_away():
    port = free_port(25000)
    with closing(_bound("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port), 5):
        pass


def test_a_port_in_use_names_the_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WorkerStopError, match="--port"):
            serve_app(a_process(), FastAPI(), port, ())


def test_views_are_waited_for_until_told_to_stop(tmp_path):
    nowhere = f"postgresql+psycopg://u@127.0.0.1:{free_port(25500)}/none"
    process = a_process(database=nowhere)
    waiting = threading.Thread(target=wait_for_views, args=(process,))
    waiting.start()
    deadline = time.monotonic() + 90
    while "database" not in (process.health.why_not("readyz") or ""):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.stop.set()
    waiting.join(20)
    assert not waiting.is_alive()
    assert wait_for_views(a_process(data=tmp_path / "new"))


def test_a_database_is_asked_whether_it_answers(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'views.db'}")
    answers(engine)()
    engine.dispose()
    gone = open_database("sqlite:////nowhere/views.db", migrated=False)
    with pytest.raises(TransientError, match="does not answer"):
        answers(gone)()
