"""Health of decisions, on SQLite and on a real PostgreSQL: chances, wins and losses, levers."""

from math import log

import pytest
from msgspec.structs import replace

from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, Instant
from streams.readmodel.measuring.rivals import NO_ACTION
from streams.readmodel.migrate import migrate
from tests.streams.readmodel.measured import (
    CONTROL,
    ENDS,
    NOVEMBER,
    STARTS,
    TREATED,
    asked,
    figure,
)

pytestmark = pytest.mark.untraced

TALK, VIEW, STAY = "maturity_talk", "idle_cash_view", "stay_talk"
DUTY = "regrade_notice"
SUMMER = Instant(STARTS - 61 * DAY)
"""Contacts of then are judged before the period, and known in it."""


@pytest.fixture
def desk(quarter):
    return quarter


def standing(found, action):
    return next(one for one in found.standings if one.action == action)


def pair(found, chosen, over):
    return next(one for one in found.pairs if (one.chosen, one.over) == (chosen, over))


def tell(quarter, chances, *, met, first=0, **more):
    for number, p in enumerate(chances):
        quarter.told(TREATED[first + number], p, met=met, **more)


def test_the_auc_is_of_the_chance_that_the_decision_recorded(quarter, measured):
    """Of 30 x 90 pairs all but those of the ten highest misses are in order."""
    tell(quarter, [0.5] * 30, met=True)
    tell(quarter, [0.2] * 80 + [0.6] * 10, met=False, first=30)
    found = figure(measured(), "model_auc")
    assert (found.status, found.n) == ("shown", 120)
    assert found.value == pytest.approx(80 / 90)
    assert found.low < found.value < found.high
    assert found.beside == {"met": 30, "by_model": 40}
    assert not found.is_good


def test_contacts_of_another_action_channel_or_month_are_not_ranked_against(quarter, measured):
    """Each group has one chance for all: nothing is told apart, though the groups differ."""
    groups = [
        (0.9, 30, {}),
        (0.6, 20, {"action": STAY}),
        (0.4, 12, {"channel": "remote"}),
        (0.1, 5, {"at": Instant(NOVEMBER - 30 * DAY)}),
    ]
    for place, (p, met, more) in enumerate(groups):
        tell(quarter, [p] * met, met=True, first=40 * place, **more)
        tell(quarter, [p] * (40 - met), met=False, first=40 * place + met, **more)
    found = measured()
    assert figure(found, "model_auc").value == 0.5
    assert standing(found, STAY).apart.n == 40
    assert standing(found, STAY).apart.status == "few"


def test_an_auc_of_few_goals_is_not_shown_however_many_contacts_there_are(quarter, measured):
    tell(quarter, [0.9] * 9, met=True)
    tell(quarter, [0.2] * 141, met=False, first=9)
    assert figure(measured(), "model_auc").status == "few"
    quarter.told(TREATED[150], 0.9, met=True)
    assert figure(measured(), "model_auc").status == "shown"


def test_a_chance_is_judged_when_the_window_of_its_channel_has_ended(quarter, measured):
    """A goal of a journey on the 20th day: in time for an adviser, too late for the app."""
    run = {"journey": "maturity", "instance": "td:2026-12-01"}
    for at, channel in enumerate(("branch", "app")):
        who = TREATED[at]
        quarter.told(who, 0.4, met=False, channel=channel, **run)
        quarter.run(who, "goal", days=20)
    quarter.told(TREATED[2], 0.4, met=True, at=Instant(ENDS - 20 * DAY))
    quarter.told(TREATED[3], 0.4, met=True, at=Instant(STARTS - 31 * DAY))
    found = figure(measured(), "model_auc")
    assert (found.n, found.beside["met"]) == (2, 1)


