"""Why a client was contacted, or was not: from a recording, and from an engine's folder."""

import json
from hashlib import sha256

import pytest

from channels.offline import ENGINE
from channels.why.listed import others
from schemas.time import DAY, Instant, format_instant
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.past import Past
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, REFERENCE
from tests.channels.why.conftest import MONDAY


@pytest.fixture(scope="module")
def issued(life):
    """A client's first decision that issued a task, made when they were known for a day."""
    past = Past(FileLog.of(life / "log.jsonl"))
    issuing = [one for one in past.decisions() if one.event.data.task_ids]
    firsts = {one.event.partitionkey: one for one in reversed(issuing)}
    return next(one for one in firsts.values() if one.event.data.decided_at > MONDAY + DAY)


@pytest.fixture(params=["recording", "folder"])
def log(request, life):
    """The options that name either log."""
    if request.param == "recording":
        return ["--events", life / "log.jsonl"]
    return ["--data", life]


def test_a_recording_is_read_like_the_logs_it_was_written_from(life):
    file, engine = FileLog.of(life / "log.jsonl"), FileReader(life / ENGINE)
    for topic in (CLIENT_EVENTS, REFERENCE):
        assert file.partitions(topic) == engine.partitions(topic)
        for partition in range(file.partitions(topic)):
            assert file.end(topic, partition) == engine.end(topic, partition)
            here = file.read(topic, partition, 3, 50)
            there = engine.read(topic, partition, 3, 50)
            assert [(r.offset, r.key, r.value) for r in here] == [
                (r.offset, r.key, r.value) for r in there
            ]
    assert file.partitions(CLIENT_FACTS) == 0


@pytest.mark.untraced
def test_every_decision_comes_out_of_the_events_as_it_was_written(life):
    again = {
        one.event.data.decision_id: one for one in Past(FileLog.of(life / "log.jsonl")).decisions()
    }
    written = Past(FileReader(life / ENGINE))
    assert len(again) > 10
    for name, one in again.items():
        assert written.written(name) == one


def test_a_client_alone_decides_as_among_all_others(life):
    past = Past(FileLog.of(life / "log.jsonl"))
    for one in list(past.decisions())[::7]:
        data = one.event.data
        assert past.again(data.decision_id, client=one.event.partitionkey) == one


@pytest.mark.untraced
def test_a_decision_is_explained_in_both_languages(suishen, log, issued):
    name = issued.event.data.decision_id
    code, english, _ = suishen("explain", name, *log, "--lang", "en")
    assert code == 0
    assert f"Decision {name}, client {issued.event.partitionkey}" in english
    assert "Chosen: " in english
    assert "priority " in english
    code, chinese, _ = suishen("explain", name, *log)
    assert (code, "选中：" in chinese, "优先级" in chinese) == (0, True, True)
    assert len(english.splitlines()) == len(chinese.splitlines())


def test_an_explanation_as_json_is_the_record_without_its_state(suishen, log, issued):
    code, out, _ = suishen("explain", issued.event.data.decision_id, *log, "--json")
    found = json.loads(out)
    assert (code, "state" in found) == (0, False)
    assert found["client"] == issued.event.partitionkey
    assert found["task_ids"] == list(issued.event.data.task_ids)


def test_a_decision_recomputed_has_the_same_bytes(suishen, log, issued):
    code, out, _ = suishen("recompute", issued.event.data.decision_id, *log, "--json")
    assert code == 0
    assert json.loads(out) == {
        "decision_id": issued.event.data.decision_id,
        "identical": True,
        "facts_sha256": sha256(issued.value).hexdigest(),
        "against_sha256": sha256(issued.value).hexdigest(),
        "differs_at": None,
        "from_state": True,
    }


def test_a_decision_that_was_tampered_with_is_found_out(life, suishen, issued, monkeypatch):
    name = issued.event.data.decision_id
    whole = Past.written

    def tampered(self, decision_id):
        taken = whole(self, decision_id)
        return taken._replace(value=taken.value.replace(b'"chosen":true', b'"chosen":false', 1))

    monkeypatch.setattr(Past, "written", tampered)
    code, out, _ = suishen("recompute", name, "--data", life, "--json")
    found = json.loads(out)
    assert (code, found["identical"], found["from_state"]) == (1, False, False)
    assert found["differs_at"] == "/data/candidates/0/chosen"


