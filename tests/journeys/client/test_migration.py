"""A journey changes while clients are in it: who stays, moves, ends, and what a release counts."""

from dataclasses import replace

import pytest

from journeys.catalogue.load import load
from journeys.client.impact import impact
from schemas.facts import DecisionMade, JourneyAdvanced
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, Life, the_catalogue
from tests.journeys.catalogue.shipped import changed, fault, files
from tests.journeys.client.living import INFLOW, asked, planned, recalled, tasks_of
from tests.journeys.client.test_operations import running

LATER = Instant(MONDAY_10 + 4 * DAY + 3 * HOUR)
PAGE = {"page": "holdings"}


def second(migration, *, moves="", keep=True, since="2026-01-02", **renamed):
    """The shipped texts with a second version of the large inflow, in force long since."""
    texts = files()
    head, rest = texts["journeys.toml"].split('[[journey]]\nid = "large_inflow"')
    body = '[[journey]]\nid = "large_inflow"' + rest.split("[[journey]]")[0]
    ended = body.replace("valid_from = 2026-01-01", f"valid_from = 2026-01-01\nvalid_to = {since}")
    new = body.replace("version = 1", "version = 2", 1)
    new = new.replace("valid_from = 2026-01-01", f"valid_from = {since}", 1)
    new = new.replace('migration = "stay"', f'migration = "{migration}"\n{moves}', 1)
    for old, name in renamed.items():
        new = new.replace(f'"{old}"', f'"{name}"')
    others = "".join("[[journey]]" + other for other in rest.split("[[journey]]")[1:])
    texts["journeys.toml"] = head + (ended if keep else "") + others + "\n" + new
    return texts


def released(life: Life, texts, *, offset=9):
    catalogue = load(texts, version="two")
    life.reference = life.reference.with_catalogue(catalogue, offset=offset)
    return life


def the_run(life: Life):
    runs = [run for run in life.state.instances if run.journey == "large_inflow"]
    return runs[0] if runs else None


def counted(life: Life, texts):
    found = impact([life.state], life.reference, load(texts, version="two"), LATER)
    return found, [(line.step, line.fate, line.to_step, n) for line, n in found.lines.items()]


def test_a_run_stays_under_its_own_version():
    life, before = asked(), asked().state.instances
    assert counted(life, second("stay"))[1] == [(before[0].step, "stays", before[0].step, 1)]
    released(life, second("stay")).wait(Instant(MONDAY_10 + 26 * HOUR))
    assert (the_run(life).version, the_run(life).step) == (1, before[0].step)


def test_a_run_moves_to_the_step_that_the_map_names_and_its_task_is_recalled():
    life = planned()
    run, task = the_run(life), tasks_of(life)[-1]
    assert (run.step, task.action, task.state) == ("plan", "inflow_talk", "proposed")
    texts = second("move", moves='moves = { plan = "speak" }', plan="speak")
    found, lines = counted(life, texts)
    assert lines == [("plan", "moves", "speak", 1)]
    assert (found.tasks_recalled, found.timers, found.faults) == (1, 1, [])
    said = released(life, texts).say("app.page_viewed", PAGE, at=LATER)
    assert (the_run(life).version, the_run(life).step) == (2, "speak")
    assert recalled(said) == ["migrated"]
    assert the_run(life).step_due == LATER + 10 * DAY


def test_a_step_of_the_same_name_keeps_its_day_and_its_task():
    life = planned()
    before = the_run(life)
    found, lines = counted(life, second("move"))
    assert lines == [("plan", "moves", "plan", 1)]
    assert (found.tasks_recalled, found.timers) == (0, 0)
    said = released(life, second("move")).say("app.page_viewed", PAGE, at=LATER)
    assert recalled(said) == []
    after = the_run(life)
    assert after.version == 2
    assert (after.step, after.step_due, after.task) == (before.step, before.step_due, before.task)


def test_a_run_ends_where_its_row_says_so():
    life = planned()
    found, lines = counted(life, second("end"))
    assert lines == [("plan", "ends", "end", 1)]
    assert (found.tasks_recalled, found.timers, found.faults) == (1, 2, [])
    said = released(life, second("end")).say("app.page_viewed", PAGE, at=LATER)
    assert the_run(life) is None
    assert recalled(said) == ["migrated"]


def test_a_step_that_is_gone_with_nobody_saying_where_to_refuses_the_release():
    life = planned()
    texts = second("move", plan="speak")
    (refusal,) = counted(life, texts)[0].faults
    assert "journey 'large_inflow' version 1: 1 at step 'plan', and nobody says" in refusal
    assert counted(Life(), texts)[0].faults == []


def test_a_version_that_is_gone_from_the_files_cannot_be_stayed_in():
    assert len(counted(planned(), second("stay", keep=False))[0].faults) == 1


