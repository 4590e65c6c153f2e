"""What became of a decision's task: contacted or not, and change by change."""

import json
import re
from types import SimpleNamespace

import pytest

from channels.offline import ENGINE
from channels.why.became_told import Became
from channels.workbench.wording import Words
from schemas.facts import ContactUse
from schemas.time import DAY, HOUR, Instant
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.past import Past
from tests.builders import MONDAY_10, the_catalogue
from tests.channels.simulator.a_task import a_task

LATER = Instant(MONDAY_10 + HOUR)


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


@pytest.mark.untraced
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


@pytest.fixture(scope="module")
def worked(life):
    """Decisions of that life with the tasks and slot moves that came of each."""
    past = Past(FileLog.of(life / "log.jsonl"))
    issued = [one for one in past.decisions() if one.event.data.task_ids]
    asked = {"is_written": False}
    return [(one, past.tasks(one, **asked), past.slots(one, **asked)) for one in issued]


def test_a_desk_that_began_a_contact_says_what_was_asked_then(suishen, life, worked):
    begun = next(
        taken
        for taken, tasks, slots in worked
        if any(one.state == "started" and one.desk and one.marketing for one in tasks)
        and any(one.data.change == "spent" for one in slots)
    )
    words = ["explain", begun.event.data.decision_id, "--data", life]
    english = suishen(*words, "--lang", "en")[1]
    line = next(one for one in english.splitlines() if "the desk began the contact: " in one)
    assert re.search(r"slot used \(\d of 2 in 7 days\), asked then and passed: stops, ", line)
    assert "此时已核并通过：停联、" in suishen(*words)[1]


def test_a_slot_is_held_when_the_app_is_offered_it_and_used_when_it_is_shown(suishen, life, worked):
    shown = next(
        taken
        for taken, tasks, slots in worked
        if {one.data.change for one in slots} >= {"held", "spent"} and tasks[0].channel == "app"
    )
    english = suishen("explain", shown.event.data.decision_id, "--data", life, "--lang", "en")[1]
    assert re.search(r" proposed: open until .*, slot held \(\d of 2 in 7 days\)", english)
    assert re.search(r" shown to the client: slot used \(\d of 2 in 7 days\)", english)


def test_who_was_not_reached_gives_the_slot_back():
    asleep = {"state": "snoozed", "state_reason": "unreachable", "attempts": 1}
    first = a_task(state="proposed", changed_at=MONDAY_10)
    known = first.model_dump(exclude={"state_reason"})
    tried = a_task(**known | {"version": 2, "changed_at": LATER} | asleep)
    use = {"task_id": first.task_id, "method": "call", "used_week": 0, "held_week": 0}
    fact = SimpleNamespace(
        time=LATER, data=ContactUse(change="returned", cap_week=2, **use), type="counted"
    )
    for language, said in (
        ("en", "who is not reached is not contacted, slot given back (0 of 2 in 7 days)"),
        ("zh", "未联系上不算联系，名额归还（7 天 0/2）"),
    ):
        became = Became(Words(language, the_catalogue().at(MONDAY_10)))
        assert said in "\n".join(became.lines((first, tried), (fact,)))


def test_a_service_contact_says_that_stops_alone_are_asked():
    lines = lived({"state": "started", "marketing": False, "window": None})

    assert lines[3].endswith(
        "the desk began the contact: a service contact: stops alone are asked then"
    )
