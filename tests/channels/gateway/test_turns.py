"""The AI channel's door over real HTTP: a turn in, the next thing to do out."""

import threading
import time

import httpx
import pytest

from channels.gateway.turns import masked
from channels.live import Service
from schemas.time import DAY, Instant
from streams.readmodel.queries import Views
from tests.builders import CLIENT, MONDAY_10, a_baseline, a_document
from tests.fakes import StillClock
from tests.journeys.client.casework import PAYMENT
from tests.services import free_port


class Channel:
    """An AI channel that talks with one client."""

    def __init__(self, folder):
        self.clock = StillClock(MONDAY_10)
        self.service = Service(folder, self.clock, free_port(27500))
        self.thread = threading.Thread(target=self.service.run, daemon=True)
        self.thread.start()
        self.http = httpx.Client(base_url=self.service.url, timeout=60)
        self.said = 0
        self._wait()
        known = a_document(
            "corebank.baseline_loaded", a_baseline(), at=Instant(MONDAY_10 - DAY), event_id="b"
        )
        assert self.http.post("/v1/events", json=known, headers=JSON).status_code == 202

    def _wait(self):
        until = time.monotonic() + 90
        while time.monotonic() < until:
            try:
                if self.http.get("/livez").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("it did not come up")

    def post(self, kind, data, **more):
        self.said += "turn_id" not in more
        turn = {
            "turn_id": f"turn-{self.said}",
            "session_id": "s1",
            "client_ref": CLIENT,
            "type": kind,
            "data": data,
            "wait_ms": 1500,
        }
        return self.http.post("/v1/ai/turns", json=turn | more)

    def turn(self, kind, data, **more):
        answer = self.post(kind, data, **more)
        until = time.monotonic() + 90
        while answer.status_code == 202 and time.monotonic() < until:
            # Sent again it counts once: on a slow machine the answer comes a little later.
            answer = self.post(kind, data, **{"turn_id": f"turn-{self.said}", **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def need(self, record=PAYMENT, **more):
        return self.turn(
            "case.need_raised", {"request": "payment_failed", "record": record}, **more
        )

    def want(self, case_id, **more):
        data = {
            "case_id": case_id, "operation": "fix_failed_payment", "parameters": PAYMENT,
            "by": "client",
        }  # fmt: skip
        return self.turn("case.operation_wanted", data, **more)

    def service_cases(self):
        return Views(self.service._views, self.service._reader).cases(CLIENT)

    def close(self):
        self.http.close()
        self.service.stop()
        self.thread.join(60)


JSON = {"content-type": "application/cloudevents+json"}


@pytest.fixture
def ai(tmp_path):
    channel = Channel(tmp_path)
    yield channel
    channel.close()


def test_an_operation_is_carried_to_its_end_and_the_case_closes_on_the_reported_outcome(ai):
    opened = ai.need()
    assert opened["case_id"].startswith("k_")
    said = ai.want(opened["case_id"])["next"]
    assert (said["kind"], said["phase"], said["operation"]) == (
        "complete", "confirm", "fix_failed_payment"
    )  # fmt: skip
    assert said["parameters"] == PAYMENT
    assert "1,280.00元" in said["confirmation"]
    assert said["idempotency_key"] == said["operation_id"]
    can = {"can": ["operations"]}
    reply = {"operation_id": said["operation_id"], "confirmed": True, "by": "client"}
    said = ai.turn("case.operation_replied", reply, **can)["next"]
    steps = []
    while said["kind"] == "complete":
        assert (said["phase"], said["report"]) == ("execute", "corebank.step_answered")
        steps.append((said["step"], said["idempotency_key"]))
        done = {
            "operation_id": said["operation_id"],
            "key": said["idempotency_key"],
            "outcome": "done",
        }
        said = ai.turn("corebank.step_answered", done, **can)["next"]
    assert [step for step, _ in steps] == ["reserve_funds", "correct_payment", "send_payment"]
    assert len({key for _, key in steps}) == 3
    (case,) = ai.service_cases()
    assert (case["life"], case["doc"]["confirmed"]) == ("resolved", "core")


def test_a_yes_alone_solves_nothing(ai):
    opened = ai.need()
    said = ai.want(opened["case_id"])["next"]
    reply = {"operation_id": said["operation_id"], "confirmed": True, "by": "client"}
    after = ai.turn("case.operation_replied", reply)
    assert after["next"]["kind"] == "stay_silent"
    assert after["next"]["reason"] == "bank_at_work"
    (case,) = ai.service_cases()
    assert case["life"] == "waiting_bank"


def test_the_same_turn_sent_again_counts_once(ai):
    opened = ai.need()
    first = ai.want(opened["case_id"], turn_id="same")["next"]
    again = ai.want(opened["case_id"], turn_id="same")["next"]
    assert first["operation_id"] == again["operation_id"]


def test_what_is_shown_is_in_the_clients_language_and_whole(ai):
    opened = ai.need()
    said = ai.want(opened["case_id"], locale="en")
    assert "CNY 1,280.00" in said["next"]["confirmation"]
    assert said["must_show"] == [said["next"]["confirmation"]]


def test_too_little_known_is_asked_for_three_things_at_most(ai):
    said = ai.need(record={})
    assert said["next"] == {"kind": "ask", "fields": ["payment", "account", "amount"]}


def test_a_hand_over_comes_first_with_the_words_to_say(ai):
    opened = ai.need()
    ai.want(opened["case_id"])
    wish = {
        "case_id": opened["case_id"], "kind": "live", "by": "client",
        "want": "请打我电话 138 0000 0000",
    }  # fmt: skip
    said = ai.turn("case.handover_asked", wish)["next"]
    assert (said["kind"], said["desk"], said["wait"]) == ("hand_over", "team-east", "live")
    assert "无需重复" in said["say"]
    assert said["handover_id"].startswith("h_")
    (case,) = ai.service_cases()
    line = next(line for line in case["lines"] if line["kind"] == "handover")
    packet = line["doc"]["packet"]
    assert packet["want"] == "请打我电话 ***"


def test_what_was_refused_says_so_with_the_reason(ai):
    ai.need()
    said = ai.turn("case.settled", {"case_id": "k_" + "9" * 32, "solved": True, "by": "client"})
    assert said["refused"] == {"state": "refused", "reason": "unknown_case"}


def test_the_decision_is_the_one_that_an_adviser_opens(ai):
    decision_id = ai.need()["decision_id"]
    assert decision_id is not None
    assert ai.http.get(f"/decisions/{decision_id}").status_code == 200


def test_without_time_to_wait_it_says_where_to_look(ai):
    answer = ai.post("case.need_raised", {"request": "payment_failed", "record": {}}, wait_ms=0)
    assert answer.status_code in (200, 202)
    if answer.status_code == 202:
        assert answer.headers["location"] == "/v1/events/turn-1"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"client_ref": "zhang"}, "/client_ref"),
        ({"type": "corebank.flow_posted"}, "/type"),
        ({"wait_ms": 1501}, "/wait_ms"),
        ({"data": {"request": "payment_failed", "record": 7}}, "/data/record"),
    ],
)
def test_a_bad_turn_is_refused_with_its_place(ai, more, pointer):
    turn = {"kind": "case.need_raised", "data": {"request": "payment_failed"}} | more
    answer = ai.post(turn.pop("kind"), turn.pop("data"), **turn)
    assert (answer.status_code, answer.json()["code"]) == (422, "contract-violation")
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


def test_long_numbers_are_masked_and_short_ones_stay():
    said = masked({"want": "卡号6222 0212 3456 7890，金额1280", "note": {"text": "13800000000"}})
    assert said == {"want": "卡号***，金额1280", "note": {"text": "***"}}
