"""What became of a decision's task: contacted or not, and change by change."""

import json

import pytest

from channels.offline import ENGINE
from channels.why.became_told import Became
from channels.workbench.wording import Words
from schemas.time import DAY, HOUR, Instant
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.past import Past
from tests.builders import MONDAY_10, the_catalogue
from tests.channels.simulator.a_task import a_task


def lived(*changes, language="en"):
    """The lines about one task: proposed, then changed so, an hour each time."""
    first = a_task(state="proposed", changed_at=MONDAY_10)
    versions = [first]
    for hours, change in enumerate(changes, start=1):
        at = {"version": hours + 1, "changed_at": Instant(MONDAY_10 + hours * HOUR)}
        known = versions[-1].model_dump(exclude={"state_reason"}) | at
        versions.append(a_task(**{**known, **change}))
    return list(Became(Words(language, the_catalogue().at(MONDAY_10))).lines(versions))


def test_a_task_that_was_worked_says_when_the_client_was_contacted_and_how_it_ended():
    lines = lived({"state": "started"}, {"state": "completed", "outcome": "converted"})

    assert lines[0] == "What became of it:"
    assert lines[1].endswith("the client was contacted, 2026-11-23 11:00")
    assert lines[2:] == [
        "    2026-11-23 10:00 proposed, desk remote-1: open until 2026-11-07 10:00",
        "    2026-11-23 11:00 the desk began the contact",
        "    2026-11-23 12:00 completed: converted",
    ]


def test_the_same_is_told_in_chinese():
    lines = lived({"state": "recalled", "state_reason": "complaint_open"}, language="zh")

    assert lines[0] == "后来："
    assert lines[1].endswith("没有联系客户")
    assert lines[3] == "    2026-11-23 11:00 已撤回：有未结投诉"


def test_a_channel_that_speaks_for_itself_shows_a_task():
    ran = {"channel": "app", "desk": None}
    lines = lived({"state": "started"} | ran, {"state": "recalled", "state_reason": "step_timeout"})

    assert "    2026-11-23 11:00 shown to the client" in lines
    assert lines[1].endswith("the client was contacted, 2026-11-23 11:00")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"state": "recalled", "state_reason": "complaint_open"},
            "    2026-11-23 11:00 recalled: complaint open",
        ),
        (
            {"state": "expired", "state_reason": "not_shown_in_time"},
            "    2026-11-23 11:00 expired: not shown before its slot lapsed",
        ),
        ({"state": "expired", "state_reason": "expired"}, "    2026-11-23 11:00 expired"),
        (
            {"state": "declined", "state_reason": "wrong_fact"},
            "    2026-11-23 11:00 declined: wrong fact",
        ),
        (
            {"state": "handed_over", "state_reason": "no_desk_hours", "desk": "rm-li"},
            "    2026-11-23 11:00 handed over, desk rm-li: no hours",
        ),
    ],
)
def test_a_task_that_was_never_worked_says_why(change, said):
    lines = lived(change)

    assert lines[1].endswith("the client was not contacted")
    assert lines[3] == said


def test_a_client_who_was_not_reached_was_tried():
    asleep = {"state": "snoozed", "state_reason": "unreachable", "attempts": 1}
    lines = lived({"state": "started"}, asleep | {"snoozed_until": Instant(MONDAY_10 + DAY)})

    assert lines[1].endswith("tried, and the client was not reached")
    assert lines[4].endswith("snoozed: not reached, attempt 1, until 2026-11-24 10:00")
    assert lines[5] == "    still open where the log ends"


def test_a_contact_that_was_not_granted_says_by_what():
    lines = lived({"state": "accepted"}, {"state": "accepted", "state_reason": "cap_day"})

    assert lines[4].endswith("the desk was not granted the contact: the day's cap is used up")


def test_a_completion_that_crossed_a_recall_is_marked():
    done = {"state": "completed", "outcome": "solved", "crossed_recall": True}
    lines = lived({"state": "recalled", "state_reason": "reversed"}, done)

    assert lines[4].endswith("completed: solved, though it had been recalled")
    assert lines[1].endswith("the client was contacted, 2026-11-23 12:00")


def test_a_decision_without_a_task_has_no_such_lines():
    assert not list(Became(Words("en", the_catalogue().at(MONDAY_10))).lines(()))


def test_a_recording_leads_to_the_same_tasks_as_the_engine_wrote(life):
    recorded, engine = Past(FileLog.of(life / "log.jsonl")), Past(FileReader(life / ENGINE))
    issued = [one for one in recorded.decisions() if one.event.data.task_ids][:6]
    for taken in issued:
        again = recorded.tasks(taken, is_written=False)
        assert again == engine.tasks(taken, is_written=True)
        assert {one.task_id for one in again} == set(taken.event.data.task_ids)


def test_a_written_decision_knows_the_intent_that_changed(life):
    recorded, engine = Past(FileLog.of(life / "log.jsonl")), Past(FileReader(life / ENGINE))
    found = next(one for one in recorded.decisions() if one.event.data.trigger == "intent")
    (change, *_) = found.intents
    assert change.on in {True, False}
    assert engine.written(found.event.data.decision_id).intents == found.intents


def test_an_account_tells_what_became_of_it(suishen, life):
    past = Past(FileLog.of(life / "log.jsonl"))
    name = next(one for one in past.decisions() if one.event.data.task_ids).event.data.decision_id
    told = [
        suishen("explain", name, *log, "--lang", "en")[1]
        for log in (("--events", life / "log.jsonl"), ("--data", life))
    ]
    assert "What became of it:" in told[0]
    assert told[0] == told[1]
    assert "后来：" in suishen("explain", name, "--data", life)[1]


def test_the_json_of_a_decision_has_every_version_of_its_tasks(suishen, life):
    past = Past(FileLog.of(life / "log.jsonl"))
    taken = next(one for one in past.decisions() if one.event.data.task_ids)
    name = taken.event.data.decision_id
    found = json.loads(suishen("explain", name, "--data", life, "--json")[1])["tasks"]
    versions = past.tasks(taken, is_written=False)
    assert [one["state"] for one in found] == [one.state for one in versions]
    assert found[0].keys() >= {"task_id", "version", "at"}
