from collections import Counter

import pytest
from pydantic_core import to_json

from channels.gateway.door import accept
from channels.simulator.answers import Answers
from channels.simulator.complaints import Complaints
from channels.simulator.mix import read_mix
from channels.simulator.world import Agenda, Truth, World
from schemas.time import DAY, HOUR, MINUTE, Instant, parse_instant
from tests.channels.simulator.a_task import MONDAY_10, a_task
from tests.channels.simulator.lives import MONDAY, a_bank


def a_world(**response) -> World:
    mix = read_mix()
    return World({**mix, "response": {**mix["response"], **response}}, Agenda(MONDAY), Truth())


def a_client(**changes):
    client = a_bank(clients=1).clients[0]
    for name, value in changes.items():
        setattr(client, name, value)
    return client


def talks(client, *, at=MONDAY_10, **task) -> Counter[str]:
    """The outcomes of a thousand talks."""
    answers = Answers(a_world())
    touched = list(client.contacts)
    found: Counter[str] = Counter()
    for number in range(1000):
        client.contacts = list(touched)
        found[answers.to_talk(client, a_task(number, **task), at)] += 1
    return found


def test_a_talk_that_meets_a_wish_converts_more_often():
    keen, cold = (talks(a_client(needs_placing=needs)) for needs in (True, False))
    assert keen["converted"] > 3 * cold["converted"]


def test_only_a_worried_client_is_reassured():
    task = {"action": "worry_reassure"}
    calm = talks(a_client(wishes={}), **task)
    worried = talks(a_client(wishes={"worry": Instant(MONDAY_10 + DAY)}), **task)
    assert worried["converted"] > 3 * calm["converted"]


def test_a_tired_client_refuses_more():
    fresh = talks(a_client(needs_placing=True, contacts=[]))
    tired = talks(a_client(needs_placing=True, contacts=[MONDAY_10 - DAY] * 5))
    assert tired["refused"] > 1.5 * fresh["refused"]
    assert tired["converted"] < fresh["converted"]


def test_fatigue_is_gone_after_fourteen_days():
    assert a_client(contacts=[MONDAY_10 - 15 * DAY]).fatigue(MONDAY_10) == 0


def test_a_client_is_reached_around_the_habitual_hour():
    near, far = (talks(a_client(habit=habit)) for habit in (10 * 60, 22 * 60))
    assert far["unreachable"] > 1.4 * near["unreachable"]


def test_the_channel_a_client_likes_works_better():
    liked, other = (talks(a_client(likes=likes, needs_placing=True)) for likes in ("remote", "app"))
    assert liked["converted"] > other["converted"]


def test_an_answer_depends_on_client_and_task_not_on_what_was_asked_before():
    client, answers = a_client(), Answers(a_world())
    alone = answers.to_talk(client, a_task(9), MONDAY_10)
    client.contacts.clear()
    client.rng.random()
    assert Answers(a_world()).to_talk(client, a_task(9), MONDAY_10) == alone


def test_every_answer_is_on_the_wall_of_truth_with_its_causes():
    world, client = a_world(), a_client()
    outcome = Answers(world).to_talk(client, a_task(1), MONDAY_10)
    (row,) = world.truth.rows
    assert (row["row"], row["outcome"], row["client"]) == ("answer", outcome, client.key)
    assert row.keys() >= {"task", "channel", "wish_met", "fatigue", "near_habit", "channel_liked"}


def test_a_screen_may_be_closed_without_an_answer_and_the_truth_says_so():
    world, client = a_world(screen_answers=0.0), a_client()
    assert Answers(world).to_screen(client, a_task(), MONDAY_10) is None
    assert world.truth.rows[0]["outcome"] == "closed"


def test_a_screen_may_be_refused():
    world = a_world(screen_answers=99.0, screen_refuses=1.0)
    assert Answers(world).to_screen(a_client(), a_task(), MONDAY_10) == "refused"


def plans_after(outcome, client, **task):
    world = a_world(
        opts_out_after_refusal=1.0, complains_after_refusal=1.0, no_calls_after_refusal=1.0
    )
    world.agenda.admit(client)
    Answers(world, Complaints(world).follows()).follow(client, a_task(**task), outcome, MONDAY_10)
    return {doing.what for doing in world.agenda.due(Instant(MONDAY_10 + 3 * DAY))}


def test_a_converted_client_trades():
    assert plans_after("converted", a_client()) == {"buy"}


