"""The stop switch, on SQLite and on a real PostgreSQL."""

import pytest

from schemas.reference import Stop
from schemas.time import HOUR, Instant
from streams.readmodel.projector import Projector
from streams.readmodel.stops import StopSwitch
from tests.builders import MONDAY_10
from tests.streams.readmodel.facts_made import TASK, project

pytestmark = pytest.mark.untraced

REMOTE = Stop(scope="channel", name="remote", reason="the lines are down")
ALL = Stop(scope="all", reason="drill")
LATER = Instant(MONDAY_10 + HOUR)


@pytest.fixture
def switch(database):
    return StopSwitch(database)


def test_a_stop_stands_until_it_is_lifted_and_both_are_remembered(switch):
    assert switch.set(REMOTE, by="duty", now=MONDAY_10)
    assert switch.set(ALL, by="duty", now=MONDAY_10)
    assert switch.in_force() == (REMOTE, ALL)
    assert switch.lift("channel", "remote", by="lead", now=LATER)
    assert switch.in_force() == (ALL,)
    first = switch.history()[0]
    assert (first.stop, first.set_by, first.lifted_by, first.lifted_at) == (
        REMOTE,
        "duty",
        "lead",
        LATER,
    )


def test_the_same_twice_changes_nothing(switch):
    assert switch.set(ALL, by="duty", now=MONDAY_10)
    assert not switch.set(ALL, by="duty", now=LATER)
    assert switch.lift("all", None, by="duty", now=LATER)
    assert not switch.lift("all", None, by="duty", now=LATER)


def test_every_turn_of_the_switch_is_another_version_for_the_engine(switch):
    told = [switch.release()]
    switch.set(ALL, by="duty", now=MONDAY_10)
    told.append(switch.release())
    switch.lift("all", None, by="duty", now=LATER)
    told.append(switch.release())
    switch.set(ALL, by="duty", now=LATER)
    told.append(switch.release())
    assert [each.version for each in told] == [1, 2, 3, 4]
    assert [each.stops for each in told] == [(), (ALL,), (), (ALL,)]


def test_a_rebuilt_read_model_forgets_no_stop(switch, database, desk):
    switch.set(ALL, by="duty", now=MONDAY_10)
    projector = Projector(database, None)
    projector.rebuild()
    projector.close()
    assert switch.in_force() == (ALL,)


def test_a_task_is_held_back_by_channel_action_or_the_clients_outlet(switch, database, desk, views):
    desk.full()
    desk.serve(rm="rm-li", outlet="outlet_1")
    project(database, desk)
    task = views.task(TASK)
    outlet = Stop(scope="outlet", name="outlet_1", reason="moved")
    assert (views.stop_for(task), switch.outlets()) == (None, ["outlet_1"])
    for stop in (
        outlet,
        Stop(scope="action", name=task["action"], reason="text withdrawn"),
        Stop(scope="channel", name=task["channel"], reason="drill"),
    ):
        switch.set(stop, by="duty", now=MONDAY_10)
        assert views.stop_for(task) == stop
        switch.lift(stop.scope, stop.name, by="duty", now=LATER)
    switch.set(Stop(scope="outlet", name="outlet_2", reason="moved"), by="duty", now=MONDAY_10)
    assert views.stop_for(task) is None