def test_why_not_asks_every_stage_and_says_what_would_have_to_change(suishen, log, issued):
    client = issued.event.partitionkey
    code, out, _ = suishen("why-not", client, "stay_talk", *log, "--lang", "en")
    assert code == 0
    for part in ("eligibility: ", "when it applies: ", "  caps: ", "arbitration: ", "  stop: "):
        assert part in out
    assert "What would have to change:" in out
    assert "CNY" in out


def test_why_not_looks_at_the_moment_that_is_asked_for(suishen, log, issued):
    """The task of a decision is open right after it, and was not before."""
    data = issued.event.data
    chosen = next(one.action for one in data.candidates if one.chosen)
    reasons = []
    for at in (data.decided_at - DAY, data.decided_at):
        moment = format_instant(Instant(at))
        words = [issued.event.partitionkey, chosen, *log, "--at", moment, "--json"]
        code, out, _ = suishen("why-not", *words)
        found = json.loads(out)
        assert (code, found["at"]) == (0, moment)
        reasons.append(found["fate"].get("reason"))
    assert reasons[0] != "task_open"
    assert reasons[1] == "task_open"


def test_why_not_writes_nothing(life, suishen, issued):
    reader = FileReader(life / ENGINE)
    ends = [reader.end(CLIENT_FACTS, n) for n in range(reader.partitions(CLIENT_FACTS))]
    suishen("why-not", issued.event.partitionkey, "stay_talk", "--data", life)
    assert ends == [reader.end(CLIENT_FACTS, n) for n in range(reader.partitions(CLIENT_FACTS))]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["explain", "d_" + "0" * 32], 1, "no decision"),
        (["recompute", "d_" + "0" * 32], 1, "no decision"),
        (["why-not", "ct_" + "0" * 32, "stay_talk"], 1, "no such client"),
        (
            ["why-not", "ct_" + "0" * 32, "stay_talk", "--at", "2026-11-03T00:00:00Z"],
            1,
            "nothing is known",
        ),
        (["why-not", "ct_" + "0" * 32, "stay_talk"], 1, "lists the clients of it"),
        (["why-not", "Wang", "stay_talk"], 2, "'Wang' is no client token: that is ct_ and 32"),
        (["explain", "--client", "Wang"], 2, "Invalid value for '--client': 'Wang' is no client"),
        (["explain", "--client", "ct_" + "0" * 32], 1, "lists the clients of it"),
        (["recompute", "d_1", "--client", "ct_…"], 2, "The address of a client's page ends in it"),
    ],
)
def test_what_is_not_there_is_said(suishen, log, words, code, said):
    found, _, err = suishen(*words, *log)
    assert (found, said in err) == (code, True)


def test_an_unknown_action_names_those_there_are(suishen, log, issued):
    code, _, err = suishen("why-not", issued.event.partitionkey, "sell_more", *log)
    assert (code, "has the id or name 'sell_more'" in err, "(stay_talk)" in err) == (2, True, True)


def test_a_time_without_a_zone_is_refused(suishen, log, issued):
    code, _, err = suishen("why-not", issued.event.partitionkey, "stay_talk", *log, "--at", "now")
    assert (code, "--at: not RFC 3339" in err) == (2, True)


def test_a_folder_without_an_engine_is_named(suishen, tmp_path):
    code, _, err = suishen("explain", "d_" + "0" * 32, "--data", tmp_path)
    assert (code, "no engine in" in err) == (2, True)


def test_two_logs_are_one_too_many(suishen, life):
    code, _, err = suishen(
        "explain", "d_" + "0" * 32, "--events", life / "log.jsonl", "--bootstrap", "h:1"
    )
    assert (code, "give one" in err) == (2, True)


def test_over_a_cluster_the_page_names_the_client():
    assert others(" --bootstrap b:9092") == "the address of a client's page ends in the token"
