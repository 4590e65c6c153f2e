"""Why a score moved, over a chosen period, on SQLite and on a real PostgreSQL."""

import random
from itertools import pairwise

import pytest

from journeys.client.wealth.attribution import Causes
from schemas import facts
from schemas.time import DAY, Instant
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT
from tests.streams.readmodel.facts_made import project

pytestmark = pytest.mark.untraced


def ago(days):
    return Instant(MONDAY_10 - days * DAY)


def movement(views, since=None):
    return views.client(CLIENT, since=since)["movement"]


def test_opening_and_causes_add_up_to_closing(database, desk, views):
    desk.score(60.0, {}, at=ago(100))
    desk.score(62.5, {"trade": 4.0, "price": -1.5}, at=ago(50))
    desk.score(61.0, {"price": -2.25, "clock": 0.75}, at=ago(5))
    project(database, desk)
    found = movement(views)
    assert (found["opening"]["total"], found["closing"]["total"]) == (60.0, 61.0)
    assert found["by_cause"] == {"trade": 4.0, "price": -3.75, "clock": 0.75}
    assert (found["rest"], found["said"], found["sets"]) == (0.0, 2, ["p"])


def test_a_period_opens_with_the_score_that_stood_when_it_began(database, desk, views):
    desk.score(60.0, {}, at=ago(100))
    desk.score(62.0, {"trade": 2.0}, at=ago(50))
    desk.score(61.0, {"price": -1.0}, at=ago(5))
    project(database, desk)
    found = movement(views, ago(30))
    assert found["opening"]["at"] == ago(50)
    assert found["by_cause"] == {"price": -1.0}


def test_a_period_in_which_nothing_moved_opens_and_closes_alike(database, desk, views):
    desk.score(60.0, {}, at=ago(100))
    project(database, desk)
    found = movement(views, ago(30))
    assert found["opening"] == found["closing"]
    assert (found["by_cause"], found["said"]) == ({}, 0)


def test_a_score_hidden_when_the_period_begins_gives_way_to_the_first_one_shown(
    database, desk, views
):
    desk.score(60.0, {}, at=ago(100))
    desk.score(None, {"flow": -1.0}, at=ago(40))
    desk.score(61.0, {"profile": 2.0}, at=ago(20))
    project(database, desk)
    assert movement(views, ago(30))["opening"]["total"] == 61.0
    whole = movement(views)
    assert (whole["by_cause"], whole["rest"]) == ({"flow": -1.0, "profile": 2.0}, 0.0)


def test_a_score_hidden_now_closes_with_the_last_one_shown_and_says_so(database, desk, views):
    desk.score(60.0, {}, at=ago(100))
    desk.score(62.0, {"trade": 2.0}, at=ago(50))
    desk.score(None, {"flow": -3.0}, at=ago(5))
    project(database, desk)
    found = movement(views)
    assert (found["closing"]["total"], found["by_cause"]) == (62.0, {"trade": 2.0})
    assert found["is_hidden"]


def test_without_a_score_in_the_period_nothing_is_explained(database, desk, views):
    desk.score(None, {}, at=ago(100))
    project(database, desk)
    assert movement(views)["opening"] is None
    assert movement(views, ago(30))["closing"] is None


def test_of_the_profiles_points_what_was_confirmed_is_told(database, desk, views):
    parts = facts.ProfileParts(confirmed=1.5, first_told=0.5)
    desk.score(60.0, {}, at=ago(100))
    desk.score(62.0, {"profile": 2.0}, at=ago(50), profile=parts)
    project(database, desk)
    found = movement(views)
    assert (found["confirmed"], found["first_told"]) == (1.5, 0.5)


def test_another_parameter_set_is_named_in_order(database, desk, views):
    desk.score(60.0, {}, at=ago(100), parameters="w1")
    desk.score(58.5, {"params": -1.5}, at=ago(50), parameters="w2")
    project(database, desk)
    assert movement(views)["sets"] == ["w1", "w2"]


def test_a_client_loaded_anew_leaves_a_rest_that_no_cause_explains(database, desk, views):
    desk.score(60.0, {}, at=ago(100))
    desk.score(70.0, {}, at=ago(50))
    desk.score(71.0, {"trade": 1.0}, at=ago(40))
    project(database, desk)
    found = movement(views)
    assert (found["rest"], found["by_cause"]) == (10.0, {"trade": 1.0})


def test_the_log_gives_the_order_even_where_two_scores_bear_one_instant(database, desk, views):
    for total, causes in ((60.0, {}), (63.0, {"trade": 3.0}), (61.0, {"price": -2.0})):
        desk.score(total, causes)
    project(database, desk)
    found = movement(views)
    assert (found["closing"]["total"], found["rest"]) == (61.0, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_hundreds_of_scores_add_up_within_a_billionth(database, desk, views, seed):
    draw = random.Random(seed)  # noqa: S311 - seeded
    totals = [50.0]
    desk.score(50.0, {}, at=ago(366))
    for day in range(365, 0, -1):
        causes = {c.value: draw.uniform(-1, 1) for c in draw.sample(list(Causes), 3)}
        totals.append(totals[-1] + sum(causes.values()))
        desk.score(totals[-1], causes, at=ago(day))
        desk.score(40.0 + day, {"trade": float(day)}, at=ago(day), client=OTHER_CLIENT)
    project(database, desk)
    for since, opening in ((None, totals[0]), (ago(90), totals[276])):
        found = movement(views, since)
        assert found["opening"]["total"] == opening
        assert abs(found["rest"]) < 1e-9
        change = found["closing"]["total"] - opening
        assert abs(sum(found["by_cause"].values()) - change) < 1e-9
    steps = [after - before for before, after in pairwise(totals)]
    assert found["said"] == len(steps[276:])
