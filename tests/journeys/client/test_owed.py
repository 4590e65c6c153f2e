"""Journey 6: when the next diagnosis of a private client is to be arranged."""

from msgspec.structs import replace

from schemas.facts import TaskChanged
from schemas.time import DAY, Instant
from tests.builders import MONDAY_10, OTHER_CLIENT, Life, a_baseline, an_event

SERVICE = a_baseline()["service"]


def serve(life: Life, tier: str, *, at: Instant) -> None:
    life.say("corebank.service_assigned", SERVICE | {"tier": tier}, source="/corebank/x", at=at)


def test_the_first_of_a_client_is_spread_over_four_weeks():
    life, loaded = Life(known=False), Instant(MONDAY_10 - 30 * DAY)
    dues = set()
    for client in ("ct_" + "0" * 31 + "1", OTHER_CLIENT):
        event = an_event("corebank.baseline_loaded", a_baseline(), at=loaded, key=client)
        state = life.fold.apply(life.fold.begin(client), event, life.reference).state
        assert state.diagnosis_at is not None
        assert DAY <= state.diagnosis_at - loaded < 29 * DAY
        dues.add(state.diagnosis_at)
    assert len(dues) == 2


def test_only_clients_of_the_plans_tiers_are_owed_one():
    life = Life()
    due = life.state.diagnosis_at
    serve(life, "wealth", at=MONDAY_10)
    assert life.state.diagnosis_at is None
    serve(life, "private", at=Instant(MONDAY_10 + DAY))
    assert life.state.diagnosis_at is not None
    assert life.state.diagnosis_at != due


def test_a_change_of_adviser_moves_no_date():
    life = Life()
    due = life.state.diagnosis_at
    life.say("corebank.service_assigned", SERVICE | {"rm": "rm-wu"}, source="/corebank/x")
    assert life.state.diagnosis_at == due


def test_the_team_has_the_word_when_it_is_overdue():
    life = Life()
    life.wait(Instant(MONDAY_10 + 151 * DAY))
    tasks = [o.event.data for o in life.outputs if isinstance(o.event, TaskChanged)]
    first = {task.action: task.desk for task in reversed(tasks) if task.version == 1}
    assert first["diagnosis_booking"] == "rm-li"
    assert first["diagnosis_deputy"] == "remote-1"
    assert first["diagnosis_overdue"] == "team-east"


def test_one_that_comes_to_nothing_is_followed_by_the_next():
    life = Life()
    due = life.state.diagnosis_at
    assert due is not None
    life.wait(due)
    assert life.state.diagnosis_at == due + 150 * DAY
    assert [run.key for run in life.state.instances] == ["2027-06-30"]


def test_a_tier_that_a_release_took_out_of_the_plan_is_owed_nothing_more():
    life = Life()
    life.state = replace(life.state, served=replace(life.state.served, tier="mass"))
    life.wait(Instant(MONDAY_10 + 151 * DAY))
    assert life.state.diagnosis_at is None
    assert not any(run.journey == "private_diagnosis" for run in life.state.instances)
