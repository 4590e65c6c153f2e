import builtins
import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from channels.simulator.ears import hear
from channels.simulator.headless import Plan, run
from channels.simulator.mix import read_mix
from schemas import codec
from schemas.facts import DESK_FOLD, ActionRefused, Refusal
from schemas.tasks import DeskActionKind
from schemas.time import DAY, HOUR, MINUTE, Instant
from streams.ports import Outgoing
from tests.channels.simulator.a_task import a_task
from tests.channels.simulator.lives import MONDAY, a_bank, a_week, tasks_of, with_engine

pytestmark = pytest.mark.untraced

PROGRAM = (
    "from tests.channels.simulator.lives import with_engine\n"
    "print(with_engine(clients=25, days=5).summary['facts_sha256'])"
)


def _hash_under(seed: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()


def test_two_runs_under_different_hash_seeds_conclude_the_same():
    here = with_engine(clients=25, days=5).summary["facts_sha256"]
    assert {here, _hash_under("1"), _hash_under("2")} == {here}


def test_no_float_is_added_by_a_sum_that_differs_from_python_3_12_on(monkeypatch):
    add, summed = builtins.sum, []

    def watched(values, start=0):
        values = list(values)
        caller = sys._getframe(1).f_globals["__name__"]
        if caller.startswith("journeys."):
            summed.append(caller)
            assert not any(isinstance(value, float) for value in values), f"{caller}: {values}"
        return add(values, start)

    monkeypatch.setattr(builtins, "sum", watched)
    assert with_engine(clients=10, days=3).summary["dead_letters"] == 0
    assert summed


def test_another_seed_or_one_event_fewer_concludes_something_else():
    life = with_engine(clients=10, days=3)
    lost = next(s.message.body["id"] for s in life.said if s.kind == "corebank.flow_posted")
    others = [with_engine(clients=10, days=3, skip=lost), with_engine(clients=10, days=3, seed=8)]
    hashes = {life.summary["facts_sha256"], *(o.summary["facts_sha256"] for o in others)}
    assert len(hashes) == 3


def test_the_loop_closes():
    summary = a_week().summary
    assert summary["dead_letters"] == 0
    assert summary["decisions"] > 0
    assert summary["tasks"].keys() >= {"app", "remote"}
    assert sum(summary["outcomes"].values()) > 0
    assert summary["journeys"].keys() >= {"maturity", "large_inflow", "complaint", "application"}
    assert summary["journeys"].keys() >= {"arrival", "dormant_salary", "self_diagnosis", "drawdown"}
    assert summary["applied"] > summary["events"]


def test_what_advisers_do_is_taken_by_the_engine():
    acted = Counter(s.data["action"] for s in a_week().said if s.kind == "desk.desk_acted")
    assert acted.keys() >= {"accept", "start", "complete"}
    states = Counter(task.state.value for task in tasks_of(a_week()))
    assert states.keys() >= {"accepted", "started", "completed"}


def test_every_outcome_that_the_bank_reports_is_on_the_wall_of_truth():
    life = a_week()
    told = Counter(
        (row["task"], row["outcome"]) for row in life.bank.truth() if row["row"] == "answer"
    )
    reported: Counter[tuple[str, str]] = Counter()
    copies = set()
    for said in life.said:
        outcome = said.data.get("outcome")
        name = said.message.body["id"]
        if outcome is not None and "task_id" in said.data and name not in copies:
            copies.add(name)
            reported[said.data["task_id"], outcome] += 1
    assert reported
    assert reported <= told


def test_agents_act_in_their_hours_only():
    for said in a_week().said:
        if said.kind == "desk.desk_acted":
            minute = (said.at // MINUTE + 480) % 1440
            is_remote = said.message.key.startswith("remote")
            opens, closes = (540, 1260) if is_remote else (510, 1050)
            assert opens <= minute < closes


def test_no_marketing_is_shown_or_dialled_outside_its_window():
    life = a_week()
    tasks = {task.task_id: task for task in tasks_of(life)}
    shown = 0
    for said in life.said:
        is_shown = said.kind == "desk.task_presented" or said.data.get("action") == "start"
        if is_shown and (window := tasks[said.data["task_id"]].window) is not None:
            minute = (said.at // MINUTE + window.utc_offset_minutes) % 1440
            assert window.opens <= minute < window.closes
            shown += 1
    assert shown > 0


def test_a_run_gives_a_summary_a_recording_and_the_truth(tmp_path):
    plan = Plan(seed=7, clients=4, days=2, start=MONDAY, mix=read_mix())
    summary = run(plan, tmp_path, record=tmp_path / "log.jsonl", truth=tmp_path / "truth.jsonl")
    json.dumps(summary)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert len(lines) >= summary["applied"]
    assert (tmp_path / "truth.jsonl").exists()


def test_the_bank_does_not_hear_what_no_channel_sees():
    bank = a_bank(clients=1)
    assert hear(bank, Outgoing("client-facts", b"k", b"{}"), MONDAY) is None
    assert hear(bank, Outgoing("desk-facts", b"k", b'{"type":"else"}'), MONDAY) is None


def test_the_bank_hears_a_refusal():
    bank, desk = a_bank(clients=1), "rm-01"
    refusal = Refusal(
        task_id=a_task().task_id,
        action=DeskActionKind.ACCEPT,
        actor=desk,
        reason="already_taken",
        at=MONDAY,
    )
    cause = {"causeid": "e1", "causesource": "/desk/workbench"}
    fact = codec.build(
        ActionRefused, refusal, event_id="r1", source=DESK_FOLD, key=desk, time=MONDAY, **cause
    )
    hear(bank, Outgoing("desk-facts", desk.encode(), codec.encode(fact)), MONDAY)
    assert bank.desks.all[desk].rested == {refusal.task_id: MONDAY + HOUR}


def test_the_clock_never_runs_back():
    times = [said.at for said in a_week().said]
    assert times == sorted(times)
    assert times[-1] <= Instant(MONDAY + 9 * DAY)
