import json

import pytest

from streams import recording
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE
from tests.builders import CLIENT, a_product
from tests.fakes import FakeLog
from tests.streams.running import COMPLAINT, SPOKE, Running

HARD = [
    b"{",
    b"\xff\xfe",
    b"[1]",
    b'{"a": 1}',
    b'{"a":1,"a":2}',
    b'{"a":NaN}',
    b'{"a":1e400}',
    b'{"a":1.10}',
    b'{"a":"\\ud800"}',
    '{"a":"稳健"}'.encode(),
    b'{"a":"\\u7a33"}',
    b'{"raw":"eA=="}',
    b'{"a":' + b"[" * 5000,
    b'{"a":' * 150 + b"1" + b"}" * 150,
    b'{"a":' * 250 + b"1" + b"}" * 250,
    b'{"a":' + b"9" * 400 + b"}",
]


@pytest.mark.parametrize("raw", HARD)
def test_a_line_of_the_usual_form_gives_its_bytes_as_they_stand(tmp_path, raw):
    log = FakeLog(partitions=1)
    log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), raw, (), 0)])
    recording.write(log, tmp_path / "f")
    assert [one.value for one in recording.read(tmp_path / "f")] == [raw]


@pytest.mark.parametrize(
    "line",
    [
        b'{"topic": "client-events", "partition": 0, "key": "ct_1", "value": {"a": 1}}',
        b'{"topic":"client-events","value":{"a": 1},"partition":0,"key":"ct_1"}',
        b'{"topic":"client-events","partition":0,"key":"ct_\\u0031","value":{"a": 1}}',
    ],
)
def test_a_line_written_by_hand_gives_its_document(line):
    assert recording.parse(line) == Outgoing(CLIENT_EVENTS, b"ct_1", b'{"a":1}', (), 0)


@pytest.mark.parametrize("raw", HARD)
@pytest.mark.parametrize("key", [None, CLIENT.encode(), b"\xff\x00", "键".encode()])
def test_any_bytes_come_back_as_they_were(tmp_path, raw, key):
    log = FakeLog(partitions=1)
    headers = (("requeue-of", b"0:3"),)
    log.append([Outgoing(CLIENT_EVENTS, key, raw, headers, 0)])
    assert recording.write(log, tmp_path / "f") == 1
    assert list(recording.read(tmp_path / "f")) == [Outgoing(CLIENT_EVENTS, key, raw, headers, 0)]


def test_a_recorded_event_can_be_read_by_people(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    recording.write(running.engine, tmp_path / "f")
    lines = [json.loads(line) for line in (tmp_path / "f").read_text().splitlines()]
    kinds = [line["value"].get("type", "raw").split(".")[-2:][0] for line in lines]
    assert kinds[:5] == ["catalogue_released", *["product_released"] * 3, "reference_advanced"]
    assert [line["topic"] for line in lines].count(REFERENCE) == 4


def test_reference_records_stand_before_the_first_marker_that_releases_them(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    running.engine.release([a_product("late")])
    running.live()
    recording.write(running.engine, tmp_path / "f")
    messages = list(recording.read(tmp_path / "f"))
    released = 0
    for message in messages:
        if message.topic == REFERENCE:
            released += 1
        elif b"reference_advanced" in message.value:
            assert json.loads(message.value)["data"]["offset"] <= released
    assert released == 5


def test_headers_of_the_engine_are_not_recorded(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.say(SPOKE, COMPLAINT)
    running.live()
    recording.write(running.engine, tmp_path / "f")
    offers = [m for m in recording.read(tmp_path / "f") if m.topic == DESK_EVENTS and m.key]
    assert offers
    assert all(m.headers == () for m in offers)


def test_a_broken_marker_is_recorded_like_any_record(tmp_path):
    log = FakeLog(partitions=1)
    raw = b'{"type":"org.suishen.engine.reference_advanced.v1"'
    log.append([Outgoing(CLIENT_EVENTS, None, raw, (), 0)])
    assert recording.write(log, tmp_path / "f") == 1


@pytest.mark.parametrize("line", ["{", "[]", '{"topic":"client-events"}', '{"topic":1,"value":2}'])
def test_a_line_that_is_no_record_is_named(tmp_path, line):
    (tmp_path / "f.jsonl").write_text(line + "\n")
    with pytest.raises(ValueError, match=r"f\.jsonl:1: not a recorded event"):
        list(recording.read(tmp_path / "f.jsonl"))


def test_a_line_may_leave_out_what_it_does_not_know(tmp_path):
    (tmp_path / "f").write_text('{"topic":"client-events","value":{"a":1}}\n')
    assert list(recording.read(tmp_path / "f")) == [Outgoing(CLIENT_EVENTS, None, b'{"a":1}')]


def test_the_hash_of_the_facts_changes_with_one_of_them(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    first = recording.facts_sha256(running.engine)
    assert recording.facts_sha256(running.engine) == first
    running.say(SPOKE, COMPLAINT)
    running.live()
    assert recording.facts_sha256(running.engine) != first
