"""A file goes to a gateway in order, whatever the gateway answers in between."""

import json
import os
import re
import subprocess

import httpx
import pytest
from starlette.testclient import TestClient

from channels import publishing
from channels.contract.publish import PUBLISHED
from channels.gateway.app import create_app
from channels.publishing import Try, described, now_of, publish_file, send
from schemas.time import DAY, Instant, format_instant, parse_instant
from streams.errors import TransientError
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT
from tests.fakes import FakeLog, StillClock

TAKEN = {"status": 202}
BAD = {
    "status": 422,
    "code": "contract-violation",
    "errors": [{"pointer": "/data/page", "expected": "text", "hint": "see the contract"}],
}


class Gateway:
    """Answers as told, and notes what it was sent."""

    def __init__(self, *answers):
        self.answers, self.bodies = list(answers), []

    def __call__(self, request):
        events = json.loads(request.content)
        self.bodies.append(events)
        status, results = self.answers.pop(0) if self.answers else (202, [TAKEN] * len(events))
        return httpx.Response(status, json=results if "code" in results else {"results": results})


@pytest.fixture
def at(monkeypatch):
    monkeypatch.setattr(publishing, "PAUSE_S", 0)

    def client(*answers):
        gateway = Gateway(*answers)
        return gateway, httpx.Client(
            base_url="http://gateway", transport=httpx.MockTransport(gateway)
        )

    return client


def test_what_was_held_is_sent_again_and_results_stay_in_order(at):
    held = {"status": 424, "code": "held"}
    gateway, client = at((207, [TAKEN, held, BAD]), (202, [TAKEN | {"id": "b"}]))
    assert send(client, ["a", "b", "c"]) == [TAKEN, TAKEN | {"id": "b"}, BAD]
    assert gateway.bodies == [["a", "b", "c"], ["b"]]


def test_a_body_refused_as_a_whole_refuses_each_event(at):
    gateway, client = at((413, {"status": 413, "code": "too-large"}))
    assert [one["code"] for one in send(client, ["a", "b"])] == ["too-large"] * 2
    assert len(gateway.bodies) == 1


def test_a_gateway_in_trouble_is_asked_again_and_then_given_up(at):
    gateway, client = at(*[(503, {"status": 503, "code": "log-unavailable"})] * 6)
    with pytest.raises(TransientError, match="does not take 1 events"):
        send(client, ["a"])
    assert len(gateway.bodies) == 6


def test_large_events_go_in_small_batches(at, tmp_path, monkeypatch):
    gateway, client = at()
    monkeypatch.setattr(publishing.httpx, "Client", lambda **_: client)
    file = tmp_path / "large.jsonl"
    file.write_text("\n".join(json.dumps("x" * 400_000) for _ in range(5)))
    assert publish_file(file, "http://gateway")["accepted"] == 5
    assert [len(body) for body in gateway.bodies] == [2, 2, 1]


def test_a_refusal_names_line_place_and_remedy(at, tmp_path, monkeypatch):
    _, client = at((207, [TAKEN, BAD]))
    monkeypatch.setattr(publishing.httpx, "Client", lambda **_: client)
    file = tmp_path / "events.jsonl"
    file.write_text('{"a": 1}\n\n{"b": 2}\n')
    [refusal] = publish_file(file, "http://gateway")["refusals"]
    assert described(file, refusal) == (
        "events.jsonl:3: contract-violation: /data/page, text, see the contract"
    )


