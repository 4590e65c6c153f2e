from channels.simulator.funnel import Funnel, cap_lines, lines
from journeys.decide.control import group_of
from journeys.measures.rolling import Cap
from schemas.facts import ContactUse, JourneyAdvance, JourneyEnd, JourneyMove
from schemas.time import DAY, HOUR, Instant
from schemas.wire import TaskId

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
    (_, row, steps) = lines(funnel.told())
    assert row.split()[:7] == ["maturity", "6", "1", "2", "1", "1", "1"]
    assert ("66.7%" in row, "0.0%" in row, "+66.7 [" in row) == (True, True, True)
    assert steps == "  maturity: notify 6 > call 5"


def test_a_journey_nobody_has_ended_has_no_rate():
    funnel = Funnel(CONTROLS)
    funnel.hear(TREATED, move("entered", step="notify"))
    assert funnel.told()["maturity"]["goal_rate"]["treated"] is None
    (_, row, _) = lines(funnel.told())
    assert row.split()[-5:] == ["–", "0", "–", "0", "–"]


def test_runs_of_one_client_say_less_than_as_many_of_many_clients():
    """Runs of a client resemble each other: the interval widens, the rate stays."""
    treated = [client for client in CLIENTS if group_of(client, CONTROLS) is None]
    many, few = Funnel(CONTROLS), Funnel(CONTROLS)
    for funnel in (many, few):
        for _ in range(4):
            run(funnel, CONTROL, "goal")
            run(funnel, CONTROL, "timeout")
    for number in range(8):
        run(many, treated[number], "goal" if number % 2 else "timeout")
        run(few, treated[number % 2], "goal" if number % 2 else "timeout")
    rates = [funnel.told()["maturity"]["goal_rate"] for funnel in (many, few)]
    assert rates[0]["treated"] == rates[1]["treated"] == 0.5
    wide = [rate["lift"]["high"] - rate["lift"]["low"] for rate in rates]
    assert wide[1] > wide[0]


def use(change, number=1, *, at=None, used=1, held=0):
    return ContactUse(
        task_id=TaskId(f"t_{number:032x}"),
        change=change,
        method="call",
        used_week=used,
        held_week=held,
        cap_week=2,
        at=at,
    )


def test_a_contact_beyond_its_cap_is_counted():
    funnel = Funnel({})
    funnel.count("ct_1", use("held", held=1), Instant(0))
    assert (funnel.busiest, funnel.overshoot) == (2, 0)
    funnel.count("ct_1", use("spent", used=3), Instant(0))
    funnel.count("ct_1", use("returned", used=9), Instant(0))
    assert (funnel.busiest, funnel.overshoot) == (3, 1)


DAILY = Cap("day", 1, DAY)


def test_contacts_are_counted_anew_by_when_they_were_whatever_was_said_to_be_used():
    funnel = Funnel({})
    funnel.count("ct_1", use("spent", 1, at=Instant(0), used=0), Instant(9 * HOUR))
    funnel.count("ct_1", use("spent", 2, at=Instant(DAY - 1), used=0), Instant(2 * DAY))
    funnel.count("ct_2", use("spent", 3, at=Instant(0), used=0), Instant(0))
    (found,) = funnel.recounted([DAILY])
    assert (found["most"], found["over"], found["clients"]) == (2, 1, 2)
    assert funnel.overshoot == 0
    assert "  day  24 h    1        2     2        1     0" in list(cap_lines([found]))


def test_a_contact_exactly_a_window_later_and_one_that_did_not_happen_do_not_count():
    funnel = Funnel({})
    funnel.count("ct_1", use("spent", 1, at=Instant(0)), Instant(0))
    funnel.count("ct_1", use("spent", 2, at=Instant(HOUR)), Instant(HOUR))
    funnel.count("ct_1", use("returned", 2), Instant(2 * HOUR))
    funnel.count("ct_1", use("spent", 3, at=Instant(DAY)), Instant(DAY))
    (found,) = funnel.recounted([DAILY])
    assert (found["most"], found["over"]) == (1, 0)


def test_a_contact_without_a_slot_counts_against_the_cap_and_is_told():
    funnel = Funnel({})
    funnel.count("ct_1", use("spent", 1, at=Instant(0)), Instant(0))
    funnel.count("ct_1", use("outside", 2, at=Instant(HOUR)), Instant(HOUR))
    (found,) = funnel.recounted([DAILY])
    assert (found["most"], found["over"], found["without_a_slot"]) == (2, 1, 1)


WEEKLY = Cap("week", 1, 7 * DAY, outlet="outlet_1")


def spent(funnel, day, *, number=None, client="ct_1"):
    at = Instant(day * DAY)
    funnel.count(client, use("spent", number or day, at=at), at)


def test_a_cap_of_an_outlet_is_counted_for_its_own_clients():
    funnel = Funnel({})
    for client, outlet in (("ct_1", "outlet_1"), ("ct_2", "outlet_2")):
        funnel.serve(client, outlet, Instant(0))
        spent(funnel, 1, client=client)
        spent(funnel, 3, client=client)
    (found,) = funnel.recounted([WEEKLY])
    assert (found["most"], found["over"], found["clients"]) == (2, 1, 1)
    assert any(line.split()[:2] == ["week", "outlet_1"] for line in cap_lines([found]))


def test_what_an_outlet_did_before_a_client_moved_to_a_stricter_one_was_lawful():
    funnel = Funnel({})
    funnel.serve("ct_1", "outlet_2", Instant(0))
    spent(funnel, 1)
    spent(funnel, 3)
    funnel.serve("ct_1", "outlet_1", Instant(4 * DAY))
    (found,) = funnel.recounted([WEEKLY])
    assert (found["most"], found["over"]) == (0, 0)


def test_what_was_before_the_move_counts_at_the_next_contact():
    funnel = Funnel({})
    funnel.serve("ct_1", "outlet_2", Instant(0))
    spent(funnel, 1)
    funnel.serve("ct_1", "outlet_1", Instant(2 * DAY))
    spent(funnel, 3)
    assert funnel.recounted([WEEKLY])[0]["over"] == 1


def test_a_slot_that_was_given_before_the_move_may_be_used_after_it():
    funnel = Funnel({})
    funnel.serve("ct_1", "outlet_2", Instant(0))
    spent(funnel, 1)
    funnel.count("ct_1", use("held", 3), Instant(2 * DAY))
    funnel.serve("ct_1", "outlet_1", Instant(2 * DAY + HOUR))
    spent(funnel, 3)
    assert funnel.recounted([WEEKLY])[0]["over"] == 0
