import json
import sqlite3
import threading

import pytest
from typing_extensions import override

from schemas.time import DAY, HOUR, Instant
from streams.catalogue_files import read_files
from streams.embedded.file import EngineFile, FileReader
from streams.errors import TransientError, WorkerStopError
from streams.frame import Frame, pack, unpack
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DEAD_LETTERS, DESK_FACTS, REFERENCE, TASKS
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_document, a_product, a_release
from tests.streams.running import COMPLAINT, SPOKE, Running
from tests.streams.test_processor import Count, Counting

pytestmark = pytest.mark.untraced


@pytest.fixture
def running(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    return running


def test_an_event_becomes_a_task_on_a_desk_and_a_claim_comes_back(running):
    running.say(SPOKE, COMPLAINT)
    running.live()
    assert "task_changed" in running.kinds(TASKS)
    assert "queue_ranked" in running.kinds(DESK_FACTS)
    assert "task_claimed" in running.kinds(CLIENT_EVENTS)
    last = json.loads(running.all(TASKS)[-1].value)["data"]
    assert (last["state"], last["version"]) == ("assigned", 2)


def test_an_adviser_takes_a_task_to_its_end(running):
    running.say(SPOKE, COMPLAINT)
    running.live()
    task = json.loads(running.all(TASKS)[-1].value)["data"]
    for number, (action, more) in enumerate(
        [("accept", {}), ("start", {}), ("complete", {"outcome": "solved"})]
    ):
        act = {"task_id": task["task_id"], "task_version": 2, "action": action, "actor": "li"}
        running.say("desk.desk_acted", act | more, key=task["desk"], event_id=f"act{number}")
        running.live()
    done = json.loads(running.all(TASKS)[-1].value)["data"]
    assert (done["state"], done["outcome"]) == ("completed", "solved")


def test_an_event_applied_twice_is_said_once(running):
    running.say(SPOKE, COMPLAINT)
    running.live()
    before = len(running.all(TASKS))
    running.say(SPOKE, COMPLAINT)
    running.live()
    assert len(running.all(TASKS)) == before
    assert running.kinds(CLIENT_FACTS)[-1] == "signal_set_aside"


def test_a_file_opened_again_goes_on_where_it_stood(running):
    running.say(SPOKE, COMPLAINT)
    running.live()
    facts = len(running.all(CLIENT_FACTS))
    again = running.again()
    assert again.live() == 0
    assert len(again.all(CLIENT_FACTS)) == facts
    again.say("app.page_viewed", {"page": "holdings"})
    assert again.live() == 1


def test_what_was_not_committed_never_was(running, tmp_path):
    facts = len(running.all(CLIENT_FACTS))
    running.say(SPOKE, COMPLAINT)
    running.engine.drain()
    running.engine.file.close()
    again = Running(tmp_path)
    assert len(again.all(CLIENT_FACTS)) == facts


def test_a_broken_record_becomes_a_dead_letter_and_a_hole(running):
    running.put(b'{"type":"org.suishen.consent.opted_out.v1","id":"x","source":"/consent/centre"')
    running.live()
    letter = json.loads(running.all(DEAD_LETTERS)[0].value)
    assert (letter["code"], letter["family"], letter["event_id"]) == (
        "malformed-json",
        "consent",
        "x",
    )
    assert running.kinds(CLIENT_FACTS)[-2:] == ["hole_changed", "buyer_stated"]


def test_nothing_is_marketed_while_a_hole_may_hide_a_no(running):
    flow = {
        "account": "ac_" + "0" * 16,
        "flow": "f1",
        "direction": "in",
        "amount": {"amount_minor": 60_000_000, "currency": "CNY"},
        "kind": "transfer",
    }
    running.put(b'{"type":"org.suishen.consent.opted_out.v1"')
    running.say("corebank.flow_posted", flow, source="/corebank/ledger")
    running.live()
    running.clock.moment = Instant(MONDAY_10 + 2 * DAY)
    while running.engine.fire_timers(running.clock.moment):
        running.live()
    assert running.kinds(TASKS) == []
    assert any(b"hole_in_record" in record.value for record in running.all(CLIENT_FACTS))


def test_a_record_without_a_known_key_is_buried_without_a_hole(running):
    running.put(b"{", key="ct_nobody")
    running.put(b"{", key="rm-li")
    running.live()
    assert len(running.all(DEAD_LETTERS)) == 2
    assert "hole_changed" not in running.kinds(CLIENT_FACTS)


def test_a_tick_comes_once_when_it_is_due(running):
    due = running.engine.next_due()
    assert running.engine.fire_timers(Instant(due - 1)) == 0
    assert running.engine.fire_timers(due) == 1
    assert running.engine.fire_timers(due) == 0
    running.live()
    assert running.engine.next_due() > due


def test_ticks_can_be_left_to_the_log(tmp_path):
    running = Running(tmp_path, timers=False)
    running.release()
    running.known()
    running.live()
    assert running.engine.fire_timers(Instant(MONDAY_10 + 900 * DAY)) == 0


def test_a_release_reaches_every_partition_and_is_kept(running):
    running.engine.release([a_product("new")])
    running.live()
    assert len(running.all(REFERENCE)) == 5
    again = running.again()
    again.say("app.page_viewed", {"page": "holdings"})
    again.say("app.page_viewed", {"page": "holdings"}, key=OTHER_CLIENT)
    assert again.live() == 2


def test_a_sweep_finds_whom_a_release_concerns_once(running):
    running.known()
    running.live()
    graded = a_product(version=2, issuer_level=4, seller_level=4)
    running.engine.release([graded])
    assert running.engine.sweep() == 1
    running.live()
    assert "recheck_asked" in running.kinds(CLIENT_EVENTS)
    assert running.engine.sweep() == 0


def test_a_release_that_contradicts_an_earlier_one_is_refused(running):
    with pytest.raises(Exception, match="release the next version instead"):
        running.engine.release([a_product(fee_bp=99)])


def test_a_catalogue_released_again_takes_the_place_of_the_old_one(running):
    files = read_files()
    running.engine.release([a_release(files, over=files, version="next")])
    running.say(SPOKE, COMPLAINT)
    running.live()
    decision = next(
        json.loads(r.value) for r in running.all(CLIENT_FACTS) if b"decision_made" in r.value
    )
    assert decision["data"]["versions"]["catalogue"] == "next"


def test_events_before_any_release_stop_the_worker(tmp_path):
    running = Running(tmp_path)
    running.known()
    with pytest.raises(WorkerStopError, match="catalogue release"):
        running.live()


def test_a_file_of_another_version_is_refused(tmp_path):
    path = tmp_path / "engine.db"
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 99")
    with pytest.raises(WorkerStopError, match="choose another --data"):
        EngineFile(path, epoch="0" * 32, partitions=1)


def test_a_state_from_the_future_stops_the_worker():
    blob = pack(Frame("0" * 32, 3, None, b"x"))
    with pytest.raises(WorkerStopError, match="newer than this worker knows"):
        unpack(b"\xff" + blob[1:], epoch="0" * 32, end=9)


def test_a_state_of_another_log_stops_the_worker():
    blob = pack(Frame("0" * 32, 3, Instant(5), b"x"))
    with pytest.raises(WorkerStopError, match="epoch"):
        unpack(blob, epoch="1" * 32, end=9)
    with pytest.raises(WorkerStopError, match="log ends at 3"):
        unpack(blob, epoch="0" * 32, end=3)
    assert unpack(blob, epoch="0" * 32, end=4) == Frame("0" * 32, 3, Instant(5), b"x")


def test_a_door_hears_when_its_record_is_durable(running):
    stop = threading.Event()
    worker = threading.Thread(target=running.engine.run, args=(stop,))
    worker.start()
    document = {"page": "holdings"}
    running.clock.moment = Instant(MONDAY_10 + HOUR)
    raw = json.dumps(a_document("app.page_viewed", document)).encode()
    future = running.engine.submit([Outgoing(CLIENT_EVENTS, CLIENT.encode(), raw)])
    place = future.result(timeout=60)[0]
    reader = FileReader(running.path)
    assert reader.read(CLIENT_EVENTS, place.partition, place.offset, 1)[0].value == raw
    stop.set()
    worker.join(60)
    with pytest.raises(TransientError):
        running.engine.submit([Outgoing(CLIENT_EVENTS, CLIENT.encode(), raw)]).result(timeout=20)


def test_two_processes_may_write_to_one_file(running):
    """A requeue from another process stands behind the engine's own records, never over them."""
    other = EngineFile(running.path, epoch="", partitions=0)
    record = running.all(CLIENT_EVENTS)[-1]
    message = Outgoing(CLIENT_EVENTS, record.key, record.value)
    other.begin()
    other.append([message], now=MONDAY_10)
    other.commit()
    running.say("app.page_viewed", {"page": "holdings"})
    assert running.live() == 2


class Small(Counting):
    """The counting fold with a state that names its key, so that a file can hold many."""

    max_state_bytes = 16 * 1024

    @override
    def encode(self, state):
        return json.dumps(state).encode()

    @override
    def decode(self, blob):
        return Count(*json.loads(blob))


@pytest.mark.slow
def test_thirty_thousand_events_pass_in_batches_and_each_is_counted_once(tmp_path):
    running = Running(tmp_path, folds=[Small()])
    running.release()
    clients = [f"ct_{number:032x}" for number in range(300)]
    for number in range(30_000):
        running.say(
            "app.page_viewed",
            {"page": "holdings"},
            key=clients[number % len(clients)],
            event_id=f"e{number}",
        )
    while running.engine.step() > 0:
        running.engine.commit()
    assert running.engine.totals.events == 30_000
    states = {
        key: Small().decode(blob[33:]) for _, key, blob in running.engine.file.states("client")
    }
    assert {state.events for state in states.values()} == {100}
    assert len(running.all(CLIENT_FACTS)) == 30_000


def test_a_doubled_log_decides_the_same(tmp_path):
    def lived(folder, times):
        running = Running(folder)
        running.release()
        for _ in range(times):
            running.known()
        for number in range(3):
            at = Instant(MONDAY_10 + number * HOUR)
            for _ in range(times):
                running.say("app.page_viewed", {"page": "maturity"}, event_id=f"p{number}", at=at)
        for _ in range(times):
            running.say(SPOKE, COMPLAINT)
        running.live()
        facts = [json.loads(r.value) for r in (*running.all(CLIENT_FACTS), *running.all(TASKS))]
        kept = [fact for fact in facts if not fact["type"].endswith("signal_set_aside.v1")]
        tasks = [fact["data"]["task_id"] for fact in kept if "task_changed" in fact["type"]]
        return [(fact["type"], fact["causeid"]) for fact in kept], tasks

    once, twice = tmp_path / "once", tmp_path / "twice"
    once.mkdir()
    twice.mkdir()
    assert lived(once, 1) == lived(twice, 2)
