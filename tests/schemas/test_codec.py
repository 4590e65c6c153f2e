import json
import time

import pytest
from pydantic import ValidationError

from schemas import codec
from schemas.envelope import MAX_EVENT_BYTES
from schemas.errors import Code, ContractError
from schemas.facts import DecisionMade, WealthScore, WealthScored
from schemas.signals.app import Page, PageView, PageViewed
from schemas.surprises import surprises
from schemas.time import Instant
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_document, a_position, an_event

VIEW = a_document("app.page_viewed", {"page": "maturity"})
POSITION = a_document("corebank.position_reported", a_position("cur", 100))


def raw(document, **changes):
    return json.dumps(document | changes).encode()


def refused(body, kinds=codec.CLIENT_LOG, key=None):
    with pytest.raises(ContractError) as caught:
        codec.decode(body, kinds, key=key)
    return caught.value


def test_an_event_is_read_as_its_type():
    event = codec.decode(raw(VIEW), codec.CLIENT_LOG, key=CLIENT)
    assert isinstance(event, PageViewed)
    assert (event.data.page, event.time) == (Page.MATURITY, MONDAY_10)


def test_a_log_of_one_type_is_read_too():
    assert codec.decode(raw(VIEW), (PageViewed,)).id == VIEW["id"]


def test_the_same_event_sent_again_reads_the_same():
    assert codec.decode(raw(VIEW), codec.CLIENT_LOG) == codec.decode(raw(VIEW), codec.CLIENT_LOG)


def test_what_was_written_is_written_again_byte_for_byte():
    written = codec.encode(codec.decode(raw(POSITION), codec.CLIENT_LOG))
    assert codec.encode(codec.decode(written, codec.CLIENT_LOG)) == written


def test_fields_without_a_value_are_left_out_and_instants_are_text():
    event = codec.build(
        PageViewed,
        PageView(page=Page.MATURITY),
        event_id="e1",
        source="/app/ios",
        key=CLIENT,
        time=Instant(0),
    )
    assert json.loads(codec.encode(event)) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "/app/ios",
        "type": "org.suishen.app.page_viewed.v1",
        "subject": CLIENT,
        "time": "1970-01-01T00:00:00Z",
        "dataschema": "urn:suishen:schema:app.page_viewed.v1",
        "partitionkey": CLIENT,
        "datacontenttype": "application/json",
        "data": {"page": "maturity"},
    }


def test_an_event_is_made_as_over_its_class_and_refused_as_there():
    view = PageView(page=Page.MATURITY)
    made = codec.build(
        PageViewed, view, event_id="e1", source="/app/ios", key=CLIENT, time=Instant(0)
    )
    assert made == PageViewed(**dict(made))
    with pytest.raises(ValidationError):
        codec.build(PageViewed, view, event_id="", source="app", key="li", time=Instant(-1))


def test_a_missing_point_inside_a_list_is_written_as_null():
    score = WealthScore(coverage=0.5, points=(1.0, None), by_cause={}, parameters="p")
    event = codec.build(
        WealthScored,
        score,
        event_id="f1",
        source="/suishen/client-fold",
        key=CLIENT,
        time=Instant(0),
        causeid="e1",
        causesource="timer",
    )
    again = codec.decode(codec.encode(event), codec.CLIENT_FACTS)
    assert again == event


def test_too_large_is_refused_unread():
    body = b" " * (MAX_EVENT_BYTES + 1)
    assert refused(body).code is Code.TOO_LARGE


def test_exactly_64_kib_is_read():
    pad = MAX_EVENT_BYTES - len(raw(VIEW, pad=""))
    assert codec.decode(raw(VIEW, pad="x" * pad), codec.CLIENT_LOG).id == VIEW["id"]


def test_facts_may_be_larger_than_signals():
    body = b"{" + b" " * MAX_EVENT_BYTES + b"}"
    assert refused(body, codec.CLIENT_FACTS).code is Code.UNKNOWN_TYPE
    assert DecisionMade in codec.CLIENT_FACTS


def test_200_levels_are_too_deep():
    body = raw(VIEW)[:-1] + b',"nest":' + b"[" * 200 + b"]" * 200 + b"}"
    assert refused(body).code is Code.TOO_DEEP


def test_nesting_up_to_the_limit_is_read():
    inside = codec.MAX_DEPTH - 1
    body = raw(VIEW)[:-1] + b',"nest":' + b"[" * inside + b"]" * inside + b"}"
    assert surprises(codec.decode(body, codec.CLIENT_LOG)) == (1, 0)


def test_many_brackets_side_by_side_are_not_deep():
    codec.check_depth(b"[" + b"[]," * 100 + b"[]]")


