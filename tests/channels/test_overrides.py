"""Overrides: what desks decline, with drift and bias."""

import json

import pytest

from channels.overrides import report
from channels.overrides_cli import lines
from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, MINUTE, Instant
from streams.readmodel.database import open_database
from streams.readmodel.overrides import Overrides
from tests.builders import MONDAY_10, the_catalogue
from tests.streams.readmodel.facts_made import Desk, project

POLICY = the_catalogue().at(MONDAY_10).desk


class Bank:
    """Tasks that desks have closed, a minute after each other."""

    def __init__(self, folder):
        self.desk = Desk()
        self.database = open_database(f"sqlite:///{folder / 'views.db'}")
        self.answers = Overrides(self.database)
        self.closed = 0

    def close(self, *reasons, action="maturity_talk", desk="rm-li", client=1, at=MONDAY_10):
        for reason in reasons:
            self.closed += 1
            self.desk.task(
                task_id=f"t_{self.closed:032x}",
                action=action,
                desk=desk,
                client=f"ct_{client:032x}",
                state=TaskState.COMPLETED if reason is None else TaskState.DECLINED,
                state_reason=reason,
                outcome=Outcome.INTERESTED if reason is None else None,
                changed_at=Instant(at + self.closed * MINUTE),
            )

    def report(self):
        project(self.database, self.desk)
        return report(self.answers, POLICY, until=Instant(self.answers.last_at() + 1))


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path)
    yield bank
    bank.database.dispose()


def test_a_report_counts_by_action_desk_and_group(bank):
    bank.desk.serve("ct_" + f"{1:032x}", tier="private")
    bank.desk.serve("ct_" + f"{2:032x}", tier="mass")
    bank.close(*[None] * 36, *["no_time"] * 4)
    bank.close(*[None] * 20, *["client_refuses"] * 20, desk="rm-wang", client=2)
    found = bank.report()
    assert found["tasks"] == 80
    assert found["reasons"] == {"client_refuses": 20, "no_time": 4}
    (action,) = found["actions"]
    assert (action["name"], action["overridden"], action["share"]) == ("maturity_talk", 24, 0.3)
    assert action["low"] < 0.3 < action["high"]
    assert [(row["name"], row["share"]) for row in found["desks"]] == [
        ("rm-li", 0.1), ("rm-wang", 0.5)
    ]  # fmt: skip
    assert [row["against_others"]["flagged"] for row in found["desks"]] == [True, True]
    assert [(row["name"], row["share"]) for row in found["groups"]] == [
        ("mass", 0.5), ("private", 0.1)
    ]  # fmt: skip


def test_a_desk_is_compared_in_the_actions_that_it_has_itself(bank):
    bank.close(*[None] * 20, *["no_time"] * 20)
    bank.close(*[None] * 40, desk="rm-wang", action="inflow_talk")
    by_name = {row["name"]: row for row in bank.report()["desks"]}
    assert by_name["rm-li"]["against_others"] is None


def test_drift_is_the_recent_span_against_the_one_before(bank):
    bank.close(*[None] * 38, *["no_time"] * 2, at=Instant(MONDAY_10 - 60 * DAY))
    bank.close(*[None] * 20, *["no_time"] * 20)
    (action,) = bank.report()["actions"]
    assert action["drift"]["difference"] == 0.45
    assert action["drift"]["flagged"] is True


def test_too_few_tasks_say_nothing(bank):
    bank.close(*[None] * 5, *["no_time"] * 5)
    (action,) = bank.report()["actions"]
    assert (action["share"], action["drift"]) == (None, None)


def test_what_a_desk_could_not_work_is_no_override(bank):
    bank.close(*[None] * 30, *["no_licence"] * 30)
    (action,) = bank.report()["actions"]
    assert (action["tasks"], action["overridden"]) == (30, 0)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["tasks closed by desks", "by client group", "too few to say", "! to be reviewed"]),
        ("zh", ["已了结任务", "按客群", "样本不足", "! 需复核"]),
    ],
)
def test_people_read_it_in_their_language(bank, lang, words):
    bank.close(*[None] * 38, *["no_time"] * 2, at=Instant(MONDAY_10 - 60 * DAY))
    bank.close(*[None] * 20, *["no_time"] * 20)
    bank.close(None, action="inflow_talk")
    told = "\n".join(lines(bank.report(), lang))
    assert [word for word in words if word not in told] == []


def test_the_command_reports_on_a_folder_and_stops_nothing(tmp_path, suishen):
    from tests.streams.running import Running  # noqa: PLC0415 - an engine of its own

    running = Running(tmp_path)
    running.release()
    running.live()
    code, out, err = suishen("overrides", "--json", "--data", tmp_path)
    assert code == 0, err
    assert json.loads(out)["tasks"] == 0
    assert "stopped" not in json.loads(out)
    assert suishen("overrides", "--guard", "--data", tmp_path)[0] == 2, "guards alone stop"
    assert "没有工位了结的任务" in suishen("overrides", "--data", tmp_path)[1]
    running.engine.close()