def test_going_back_is_a_release_like_any_other():
    life = planned()
    released(life, second("move")).say("app.page_viewed", PAGE, at=LATER)
    (refusal,) = impact([life.state], life.reference, the_catalogue(), LATER).faults
    assert "version 2" in refusal
    life.reference = life.reference.with_catalogue(the_catalogue(), offset=11)
    life.say("app.page_viewed", PAGE, at=Instant(LATER + HOUR))
    assert the_run(life) is None


def test_a_migration_has_a_name_of_its_own_so_an_event_heard_twice_does_not_take_it():
    life = planned()
    first = life.say("app.page_viewed", PAGE, at=LATER, event_id="twice")
    said = released(life, second("move")).say("app.page_viewed", PAGE, at=LATER, event_id="twice")
    assert [fact.data.reason for fact in said if isinstance(fact, JourneyAdvanced)] == ["migrated"]
    assert not {fact.id for fact in first} & {fact.id for fact in said}


def test_a_decision_that_a_migration_asks_for_beside_an_event_heard_twice_has_names_of_its_own():
    life = planned()
    released(life, second("move", moves='moves = { plan = "speak" }', plan="speak"))
    said = heard_again(life)
    assert [fact for fact in said if isinstance(fact, DecisionMade)]
    names = [output.event.id for output in life.outputs]
    assert len(names) == len(set(names))


def heard_again(life):
    """The inflow that began it all, by the id of then."""
    where = {"source": "/corebank/ledger", "event_id": "flow-1"}
    return life.say("corebank.flow_posted", INFLOW, at=MONDAY_10, received=LATER, **where)


def test_what_the_fold_does_is_what_was_counted():
    for texts in (second("stay"), second("move"), second("end"), second("move", plan="speak")):
        life = planned()
        lines = counted(life, texts)[1]
        released(life, texts).say("app.page_viewed", PAGE, at=LATER)
        run = the_run(life)
        assert [line[2] for line in lines] == ["end" if run is None else run.step]


def test_a_released_version_is_not_edited():
    texts = changed("journeys.toml", 'lasts = "14d"', 'lasts = "15d"')
    (refusal,) = impact([], planned().reference, load(texts, version="two"), LATER).faults
    assert "journey 'large_inflow': version 1 is released already with other words" in refusal
    undo = 'undo = "release_funds"\ntimeout = "'
    steps = changed("operations.toml", undo, undo + "1")
    (refusal,) = impact([], planned().reference, load(steps, version="two"), LATER).faults
    assert "a released row is never edited" in refusal


@pytest.mark.parametrize(
    ("migration", "moves", "message"),
    [
        ("move", 'moves = { plan = "nowhere" }', "leads to unknown step 'nowhere'"),
        ("stay", 'moves = { plan = "end" }', "'moves' goes with migration = \"move\", not 'stay'"),
    ],
)
def test_a_map_of_steps_is_checked(migration, moves, message):
    assert message in fault(second(migration, moves=moves))


def test_an_operation_under_way_keeps_its_row():
    life, gone = running(), replace(the_catalogue(), operations={})
    (refusal,) = impact([life.state], life.reference, gone, LATER).faults
    assert "operation 'fix_failed_payment' version 1: 1 running, and none could go on" in refusal
    assert impact([planned().state], life.reference, gone, LATER).faults == []


def ticked(life, texts):
    """The next timer fires under a new catalogue; when, and what was said."""
    due = life.fold.next_due(life.state)
    tick = {"due": format_instant(due)}
    return due, released(life, texts).say("engine.ticked", tick, at=due, source="/suishen/timers")


def test_the_timer_of_a_step_that_is_left_moves_nothing_at_the_new_one():
    life = Life()
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    assert the_run(life).step_due == life.fold.next_due(life.state)
    texts = second("move", moves='moves = { settle = "rest" }', settle="rest")
    due, _ = ticked(life, texts)
    assert (the_run(life).step, the_run(life).step_due) == ("rest", due + DAY)


def test_the_timer_of_a_task_that_is_recalled_by_the_move_expires_nothing():
    life = planned()
    texts = second("move", moves='moves = { plan = "speak" }', plan="speak")
    due, said = ticked(life, texts)
    assert recalled(said) == ["migrated"]
    states = [str(task.state) for task in tasks_of(life)]
    assert "expired" not in states[-2:]
    assert the_run(life).step_due == due + 10 * DAY


def test_what_a_migration_asks_for_is_decided_though_a_late_event_brought_it():
    life = planned()
    released(life, second("move", moves='moves = { plan = "speak" }', plan="speak"))
    life.say("app.page_viewed", PAGE, at=Instant(LATER - 9 * DAY), received=LATER)
    assert the_run(life).step == "speak"
    life.wait(Instant(LATER + HOUR))
    assert the_run(life).task is not None
