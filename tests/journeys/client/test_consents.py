from schemas import facts
from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, Life, a_baseline
from tests.journeys.client.living import INFLOW, asked, effects, recalled, tasks_of


def test_consent_withdrawn_ends_the_journey_and_recalls_its_task():
    life = asked()
    said = life.say("consent.consent_changed", {"purpose": "marketing", "given": False})
    assert (recalled(said), life.state.instances) == (["opted_out"], ())


def test_profiling_refused_recalls_it_too():
    life = asked()
    said = life.say("consent.consent_changed", {"purpose": "profiling", "given": False})
    assert recalled(said) == ["profiling_refused"]


def test_a_baseline_heard_again_takes_back_nothing_that_was_said_since():
    life = Life()
    life.say("consent.consent_changed", {"purpose": "marketing", "given": False})
    life.say("consent.opted_out", {"method": "call"})
    service = a_baseline()["service"] | {"rm": "rm-wang"}
    life.say("corebank.service_assigned", service)
    known = (life.state.allowed, life.state.served)
    loaded = Instant(MONDAY_10 - 30 * DAY)
    life.say("corebank.baseline_loaded", a_baseline(), at=loaded, received=MONDAY_10)
    assert (life.state.allowed, life.state.served) == known


def test_an_older_word_on_consent_changes_nothing():
    life = Life()
    old = Instant(MONDAY_10 - 60 * DAY)
    data = {"purpose": "marketing", "given": False}
    assert effects(life.say("consent.consent_changed", data, at=old, received=MONDAY_10)) == {
        facts.Effect.LATE_NO_CONTACT,
        facts.Effect.STALE,
    } - {facts.Effect.LATE_NO_CONTACT}
    assert life.state.allowed.marketing


def test_a_purpose_from_the_future_changes_nothing():
    life = Life()
    said = life.say("consent.consent_changed", {"purpose": "dreams", "given": False})
    assert effects(said) == {facts.Effect.STALE}


def test_a_method_opted_out_of_is_never_used_again():
    life = asked()
    said = life.say("consent.opted_out", {"method": "app_push"})
    assert "opted_out" in recalled(said)
    assert life.state.instances == ()


def test_do_not_call_is_never_shortened():
    life = Life()
    for days in (200, 10):
        until = format_instant(Instant(MONDAY_10 + days * DAY))
        life.say("consent.do_not_call_set", {"until": until}, event_id=f"d{days}")
    assert life.state.allowed.do_not_call_until == MONDAY_10 + 200 * DAY


def test_a_complaint_stops_marketing_at_once_and_its_end_allows_it_again():
    life = asked()
    opened = {"complaint": "k1", "topic": "fees"}
    assert recalled(life.say("consent.complaint_opened", opened)) == ["complaint_open"]
    life.say("consent.complaint_closed", {"complaint": "k1", "client_agrees": True})
    assert life.state.complaints == ()


def test_a_talk_already_started_is_not_torn_away():
    life = asked()
    task = tasks_of(life)[-1]
    shown = {"task_id": task.task_id, "task_version": task.version, "channel": "app"}
    life.say("desk.task_presented", shown, at=Instant(MONDAY_10 + 25 * HOUR))
    said = life.say("consent.consent_changed", {"purpose": "profiling", "given": False})
    assert recalled(said) == []
    assert tasks_of(life)[-1].state is TaskState.STARTED


def test_who_serves_a_client_is_told_by_the_newest_word():
    life = Life()
    service = {"tier": "mass", "segment": "young", "remote": "remote-9"}
    life.say("corebank.service_assigned", service)
    assert (life.state.served.tier, life.state.served.rm) == ("mass", None)
    old = life.say(
        "corebank.service_assigned",
        service | {"tier": "private"},
        at=Instant(MONDAY_10 - DAY),
        received=MONDAY_10,
    )
    assert facts.Effect.STALE in effects(old)
    assert life.state.served.tier == "mass"


def test_nothing_is_asked_of_a_client_who_never_consented():
    life = Life(known=False)
    life.say("corebank.flow_posted", INFLOW)
    life.wait(Instant(MONDAY_10 + 20 * DAY))
    assert tasks_of(life) == []
