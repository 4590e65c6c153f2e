"""`suishen stop` over a folder, and over a cluster that is away."""

import json
import re

import pytest

from channels import stop_told
from schemas.time import DAY, HOUR, Instant
from streams.readmodel.database import open_database
from streams.readmodel.stops import StopSwitch
from tests.builders import MONDAY_10
from tests.journeys.client.living import INFLOW
from tests.streams.running import Running

WHY = ("--reason", "drill", "--by", "duty")
EN = ("--lang", "en")
NOWHERE = "127.0.0.1:1"


@pytest.fixture
def running(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    yield running
    running.engine.close()


def asked(running):
    """What becomes of an inflow: the tasks that a day brings."""
    running.say("corebank.flow_posted", INFLOW)
    running.live()
    while (due := running.engine.next_due()) is not None and due <= MONDAY_10 + DAY + HOUR:
        running.clock.moment = Instant(due)
        running.engine.fire_timers(due)
        running.live()
    return running.kinds("tasks")


def test_a_running_engine_hears_of_a_stop_and_of_its_end(running, suishen, tmp_path):
    place = ("--data", tmp_path, *EN)
    code, out, _ = suishen("stop", "set", "action", "inflow_question", *WHY, *place)
    assert (code, "channels obey now" in out) == (0, True)
    assert asked(running) == []
    assert suishen("stop", "lift", "action", "inflow_question", "--by", "duty", *place)[0] == 0
    running.live()
    due = running.engine.next_due()
    running.clock.moment = due
    running.engine.fire_timers(due)
    running.live()
    assert running.kinds("tasks") == ["task_changed"]


def test_a_list_tells_who_stopped_what_and_when(running, suishen, tmp_path):
    place = ("--data", tmp_path, *EN)
    assert "nothing was ever stopped" in suishen("stop", "list", *place)[1]
    suishen("stop", "set", "all", *WHY, *place)
    suishen("stop", "set", "channel", "remote", *WHY, *place)
    code, out, _ = suishen("stop", "set", "all", *WHY, *place)
    assert (code, "that is stopped already" in out) == (1, True)
    code, out, _ = suishen("stop", "lift", "outlet", "outlet_1", "--by", "lead", *place)
    assert (code, "nothing to lift: no such stop is in force" in out) == (1, True)
    suishen("stop", "lift", "all", "--by", "lead", *place)
    rows = json.loads(suishen("stop", "list", "--json", *place)[1])["stops"]
    assert [(row["scope"], row["name"], row["lifted_by"]) for row in rows] == [
        ("channel", "remote", None),
        ("all", None, "lead"),
    ]
    said = suishen("stop", "list", *place)[1]
    assert "channel remote: drill" in said
    assert "(bank time) by duty · in force" in said
    assert "all: drill" in said
    assert re.search(r"lifted \d{4}-\d\d-\d\d \d\d:\d\d \(bank time\) by lead", said)


def test_all_is_told_in_chinese_unless_english_is_asked_for(running, suishen, tmp_path):
    place = ("--data", tmp_path)
    assert "从未设置过停联" in suishen("stop", "list", *place)[1]
    assert "已执行：各渠道即时遵守" in suishen("stop", "set", "all", *WHY, *place)[1]
    assert "无须操作：已处于停联" in suishen("stop", "set", "all", *WHY, *place)[1]
    suishen("stop", "set", "channel", "remote", *WHY, *place)
    suishen("stop", "lift", "all", "--by", "lead", *place)
    code, out, _ = suishen("stop", "lift", "all", "--by", "lead", *place)
    assert (code, "没有可解除的停联" in out) == (1, True)
    said = suishen("stop", "list", *place)[1]
    at = r"\d{4}-\d\d-\d\d \d\d:\d\d（银行时间）"
    assert re.search(rf"渠道 remote：drill · duty 于 {at} 设定 · 生效中", said)
    assert re.search(rf"所有联系：drill · duty 于 {at} 设定 · lead 于 {at} 解除", said)


def test_what_could_not_be_done_while_the_log_is_away_is_told_in_both():
    unchecked = [stop_told.unchecked("action", "stay_talk", lang) for lang in ("zh", "en")]
    assert unchecked == [
        "日志不可用，未能核实：行动 stay_talk",
        "the log is away, so this could not be looked up: action stay_talk",
    ]
    assert "未能通知引擎（away）" in stop_told.say("untold", "zh", error="away")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("all", "remote"), "'all' takes no name"),
        (("channel",), "'channel' needs the name of the channel"),
        (("channel", "remot"), "no channel 'remot'; did you mean 'remote'?"),
        (("action", "stay_tlk"), "no action 'stay_tlk'; did you mean 'stay_talk'?"),
        (("outlet", "outlet_9"), "no outlet 'outlet_9'"),
    ],
)
def test_a_misspelt_stop_is_refused(running, suishen, tmp_path, words, message):
    code, _, err = suishen("stop", "set", *words, *WHY, "--data", tmp_path)
    assert (code, message in err) == (2, True)


def test_doors_obey_while_the_log_is_away(suishen, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'views.db'}"
    monkeypatch.setenv("SUISHEN_DATABASE", url)
    code, _, err = suishen("stop", "set", "all", *WHY, "--bootstrap", NOWHERE, *EN)
    assert (code, "channels obey" in err, "repeat this" in err) == (70, True, True)
    database = open_database(url)
    assert [stop.scope for stop in StopSwitch(database).in_force()] == ["all"]
    database.dispose()