def test_a_refusal_is_a_no_and_whom_nobody_reached_or_asked_is_missing(quarter, measured):
    whole = {"action": TALK, "journey": None, "instance": None}
    for at, (state, reason, outcome) in enumerate(
        [
            ("declined", "client_refuses", None),
            ("declined", "no_time", None),
            ("completed", None, Outcome.UNREACHABLE),
            ("expired", None, None),
        ]
    ):
        who = TREATED[at]
        decision = quarter.race(who, TALK, (TALK, 0.3))
        task = f"t_{at:032x}"
        fields = whole | {"task_id": task, "client": who, "decision_id": decision}
        quarter.task(
            **fields, version=3, state=TaskState(state), state_reason=reason, outcome=outcome,
            changed_at=NOVEMBER,
        )  # fmt: skip
    found = figure(measured(), "model_auc")
    assert (found.n, found.beside["met"]) == (1, 0)


def test_skill_is_over_the_average_that_was_known_when_it_was_decided(quarter, measured):
    """The chances know who comes; the average was taught by a summer in which nobody came."""
    for one in TREATED[:100]:
        quarter.told(one, 0.2, met=False, at=SUMMER, prior=0.5)
    tell(quarter, [0.9] * 20, met=True, prior=0.5)
    tell(quarter, [0.1] * 100, met=False, first=20, prior=0.5)
    knowing = figure(measured(), "model_skill")
    assert (knowing.n, knowing.is_good) == (120, True)
    average = 0.5 * 0.5 ** (100 / 200)
    plain = (20 * log(average) + 100 * log(1 - average)) / (120 * log(0.9))
    assert knowing.value == pytest.approx(1 - 1 / plain)
    assert 0 < knowing.low < knowing.value < knowing.high < 1
    tell(quarter, [0.9] * 40, met=False, first=120, prior=0.5)
    assert figure(measured(), "model_skill").value < 0


def test_the_average_learns_of_a_contact_when_its_window_has_ended(quarter, measured):
    """Eighty misses of the month before would have taught it another rate."""
    for one in TREATED[:80]:
        quarter.told(one, 0.5, met=False, at=Instant(NOVEMBER - 29 * DAY), prior=0.5)
    tell(quarter, [0.5] * 30, met=True, first=80, prior=0.5)
    assert figure(measured(), "model_skill").value == pytest.approx(0)


def test_an_action_wins_its_races_and_loses_them_to_others_or_to_none(quarter, measured):
    quarter.serve_all(TREATED[:40])
    for at, one in enumerate(TREATED[:40]):
        if at < 24:
            quarter.race(one, TALK, (TALK, 0.6), (VIEW, 0.3), (STAY, 0.1))
        elif at < 30:
            quarter.race(one, VIEW, (VIEW, 0.6), (TALK, 0.3))
        elif at < 38:
            quarter.race(one, TALK, (TALK, 0.6), (VIEW, 0.05))
        else:
            quarter.race(one, None, (TALK, 0.05, 1.0, "no_action_better"))
    found = measured()
    talk = standing(found, TALK)
    assert (talk.won.n, talk.won.value) == (40, 32 / 40)
    assert (talk.lost_to, talk.lost_to_many) == (VIEW, 6)
    view = standing(found, VIEW)
    assert (view.won.n, view.lost_to, view.lost_to_many) == (38, TALK, 32)
    assert standing(found, STAY).won.status == "few"
    whole = figure(found, "win_loss")
    assert (whole.n, whole.value) == (38, 30 / 38)
    counted = [(one.chosen, one.over, one.many) for one in found.pairs]
    assert counted == [(TALK, VIEW, 24), (VIEW, TALK, 6), (TALK, NO_ACTION, 8)]


def test_a_pair_says_what_became_of_the_choice_where_that_is_known(quarter, measured):
    for at, one in enumerate(TREATED[:40]):
        quarter.told(one, 0.6, met=at < 10, rivals=[(VIEW, 0.3)])
    quarter.told(TREATED[0], 0.6, met=True, at=Instant(ENDS - DAY), rivals=[(VIEW, 0.3)])
    quarter.race(TREATED[41], TALK, (TALK, 0.6), (VIEW, 0.3))
    one = pair(measured(), TALK, VIEW)
    assert (one.many, one.goals.n, one.goals.value) == (42, 40, 0.25)
    assert one.goals.low < 0.25 < one.goals.high


