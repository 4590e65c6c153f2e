from collections import Counter

import pytest
from pydantic_core import to_json

from channels.gateway.door import accept
from channels.simulator.desks import Desks
from channels.simulator.mix import read_mix
from schemas.facts import Queue, QueueItem, Refusal
from schemas.tasks import DeskActionKind, TaskState
from schemas.time import DAY, HOUR, MINUTE, Instant, parse_instant
from tests.channels.simulator.a_task import MONDAY_10, a_task
from tests.channels.simulator.lives import MONDAY


def the_desks(**odds) -> Desks:
    """Desks that take every task up, unless told otherwise."""
    never = {"declines": 0.0, "snoozes": 0.0, "hands_over": 0.0}
    return Desks(7, {**read_mix(), "desk": never | odds}, MONDAY)


def a_queue(*tasks, desk="remote-1") -> Queue:
    items = tuple(
        QueueItem(
            task_id=task.task_id,
            task_version=task.version,
            state="assigned",
            rank=rank,
            worth_per_minute=1.0,
            fits_hours=True,
        )
        for rank, task in enumerate(tasks, start=1)
    )
    return Queue(desk=desk, items=items, minutes_left=400)


def see(desks, task, *, at=MONDAY_10):
    desks.see_task(task, at)
    desks.see_queue(a_queue(task, desk=task.desk), at)


def work(desks, *, until, answer="converted"):
    """Everything the desks do, with its minute; tasks stay as the engine last told them."""
    done = []
    while (at := desks.next_time()) is not None and at <= until:
        for message in desks.emit(at, lambda *_: answer):
            if message.body["type"].endswith("desk_acted.v1"):
                accept(to_json(message.body), now=at)
                done.append((at, message.body["data"]))
    return done


def kinds(done):
    return [data["action"] for _, data in done]


def test_a_task_is_accepted_started_and_completed_and_a_talk_takes_its_minutes():
    desks = the_desks()
    see(desks, a_task(minutes=15))
    done = work(desks, until=MONDAY_10 + 2 * HOUR)
    assert kinds(done) == ["accept", "start", "complete"]
    (_, _), (started, _), (ended, said) = done
    assert ended - started == 15 * MINUTE
    assert (said["outcome"], said["presented"]) == ("converted", True)


def test_a_client_who_was_not_reached_was_not_presented_with_anything():
    desks = the_desks()
    see(desks, a_task())
    done = work(desks, until=MONDAY_10 + 2 * HOUR, answer="unreachable")
    assert done[-1][1]["presented"] is False


def test_agents_never_act_outside_their_hours():
    desks = the_desks()
    friday_night = parse_instant("2026-11-06T23:00:00+08:00")
    see(desks, a_task(desk="rm-01", expires=Instant(friday_night + 9 * DAY)), at=friday_night)
    done = work(desks, until=friday_night + 5 * DAY)
    assert done[0][0] == parse_instant("2026-11-09T08:30:00+08:00")


def test_remote_agents_work_on_sunday():
    desks = the_desks()
    sunday = parse_instant("2026-11-08T03:00:00+08:00")
    see(desks, a_task(expires=Instant(sunday + 9 * DAY)), at=sunday)
    assert work(desks, until=sunday + DAY)[0][0] == Instant(sunday + 6 * HOUR)


def test_a_talk_that_would_outlast_the_day_begins_tomorrow():
    desks = the_desks()
    late = parse_instant("2026-11-02T17:20:00+08:00")
    see(desks, a_task(desk="rm-01", minutes=30), at=late)
    done = work(desks, until=late + DAY)
    assert kinds(done) == ["accept", "start", "complete"] or kinds(done)[:1] == ["accept"]
    starts = [at for at, data in done if data["action"] == "start"]
    assert all(at >= parse_instant("2026-11-03T08:30:00+08:00") for at in starts)


def test_marketing_is_not_dialled_outside_the_clients_hours():
    desks = the_desks()
    at_half_past_eight = parse_instant("2026-11-02T08:30:00+08:00")
    see(desks, a_task(desk="rm-01"), at=at_half_past_eight)
    done = work(desks, until=at_half_past_eight + 5 * HOUR)
    starts = [at for at, data in done if data["action"] == "start"]
    assert all(at >= parse_instant("2026-11-02T09:00:00+08:00") for at in starts)


def test_an_expired_task_is_left_alone():
    desks = the_desks()
    see(desks, a_task(expires=MONDAY_10))
    assert work(desks, until=MONDAY_10 + HOUR) == []


