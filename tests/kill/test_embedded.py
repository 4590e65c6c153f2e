"""The embedded host dies at any moment: nothing lost, doubled, different or over cap."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schemas import codec
from schemas.facts import CLIENT_FOLD, ContactCounted, ContactUse
from schemas.time import DAY, Instant
from streams.embedded import drain
from streams.embedded.file import EngineFile
from streams.errors import WorkerStopError
from streams.ports import Record
from streams.verify.caps import Caps
from streams.verify.embedded import compare, publish, run_under_kills, verify_embedded
from streams.verify.report import Report
from tests.builders import CLIENT, MONDAY_10
from tests.kill.dying import POINTS

pytestmark = [pytest.mark.slow, pytest.mark.untraced]
DYING = Path(__file__).with_name("dying.py")
ROOT = Path(__file__).parents[2]


def test_ten_kills_at_seeded_moments_leave_no_trace(recorded, tmp_path):
    events, concluded = recorded
    report = verify_embedded(events, tmp_path, kills=10, seed=7)
    assert report.is_clean, report
    assert report.kills_under_load == 10
    assert report.facts_sha256 == concluded
    assert min(report.events, report.outputs, report.states, report.dead_letters) > 0


@pytest.mark.parametrize("point", POINTS)
def test_a_death_at_a_named_point_leaves_no_trace(recorded, tmp_path, point):
    events, concluded = recorded
    path = tmp_path / "engine.db"
    publish(events, path)
    command = [sys.executable, str(DYING), str(path), point, "1", "2", "7"]
    died = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, check=True
    )
    assert json.loads(died.stdout) == [-signal.SIGKILL] * 3
    assert drain.main(path, limit=50) == 0
    report = Report()
    compare(path, report)
    assert report.is_clean, report
    assert report.facts_sha256 == concluded


def test_a_run_without_kills_says_what_was_said_in_life(recorded, tmp_path):
    events, concluded = recorded
    report = verify_embedded(events, tmp_path, kills=0, seed=1)
    assert (report.is_clean, report.facts_sha256, report.kills_under_load) == (True, concluded, 0)


@pytest.fixture
def finished(recorded, tmp_path):
    path = tmp_path / "engine.db"
    publish(recorded[0], path)
    assert drain.main(path, limit=500) == 0
    return path


def change(path, *statements):
    file = EngineFile(path, epoch="", partitions=0)
    for statement in statements:
        file._db.execute(statement)
    file.close()


def found(path):
    report = Report()
    compare(path, report)
    assert not report.is_clean
    return report


def test_a_lost_output_is_found(finished):
    change(
        finished,
        "delete from log where topic = 'client-facts' and offset = (select max(offset) from log "
        "where topic = 'client-facts' and partition = 0)",
    )
    report = found(finished)
    assert (report.doubled, report.different) == (0, 0)
    assert report.lost >= 1
    assert report.examples[0].startswith("missing client-facts")


def test_a_doubled_output_is_found(finished):
    change(
        finished,
        "insert into log select topic, partition, 1000000, key, value, headers, timestamp "
        "from log where topic = 'tasks' and partition = 0 and offset = 0",
    )
    report = found(finished)
    assert (report.lost, report.doubled, report.different) == (0, 1, 0)


def test_an_output_that_says_something_else_is_found(finished):
    change(
        finished,
        "update log set value = cast(replace(cast(value as text), 'tasks', 'tasks') || ' ' as blob)"
        " where topic = 'tasks' and partition = 0 and offset = 0",
    )
    report = found(finished)
    assert (report.lost, report.doubled, report.different) == (0, 0, 1)


def test_an_invented_output_is_found(finished):
    change(
        finished,
        "insert into log select topic, partition, 1000000, cast('ct_x' as blob), value, headers, 0"
        " from log where topic = 'tasks' and partition = 0 and offset = 0",
    )
    assert found(finished).different == 1


def test_a_state_that_differs_is_found(finished):
    change(finished, "delete from state where fold = 'desk'")
    report = found(finished)
    assert report.different > 0
    assert report.examples == ["1 states of the desk fold"] or "states of the desk" in str(report)


def test_a_lost_or_doubled_dead_letter_is_found(finished):
    change(finished, "delete from log where topic = 'dead-letters' and offset = 0")
    assert found(finished).lost == 1
    change(
        finished,
        "insert into log select topic, partition, 1000000, key, value, headers, timestamp "
        "from log where topic = 'dead-letters' and offset = 1",
        "update log set value = cast(replace(cast(value as text), '\"offset\":', '\"offset\":9')"
        " as blob) where topic = 'dead-letters' and offset = 2",
    )
    report = found(finished)
    assert (report.doubled, report.different) == (1, 1)


def test_a_host_that_stops_by_itself_is_told_with_its_own_words(recorded, tmp_path):
    kept = [line for line in recorded[0].read_text().splitlines() if "reference_adv" not in line]
    broken = tmp_path / "broken.jsonl"
    broken.write_text("\n".join(kept) + "\n")
    with pytest.raises(WorkerStopError, match=r"code 70: partition .* release a catalogue first"):
        verify_embedded(broken, tmp_path, kills=0, seed=1)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(WorkerStopError, match="code 70"):
        verify_embedded(broken, other, kills=2, seed=1)


def test_a_file_that_names_no_partitions_is_spread_by_key(recorded, tmp_path):
    lines = [json.loads(line) for line in recorded[0].read_text().splitlines()]
    events = [line | {"partition": None} for line in lines if line.get("key")]
    (tmp_path / "f").write_text("\n".join(json.dumps(line) for line in events[:50]) + "\n")
    publish(tmp_path / "f", tmp_path / "engine.db")
    file = EngineFile(tmp_path / "engine.db", epoch="", partitions=0)
    assert file.count == 4
    file.close()


def test_a_host_that_has_finished_was_not_killed_under_load(finished):
    draw = random.Random(1)  # noqa: S311 - moments, nothing secret
    assert run_under_kills(finished, 1, draw) == 0


def a_contact(change, at, *, task, was=None, **more):
    used = ContactUse(
        task_id=f"t_{task:032x}", change=change,
        at=None if was is None else Instant(MONDAY_10 + was),
        **({"method": "app_push", "used_week": 0, "held_week": 0, "cap_week": 2} | more),
    )  # fmt: skip
    fact = codec.build(
        ContactCounted, used, event_id=f"f{at}{change}", source=CLIENT_FOLD, key=CLIENT,
        time=Instant(MONDAY_10 + at), causeid="c", causesource=CLIENT_FOLD,
    )  # fmt: skip
    return Record("client-facts", 0, 0, CLIENT.encode(), codec.encode(fact), (), Instant(0))


def overshoot(records):
    caps = Caps()
    for record in records:
        caps.see(record)
    return caps.overshoot()


def test_contacts_beyond_a_cap_are_counted_from_the_facts():
    days = [a_contact("spent", number * 2 * DAY, task=number) for number in range(2)]
    assert overshoot(days) == 0
    assert overshoot([*days, a_contact("spent", 5 * DAY, task=9)]) == 1
    assert overshoot([*days, a_contact("spent", 7 * DAY, task=9)]) == 0
    assert overshoot([a_contact("spent", 0, task=1), a_contact("spent", 1, task=2)]) == 1


def test_a_contact_counts_from_when_it_was_and_not_from_when_it_was_told():
    told_late = a_contact("spent", DAY // 2, task=1, was=0)
    assert overshoot([told_late, a_contact("spent", DAY, task=2)]) == 0
    assert overshoot([told_late, a_contact("spent", DAY - 1, task=2)]) == 1


def test_a_contact_given_back_is_none_and_calls_have_a_cap_of_their_own():
    again = [a_contact("spent", 0, task=1), a_contact("returned", 1, task=1)]
    assert overshoot([*again, a_contact("spent", 2, task=2)]) == 0
    calls = [a_contact("spent", n * 2 * DAY, task=n, method="call") for n in range(2)]
    assert overshoot(calls) == 1


def test_a_slot_granted_beyond_the_cap_is_an_overshoot_before_it_is_used():
    assert overshoot([a_contact("held", 0, task=1, used_week=1, held_week=1)]) == 0
    assert overshoot([a_contact("held", 0, task=1, used_week=1, held_week=2)]) == 1
