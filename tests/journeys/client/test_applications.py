"""Abandoned applications: what the stories do not say."""

from schemas.tasks import ClaimKind, Outcome
from schemas.time import DAY, HOUR, MINUTE, Instant
from tests.builders import MONDAY_10, Life
from tests.journeys.client.living import claim, ends, tasks_of


def form(life, kind, attempt="a1", *, after=0, late=0, **more):
    at = Instant(MONDAY_10 + after)
    return life.say(
        f"app.{kind}",
        {"form": "loan", "attempt": attempt} | more,
        at=at,
        received=Instant(at + late),
        event_id=f"{kind}-{attempt}-{at}",
    )


def steps(life):
    return {run.key: run.step for run in life.state.instances}


def test_each_attempt_is_an_application_of_its_own():
    life = Life()
    form(life, "form_saved")
    form(life, "form_saved", "a2", after=MINUTE)
    assert ends(form(life, "form_sent", "a2", after=2 * MINUTE)) == ["goal"]
    assert steps(life) == {"loan:a1": "pause"}


def test_an_application_sent_is_done_even_if_it_is_told_late():
    life = Life()
    form(life, "form_saved")
    life.wait(Instant(MONDAY_10 + HOUR))
    assert ends(form(life, "form_sent", after=5 * MINUTE, late=2 * HOUR)) == ["goal"]


def test_an_error_told_late_calls_nobody():
    life = Life()
    form(life, "form_saved")
    form(life, "form_sent", after=5 * MINUTE, late=20 * MINUTE, failed=True)
    assert steps(life) == {"loan:a1": "pause"}
    assert tasks_of(life) == []


def test_an_error_while_saving_is_helped_with_at_once():
    life = Life()
    form(life, "form_saved", failed=True)
    assert [task.action for task in tasks_of(life)] == ["application_help"]


def test_the_application_saved_late_starts_nothing():
    life = Life()
    form(life, "form_saved", late=HOUR)
    assert steps(life) == {}


def test_the_diagnosis_is_no_application():
    life = Life()
    form(life, "form_saved", form="diagnosis")
    assert steps(life) == {}


def test_however_often_it_fails_the_run_stays_small():
    life = Life()
    form(life, "form_saved")
    for number in range(1, 21):
        form(life, "form_sent", after=2 * number * MINUTE, failed=True)
        at = Instant(MONDAY_10 + (2 * number + 1) * MINUTE)
        claim(life, ClaimKind.COMPLETED, number, at=at, outcome=Outcome.INTERESTED)
    (run,) = life.state.instances
    assert run.step == "last_wait"
    assert len(run.causes) == 16


def test_a_run_rests_on_the_event_that_moved_it():
    life = Life()
    form(life, "form_saved")
    form(life, "form_sent", after=MINUTE, failed=True)
    taken_back = {
        "id": f"form_sent-a1-{MONDAY_10 + MINUTE}",
        "source": "/app/mobile",
        "type": "org.suishen.app.form_sent.v1",
        "time": "2026-11-23T10:01:00+08:00",
        "reason": "in_error",
    }
    said = life.say("corebank.event_reversed", taken_back, at=Instant(MONDAY_10 + DAY))
    assert ends(said) == ["recall"]
    assert tasks_of(life)[-1].state.value == "recalled"