def test_a_contact_is_judged_though_its_choice_was_made_before_the_period(quarter, measured):
    before = Instant(STARTS - 10 * DAY)
    for one in TREATED[:30]:
        quarter.told(one, 0.6, met=True, at=before, rivals=[(VIEW, 0.3)])
    found = measured()
    one = pair(found, TALK, VIEW)
    assert (one.many, one.goals.n, one.goals.value) == (0, 30, 1.0)
    assert (found.standings, figure(found, "win_loss").n) == ([], 0)


def test_duties_and_what_waits_are_not_ranked(quarter, measured):
    assert asked().edition.actions[DUTY].obligation
    quarter.race(TREATED[0], DUTY, (DUTY, 0.9))
    quarter.race(TREATED[1], VIEW, (VIEW, 0.3), (TALK, 0.6, 1.0, "held_for_better"))
    found = measured()
    assert [one.action for one in found.standings] == [VIEW]
    assert [(one.chosen, one.over) for one in found.pairs] == [(VIEW, NO_ACTION)]
    assert figure(found, "lever_choices").n == 1


def test_choices_changed_by_levers_are_told_from_the_parts(quarter, measured):
    """Pushed above another, pushed above doing nothing, held below it; and pushed for nothing."""
    races = [
        (TALK, [(TALK, 0.4, 1.5), (VIEW, 0.5)]),
        (TALK, [(TALK, 0.04, 1.5)]),
        (None, [(TALK, 0.06, 0.5, "no_action_better")]),
        (TALK, [(TALK, 0.6, 1.5), (VIEW, 0.5, 0.9)]),
    ]
    for at, one in enumerate(TREATED[:40]):
        won, rivals = races[at % 4]
        quarter.race(one, won, *rivals)
    found = figure(measured(), "lever_choices")
    assert (found.n, found.value) == (40, 0.75)


def test_a_dearer_contact_within_the_period_is_not_the_levers_doing(quarter, measured):
    edition = asked().edition
    dear = replace(edition, arbitration=replace(edition.arbitration, cost_points=0.5))
    for one in TREATED[:30]:
        quarter.race(one, TALK, (TALK, 0.3))
    assert figure(measured(edition=dear), "lever_choices").value == 0


def test_health_is_told_of_an_outlets_clients_alone(quarter, measured):
    quarter.serve_all(TREATED[:30])
    quarter.serve_all(CONTROL[:30], outlet="west")
    for one in TREATED[:30]:
        quarter.told(one, 0.5, met=True)
    found = measured(outlet="west")
    assert (figure(found, "model_auc").n, found.standings, found.pairs) == (0, [], [])
    assert figure(measured(outlet="east"), "lever_choices").n == 30


def test_a_log_read_twice_has_the_same_health(database, quarter, measured):
    tell(quarter, [0.5] * 30, met=True, rivals=[(VIEW, 0.3)])
    once = measured()
    with database.begin() as connection:
        connection.exec_driver_sql("delete from progress")
    twice = measured()
    assert (twice.figures, twice.standings, twice.pairs) == (
        once.figures,
        once.standings,
        once.pairs,
    )


def test_a_database_of_before_is_read_anew(database, quarter, measured):
    tell(quarter, [0.5] * 30, met=True, rivals=[(VIEW, 0.3)])
    once = measured()
    with database.begin() as connection:
        connection.exec_driver_sql("drop table ranked")
        connection.exec_driver_sql("alter table task_moves drop column decision_id")
        connection.exec_driver_sql("update alembic_version set version_num = '0011'")
    migrate(database)
    found = measured()
    assert (found.figures, found.pairs) == (once.figures, once.pairs)
    assert figure(found, "model_auc").n == 30