def test_a_desk_that_a_person_plays_is_left_alone():
    desks = the_desks()
    desks.unmanned.add("rm-01")
    see(desks, a_task(desk="rm-01"))
    assert work(desks, until=MONDAY_10 + DAY) == []


def test_a_desk_taken_over_in_the_middle_of_its_work_stops():
    desks = the_desks()
    see(desks, a_task(desk="rm-01"))
    desks.unmanned.add("rm-01")
    assert work(desks, until=MONDAY_10 + DAY) == []


def test_a_completion_by_hand_is_told_from_the_banks_own():
    desks = the_desks()
    desks.unmanned.add("rm-01")
    desks.see_task(a_task(desk="rm-01"), MONDAY_10)
    done = a_task(desk="rm-01", version=5, state="completed", outcome="converted")
    assert desks.is_done_by_hand(done)
    desks.see_task(done, MONDAY_10)
    assert not desks.is_done_by_hand(done)


@pytest.mark.parametrize(
    ("odds", "action", "field"),
    [
        ("declines", "decline", "reason"),
        ("snoozes", "snooze", "until"),
        ("hands_over", "hand_over", "to"),
    ],
)
def test_a_task_may_go_another_way(odds, action, field):
    desks = the_desks(**{odds: 1.0})
    see(desks, a_task(backups=("team-1",)))
    done = work(desks, until=MONDAY_10 + HOUR)
    assert kinds(done) == [action]
    assert field in done[0][1]


def test_a_refused_task_rests_and_the_next_is_taken_up():
    desks = the_desks()
    first, second = a_task(1), a_task(2)
    for task in (first, second):
        desks.see_task(task, MONDAY_10)
    desks.see_queue(a_queue(first, second), MONDAY_10)
    desks.emit(MONDAY_10, lambda *_: "solved")
    refusal = Refusal(
        task_id=first.task_id,
        action=DeskActionKind.ACCEPT,
        actor="remote-1",
        reason="already_taken",
        at=MONDAY_10,
    )
    desks.see_refusal(refusal, MONDAY_10)
    done = work(desks, until=MONDAY_10 + 50 * MINUTE)
    assert {data["task_id"] for _, data in done} == {second.task_id}


def test_a_start_that_the_cap_refuses_is_tried_again_the_next_day():
    desks = the_desks()
    see(desks, a_task())
    at = Instant(MONDAY_10 + 4 * MINUTE)
    before = work(desks, until=at)
    assert kinds(before) == ["accept", "start"]
    refused = a_task(version=4, state="accepted", state_reason="cap_day")
    desks.see_task(refused, at)
    desks.see_queue(a_queue(refused), at)
    after = work(desks, until=MONDAY_10 + 2 * DAY)
    assert kinds(after)[:2] == ["start", "complete"]
    assert after[0][0] >= at + DAY


def test_a_talk_left_open_is_finished():
    desks = the_desks()
    see(desks, a_task(state="started"))
    assert kinds(work(desks, until=MONDAY_10 + HOUR)) == ["complete"]


def test_a_closed_task_is_forgotten():
    desks = the_desks()
    see(desks, a_task())
    desks.see_task(a_task(version=2, state=TaskState.RECALLED), MONDAY_10)
    assert work(desks, until=MONDAY_10 + HOUR) == []


def test_a_task_recalled_in_hand_is_put_down():
    desks = the_desks()
    see(desks, a_task())
    assert kinds(work(desks, until=MONDAY_10 + MINUTE)) == ["accept"]
    desks.see_task(a_task(version=3, state=TaskState.RECALLED), Instant(MONDAY_10 + MINUTE))
    assert work(desks, until=MONDAY_10 + HOUR) == []


def test_an_unknown_desk_is_no_matter():
    desks = the_desks()
    desks.see_queue(a_queue(a_task(), desk="rm-99"), MONDAY_10)
    assert work(desks, until=MONDAY_10 + HOUR) == []


def test_rosters_come_daily_and_keep_the_hours():
    desks = the_desks()
    rosters = desks.rosters(MONDAY)
    for message in rosters:
        accept(to_json(message.body), now=MONDAY)
    shifts = {m.key: m.body["data"]["shifts"] for m in rosters}
    assert len(shifts["rm-01"]) == 5
    assert len(shifts["remote-1"]) == 7
    again = [
        message
        for days in (1, 2)
        for message in desks.emit(Instant(MONDAY + days * DAY), lambda *_: "solved")
    ]
    versions = Counter(message.body["data"]["version"] for message in again)
    assert versions == {2: len(rosters), 3: len(rosters)}
