"""What became of an event, in words of both languages."""

import json
from typing import Any

import pytest

from channels import event_told, offline
from channels.offline import ENGINE
from channels.simulator.headless import Plan, run
from channels.simulator.mix import read_mix
from channels.workbench.wording import Words, messages
from schemas import codec
from schemas.envelope import TYPE_PREFIX
from schemas.time import parse_instant
from streams import recording
from streams.embedded.file import FileReader
from streams.topics import CLIENT_EVENTS
from tests.builders import the_catalogue

MONDAY = parse_instant("2026-11-02T00:00:00+08:00")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three days of 20 clients."""
    place = tmp_path_factory.mktemp("told")
    run(Plan(seed=7, clients=20, days=3, start=MONDAY, mix=read_mix()), place)
    return place


@pytest.fixture(scope="module")
def scored(folder):
    """An event that moved a score and led to a decision with a task."""
    with offline.open_views(folder) as views:
        for event_id in _applied(folder):
            story = views.story(event_id, None)
            kinds = {each["type"] for each in story["caused"]}
            if {"fact.wealth_scored.v1", "fact.decision_made.v1", "fact.task_changed.v1"} <= kinds:
                return story, views.effects(story)
    raise AssertionError("no such event in this life")


def _applied(folder):
    reader = FileReader(folder / ENGINE)
    for partition in range(reader.partitions(CLIENT_EVENTS)):
        for record in recording.records_of(reader, CLIENT_EVENTS, partition):
            if record.key is not None:
                yield json.loads(record.value)["id"]


def test_an_event_is_told_with_its_score_its_decision_and_its_tasks(suishen, folder, scored):
    story, effects = scored
    code, english, _ = suishen("event", story["id"], "--data", folder, "--lang", "en")
    assert code == 0
    first = english.splitlines()[0]
    assert first.endswith(f" for {effects['client']}: applied")
    for part in ("(bank time)", "Wealth health score: ", " → ", "Decision d_", "  Task t_"):
        assert part in english
    code, chinese, _ = suishen("event", story["id"], "--data", folder)
    for part in (
        f"（客户 {effects['client']}），已生效",
        "财富健康评分：",
        "  决定 d_",
        "  任务 t_",
    ):
        assert part in chinese
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_the_json_of_an_event_is_its_story(suishen, folder, scored):
    _, out, _ = suishen("event", scored[0]["id"], "--data", folder, "--json")
    assert json.loads(out) == scored[0]


NOWHERE: dict[str, Any] = {"client": None, "scores": [], "decisions": [], "tasks": []}


def told(story, effects=NOWHERE, language="en"):
    words = Words(language, the_catalogue().at(MONDAY))
    return list(event_told.lines(story | {"id": "e1", "caused": []}, effects, words))


def test_a_dead_letter_says_what_was_wanted_and_whether_its_gap_is_open():
    story = {
        "state": "dead_lettered",
        "code": "not_json",
        "dead_letter": "client-events/0/3",
        "faults": [{"pointer": "", "expected": "JSON"}],
        "hole": "open",
    }
    assert told(story) == [
        "e1: dead letter",
        "  Dead letter client-events/0/3, code not_json; the gap that it left: open",
        "    /: wanted JSON",
        "  It led to nothing else",
    ]
    assert "  死信 client-events/0/3，代码 not_json；留下的缺口：未补" in told(story, language="zh")


def test_an_event_sent_twice_or_set_aside_says_so():
    story = {"state": "refused", "reason": "task_open", "repeated": True}
    assert told(story)[1:3] == ["  Reason: task open", "  It was sent again, and counted once"]


def test_a_score_that_is_not_known_and_a_decision_that_chose_nothing_are_said():
    effects = NOWHERE | {
        "scores": [{"before": None, "after": 64.25}],
        "decisions": [{"decision_id": "d_1", "chosen": []}],
    }
    lines = told({"state": "applied"}, effects)
    assert "  Wealth health score: not known → 64.2" in lines
    assert "  Decision d_1 chose nothing" in lines


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_event_and_fact_has_a_word(language):
    logs = (codec.CLIENT_LOG, codec.CLIENT_FACTS, codec.DESK_LOG, codec.DESK_FACTS)
    for kind in {kind for log in logs for kind in log}:
        name = codec.wire_type(kind).removeprefix(TYPE_PREFIX).rsplit(".v", 1)[0]
        assert messages(language).gettext(f"event.{name}") != f"event.{name}"


@pytest.mark.parametrize(("language", "said"), [("en", "slot held"), ("zh", "占用联系名额")])
def test_a_slot_that_its_offer_only_holds_is_no_contact(language, said):
    task = {"task_id": "t_1", "decision_id": "d_1", "action": "stay_talk", "channel": "app"}
    effects = NOWHERE | {
        "decisions": [{"decision_id": "d_1", "chosen": [task]}],
        "tasks": [task | {"state": "proposed"}],
    }
    story = {
        "id": "e1",
        "state": "applied",
        "caused": [
            {"type": "fact.contact_counted.v1", "task": "t_1"},
            {"type": "fact.contact_counted.v1", "task": "t_0"},
        ],
    }
    words = Words(language, the_catalogue().at(MONDAY))
    besides = list(event_told.lines(story, effects, words))[-1]
    assert said in besides
    assert {"en": "used or given back", "zh": "已用或归还"}[language] in besides
    assert "contact counted" not in besides


def test_the_command_to_paste_names_the_log_that_was_asked(suishen, folder, scored):
    story, effects = scored
    _, out, _ = suishen("event", story["id"], "--data", folder)
    decision = effects["decisions"][0]["decision_id"]
    assert f"suishen explain {decision} --data {folder}" in out
    code, _, err = suishen("explain", "d_" + "0" * 32, "--data", folder)
    assert (code, f"suishen explain --data {folder} --client" in err) == (1, True)
