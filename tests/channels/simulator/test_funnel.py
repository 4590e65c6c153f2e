import pytest

from channels.simulator.funnel import Funnel, lift, lines
from journeys.decide.control import group_of
from schemas.facts import ContactUse, JourneyAdvance, JourneyEnd, JourneyMove

CONTROLS = {"held_out": 0.5}
CLIENTS = [f"ct_{number}" for number in range(99)]
TREATED = next(client for client in CLIENTS if group_of(client, CONTROLS) is None)
CONTROL = next(client for client in CLIENTS if group_of(client, CONTROLS) is not None)


def move(what, end=None, **more):
    return JourneyAdvance(
        journey="maturity",
        version=1,
        instance="i",
        move=JourneyMove(what),
        end=end and JourneyEnd(end),
        **more,
    )


def run(funnel, client, end):
    funnel.hear(client, move("entered", step="notify"))
    funnel.hear(client, move("stepped", step="call"))
    funnel.hear(client, move("ended", step="call", end=end, reason="x"))


def test_a_funnel_counts_steps_ends_and_goals_apart_for_control():
    funnel = Funnel(CONTROLS)
    for end in ("goal", "goal", "timeout", "recall"):
        run(funnel, TREATED, end)
    run(funnel, CONTROL, "exit")
    funnel.hear(TREATED, move("entered", step="notify"))
    told = funnel.told()["maturity"]
    assert told["steps"] == {"notify": 6, "call": 5}
    assert {end: told[end] for end in ("open", "goal", "timeout", "exit", "recall")} == {
        "open": 1,
        "goal": 2,
        "timeout": 1,
        "exit": 1,
        "recall": 1,
    }
    rate = told["goal_rate"]
    assert (rate["treated"], rate["control"]) == (0.6667, 0.0)
    assert rate["runs"] == {"treated": 3, "control": 1}
    assert "goal 66.7%, control 0.0%, lift" in "".join(lines(funnel.told()))


def test_a_journey_nobody_has_ended_has_no_rate():
    funnel = Funnel(CONTROLS)
    funnel.hear(TREATED, move("entered", step="notify"))
    assert funnel.told()["maturity"]["goal_rate"]["treated"] is None
    assert "no run ended" in "".join(lines(funnel.told()))


def test_a_contact_beyond_its_cap_is_counted():
    funnel = Funnel({})
    use = {"method": "call", "cap_week": 2}
    funnel.count(ContactUse(change="held", used_week=1, held_week=1, **use))
    assert (funnel.busiest, funnel.overshoot) == (2, 0)
    funnel.count(ContactUse(change="spent", used_week=3, held_week=0, **use))
    funnel.count(ContactUse(change="returned", used_week=9, held_week=0, **use))
    assert (funnel.busiest, funnel.overshoot) == (3, 1)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_the_interval_is_newcombes_of_his_own_examples(treated, control, low, high):
    found = lift(treated, control)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
