"""The main job on a real Kafka: an event comes in over HTTP, a task is worked to its end.

Doors, folds and projector are processes of their own; one world for the whole file.
"""

import json
import re
from contextlib import closing

import pytest
from sqlalchemy import select

from streams.kafka.reader import KafkaFeed, KafkaReader
from streams.ports import Outgoing
from streams.readmodel import tables
from streams.readmodel.database import open_database
from streams.readmodel.projector import PROJECTED, Projector
from streams.topics import CLIENT_EVENTS, DEAD_LETTERS, DESK_EVENTS
from tests.builders import a_position, a_product
from tests.kafka.world import World, a_client, command, projected, rows
from tests.schemas.test_examples import INVALID, body_of
from tests.streams.running import COMPLAINT, SPOKE

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(kafka_bootstrap, postgres_of_module, tmp_path_factory):
    world = World(kafka_bootstrap, postgres_of_module, tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture
def suishen(world, monkeypatch, capsys):
    """A command line against the world."""
    monkeypatch.setenv("SUISHEN_DATABASE", world.database)
    return lambda *words: command(monkeypatch, capsys, *words)


def test_a_complaint_becomes_a_task_that_an_adviser_works_to_its_end(world):
    client = a_client(1)
    world.known(client)
    world.send(SPOKE, COMPLAINT, client=client, event_id="talk-1")
    task = world.task_of("talk-1")
    desk = world.wait(lambda: standing(world, task).desk)
    world.wait(lambda: task in inbox_of(world, desk))
    assert world.act(task, desk, "accept") == 202
    world.wait(lambda: standing(world, task).state == "accepted")
    assert world.act(task, desk, "complete", outcome="solved") == 202
    world.wait(lambda: standing(world, task).state == "completed")
    assert "任务已结束" in world.http.get(f"/tasks/{task}").text
    assert task not in inbox_of(world, desk)
    world.wait(lambda: world.story("talk-1")["state"] == "applied")


def inbox_of(world, desk):
    return world.http.get(f"/desks/{desk}").text


def standing(world, task):
    """A task as the read model has it."""
    with world.engine.connect() as connection:
        chosen = tables.tasks.c.task_id == task
        return connection.execute(select(tables.tasks).where(chosen)).one()


def test_what_was_measured_on_the_way(world):
    world.known(a_client(2))
    world.send(SPOKE, COMPLAINT, client=a_client(2), event_id="talk-2")
    world.task_of("talk-2")
    assert world.post(b"{").status_code == 400
    gateway, projector = world.processes["gateway"], world.processes["projector"]
    received = {"channel": "app", "event_type": "conversation.utterance_understood.v1"}
    assert gateway.metric("suishen_events_received_total", **received) >= 1
    assert gateway.metric("suishen_events_rejected_total", reason="malformed-json") >= 1
    assert gateway.metric("suishen_publish_requests_total", code="202") >= 2
    assert gateway.metric("suishen_publish_seconds_count") >= 3
    seen = "suishen_event_to_task_seconds_count"
    projector.until(lambda: projector.metric(seen, channel="app") >= 1)
    lag = "suishen_consumer_lag_records"
    projector.until(lambda: f'{lag}{{partition="0",topic="desk-events"}}' in measured(projector))
    projector.until(lambda: projector.metric(lag) == 0)
    assert projector.metric("suishen_consumer_lag_seconds") == 0


def measured(process):
    return process.probe("metrics")[1]


def test_browsers_that_listen_are_counted(world):
    gateway = world.processes["gateway"]
    with world.http.stream("GET", "/stream") as stream:
        lines = stream.iter_lines()  # kept: a generator that is dropped hangs up
        assert next(lines) == "retry: 2000"
        gateway.until(lambda: gateway.metric("suishen_sse_clients") == 1)
    gateway.until(lambda: gateway.metric("suishen_sse_clients") == 0)


# -- bad input ------------------------------------------------------------------------------------

CHANNEL_LINES = [line for line in INVALID if line["log"] in {CLIENT_EVENTS, DESK_EVENTS}]
FINE_AT_A_DOOR = {
    "a type of another log",  # the door knows where it belongs
    "six minutes after it was received",  # the door stamps when it was received
    "a record key that is another client's",  # HTTP has no record key
}


def test_every_bad_event_is_refused_over_http_and_leaves_no_trace(world):
    before = world.ends(CLIENT_EVENTS, DESK_EVENTS, DEAD_LETTERS)
    lines = [line for line in CHANNEL_LINES if line["title"] not in FINE_AT_A_DOOR]
    answers = {line["title"]: world.post(body_of(line)) for line in lines}
    assert {t: a.json()["code"] for t, a in answers.items()} == {
        line["title"]: line["code"] for line in lines
    }
    assert all(400 <= answer.status_code < 500 for answer in answers.values())
    assert world.ends(CLIENT_EVENTS, DESK_EVENTS, DEAD_LETTERS) == before


def test_every_bad_record_on_the_log_is_buried_with_its_code_and_leaves_a_hole(world):
    lines = [line for line in CHANNEL_LINES if line["log"] == CLIENT_EVENTS]
    keys = [key_of(line, number) for number, line in enumerate(lines)]
    places = world.write(
        [Outgoing(CLIENT_EVENTS, k.encode(), body_of(e)) for e, k in zip(lines, keys, strict=True)]
    )
    names = [f"{CLIENT_EVENTS}/{place.partition}/{place.offset}" for place in places]
    codes = {name: line["code"] for name, line in zip(names, lines, strict=True)}
    found = world.wait(lambda: len(f := letters(world.engine)) >= len(lines) and f)
    assert {name: found[name] for name in names} == codes
    holes = world.wait(lambda: len(f := holes_of(world.engine)) >= len(lines) and f)
    wanted = {(k, p.partition, p.offset) for k, p in zip(keys, places, strict=True)}
    assert wanted <= holes


def key_of(line, number):
    """The client that the event names, or another who is somebody."""
    if "key" in line:
        return line["key"]
    try:
        key = json.loads(body_of(line))["partitionkey"]
    except (ValueError, KeyError, TypeError):
        key = ""
    return key if key.startswith("ct_") and len(key) == 35 else a_client(1000 + number)


def letters(views):
    return {row[0]: row[3] for row in rows(views)["letters"]}


def holes_of(views):
    return {row[:3] for row in rows(views)["holes"]}


# -- the operator's commands ----------------------------------------------------------------------


def test_measures_and_revenue_are_asked_of_a_cluster(world, suishen, tmp_path):
    client = a_client(7)
    world.known(client)
    broker = ("--bootstrap", world.bootstrap)
    asked = ("measures", "--at", "2027-01-20T10:00:00+08:00", "--period", "2026q4", "--json")

    def found():
        return json.loads(suishen(*asked, *broker)[1].splitlines()[0])

    world.wait(lambda: found()["clients"] >= 1)
    file = tmp_path / "q4.csv"
    file.write_text("outlet,starts,ends,yuan\neast,2026-10-01,2026-12-31,125\n")
    code, said = suishen("revenue", str(file), "--by", "finance", *broker)
    assert (code, said.splitlines()[0]) == (0, "1 lines kept")
    (revenue,) = [each for each in found()["measures"] if each["measure"] == "revenue"]
    assert (revenue["n"], revenue["value"]) == (1, 12_500)


def test_a_dead_letter_is_found_requeued_and_waived(world, suishen):
    client = a_client(3)
    world.known(client)
    (place,) = world.write([Outgoing(CLIENT_EVENTS, client.encode(), broken_opt_out())])
    name = f"{CLIENT_EVENTS}/{place.partition}/{place.offset}"
    broker = ("--bootstrap", world.bootstrap)
    world.wait(lambda: name in suishen("dead-letters", "list", *broker, "--json")[1])
    code, said = suishen("dead-letters", "show", name, *broker, "--json")
    assert (code, json.loads(said.splitlines()[0])["family"]) == (0, "consent")
    world.wait(lambda: suishen("event", "bad-1", *broker)[0] == 0)
    story = json.loads(suishen("event", "bad-1", *broker, "--json")[1])
    assert (story["state"], story["dead_letter"]) == ("dead_lettered", name)
    world.wait(lambda: world.story("bad-1")["hole"] == "open")
    code, said = suishen("dead-letters", "requeue", name, *broker)
    assert (code, said.startswith(f"requeued as {CLIENT_EVENTS}/")) == (0, True)
    again = said.split()[-1]
    world.wait(lambda: again in suishen("dead-letters", "list", *broker, "--json")[1])
    for each in (name, again):  # the same bytes are no better the second time
        code, said = suishen("dead-letters", "waive", each, "--reason", "never", *broker)
        assert (code, said.startswith("waived as")) == (0, True)
    world.wait(lambda: open_holes(world, client) == [False, False])
    assert world.story("bad-1")["hole"] == "closed"


def open_holes(world, client):
    return [row[-1] for row in rows(world.engine)["holes"] if row[0] == client]


def broken_opt_out():
    return b'{"id":"bad-1","source":"/app/mobile","type":"org.suishen.consent.opted_out.v1"'


def test_what_became_of_an_event_nobody_sent(world, suishen):
    code, said = suishen("event", "never", "--bootstrap", world.bootstrap)
    assert (code, "check the id" in said) == (1, True)


def test_logs_that_are_there_are_checked(world, suishen, monkeypatch):
    monkeypatch.setenv("SUISHEN_KAFKA_CLIENT_PARTITIONS", "2")
    monkeypatch.setenv("SUISHEN_KAFKA_DESK_PARTITIONS", "2")
    words = ("kafka", "declare", "--bootstrap", world.bootstrap, "--json")
    code, said = suishen(*words)
    assert (code, json.loads(said.splitlines()[0])) == (0, {"made": [], "checked": 9})
    monkeypatch.setenv("SUISHEN_KAFKA_CLIENT_PARTITIONS", "3")
    code, said = suishen(*words)
    assert (code, "client-events: 2 partitions, wanted 3" in said) == (70, True)


def test_a_turn_of_the_ai_channel_hands_a_case_over_and_a_desk_takes_it(world):
    client = a_client(9)
    world.known(client)
    world.wait(lambda: world.story(f"known-{client}").get("state") == "applied")

    def turn(name, kind, data):
        said = {
            "turn_id": name, "session_id": "s1", "client_ref": client, "type": kind, "data": data,
            "wait_ms": 1500,
        }  # fmt: skip
        # Sent again it counts once: on a slow machine the answer comes a little later.
        return world.wait(lambda: _whole(world.http.post("/v1/ai/turns", json=said)))

    need = {"request": "payment_failed", "record": {"payment": "p-9"}}
    opened = turn("ai-1", "case.need_raised", need)
    assert opened["next"] == {"kind": "ask", "fields": ["account", "amount"]}
    wish = {"case_id": opened["case_id"], "kind": "visit", "by": "client"}
    offered = turn("ai-2", "case.handover_asked", wish)["next"]
    assert (offered["kind"], offered["desk"]) == ("hand_over", "rm-li")
    page = f"/handovers/{offered['handover_id']}"
    fields = dict(
        re.findall(r'name="(token|nonce|version|desk)" value="([^"]*)"', world.http.get(page).text)
    )
    taken = world.http.post(f"{page}/actions", data=fields | {"action": "take"})
    assert taken.status_code == 202
    world.wait(lambda: "rm-li 已于" in world.http.get(page).text)


def _whole(answer):
    assert answer.status_code in (200, 202), answer.text
    return answer.json() if answer.status_code == 200 else None


def test_a_product_released_while_workers_run_counts_from_its_marker_on(world, suishen, tmp_path):
    client, ware = a_client(4), a_product("fund-new")
    world.known(client)
    world.send("corebank.position_reported", position(ware, 1), client=client, event_id="early")
    world.wait(lambda: world.story("early").get("state") == "not_booked")
    file = tmp_path / "wares.jsonl"
    file.write_text(ware.model_dump_json() + "\n")
    words = ("catalogue", "release", "--products", str(file), "--bootstrap", world.bootstrap)
    code, said = suishen(*words, "--json")
    assert (
        code,
        json.loads(said.splitlines()[0])["versions"],
        json.loads(said.splitlines()[0])["markers"],
    ) == (0, 1, 4)
    world.send("corebank.position_reported", position(ware, 2), client=client, event_id="late")
    world.wait(lambda: world.story("late").get("state") == "applied")
    code, said = suishen(*words, "--json")
    assert (code, json.loads(said.splitlines()[0])["versions"]) == (0, 0)  # once more does no harm
    file.write_text(ware.model_copy(update={"fee_bp": 1}).model_dump_json())
    code, said = suishen(*words)
    assert (code, "other facts" in said) == (2, True)
    file.write_text('{"product": "x"}\n')
    code, said = suishen(*words)
    assert (code, "wares.jsonl:1" in said) == (2, True)


def position(ware, version):
    return a_position(ware.product, 90_000, version=version)


# -- what dies ------------------------------------------------------------------------------------


def burst(world, start, count):
    """Events straight onto the log, quicker than a projector in one transaction."""
    messages = []
    for number in range(start, start + count):
        client = a_client(100 + number % 50)
        kind, data = ("app.page_viewed", {"page": "holdings"})
        if number % 10 == 0:
            kind, data = SPOKE, COMPLAINT
        event = world.an_event(kind, data, client=client, event_id=f"b{number}")
        messages.append(Outgoing(CLIENT_EVENTS, client.encode(), json.dumps(event).encode()))
    world.write(messages)


def settled_rows(engine):
    """The published bad examples share their names: which of them is first is not said."""
    found = rows(engine)
    found["events"] = [row for row in found["events"] if not row[0].startswith("example-")]
    return found


def the_truth(world, tmp_path):
    """The tables as one projector makes them that nothing ever happened to."""
    engine = open_database(f"sqlite:///{tmp_path / 'truth.db'}")
    with closing(KafkaFeed(world.bootstrap)) as feed, closing(Projector(engine, feed)) as truth:
        while projected(engine) != world_ends(world):
            truth.step()
    found = settled_rows(engine)
    engine.dispose()
    return found


def world_ends(world):
    return {place: end for place, end in world.ends(*PROJECTED).items() if end > 0}


def is_settled(world):
    """Has everything been applied, and has all that followed been projected?"""
    with closing(KafkaReader(world.bootstrap)) as reader:
        ends = reader.ends(PROJECTED)
    projector = world.processes["projector"]
    is_applied = projector.metric("suishen_consumer_lag_records") == 0
    return is_applied and projected(world.engine) == {p: e for p, e in ends.items() if e > 0}


def test_a_projector_killed_under_load_loses_and_doubles_no_row(world, tmp_path):
    for number in range(2):
        start = projected(world.engine)
        burst(world, 1000 * number, 1000)
        world.wait(lambda start=start: projected(world.engine) != start)
        world.processes["projector"].kill()
        world.begin("projector")
    world.processes["projector"].ready()
    world.wait(lambda: is_settled(world))
    found = settled_rows(world.engine)
    assert found == the_truth(world, tmp_path)
    assert len(found["events"]) > 2000


@pytest.mark.untraced
def test_while_the_broker_is_away_doors_say_so_and_afterwards_nothing_is_missing(world, kafka_node):
    if kafka_node is None:
        pytest.skip("kafka: a broker that is named is not ours to kill")
    client = a_client(5)
    world.known(client)
    kafka_node.kill(1)
    event = world.an_event(SPOKE, COMPLAINT, client=client, event_id="talk-5")
    answer = world.post(event)
    assert (answer.status_code, answer.json()["code"]) == (503, "log-unavailable")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    for process in world.processes.values():
        process.until(lambda process=process: process.probe("readyz")[0] == 503)
        assert process.probe("livez")[0] == 200
    assert world.http.get("/").status_code == 200  # people can still read
    kafka_node.restart(1)
    world.wait(lambda: world.post(event).status_code == 202)
    world.task_of("talk-5")
    for process in world.processes.values():
        process.ready()


def test_every_process_ends_in_good_order_though_a_browser_listens(world):
    with world.http.stream("GET", "/stream"):
        end_all(world)


def end_all(world):
    for name, process in world.processes.items():
        assert process.end() == 0, f"{name}: {process.said()[-2000:]}"
        assert not process.lines("worker_stops")
