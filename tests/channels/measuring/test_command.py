"""`suishen measures` and `suishen revenue` over a folder."""

import json

import pytest

from schemas.time import DAY, HOUR, Instant, format_instant
from streams.ports import Outgoing
from tests.builders import CLIENT, MONDAY_10
from tests.journeys.client.living import INFLOW
from tests.streams.readmodel.measured import Quarter
from tests.streams.running import Running

LATER = format_instant(Instant(MONDAY_10 + 10 * DAY))
HEADER = "outlet,starts,ends,yuan\n"


@pytest.fixture
def running(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    running.say("corebank.flow_posted", INFLOW)
    running.live()
    while (due := running.engine.next_due()) is not None and due <= MONDAY_10 + DAY + HOUR:
        running.clock.moment = Instant(due)
        running.engine.fire_timers(due)
        running.live()
    yield running
    running.engine.close()


def test_measures_are_told_as_one_document(running, suishen, tmp_path):
    code, out, _ = suishen("measures", "--at", LATER, "--json", "--data", tmp_path)
    found = json.loads(out)
    assert (code, found["clients"], found["outlet"]) == (0, 1, None)
    assert (found["starts"], found["ends"][:10]) == ("2026-09-30T16:00:00Z", "2026-12-03")
    reach = next(each for each in found["measures"] if each["measure"] == "reach")
    assert (reach["n"], reach["status"], reach["value"]) == (1, "few", None)
    assert found["withheld"]
    (pair,) = found["pairs"]
    assert (pair["chosen"], pair["over"], pair["many"]) == ("inflow_question", "no_action", 1)
    (standing,) = found["standings"]
    assert (standing["action"], standing["won"]["n"]) == ("inflow_question", 1)
    assert standing["apart"]["status"] == "few"
    assert {check["check"] for check in found["checks"]} >= {"burst", "short_talk"}
    assert CLIENT not in out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Reach",
                "n = 1, shown from 30",
                "Treated",
                "all clients of the book",
                "Integrity",
                "Chosen over",
            ),
        ),
        (
            "zh",
            ("触达率", "样本 1，满 30 才显示", "触达组", "名下全部客户", "行动的胜负"),
        ),
    ],
)
def test_people_read_a_table_with_definitions(running, suishen, tmp_path, language, words):
    code, out, _ = suishen("measures", "--at", LATER, "--lang", language, "--data", tmp_path)
    assert code == 0
    for word in words:
        assert word in out, word


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--period", "2026q5"), "'2026q5' is no period; write a year, a half or a quarter"),
        (("--period", "2028"), "'2028' has not begun at 2026-12-03"),
        (("--journey", "maturty"), "no journey 'maturty'; did you mean 'maturity'?"),
        (("--outlet", "nowhere"), "no client is served by an outlet 'nowhere'"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(running, suishen, tmp_path, words, message):
    code, _, err = suishen("measures", "--at", LATER, *words, "--data", tmp_path)
    assert (code, message in err) == (2, True), err


def test_a_folder_without_an_engine_is_named(suishen, tmp_path):
    for words in (("measures",), ("revenue", __file__, "--by", "finance")):
        code, _, err = suishen(*words, "--data", tmp_path / "nothing")
        assert code == 2, words
        assert "no engine in" in err or "write the header" in err


def test_a_contact_beyond_a_cap_is_an_exit_code(running, suishen, tmp_path):
    told = Quarter()
    for number in range(2):
        told.slot(CLIENT, "spent", number, at=Instant(MONDAY_10 + number * HOUR))
    running.engine.append(
        [
            Outgoing("client-facts", record.key or b"", record.value, record.headers)
            for record in told.log.read("client-facts", 0, 0, 100)
        ]
    )
    running.live()
    code, out, _ = suishen("measures", "--at", LATER, "--lang", "en", "--data", tmp_path)
    assert code == 1
    (line,) = [
        line for line in out.splitlines() if line.startswith("Contacts beyond a cap · a day")
    ]
    assert "most 2; cap 1" in line


def test_revenue_is_kept_and_shown_for_whole_periods(running, suishen, tmp_path):
    file = tmp_path / "q.csv"
    file.write_text(
        HEADER + "east,2026-10-01,2026-12-31,1250.50\neast,2026-10-01,2026-12-31,1300\n"
    )
    code, out, _ = suishen("revenue", file, "--by", "finance", "--data", tmp_path)
    assert (code, out) == (0, "2 lines kept\n")
    after = format_instant(Instant(MONDAY_10 + 60 * DAY))
    asked = ("measures", "--period", "2026q4", "--at", after, "--json", "--data", tmp_path)
    found = json.loads(suishen(*asked)[1])
    (revenue,) = [each for each in found["measures"] if each["measure"] == "revenue"]
    assert (revenue["n"], revenue["value"]) == (1, 130_000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("outlet,yuan\neast,1\n", "q.csv:1: write the header outlet,starts,ends,yuan"),
        (HEADER + "east,2026-10-01,2026-12-31,much\n", "q.csv:2: 'much' is no amount"),
        (HEADER + "east,2026-10-01,2026-12-31,1.005\n", "in whole fen"),
        (HEADER + "east,2026-12-31,2026-10-01,1\n", "lies before '2026-12-31'"),
        (HEADER + "east,october,2026-10-01,1\n", "q.csv:2: Invalid isoformat"),
        (HEADER + ",2026-10-01,2026-12-31,1\n", "no outlet"),
        (HEADER + "east,2026-10-01\n", "q.csv:2: "),
    ],
)
def test_a_file_with_a_fault_keeps_nothing(running, suishen, tmp_path, text, message):
    file = tmp_path / "q.csv"
    file.write_text(text)
    code, _, err = suishen("revenue", file, "--by", "finance", "--data", tmp_path)
    assert (code, message in err) == (2, True), err
    found = json.loads(suishen("measures", "--at", LATER, "--json", "--data", tmp_path)[1])
    (revenue,) = [each for each in found["measures"] if each["measure"] == "revenue"]
    assert revenue["status"] == "not_measured"
