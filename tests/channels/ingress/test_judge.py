"""What ingress makes of one record."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from channels.ingress.again import requeue
from channels.ingress.judge import MOST_WHOLE, judge
from schemas import codec
from schemas.dead_letter import DeadLetter
from schemas.envelope import MAX_EVENT_BYTES
from schemas.time import DAY, Instant, parse_instant
from streams import dead_letters
from streams.plain import PlainFold
from streams.ports import Outgoing, Record
from streams.processor import Partition
from streams.reference import ReferenceLog
from streams.settings import ChannelRow
from streams.topics import CLIENT_EVENTS, DESK_EVENTS
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_document
from tests.channels.ingress.channels import INVALID, a_log, body_of, code_of, key_of
from tests.streams.test_processor import Counting, a_processor

APP = ChannelRow("app", "/app")
PAGE = ("app.page_viewed", {"page": "holdings"})
KEY = CLIENT.encode()
SHOWN_AT = parse_instant("2026-11-24T00:30:00Z")
"""When the examples happened."""


def a_record(document, key=KEY, headers=(), at=MONDAY_10):
    value = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Record("client-events.app", 3, 7, key, value, headers, at)


def a_page(**more):
    return a_document(*PAGE, **({"source": "/app/ios"} | more))


def refusal_of(message):
    return dead_letters.refusal_of(Record("", 0, 0, None, b"", message.headers, Instant(0)))


def test_a_good_event_goes_on_with_the_time_its_topic_took_it():
    found = judge(a_record(a_page(received=Instant(MONDAY_10 - DAY))), APP)
    assert found.refused is None
    assert (found.message.topic, found.message.key, found.message.headers) == (
        CLIENT_EVENTS,
        KEY,
        (),
    )
    event = codec.decode(found.message.value, codec.CLIENT_LOG, key=CLIENT)
    assert event.receivedat == MONDAY_10


def test_forwarded_twice_it_is_the_same_event_byte_for_byte():
    record = a_record(a_page())
    assert judge(record, APP) == judge(record, APP)


def test_a_desks_event_goes_to_the_desks_log():
    acted = json.loads(next(line for line in VALID if '"org.suishen.desk.desk_acted.v1"' in line))
    found = judge(a_record(acted, key=b"rm-li", at=SHOWN_AT), ChannelRow("desk", "/workbench"))
    assert (found.refused, found.message.topic) == (None, DESK_EVENTS)


VALID = (
    (Path(__file__).parents[3] / "schemas" / "published" / "examples" / "valid.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
)


@pytest.mark.parametrize("source", ["/corebank", "/appraisal", "/suishen/timers"])
def test_a_source_of_another_channel_is_refused(source):
    found = judge(a_record(a_page(source=source)), APP)
    assert found.refused == "source-not-yours"
    assert refusal_of(found.message).faults[0].pointer == "/source"


@pytest.mark.parametrize("key", [None, OTHER_CLIENT.encode(), b"\xff", b""])
def test_a_record_key_that_is_not_the_events_is_refused(key):
    found = judge(a_record(a_page(), key=key), APP)
    assert (found.refused, found.message.key) == ("key-mismatch", key)


def test_what_only_the_engine_says_is_refused():
    tick = a_document("engine.ticked", {"due": "2026-11-23T02:00:00Z"}, source="/app")
    assert judge(a_record(tick), APP).refused == "type-not-yours"


def test_a_refused_record_keeps_its_bytes_and_says_where_it_came_from():
    found = judge(a_record(b"{"), APP)
    assert (found.message.topic, found.message.key, found.message.value) == (
        CLIENT_EVENTS,
        KEY,
        b"{",
    )
    said = refusal_of(found.message)
    assert (said.code, said.origin) == ("malformed-json", "client-events.app/3/7")
    assert said.received_at == MONDAY_10


def test_the_hole_of_a_desks_record_belongs_to_the_desk():
    assert judge(a_record(b"{", key=b"rm-li"), APP).message.topic == DESK_EVENTS


def test_of_a_giant_only_the_beginning_goes_on_and_a_giant_key_does_not():
    whole = judge(a_record(b"[" * MOST_WHOLE), APP).message
    cut = judge(a_record(b"[" * (MOST_WHOLE + 1), key=b"k" * 1000), APP).message
    assert (len(whole.value), len(cut.value)) == (MOST_WHOLE, MAX_EVENT_BYTES + 1)
    assert (whole.key, cut.key) == (KEY, None)
    assert refusal_of(cut).code == "too-large"


def test_binary_mode_is_made_one_document():
    page = a_page()
    data = json.dumps(page.pop("data")).encode()
    headers = tuple((f"ce_{name}", str(value).encode()) for name, value in page.items())
    found = judge(a_record(data, headers=(*headers, ("content-type", b"application/json"))), APP)
    assert found.refused is None
    assert json.loads(found.message.value)["data"] == {"page": "holdings"}


@pytest.mark.parametrize(
    ("name", "value", "data", "code"),
    [
        ("ce_source", b"\xff", b"{}", "contract-violation"),
        ("ce_source", b"/app", b"{", "malformed-json"),
        ("ce_source", b"/app", b"{}", "contract-violation"),
    ],
)
def test_a_broken_binary_event_is_refused(name, value, data, code):
    headers = (("ce_type", b"org.suishen.app.page_viewed.v1"), (name, value))
    found = judge(a_record(data, headers=headers), APP)
    assert found.refused == code


@pytest.mark.parametrize("example", INVALID, ids=lambda it: it["title"])
def test_the_bad_input_table_is_refused_once_and_buried_once(example):
    raw = body_of(example)
    row = ChannelRow("any", codec.name_of(raw)[1] or "/app")
    found = judge(a_record(raw, key=key_of(example), at=SHOWN_AT), row)
    assert found.refused == code_of(example)
    log = a_log()
    log.append([found.message._replace(topic=CLIENT_EVENTS, partition=0)])
    plain = PlainFold(Counting(), ReferenceLog(log))
    list(plain.live(log.read(CLIENT_EVENTS, 0, 0, 10)))
    assert plain.buried == ["client-events/0/1"]


def buried(found):
    """The dead letter that the processor writes of a refused record."""
    log, part = a_log(), Partition(0, 0, 0)
    log.append([found.message._replace(partition=0)])
    log.append(a_processor(Counting(), log).apply(part, log.read(CLIENT_EVENTS, 0, 0, 9)).outputs)
    (letter,) = dead_letters.read_all(log)
    return letter


def test_requeue_works_once_the_cause_is_gone():
    letter = buried(judge(a_record(a_page(source="/ios")), APP))
    with pytest.raises(ValueError, match="the cause still stands, source-not-yours: /source"):
        requeue(letter, [APP], now=MONDAY_10)
    again = requeue(letter, [ChannelRow("app", "/ios")], now=Instant(MONDAY_10 + DAY))
    assert (again.topic, again.key, again.partition) == (CLIENT_EVENTS, KEY, 0)
    assert again.headers == (("requeue-of", b"0:1"),)
    event = codec.decode(again.value, codec.CLIENT_LOG, key=CLIENT)
    assert (event.time, event.receivedat) == (MONDAY_10, MONDAY_10 + DAY)


def test_requeue_of_an_event_only_the_engine_may_say_stays_refused():
    tick = a_document("engine.ticked", {"due": "2026-11-23T02:00:00Z"}, source="/app")
    letter = buried(judge(a_record(tick), APP))
    with pytest.raises(ValueError, match="type-not-yours"):
        requeue(letter, [APP], now=MONDAY_10)


def test_requeue_names_a_channel_that_is_gone():
    letter = buried(judge(a_record(b"{"), APP))
    with pytest.raises(ValueError, match="add it to SUISHEN_CHANNELS"):
        requeue(letter, [], now=MONDAY_10)


def test_a_letter_of_no_door_is_requeued_as_it_is():
    letter = DeadLetter.model_validate_json(
        '{"topic":"client-events","partition":0,"offset":1,"fold":"client","error":"bug",'
        '"code":"ValueError","family":"book","raw":"ew=="}'
    )
    assert requeue(letter, [], now=MONDAY_10) == Outgoing(
        CLIENT_EVENTS, None, b64decode("ew=="), (("requeue-of", b"0:1"),), 0
    )