def test_brackets_inside_a_text_are_not_levels():
    event = codec.decode(raw(VIEW, note='"' + "[" * 200), codec.CLIENT_LOG)
    assert surprises(event) == (1, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 65_000,
        b'{"a":"' + b'\\"' * 32_000 + b"[" * 40,
        b'"' * 65_000,
        b"\\" * 65_000,
        b'{"":' * 16_000,
    ],
    ids=["brackets", "escapes", "quotes", "backslashes", "objects"],
)
def test_hostile_bytes_are_refused_in_linear_time(body):
    began = time.thread_time()
    refused(body)
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("opened", [b"{", b"[", b"[{", b"{[{"])
def test_whatever_opens_a_level_counts(opened):
    codec.check_depth((opened * codec.MAX_DEPTH)[: codec.MAX_DEPTH])
    with pytest.raises(ContractError) as caught:
        codec.check_depth((opened * codec.MAX_DEPTH)[: codec.MAX_DEPTH] + opened[:1])
    assert caught.value.code is Code.TOO_DEEP


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_json_number_is_refused_even_in_unknown_fields(word):
    body = raw(VIEW)[:-1] + f',"mood":{word}}}'.encode()
    error = refused(body)
    assert error.code is Code.MALFORMED_JSON
    assert error.faults[0].expected


def test_a_text_may_speak_of_infinity():
    assert surprises(codec.decode(raw(VIEW, mood="Infinity, NaN"), codec.CLIENT_LOG)) == (
        1,
        0,
    )


def test_a_number_too_large_in_an_unknown_field_does_not_break_what_we_write():
    event = codec.decode(raw(VIEW)[:-1] + b',"mood":1e400}', codec.CLIENT_LOG)
    assert json.loads(codec.encode(event))["mood"] is None


def test_a_key_that_is_another_clients_is_refused():
    error = refused(raw(VIEW), key=OTHER_CLIENT)
    assert (error.code, error.faults[0].pointer) == (Code.KEY_MISMATCH, "/partitionkey")


def test_a_subject_that_is_not_the_key_is_refused():
    error = refused(raw(VIEW, subject=OTHER_CLIENT), key=CLIENT)
    assert (error.code, error.faults[0].pointer) == (Code.KEY_MISMATCH, "/subject")


def test_time_may_run_ahead_by_five_minutes_and_no_more():
    limit = Instant(MONDAY_10 + codec.MAX_AHEAD)
    an_event("app.page_viewed", {"page": "maturity"}, at=limit, received=MONDAY_10)
    late = a_document("app.page_viewed", {}, at=Instant(limit + 1), received=MONDAY_10)
    assert refused(raw(late, data={"page": "maturity"})).code is Code.TIME_IN_FUTURE


def test_an_event_not_yet_received_may_have_any_time():
    far = {key: value for key, value in VIEW.items() if key != "receivedat"}
    assert codec.decode(raw(far, time="9999-12-31T00:00:00Z"), codec.CLIENT_LOG).receivedat is None


def test_a_marker_has_a_subject_of_its_own():
    marker = a_document("engine.reference_advanced", {"offset": 1}, key="reference")
    assert codec.decode(raw(marker, subject="any"), codec.DESK_LOG).subject == "any"


def test_all_faults_come_at_once_and_values_do_not():
    error = refused(raw(VIEW, id="my secret", source="secret", data={"page": 7}))
    assert {fault.pointer for fault in error.faults} == {"/id", "/source", "/data/page"}
    assert "secret" not in str(error)


def test_a_rule_of_ours_is_told_in_our_words():
    action = {"task_id": "t_" + "0" * 32, "task_version": 1, "action": "decline", "actor": "li"}
    error = refused(raw(a_document("desk.desk_acted", action, key="rm-li")), codec.DESK_LOG)
    assert error.faults[0].expected == "'decline' needs 'reason'"


def test_unknown_fields_and_future_words_are_counted_at_every_depth():
    value = POSITION["data"]["value"] | {"mood": 1}
    data = POSITION["data"] | {"cause": "split", "value": value, "colour": "red"}
    event = codec.decode(raw(POSITION, data=data, shape="round"), codec.CLIENT_LOG)
    assert surprises(event) == (3, 1)


def test_future_words_in_a_list_are_counted():
    data = {"purpose": "marketing", "given": True, "methods": ["sms", "pigeon", "telepathy"]}
    assert surprises(an_event("consent.consent_changed", data)) == (0, 2)


def test_an_ordinary_event_holds_no_surprises():
    assert surprises(codec.decode(raw(POSITION), codec.CLIENT_LOG)) == (0, 0)


def test_an_unreadable_record_may_still_be_named():
    broken = raw(POSITION)[:-20]
    assert codec.name_of(broken) == (POSITION["id"], POSITION["source"])
    assert codec.name_of(b"\xff") == (None, None)


def test_an_unreadable_record_may_still_say_what_it_held():
    assert codec.family_of(raw(POSITION)[:-20], codec.CLIENT_LOG) == "book"
    assert codec.family_of(b"\xff", codec.CLIENT_LOG) == "unreadable"
    assert codec.family_of(b'{"type":"org.suishen.x.y.v1"', codec.CLIENT_LOG) == "unreadable"


def test_duplicate_names_in_an_object_are_read_as_the_last():
    assert codec.decode(raw(VIEW)[:-1] + b',"id":"e2"}', codec.CLIENT_LOG).id == "e2"
