"""`suishen explain` and `recompute` on a life: from a recording, and from an engine's folder."""

import json
import re
from base64 import b64decode
from hashlib import sha256

import pytest

from channels.offline import ENGINE
from journeys.client import why
from journeys.client.fold import ClientFold
from journeys.decide import contact_policy
from schemas import codec
from schemas.facts import TaskChanged
from streams import recording
from streams.embedded.file import FileReader
from streams.errors import WorkerStopError
from streams.file_log import FileLog
from streams.past import Past
from streams.plain import PlainFold
from streams.topics import CLIENT_EVENTS, TASKS


@pytest.fixture(scope="module")
def past(life):
    return Past(FileLog.of(life / "log.jsonl"))


@pytest.fixture(scope="module")
def issued(past):
    """A decision that issued a task."""
    return next(one for one in past.decisions() if one.event.data.task_ids)


@pytest.fixture(params=["recording", "folder"])
def log(request, life):
    """The options that name either log."""
    if request.param == "recording":
        return ["--events", life / "log.jsonl"]
    return ["--data", life]


@pytest.mark.untraced
def test_the_reasons_told_are_those_of_the_tasks(life, past):
    """All of them; an assistant's task alone hears of no product."""
    reader, tasks = FileLog.of(life / "log.jsonl"), {}
    for partition in range(reader.partitions(CLIENT_EVENTS)):
        fold = PlainFold(ClientFold(), past.references)
        for said in fold.live(recording.records_of(reader, CLIENT_EVENTS, partition)):
            if said.topic == TASKS:
                task = codec.decode(said.value, (TaskChanged,)).data
                tasks.setdefault(task.task_id, task)
    compared = 0
    for one in past.decisions():
        taken = one.event.data
        if not taken.task_ids:
            continue
        reference = past.references.at(taken.versions.reference_offset)
        grounds = why.grounds(b64decode(taken.state), taken, reference)
        assert len(grounds) == len(taken.candidates)
        for task_id, ground in zip(taken.task_ids, grounds, strict=False):
            task = tasks[task_id]
            told = [(each.code, each.values) for each in task.reasons]
            if task.channel == "ai":
                assert all(each in ground.reasons for each in told)
            else:
                assert told == list(ground.reasons)
            compared += 1
    assert compared > 10


def test_the_decisions_of_a_client_are_listed_in_order(suishen, log, past, issued):
    client = issued.event.partitionkey
    mine = [one.event.data for one in past.decisions(client)]
    code, english, _ = suishen("explain", "--client", client, *log, "--lang", "en")
    names = [line.split()[0] for line in english.splitlines()]
    assert (code, names) == (0, [one.decision_id for one in mine])
    assert "nothing chosen" in english
    code, chinese, _ = suishen("explain", "--client", client, *log)
    assert len(chinese.splitlines()) == len(mine)
    code, out, _ = suishen("explain", "--client", client, *log, "--json")
    found = json.loads(out)["decisions"]
    assert [one["decision_id"] for one in found] == names
    chosen = next(one for one in found if one["decision_id"] == issued.event.data.decision_id)
    assert chosen["chosen"]


def test_a_client_of_whom_nothing_was_decided_is_said(suishen, log):
    code, _, err = suishen("explain", "--client", "ct_" + "0" * 32, *log)
    assert (code, "no decision about" in err) == (1, True)


def test_a_decision_that_is_not_there_tells_how_to_list_them(suishen, log):
    code, _, err = suishen("explain", "foo", *log)
    assert (code, f"suishen explain {log[0]} {log[1]} --client ct_" in err) == (1, True)


def test_an_account_names_the_cause_and_the_rules_of_the_chosen(suishen, log, issued):
    name = issued.event.data.decision_id
    code, english, _ = suishen("explain", name, *log, "--lang", "en")
    assert code == 0
    for part in ("Follows from ", "Because: ", "Rules of the chosen action (all passed):"):
        assert part in english
    code, chinese, _ = suishen("explain", name, *log)
    for part in ("来自", "缘由：", "选中行动所依规则（全部通过）："):
        assert part in chinese


def test_a_decision_taken_again_is_told_in_a_sentence(suishen, life, past, issued):
    name, catalogue = issued.event.data.decision_id, issued.event.data.versions.catalogue
    code, english, _ = suishen("recompute", name, "--data", life, "--lang", "en")
    first, second = english.splitlines()
    count = past.events_upto(issued)
    assert code == 0
    assert first == (
        f"Taken again from {count} stored events under catalogue {catalogue}: every byte equal."
    )
    assert second.endswith("the same candidates for the same reasons.")
    code, chinese, _ = suishen("recompute", name, "--data", life)
    assert f"由 {count} 个已存事件重新决定：逐字节相同。" in chinese


def test_what_is_compared_can_be_compared_elsewhere_by_its_hash(suishen, log, issued):
    name = issued.event.data.decision_id
    found = json.loads(suishen("recompute", name, *log, "--json")[1])
    assert found["identical"] is True
    assert found["facts_sha256"] == found["against_sha256"]
    assert found["facts_sha256"] == sha256(issued.value).hexdigest()


def test_of_a_recording_it_is_said_that_it_does_not_hold_what_was_issued(suishen, life, issued):
    name = issued.event.data.decision_id
    words = ("recompute", name, "--events", life / "log.jsonl")
    code, english, _ = suishen(*words, "--lang", "en")
    assert code == 0
    assert "does not hold the decision as it was written" in english
    assert "该录制不含当时写下的决定" in suishen(*words)[1]


