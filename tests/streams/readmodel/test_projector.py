"""The projector: what a log may do to it, and what it does when something is away."""

import json
import threading
import time

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from typing_extensions import override

from schemas import codec, facts
from schemas.tasks import TaskState
from schemas.time import SECOND, Instant
from streams.errors import TransientError, WorkerStopError
from streams.feed import ReaderFeed
from streams.health import Health
from streams.metrics import Metrics
from streams.ports import Outgoing
from streams.readmodel import projections, tables
from streams.readmodel.database import open_database
from streams.readmodel.following import Following
from streams.readmodel.projector import ClaimedError, Projector
from streams.readmodel.queries import Views
from streams.readmodel.visibility import Visibility
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_document
from tests.fakes import FakeLog, StillClock
from tests.streams.readmodel.facts_made import TASK, Desk


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def database(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'views.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def server(postgres_url):
    engine = open_database(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def projector(database, desk):
    projector = Projector(database, ReaderFeed(desk.log))
    yield projector
    projector.close()


def an_intent(desk, *, on, at=MONDAY_10):
    change = facts.IntentChange(intent="renew", on=on, p=0.7, reasons=())
    desk.say(facts.IntentChanged, change, topic="client-facts", at=at)


def an_event(desk, value, *, key=CLIENT):
    desk.log.append([Outgoing("client-events", key.encode(), value)])


def again(desk, topic, offset):
    """A worker that was frozen writes an old record once more, behind newer ones."""
    (record,) = desk.log.read(topic, 0, offset, 1)
    desk.log.append([Outgoing(topic, record.key, record.value, record.headers)])


def test_a_newer_fact_stands_though_its_clock_is_behind(database, desk, projector):
    an_intent(desk, on=True, at=MONDAY_10)
    an_intent(desk, on=False, at=Instant(MONDAY_10 - SECOND))
    projector.catch_up()
    assert not Views(database, desk.log).client(CLIENT)["intents"][0]["is_on"]


def test_an_old_fact_written_again_changes_nothing(database, desk, projector):
    an_intent(desk, on=True)
    an_intent(desk, on=False)
    desk.task()
    desk.task(version=3, state=TaskState.ACCEPTED)
    projector.catch_up()
    views = Views(database, desk.log)
    before = views.counts(), views.client(CLIENT)
    again(desk, "client-facts", 0)
    again(desk, "tasks", 0)
    assert projector.catch_up() == 2
    assert (views.counts(), views.client(CLIENT)) == before


def test_an_event_sent_twice_keeps_its_first_place(database, desk, projector):
    document = json.dumps(a_document("app.page_viewed", {"page": "holdings"}, event_id="e1"))
    for _ in range(2):
        an_event(desk, document.encode())
    projector.catch_up()
    assert Views(database, desk.log).story("e1", None)["logged"]["offset"] == 0


def test_an_event_is_named_by_its_own_id_and_not_by_one_in_its_data(database, desk, projector):
    document = a_document("app.page_viewed", {"page": "holdings", "id": "inner"}, event_id="e1")
    an_event(desk, json.dumps({"data": document.pop("data")} | document).encode())
    projector.catch_up()
    assert Views(database, desk.log).story("e1", None) is not None
    assert Views(database, desk.log).story("inner", None) is None


UNNAMED = {
    "no JSON": b"{",
    "no object": b"[]",
    "a number for an id": b'{"id":1,"source":"/app","type":"org.suishen.app.page_viewed.v1"}',
    "a zero byte": b'{"id":"a\\u0000","source":"/app","type":"org.suishen.app.page_viewed.v1"}',
    "half a character": b'{"id":"\\ud800","source":"/app","type":"org.suishen.app.x.v1"}',
    "too long": b'{"id":"%s","source":"/app","type":"org.suishen.app.x.v1"}' % (b"x" * 65),
    "empty": b"",
}


@pytest.mark.parametrize("case", UNNAMED)
def test_an_event_without_a_name_has_no_row_and_holds_nothing_up(database, desk, projector, case):
    an_event(desk, UNNAMED[case])
    assert projector.catch_up() == 1
    assert Views(database, desk.log).counts()["events"] == 0


def test_every_fact_that_a_fold_may_conclude_has_its_projection():
    """One without stops the projector at the first that comes, as a catalogue in shadow did."""
    concluded = {*codec.CLIENT_FACTS, *codec.DESK_FACTS}
    assert concluded - set(projections._FACTS) == set()


def test_a_fact_that_cannot_be_read_stops_the_projector_and_names_it(desk, projector):
    desk.log.append([Outgoing("client-facts", b"k", b'{"type":"org.suishen.fact.new.v9"}')])
    with pytest.raises(WorkerStopError, match=r"client-facts/0/0 .* a newer one"):
        projector.catch_up()


def test_a_fact_that_no_fold_wrote_stops_the_projector(desk, projector):
    desk.task()
    (record,) = desk.log.read("tasks", 0, 0, 1)
    desk.log.append([Outgoing("tasks", record.key, record.value)])
    with pytest.raises(WorkerStopError, match="tasks/0/1 does not say what it follows from"):
        projector.catch_up()


def test_two_projectors_of_one_file_take_turns_and_double_nothing(database, desk):
    one, other = (Projector(database, ReaderFeed(desk.log)) for _ in range(2))
    desk.full()
    assert one.catch_up() > 0
    assert other.catch_up() == 0
    desk.task(version=3)
    assert one.catch_up() == 1
    desk.task(version=4)
    assert other.step() == 0  # it finds that it is behind, and reads on from there
    assert other.catch_up() == 1
    one.close()
    other.close()
    assert Views(database, desk.log).task(TASK)["version"] == 4


def test_tables_belong_to_one_log_until_they_are_emptied(desk, projector):
    projector.bind({"tasks": "a" * 32})
    projector.bind({"tasks": "a" * 32, "client-facts": "b" * 32})
    with pytest.raises(WorkerStopError, match=r"another tasks.*--rebuild"):
        projector.bind({"tasks": "c" * 32})
    projector.rebuild()
    projector.bind({"tasks": "c" * 32})


def test_a_long_backlog_does_not_hold_up_another_partition():
    log = FakeLog(partitions=2)
    log.append([Outgoing("client-events", None, b"{", (), 0)] * 1200)
    log.append([Outgoing("client-events", None, b"{", (), 1)])
    feed, starts = ReaderFeed(log), {("client-events", 0): 0, ("client-events", 1): 0}
    found = feed.poll(starts, 500)
    assert {place: len(records) for place, records in found.items()} == {("client-events", 0): 500}
    found = feed.poll(starts | {("client-events", 0): 500}, 500)
    assert len(found["client-events", 1]) == 1


@pytest.mark.postgres
def test_a_second_projector_waits_until_the_first_is_gone(server, desk):
    first, second = (Projector(server, ReaderFeed(desk.log)) for _ in range(2))
    desk.full()
    first.catch_up()
    with pytest.raises(ClaimedError, match="another projector"):
        second.step()
    first.close()
    desk.task(version=3)
    assert second.catch_up() == 1
    second.close()


# -- whatever goes away ---------------------------------------------------------------------------


class Lines:
    """A log that keeps what it is told."""

    def __init__(self):
        self.said = []

    def info(self, event, **more):
        self.said.append((event, more.get("reason")))

    warning = info


class FlakyFeed(ReaderFeed):
    """A feed that can be away."""

    away = False

    @override
    def poll(self, starts, limit):
        if self.away:
            raise TransientError("Kafka is away")
        return super().poll(starts, limit)


class Life:
    """A projector followed in a thread."""

    def __init__(self, engine, feed, **more):
        self.health, self.lines, self.error = Health(), Lines(), None
        self.following = Following(
            lambda: Projector(engine, feed), self.health, self.lines, jitter=lambda: 0.0, **more
        )
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        try:
            self.following.run(self.stop)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def until(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.lines.said
            assert self.thread.is_alive(), self.error
            time.sleep(0.01)

    def is_ready(self):
        return self.health.why_not("readyz") is None

    def end(self):
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def life(database, desk):
    lives = []

    def begin(engine=database, feed=None, **more):
        feed = FlakyFeed(desk.log, wait_s=0.01) if feed is None else feed
        lives.append(Life(engine, feed, **more))
        return lives[-1]

    yield begin
    for one in lives:
        one.end()


def test_a_log_that_goes_away_is_waited_for_and_nothing_is_lost(database, desk, life):
    feed = FlakyFeed(desk.log, wait_s=0.01)
    one = life(feed=feed)
    one.until(one.is_ready)
    feed.away = True
    one.until(lambda: one.health.why_not("readyz") == "Kafka is away")
    desk.full()
    feed.away = False
    one.until(one.is_ready)
    one.until(lambda: Views(database, desk.log).task(TASK) is not None)
    assert one.lines.said == [("waiting", "Kafka is away"), ("back", "Kafka is away")]


def test_a_silent_log_is_asked_whether_it_is_there(desk, life, monkeypatch):
    monkeypatch.setattr("streams.readmodel.following._LOOK_S", 0.05)

    def gone():
        raise TransientError("nobody answers")

    one = life(probe=gone)
    one.until(lambda: one.health.why_not("readyz") == "nobody answers")


def test_an_unreadable_record_ends_the_life(desk, life):
    desk.log.append([Outgoing("client-facts", b"k", b"{}")])
    one = life()
    one.thread.join(20)
    assert isinstance(one.error, WorkerStopError)


@pytest.mark.postgres
def test_a_database_that_throws_us_out_is_opened_again(server, desk, life):
    one = life(server)
    desk.full()
    one.until(lambda: Views(server, desk.log).task(TASK) is not None)
    with server.connect() as connection:
        ours = text(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
        )
        assert connection.execute(ours).all()
        connection.commit()
    desk.task(version=3)
    one.until(lambda: Views(server, desk.log).task(TASK)["version"] == 3)
    one.until(one.is_ready)


@pytest.mark.postgres
def test_a_projector_in_waiting_says_so_and_takes_over(server, desk, life):
    first = life(server)
    first.until(first.is_ready)
    second = life(server)
    second.until(lambda: "another projector" in (second.health.why_not("readyz") or ""))
    first.end()
    second.until(second.is_ready)
    desk.full()
    second.until(lambda: Views(server, desk.log).task(TASK) is not None)


@pytest.mark.postgres
def test_a_database_without_our_tables_is_refused_with_the_remedy(server, desk, life):
    with server.begin() as connection:
        tables.progress.drop(connection)
    one = life(server)
    one.thread.join(20)
    assert "--rebuild" in str(one.error)


# -- the service level ----------------------------------------------------------------------------


def observed(metrics):
    return metrics.registry.get_sample_value(
        "suishen_event_to_task_seconds_sum", {"channel": "app"}
    ), metrics.registry.get_sample_value("suishen_event_to_task_seconds_count", {"channel": "app"})


def a_measured_projector(database, desk, **more):
    metrics, clock = Metrics(CollectorRegistry()), StillClock(Instant(MONDAY_10 + 3 * SECOND))
    watcher = Visibility(metrics, clock, lambda source: source.split("/")[1], **more)
    return metrics, Projector(database, ReaderFeed(desk.log), watcher=watcher)


def a_page(desk, kind="app.page_viewed", data=None, *, key=CLIENT, received=MONDAY_10):
    document = a_document(
        kind, data or {"page": "holdings"}, event_id="cause-1", source="/app/mobile",
        key=key, received=received,
    )  # fmt: skip
    an_event(desk, json.dumps(document).encode(), key=key)


def test_a_task_is_measured_once_from_the_receipt_of_its_cause(database, desk):
    metrics, projector = a_measured_projector(database, desk)
    a_page(desk)
    desk.task()
    desk.task(version=3)
    projector.catch_up()
    assert observed(metrics) == (3.0, 1.0)


def test_a_task_read_before_its_cause_is_measured_too(database, desk):
    metrics, projector = a_measured_projector(database, desk)
    desk.task()
    projector.catch_up()
    assert observed(metrics) == (None, None)
    a_page(desk)
    projector.catch_up()
    assert observed(metrics) == (3.0, 1.0)


def test_only_interactive_events_are_measured(database, desk):
    metrics, projector = a_measured_projector(database, desk)
    a_page(desk, "consent.opted_out", {"method": "call"})
    desk.task()
    projector.catch_up()
    assert observed(metrics) == (None, None)


def test_what_came_before_a_rebuild_is_not_measured(database, desk):
    metrics, projector = a_measured_projector(database, desk, since=Instant(MONDAY_10 + 1))
    a_page(desk, key=OTHER_CLIENT)
    desk.task()
    projector.catch_up()
    assert observed(metrics) == (None, None)