def test_a_number_that_json_does_not_have_is_named_by_its_line(tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_text('{"a": NaN}\n')
    with pytest.raises(ValueError, match=r"events.jsonl:1: not JSON"):
        publish_file(file, "http://gateway")


EXAMPLE = PUBLISHED / "examples" / "first_try.jsonl"


def test_the_example_is_taken_at_the_banks_time_for_a_client_of_the_bank():
    clock = StillClock(Instant(MONDAY_10 + DAY))
    door = TestClient(create_app(FakeLog(partitions=1), clock))
    now = parse_instant(door.get("/v1/now").json()["now"])
    [line] = EXAMPLE.read_text().splitlines()
    told = Try(now, CLIENT)
    document = told(json.loads(line))
    assert (document["subject"], document["time"]) == (CLIENT, format_instant(clock.now()))
    headers = {"content-type": "application/cloudevents+json"}
    assert door.post("/v1/events", json=document, headers=headers).status_code == 202
    assert told(json.loads(line)) == document
    later = Try(Instant(now + 1), CLIENT)
    assert later(json.loads(line))["id"] != document["id"]


PASTE = re.compile(r'^(sed "[^|]*)\| curl --data @-', re.MULTILINE)


def pasted(client, folder, second):
    """What README's paste would send, at a second of the wall's clock."""
    root = PUBLISHED.parents[1]
    [command] = PASTE.findall((root / "README.md").read_text(encoding="utf-8"))
    date = folder / "date"
    date.write_text(f'#!/bin/sh\n[ "$1" = +%s ] && echo {second}\n')
    date.chmod(0o755)
    told = {"CT": client, "PATH": f"{folder}:{os.environ['PATH']}"}
    out = subprocess.run(["sh", "-c", command], cwd=root, env=told, capture_output=True, check=True)
    return json.loads(out.stdout)


def test_each_paste_of_the_readme_is_an_event_of_its_own(tmp_path):
    """Sent again for another client it would else be dropped as one that was heard already."""
    door = TestClient(create_app(FakeLog(partitions=1), StillClock(Instant(MONDAY_10 + DAY))))
    told = [pasted(client, tmp_path, 17 + n) for n, client in enumerate((CLIENT, OTHER_CLIENT))]
    assert [each["subject"] for each in told] == [CLIENT, OTHER_CLIENT]
    assert [each["partitionkey"] for each in told] == [CLIENT, OTHER_CLIENT]
    assert len({each["id"] for each in told}) == 2
    assert len({each["data"]["complaint"] for each in told}) == 2
    headers = {"content-type": "application/cloudevents+json"}
    for document in told:
        assert door.post("/v1/events", json=document, headers=headers).status_code == 202


def test_a_gateway_that_tells_no_time_is_named():
    with pytest.raises(TransientError, match=r"127.0.0.1:9 does not tell its time"):
        now_of("http://127.0.0.1:9")


def test_links_lead_to_the_pages_where_these_are_a_door_of_their_own(suishen, monkeypatch):
    app = create_app(FakeLog(partitions=1), StillClock(Instant(MONDAY_10 + DAY)))
    monkeypatch.setattr(publishing.httpx, "Client", lambda **_: TestClient(app))
    words = ("publish", "--now", EXAMPLE, "--to", "http://gateway", "--lang", "en")
    assert "http://gateway/events?event_id=" in suishen(*words)[1]
    code, out, _ = suishen(*words, "--pages", "http://workbench")
    assert (code, "what became of it: http://workbench/events?event_id=" in out) == (0, True)
    assert suishen("publish", EXAMPLE, "--pages", "http://workbench")[0] == 2


@pytest.mark.parametrize("token", ["Wang", "ct_…", "ct_0f3a", CLIENT.upper()])
def test_a_client_that_is_no_token_is_refused_before_anything_is_sent(suishen, token):
    code, out, err = suishen("publish", "--now", "--client", token, EXAMPLE, "--to", "http://x:9")
    assert (code, out) == (2, "")
    assert f"Invalid value for '--client': '{token}' is no client token" in err
    assert "The address of a client's page ends in it" in err


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            (),
            ["已发送 22 条，受理 0 条，拒绝 22 条", "拒绝原因：contract-violation（22 条）",
             "以下为前 20 条被拒绝的事件："],
        ),
        (
            ("--lang", "en"),
            ["22 sent, 0 accepted, 22 refused", "refused for: contract-violation (22)",
             "the first 20 of those refused:"],
        ),
    ],
)  # fmt: skip
def test_counts_and_refusals_are_told_in_the_readers_language(
    at, suishen, monkeypatch, tmp_path, lang, said
):
    _, client = at((207, [BAD] * 22))
    monkeypatch.setattr(publishing.httpx, "Client", lambda **_: client)
    file = tmp_path / "events.jsonl"
    file.write_text('{"a": 1}\n' * 22)
    code, out, _ = suishen("publish", file, "--to", "http://gateway", *lang)
    told = out.splitlines()
    assert (code, told[:3]) == (1, said)
    assert len(told) == 23
    assert told[3].startswith("events.jsonl:1: contract-violation: /data/page")


def test_a_page_of_each_event_is_told_in_chinese_first(suishen, monkeypatch):
    app = create_app(FakeLog(partitions=1), StillClock(Instant(MONDAY_10 + DAY)))
    monkeypatch.setattr(publishing.httpx, "Client", lambda **_: TestClient(app))
    code, out, _ = suishen("publish", "--now", EXAMPLE, "--to", "http://gateway")
    assert code == 0
    assert out.splitlines()[0] == "已发送 1 条，受理 1 条，拒绝 0 条"
    assert "处理结果见：http://gateway/events?event_id=" in out
    out = suishen("publish", EXAMPLE, "--to", "http://gateway", "--json")[1]
    assert json.loads(out)["accepted"] == 1