def test_a_decision_that_comes_out_otherwise_says_where(life, suishen, issued, monkeypatch):
    whole = Past.written

    def tampered(self, decision_id):
        taken = whole(self, decision_id)
        return taken._replace(value=taken.value.replace(b'"chosen":true', b'"chosen":false', 1))

    monkeypatch.setattr(Past, "written", tampered)
    name = issued.event.data.decision_id
    code, out, _ = suishen("recompute", name, "--data", life, "--lang", "en")
    assert code == 1
    assert ": differs at /data/candidates/0/chosen." in out
    assert "other candidates or reasons" in out


def test_a_decision_without_a_task_kept_no_state(suishen, log, past):
    idle = next(one for one in past.decisions() if not one.event.data.task_ids)
    code, out, _ = suishen("recompute", idle.event.data.decision_id, *log, "--lang", "en")
    assert (code, "no state was kept" in out) == (0, True)


def test_of_what_fell_by_a_cap_its_slots_are_told_as_the_record_counts_them(suishen, log, past):
    """A decision that issued nothing kept no state: its event leads to it again."""
    fell = [
        one
        for one in past.decisions()
        if any(each.reason in contact_policy.CAPS for each in one.event.data.candidates)
    ]
    assert any(not one.event.data.task_ids for one in fell)
    for one in fell[:8]:
        made = one.event.data
        edition = past.references.at(made.versions.reference_offset).catalogue.at(made.decided_at)
        found = why.slots(past.after(one), made, edition)
        for each in made.candidates:
            if each.action in found:
                slot = found[each.action]
                assert (each.reason, each.limit) == (slot.cap, slot.limit)
                assert each.value == len(slot.made) + len(slot.held)
    idle = next(one for one in fell if not one.event.data.task_ids)
    words = ("explain", idle.event.data.decision_id, "--client", idle.event.partitionkey, *log)
    code, out, _ = suishen(*words, "--all", "--lang", "en")
    assert code == 0
    assert re.search(r"\d of \d in (24 hours|7 days|7 days of calls) \(1 (made|held)", out)


def test_a_state_that_counts_otherwise_than_the_record_tells_nothing(past):
    fell = next(
        one
        for one in past.decisions()
        if any(each.reason in contact_policy.CAPS for each in one.event.data.candidates)
    )
    made = fell.event.data
    edition = past.references.at(made.versions.reference_offset).catalogue.at(made.decided_at)
    empty = ClientFold().begin(fell.event.partitionkey)
    assert why.slots(empty, made, edition) == {}


def test_where_the_events_are_gone_the_sum_of_the_record_is_told(suishen, life, past, monkeypatch):
    def gone(_past, _taken):
        raise WorkerStopError("what came before is gone")

    monkeypatch.setattr(Past, "after", gone)
    idle = next(
        one
        for one in past.decisions()
        if not one.event.data.task_ids
        and any(each.reason in contact_policy.CAPS for each in one.event.data.candidates)
    )
    words = ("explain", idle.event.data.decision_id, "--data", life, "--all", "--lang", "en")
    code, out, _ = suishen(*words)
    assert (code, "contacts taken " in out) == (0, True)


def test_a_recording_is_held_against_the_hash_that_the_bank_kept(suishen, life, log, issued):
    kept = recording.facts_sha256(FileReader(life / ENGINE))
    words = ["recompute", issued.event.data.decision_id, *log, "--lang", "en"]
    code, out, _ = suishen(*words, "--facts-sha256", kept)
    assert (code, f"facts_sha256 is the one given: {kept}" in out) == (0, True)
    code, out, _ = suishen(*words, "--facts-sha256", "0" * 64)
    assert (code, f"facts_sha256 is {kept}, not the one given" in out) == (1, True)
    code, out, _ = suishen(*words, "--facts-sha256", "0" * 64, "--json")
    assert (json.loads(out)["log_identical"], json.loads(out)["log_facts_sha256"]) == (False, kept)
    code, _, err = suishen(*words, "--facts-sha256", "da0bb4c02faf")
    assert (code, "64 hex digits" in err) == (2, True)


def test_a_recording_says_what_it_cannot_prove(suishen, life, issued):
    words = ["recompute", issued.event.data.decision_id]
    english = suishen(*words, "--events", life / "log.jsonl", "--lang", "en")[1]
    assert "a changed file passes too. Compare the file's facts_sha256 with what the" in english
    assert "改动过的文件同样通过" in suishen(*words, "--events", life / "log.jsonl")[1]
    assert "a changed file" not in suishen(*words, "--data", life, "--lang", "en")[1]


def test_a_retry_says_which_decision_waited_and_for_what(suishen, log, past):
    tried = next(one.event for one in past.decisions() if one.event.data.trigger == "retry")
    at, client = tried.data.decided_at, tried.partitionkey
    mine = [one.event.data for one in past.decisions(client)]
    before = mine[: [one.decision_id for one in mine].index(tried.data.decision_id)]
    waited = [one for one in before if any(each.until == at for each in one.candidates)][-1]
    english = suishen("explain", tried.data.decision_id, *log, "--lang", "en")[1]
    line = english.splitlines()[2]
    assert f": the wait was over; tried again, decision {waited.decision_id} of 2026-" in line
    held = [one.action for one in waited.candidates if one.until == at]
    assert all(f"({action}), " in line for action in held)
    chinese = suishen("explain", tried.data.decision_id, *log)[1].splitlines()[2]
    assert f"等待的是决定 {waited.decision_id}（" in chinese
