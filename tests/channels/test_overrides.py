"""Overrides: what desks decline, with drift and bias, and the rule that stops an action."""

import json

import pytest

from channels.overrides import RULE, Guard, report
from channels.overrides_cli import lines
from channels.stopping import Board
from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, MINUTE, Instant
from streams.errors import TransientError
from streams.readmodel.database import open_database
from streams.readmodel.overrides import Overrides
from streams.readmodel.stops import StopSwitch
from tests.builders import MONDAY_10, the_catalogue
from tests.streams.readmodel.facts_made import Desk, project

POLICY = the_catalogue().at(MONDAY_10).desk
NOT_RIGHT = "not_right_for_client"


class Bank:
    """Tasks that desks have closed, a minute after each other, and the stop switch."""

    def __init__(self, folder):
        self.desk = Desk()
        self.database = open_database(f"sqlite:///{folder / 'views.db'}")
        self.switch = StopSwitch(self.database)
        self.told, self.away = [], False
        self.board = Board(self.switch, self._tell, lambda: the_catalogue().at(MONDAY_10))
        self.answers = Overrides(self.database)
        self.closed = 0

    def _tell(self, stops):
        if self.away:
            raise TransientError("away")
        self.told.append(stops)

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

    def look(self, at=MONDAY_10, **more):
        project(self.database, self.desk)
        return Guard(self.board, self.answers).look(at, **more)

    def report(self):
        project(self.database, self.desk)
        return report(self.answers, POLICY, until=Instant(self.answers.last_at() + 1))


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path)
    yield bank
    bank.database.dispose()


def test_three_of_fifty_stop_the_action_by_rule_and_the_engine_hears_of_it(bank):
    bank.close(*[None] * 47, *[NOT_RIGHT] * 3)
    (stop,) = bank.look()
    assert (stop.scope, stop.name) == ("action", "maturity_talk")
    assert "3 of the last 50" in stop.reason
    assert "3项" in stop.reason
    assert [kept.set_by for kept in bank.switch.history()] == [RULE]
    assert [each.name for each in bank.told[0].stops] == ["maturity_talk"]
    assert bank.look() == []


@pytest.mark.parametrize(
    "reasons",
    [
        [None] * 48 + [NOT_RIGHT] * 2,
        [None] * 46 + [NOT_RIGHT] * 3,
        [NOT_RIGHT] * 3 + [None] * 50,
        [None] * 40 + ["client_refuses", "no_time", "other", "wrong_fact"] * 5,
    ],
    ids=["below five percent", "fewer than fifty", "long ago", "other reasons"],
)
def test_otherwise_it_goes_on(bank, reasons):
    bank.close(*reasons)
    assert bank.look() == []
    assert bank.told == []


def test_each_action_is_judged_by_its_own_tasks(bank):
    bank.close(*[None] * 30, *[NOT_RIGHT] * 3)
    bank.close(*[None] * 30, action="inflow_talk")
    assert bank.look() == []


def test_what_a_person_lifts_stays_lifted_until_as_many_new_tasks_are_closed(bank):
    bank.close(*[None] * 47, *[NOT_RIGHT] * 3)
    bank.look()
    lifted = Instant(MONDAY_10 + DAY)
    bank.switch.lift("action", "maturity_talk", by="head-office", now=lifted)
    assert bank.look(lifted) == []
    bank.close(*[None] * 46, *[NOT_RIGHT] * 3, at=lifted)
    assert bank.look(lifted) == []
    bank.close(None, at=lifted)
    assert len(bank.look(lifted)) == 1


def test_while_the_log_is_away_doors_obey_and_the_engine_is_told_later(bank):
    bank.close(*[None] * 47, *[NOT_RIGHT] * 3)
    bank.away = True
    with pytest.raises(TransientError):
        bank.look()
    assert [stop.name for stop in bank.switch.in_force()] == ["maturity_talk"]
    bank.away = False
    assert bank.look(tell=True) == []
    assert [each.name for each in bank.told[0].stops] == ["maturity_talk"]


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
    told = "\n".join(lines(bank.report() | {"stopped": []}, lang))
    assert [word for word in words if word not in told] == []


def test_the_command_reports_on_a_folder_and_may_guard_it(tmp_path, suishen):
    from tests.streams.running import Running  # noqa: PLC0415 - an engine of its own

    running = Running(tmp_path)
    running.release()
    running.live()
    code, out, err = suishen("overrides", "--guard", "--json", "--data", tmp_path)
    assert code == 0, err
    assert (code, json.loads(out)["tasks"], json.loads(out)["stopped"]) == (0, 0, []), err
    assert "没有工位了结的任务" in suishen("overrides", "--data", tmp_path)[1]
    running.engine.close()
