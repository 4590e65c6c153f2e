import json

import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from channels.gateway.app import create_app
from channels.gateway.counting import DoorMetrics
from journeys.step import Place
from schemas.reference import Stop
from schemas.time import DAY, HOUR, Instant, format_instant
from streams.errors import TransientError
from streams.metrics import Metrics
from streams.ports import Outgoing
from streams.settings import ChannelRow
from tests.builders import MONDAY_10, OTHER_CLIENT, a_document
from tests.streams.readmodel.facts_made import TASK, a_task

JSON = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}


class Log:
    """A publisher that keeps what it is given, or is away."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.away = False

    async def publish(self, messages):
        if self.away:
            raise TransientError("away")
        self.taken.extend(messages)
        return [Place(0, at) for at, _ in enumerate(messages)]


class At:
    def now(self):
        return MONDAY_10


class Known:
    """A read model with one event and one task."""

    def __init__(self):
        self.document = a_task().model_dump(mode="json")
        self.stop = None

    def story(self, event_id, source):
        return {"id": event_id, "state": "applied"} if event_id == "known" else None

    def task(self, task_id):
        return self.document if task_id == TASK else None

    def stop_for(self, task):
        return self.stop


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def door(log):
    return TestClient(create_app(log, At(), Known()))


def a_page(**more):
    document = a_document("app.page_viewed", {"page": "holdings"}, **more)
    del document["receivedat"]
    return document


def post(door, document, headers=JSON):
    return door.post("/v1/events", content=json.dumps(document), headers=headers)


def test_an_event_is_acknowledged_once_the_log_has_it(door, log):
    answer = post(door, a_page(event_id="e1"))
    assert answer.status_code == 202
    assert answer.json()["id"] == "e1"
    assert answer.json()["received_at"] == "2026-11-23T02:00:00Z"
    assert log.taken[0].topic == "client-events"
    assert json.loads(log.taken[0].value)["receivedat"] == "2026-11-23T02:00:00Z"


def test_what_a_channel_says_of_receivedat_is_replaced(door, log):
    post(door, a_page() | {"receivedat": "2020-01-01T00:00:00Z"})
    assert json.loads(log.taken[0].value)["receivedat"] == "2026-11-23T02:00:00Z"


def test_a_desk_action_goes_to_the_desks_log(door, log):
    action = {"task_id": "t_" + "0" * 32, "task_version": 1, "action": "accept", "actor": "li"}
    assert post(door, a_document("desk.desk_acted", action, key="rm-li")).status_code == 202
    assert (log.taken[0].topic, log.taken[0].key) == ("desk-events", b"rm-li")


def test_an_override_with_an_unknown_reason_is_refused_with_its_place_and_counted(log):
    metrics = Metrics(CollectorRegistry())
    door = TestClient(create_app(log, At(), Known(), DoorMetrics(metrics, [])))
    action = {"task_id": TASK, "task_version": 1, "action": "decline", "actor": "li"}
    said = a_document("desk.desk_acted", action | {"reason": "bored"}, key="rm-li")
    answer = post(door, said)
    assert (answer.status_code, answer.json()["code"]) == (422, "contract-violation")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/data/reason"]
    assert log.taken == []
    assert metrics.events_rejected.labels("contract-violation")._value.get() == 1


def test_a_hand_over_taken_goes_to_the_desks_log(door, log):
    act = {"handover_id": "h_" + "8" * 32, "version": 1, "action": "take", "actor": "li"}
    assert post(door, a_document("desk.handover_acted", act, key="rm-li")).status_code == 202
    assert log.taken[0].topic == "desk-events"


def test_what_a_desk_fold_says_no_channel_may_say(door):
    said = {"handover_id": "h_" + "8" * 32, "version": 1, "desk": "rm-li", "kind": "taken"}
    answer = post(door, a_document("desk.handover_answered", said))
    assert (answer.status_code, answer.json()["code"]) == (403, "type-not-yours")


def test_no_acknowledgement_while_the_log_is_away(door, log):
    log.away = True
    answer = post(door, a_page())
    assert (answer.status_code, answer.json()["code"]) == (503, "log-unavailable")
    assert answer.headers["retry-after"] == "1"


BAD = {
    "not JSON": (b"{", 400, "malformed-json"),
    "not UTF-8": (b'{"a": "\xff"}', 400, "malformed-json"),
    "NaN": (b'{"a": NaN}', 400, "malformed-json"),
    "200 levels deep": (b"[" * 200 + b"]" * 200, 400, "too-deep"),
    "not an object": (b"[]", 422, "contract-violation"),
    "64 KiB and one": (b" " * 65537, 413, "too-large"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_broken_body_is_refused_with_its_code(door, log, case):
    raw, status, codes = BAD[case]
    answer = door.post("/v1/events", content=raw, headers=JSON)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in codes
    assert log.taken == []


BROKEN = {
    "time as a number": ({"time": 0}, 422, "contract-violation", "/time"),
    "time as digits": ({"time": "1"}, 422, "contract-violation", "/time"),
    "wrong version": ({"specversion": "0.3"}, 422, "contract-violation", "/specversion"),
    "unknown type": ({"type": "org.suishen.app.flown.v1"}, 422, "unknown-type", "/type"),
    "another subject": ({"subject": OTHER_CLIENT}, 400, "key-mismatch", "/subject"),
    "a name as a key": ({"partitionkey": "Wang"}, 422, "contract-violation", "/partitionkey"),
    "ahead of our clock": ({"time": "2026-11-24T10:00:00Z"}, 422, "time-in-future", "/time"),
    "an engine's type": ({"type": "org.suishen.engine.ticked.v1"}, 403, "type-not-yours", "/type"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_contract_names_code_and_pointer(door, log, case):
    change, status, code, pointer = BROKEN[case]
    answer = post(door, a_page() | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert log.taken == []


def test_money_is_checked(door):
    flow: dict[str, object] = {
        "account": "ac_" + "0" * 16,
        "flow": "f",
        "direction": "in",
        "kind": "other",
    }
    for amount in ((2**63, "CNY"), (1, "XXX")):
        flow["amount"] = dict(zip(("amount_minor", "currency"), amount, strict=True))
        answer = post(door, a_document("corebank.flow_posted", flow))
        assert (answer.status_code, answer.json()["code"]) == (422, "contract-violation")


def test_values_are_never_echoed(door):
    secret = "138-0000-0000"
    answer = post(door, a_page() | {"partitionkey": secret, "subject": secret})
    assert secret not in answer.text


def test_all_faults_are_named_at_once(door):
    answer = post(door, a_page() | {"time": 0, "specversion": "2"})
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/time", "/specversion"}


def test_unknown_fields_and_future_words_are_accepted(door):
    page = a_page() | {"tomorrow": 1}
    page["data"] = {"page": "hologram", "more": True}
    assert post(door, page).status_code == 202


def test_a_little_ahead_is_not_the_future(door):
    assert post(door, a_page(at=Instant(MONDAY_10 + HOUR // 20))).status_code == 202
    assert post(door, a_page(at=Instant(MONDAY_10 - DAY))).status_code == 202


def test_the_idempotency_key_is_the_events_id(door):
    assert post(door, a_page(event_id="e1"), JSON | {"idempotency-key": "e1"}).status_code == 202
    assert post(door, a_page(event_id="e1"), JSON | {"idempotency-key": "e2"}).status_code == 422


def test_another_media_type_is_refused(door):
    assert post(door, a_page(), {"content-type": "text/plain"}).status_code == 415
    batch = door.post("/v1/events:batch", content=b"[]", headers={"content-type": "a/b"})
    assert batch.status_code == 415


def test_binary_mode_is_put_into_structured_mode(door, log):
    page = a_page(event_id="b1")
    headers = {f"ce-{name}": value for name, value in page.items() if name != "data"}
    answer = door.post("/v1/events", content=json.dumps(page["data"]), headers=headers)
    assert answer.status_code == 202
    assert json.loads(log.taken[0].value)["data"] == {"page": "holdings"}
    assert door.post("/v1/events", content=b"{", headers=headers).status_code == 400


def test_a_batch_answers_for_each_event(door, log):
    batch = [a_page(event_id="e1"), a_page(event_id="e2") | {"time": 0}]
    answer = door.post("/v1/events:batch", content=json.dumps(batch), headers=BATCH)
    assert answer.status_code == 207
    assert [each["status"] for each in answer.json()["results"]] == [202, 422]
    assert len(log.taken) == 1
    whole = door.post("/v1/events:batch", content=json.dumps(batch[:1]), headers=BATCH)
    assert whole.status_code == 202


def test_a_batch_holds_later_events_of_a_client_whose_first_failed(door, log):
    log.away = True
    batch = [a_page(event_id="e1"), a_page(event_id="e2"), a_page(event_id="e3", key=OTHER_CLIENT)]
    batch.append(a_page() | {"time": 0})
    answer = door.post("/v1/events:batch", content=json.dumps(batch), headers=BATCH)
    codes = [each["code"] for each in answer.json()["results"]]
    assert codes == ["log-unavailable", "held", "log-unavailable", "contract-violation"]


def test_a_batch_that_is_none_is_refused(door):
    assert door.post("/v1/events:batch", content=b"{", headers=BATCH).status_code == 400
    assert door.post("/v1/events:batch", content=b"{}", headers=BATCH).status_code == 422
    many = json.dumps([{}] * 501)
    assert door.post("/v1/events:batch", content=many, headers=BATCH).status_code == 422


def test_a_story_is_told_or_asked_for_again_later(door):
    assert door.get("/v1/events/known").json()["state"] == "applied"
    assert door.get("/v1/events/other").json()["code"] == "event-unknown"


HOURS = {"opens": 540, "closes": 1260, "utc_offset_minutes": 480}
NIGHT = HOURS | {"utc_offset_minutes": 0}


@pytest.mark.parametrize(
    ("changes", "stop", "why_not"),
    [
        ({}, None, None),
        ({"window": HOURS}, None, None),
        ({"state": "recalled"}, None, "closed"),
        ({"expires": format_instant(MONDAY_10)}, None, "expired"),
        ({}, Stop(scope="all", reason="drill"), "stopped"),
        ({"window": NIGHT}, None, "window"),
    ],
)
def test_a_channel_asks_before_it_shows_a_task(log, changes, stop, why_not):
    known = Known()
    known.document |= changes
    known.stop = stop
    answer = TestClient(create_app(log, At(), known)).get(f"/v1/tasks/{TASK}").json()
    assert (answer["may_show"], answer["why_not"]) == (why_not is None, why_not)
    assert answer["version"] == known.document["version"]


def test_a_task_that_nobody_knows_is_a_problem(door):
    answer = door.get("/v1/tasks/t_none")
    assert (answer.status_code, answer.json()["code"]) == (404, "task-unknown")


def test_limits_and_types_are_data(door):
    assert door.get("/v1/limits").json()["event_bytes"] == 65536
    assert any(each["family"] == "book" for each in door.get("/v1/types").json())
    assert door.get("/livez").json() == {"status": "alive"}


def test_metrics_know_channels_and_types_and_nothing_else(log):
    metrics = Metrics(CollectorRegistry())
    watch = DoorMetrics(metrics, [ChannelRow("app", "/app")])
    door = TestClient(create_app(log, At(), Known(), watch))
    post(door, a_page())
    post(door, a_page(source="/elsewhere"))
    batch = json.dumps([a_page(), a_page() | {"time": 0}])
    door.post("/v1/events:batch", content=batch, headers=BATCH)
    door.post("/v1/events", content=b"x", headers={"content-type": "text/plain"})
    log.away = True
    post(door, a_page())
    value = metrics.registry.get_sample_value
    page = {"event_type": "app.page_viewed.v1"}
    assert value("suishen_events_received_total", {"channel": "app"} | page) == 2
    assert value("suishen_events_received_total", {"channel": "other"} | page) == 1
    refused = {"contract-violation": 1, "wrong-media-type": 1, "log-unavailable": None}
    for reason, count in refused.items():
        assert value("suishen_events_rejected_total", {"reason": reason}) == count
    for code, count in {"202": 2, "207": 1, "415": 1, "503": 1}.items():
        assert value("suishen_publish_requests_total", {"code": code}) == count
    assert value("suishen_publish_seconds_count") == 5
