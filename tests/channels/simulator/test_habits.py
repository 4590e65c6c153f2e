"""Paydays with their history, partners' pages, and what answers of service lead to."""

from random import Random

import pytest

from channels.simulator.applications import Applications
from channels.simulator.mix import read_mix
from channels.simulator.paydays import Paydays, history
from channels.simulator.scenes import Scenes
from channels.simulator.world import Agenda, Truth, World
from schemas.time import DAY, HOUR, MINUTE, Instant, format_instant, parse_instant
from tests.channels.simulator.a_task import MONDAY_10, a_task
from tests.channels.simulator.lives import MONDAY, a_bank

FORM = {"form": "loan", "attempt": "a1"}
SCENE = {"partner": "travel", "scene": "booking_paid", "consent": "cs1"}


def a_client(bank=None, **changes):
    client = (bank or a_bank(clients=1)).clients[0]
    for name, value in changes.items():
        setattr(client, name, value)
    return client


@pytest.mark.parametrize("payday", [1, 2, 15, 28])
@pytest.mark.parametrize("opens", ["2026-11-02T00:00:00+08:00", "2026-03-01T08:30:00+08:00"])
def test_history_is_three_whole_months_before_the_opening(opens, payday):
    start = parse_instant(opens)
    told = list(history(a_client(payday=payday, empties=True), start))
    times = [parse_instant(message.body["time"]) for message in told]
    assert [message.body["data"]["direction"] for message in told] == ["in", "out"] * 3
    assert times == sorted(times)
    assert times[-1] < start
    assert times[-2] >= start - 32 * DAY
    apart = [later - sooner for sooner, later in zip(times[::2], times[2::2], strict=False)]
    assert all(28 * DAY <= each <= 31 * DAY for each in apart)
    assert all(out - paid <= 48 * HOUR for paid, out in zip(times[::2], times[1::2], strict=True))


def test_who_keeps_the_salary_has_no_history_of_sending_it_on():
    assert list(history(a_client(empties=False), MONDAY)) == []


def kinds(bank, *, until):
    return [
        message.body["type"].split(".")[3]
        for at in range(MONDAY, until + MINUTE, MINUTE)
        for message in bank.emit(Instant(at))
        if ".desk.task_" in message.body["type"]
    ]


def test_what_a_partner_s_page_shows_is_shown_in_the_visit_and_never_by_the_app():
    bank = a_bank(clients=1)
    client = a_client(bank)
    page = {"channel": "partner", "desk": None, "window": None, "marketing": False}
    task = a_task(client=client.key, action="scene_help", state="proposed", **page)
    client.waiting[task.task_id] = task
    assert list(bank._deeds["show"](client, MONDAY, None)) == []
    bank.see_task(task, MONDAY)
    assert kinds(bank, until=MONDAY + MINUTE) == ["task_presented"]
    assert client.waiting == {}


def after(habit, client, outcome, **task):
    """What an answer leads to, over many clients of the same state."""
    mix = read_mix()
    found = set()
    for number in range(60):
        world = World(mix, Agenda(MONDAY), Truth())
        world.agenda.admit(client)
        (follow,) = set(habit(world).follows().values())
        follow(client, a_task(**task), outcome, MONDAY_10, Random(number))  # noqa: S311
        found |= {doing.what for doing in world.agenda.due(Instant(MONDAY_10 + 3 * DAY))}
    return found


@pytest.mark.parametrize(
    ("habit", "action", "leads"),
    [
        (Applications, "application_link", {"form_sent"}),
        (Scenes, "scene_help", {"scene_ended"}),
        (Scenes, "scene_need", {"form_saved"}),
        (Paydays, "payday_view", {"buy"}),
    ],
)
def test_interest_leads_on_and_not_now_to_nothing(habit, action, leads):
    client = a_client(application=FORM, scene=SCENE, empties=True)
    assert after(habit, client, "interested", action=action) == leads
    assert after(habit, client, "not_now", action=action) == set()


def test_the_opening_tells_the_past_at_its_own_time():
    bank = a_bank(clients=40)
    past = [m.body for m in bank.opening() if m.body["type"].endswith("flow_posted.v1")]
    assert past
    assert all(body["time"] < format_instant(MONDAY) for body in past)