def test_a_client_who_agrees_before_maturity_places_the_money_when_it_comes():
    client = a_client()
    plans_after("converted", client, journey="maturity")
    assert client.promised


def test_a_refusal_may_lead_to_opt_out_complaint_and_the_do_not_call_list():
    assert plans_after("refused", a_client()) == {"opt_out", "complaint", "no_calls"}


def test_a_solved_complaint_is_off_the_clients_mind():
    client = a_client(wishes={"complain": Instant(MONDAY_10 + DAY)})
    plans_after("solved", client, action="complaint_follow_up")
    assert client.wishes == {}


def shown(task, at, *, seed=7):
    """What the app reports when the client opens it once at `at` with this task waiting."""
    bank = a_bank(clients=1, seed=seed, start=at)
    (client,) = bank.clients
    bank.see_task(task.model_copy(update={"client": client.key}), at)
    bank._visits.visit(client, at)
    said = [message for minute in range(5) for message in bank.emit(Instant(at + minute * MINUTE))]
    for message in said:
        accept(to_json(message.body), now=Instant(at + 5 * MINUTE))
    return [
        (message.body["type"].split(".")[3], message.body["data"])
        for message in said
        if ".desk.task_" in message.body["type"]
    ]


def an_app_task(**changes):
    return a_task(channel="app", method="app_push", desk=None, state="proposed", **changes)


def test_the_app_shows_a_task_at_the_next_visit_and_reports_the_answer():
    reports = [shown(an_app_task(number=number), MONDAY_10) for number in range(20)]
    assert all(report[0][0] == "task_presented" for report in reports)
    assert any(report[1:] and report[1][0] == "task_outcome_reported" for report in reports)


def test_the_ai_channel_reports_for_itself():
    bank = a_bank(clients=1, start=MONDAY_10)
    (client,) = bank.clients
    task = an_app_task().model_copy(update={"client": client.key})
    bank.see_task(
        a_task(channel="ai", method="app_push", desk=None, state="proposed", client=client.key),
        MONDAY_10,
    )
    bank._visits.visit(client, MONDAY_10)
    said = [m for n in range(3) for m in bank.emit(Instant(MONDAY_10 + n * MINUTE))]
    sources = {m.body["source"] for m in said if ".desk." in m.body["type"]}
    assert sources == {"/channel/ai"}
    assert task.channel == "app"


@pytest.mark.parametrize(("clock", "is_shown"), [("20:58", True), ("20:59", False)])
def test_nothing_is_shown_after_the_window_closes(clock, is_shown):
    at = parse_instant(f"2026-11-02T{clock}:00+08:00")
    (name, data) = shown(an_app_task(), at)[0]
    assert (name == "task_presented") is is_shown
    assert data.get("reason") == (None if is_shown else "window")


def test_a_service_notice_has_no_hours():
    at = parse_instant("2026-11-02T23:30:00+08:00")
    assert shown(an_app_task(window=None, marketing=False), at)[0][0] == "task_presented"


def test_an_expired_task_is_not_shown():
    task = an_app_task(expires=MONDAY_10)
    assert shown(task, MONDAY_10)[0][1]["reason"] == "expired"


def test_a_task_recalled_before_the_visit_is_not_shown():
    bank = a_bank(clients=1, start=MONDAY_10)
    (client,) = bank.clients
    for version, state in ((1, "proposed"), (2, "recalled")):
        task = an_app_task(state_reason=None, version=version)
        update = {"client": client.key, "state": state}
        bank.see_task(task.model_validate(task.model_dump() | update, strict=False), MONDAY_10)
    assert client.waiting == {}


def test_a_task_of_a_client_of_another_bank_is_no_matter():
    bank = a_bank(clients=1)
    bank.see_task(a_task(), MONDAY_10)
    assert bank.clients[0].waiting == {}


def test_a_completion_by_a_person_moves_the_client_as_well():
    bank = a_bank(clients=1, start=MONDAY_10)
    (client,) = bank.clients
    client.move("cur", 500_000_000)
    bank.desks.unmanned.add("rm-01")
    bank.see_task(a_task(client=client.key, desk="rm-01"), MONDAY_10)
    done = a_task(
        client=client.key, desk="rm-01", version=5, state="completed", outcome="converted"
    )
    bank.see_task(done, MONDAY_10)
    said = []
    while (at := bank.next_time()) is not None and at <= MONDAY_10 + 37 * HOUR:
        said += bank.emit(at)
    causes = [m.body["data"].get("cause") for m in said if m.key == client.key]
    assert causes.count("trade") >= 2
