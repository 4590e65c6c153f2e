import dataclasses

from msgspec.structs import replace

from journeys.client.contact import ledger
from schemas import facts
from schemas.tasks import ClaimKind, DeclineReason, Outcome, TaskState
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, Life
from tests.journeys.client.living import (
    NEXT_DAY,
    asked,
    claim,
    effects,
    ends,
    planned,
    recalled,
    tasks_of,
)

A = ClaimKind


def newest(life):
    return tasks_of(life)[-1]


def shown(life, at=NEXT_DAY, **more):
    task = newest(life)
    data = {"task_id": task.task_id, "task_version": task.version, "channel": "app"}
    return life.say("desk.task_presented", data, at=at, **more)


def answered(life, outcome, at=NEXT_DAY, **more):
    task = newest(life)
    data = {"task_id": task.task_id, "task_version": task.version, "channel": "app"}
    return life.say("desk.task_outcome_reported", data | {"outcome": outcome}, at=at, **more)


def test_an_offer_holds_a_slot_until_it_is_shown_and_spends_it_then():
    life = asked()
    assert len(life.state.ledger.holds) == 1
    shown(life)
    assert (len(life.state.ledger.holds), len(life.state.ledger.touches)) == (0, 1)
    assert newest(life).state is TaskState.STARTED


def test_a_contact_that_is_told_late_says_when_it_was():
    life = asked()
    said = shown(life, received=Instant(NEXT_DAY + 2 * HOUR))
    (counted,) = [fact for fact in said if isinstance(fact, facts.ContactCounted)]
    assert (counted.data.change, counted.data.at) == ("spent", NEXT_DAY)
    assert counted.time == NEXT_DAY + 2 * HOUR


def test_a_second_showing_spends_nothing():
    life = asked()
    shown(life)
    shown(life, event_id="again")
    assert len(life.state.ledger.touches) == 1


def test_an_offer_unshown_for_too_long_gives_its_slot_back():
    life = asked()
    said = life.wait(Instant(MONDAY_10 + 36 * HOUR))
    assert life.state.ledger.holds == ()
    reasons = [f.data.state_reason for f in said if isinstance(f, facts.TaskChanged)]
    assert "not_shown_in_time" in reasons


def test_an_offer_shown_after_it_closed_counts_and_is_told():
    life = asked()
    question = newest(life)
    life.wait(Instant(MONDAY_10 + 3 * DAY))
    data = {"task_id": question.task_id, "task_version": 1, "channel": "app"}
    said = life.say("desk.task_presented", data, at=Instant(MONDAY_10 + 3 * DAY))
    assert facts.Effect.REFUSED in effects(said)
    assert [f.data.change for f in said if isinstance(f, facts.ContactCounted)] == ["outside"]


def test_a_door_that_keeps_an_offer_for_the_hour_gives_the_slot_back_and_it_waits_again():
    life = asked()
    task = newest(life)
    data = {"task_id": task.task_id, "task_version": 1, "channel": "app", "reason": "window"}
    late = Instant(MONDAY_10 + DAY + 11 * HOUR + HOUR // 2)
    life.say("desk.task_not_presented", data, at=late)
    assert life.state.ledger.holds == ()
    life.wait(Instant(MONDAY_10 + 2 * DAY))
    again = newest(life)
    assert (again.action, again.state) == ("inflow_question", TaskState.PROPOSED)
    assert again.task_id != task.task_id


def test_an_offer_not_shown_because_the_client_is_away_moves_the_journey_on():
    life = asked()
    task = newest(life)
    data = {"task_id": task.task_id, "task_version": 1, "channel": "app", "reason": "client_away"}
    life.say("desk.task_not_presented", data, at=NEXT_DAY)
    assert newest(life).action == "inflow_talk"
    assert life.say("desk.task_not_presented", data, at=NEXT_DAY, event_id="again") == []


def test_interest_on_the_screen_leads_to_the_talk():
    life = asked()
    shown(life)
    answered(life, "interested")
    assert newest(life).action == "inflow_question"  # one contact a day: the talk waits
    life.wait(Instant(NEXT_DAY + DAY))
    assert newest(life).action == "inflow_talk"


def test_an_answer_without_a_showing_counts_as_one():
    life = asked()
    answered(life, "interested")
    assert len(life.state.ledger.touches) == 1


def test_a_refusal_ends_the_journey_and_rests_action_and_group():
    life = asked()
    shown(life)
    assert ends(answered(life, "refused")) == ["exit"]
    assert {rest.subject for rest in life.state.ledger.cool_downs} == {
        "action:inflow_question",
        "group:inflow",
    }


def test_an_answer_to_a_closed_task_changes_nothing():
    life = asked()
    answered(life, "not_now")
    again = answered(life, "interested", event_id="again")
    assert facts.Effect.REFUSED in effects(again)


def test_what_is_said_of_an_unknown_task_is_set_aside():
    life = Life()
    data = {"task_id": "t_" + "9" * 32, "task_version": 1, "channel": "app"}
    for kind, more in (
        ("desk.task_presented", {}),
        ("desk.task_not_presented", {"reason": "window"}),
        ("desk.task_outcome_reported", {"outcome": "solved"}),
    ):
        assert effects(life.say(kind, data | more)) == {facts.Effect.UNKNOWN_TASK}


def test_a_talk_is_taken_started_and_completed():
    life = planned()
    for number, kind in enumerate((A.ASSIGNED, A.ACCEPTED, A.STARTED), start=1):
        claim(life, kind, number)
        assert newest(life).state.value == kind.value
    said = claim(life, A.COMPLETED, 4, outcome=Outcome.CONVERTED)
    assert ends(said) == ["goal"]
    assert newest(life).outcome is Outcome.CONVERTED
    assert life.state.ledger.touches[-1].method == newest(life).method


def test_a_claim_heard_twice_counts_once():
    life = planned()
    claim(life, A.ACCEPTED, 1)
    version = newest(life).version
    again = life.say(
        "desk.task_claimed",
        {
            "task_id": newest(life).task_id,
            "task_version": 1,
            "number": 1,
            "desk": "rm-li",
            "kind": "declined",
            "at": "2026-11-28T10:00:00Z",
            "reason": "no_time",
        },
        at=Instant(MONDAY_10 + 6 * DAY),
    )
    assert effects(again) == {facts.Effect.DUPLICATE}
    assert newest(life).version == version


def test_a_claim_on_an_unknown_task_is_set_aside():
    life = planned()
    task = newest(life).model_copy(update={"task_id": "t_" + "9" * 32})
    assert effects(claim(life, A.ACCEPTED, 1, task=task)) == {facts.Effect.UNKNOWN_TASK}


def test_a_client_not_reached_is_tried_again_a_day_later_and_keeps_the_slot():
    life = planned()
    claim(life, A.STARTED, 1)
    claim(life, A.COMPLETED, 2, outcome=Outcome.UNREACHABLE)
    task = newest(life)
    assert (task.state, task.attempts) == (TaskState.SNOOZED, 1)
    assert [touch for touch in life.state.ledger.touches if touch.marketing] == []


def test_attempts_end():
    life = planned()
    for number in range(1, 7, 2):
        at = Instant(MONDAY_10 + (4 + number) * DAY)
        claim(life, A.STARTED, number, at=at)
        claim(life, A.COMPLETED, number + 1, outcome=Outcome.UNREACHABLE, at=at)
    task = newest(life)
    assert task.state in (TaskState.COMPLETED, TaskState.EXPIRED, TaskState.RECALLED)


def test_a_start_beyond_a_cap_is_refused_and_says_which():
    life = planned()
    claim(life, A.ACCEPTED, 1)

    at = Instant(MONDAY_10 + 5 * DAY)
    touch = ledger.Touch(at, "call", True, None)  # noqa: FBT003 - a record
    full = ledger.note(life.state.ledger, touch, forget_before=Instant(0))
    life.state = replace(life.state, ledger=full)
    claim(life, A.STARTED, 2)
    task = newest(life)
    assert (task.state, task.state_reason) == (TaskState.ACCEPTED, "cap_day")
    assert task.claim == 2


def touched(life, at):
    """One more marketing contact, which no task of theirs tells."""
    touch = ledger.Touch(at, "call", True, None)  # noqa: FBT003 - a record
    life.state = replace(
        life.state, ledger=ledger.note(life.state.ledger, touch, forget_before=Instant(0))
    )


def counted(life):
    said = [o.event for o in life.outputs if isinstance(o.event, facts.ContactCounted)]
    return [fact.data.change for fact in said]


def test_a_start_is_within_the_caps_though_a_release_has_renamed_its_treatment():
    life = planned()
    claim(life, A.ACCEPTED, 1)
    catalogue = life.reference.catalogue
    editions = tuple(replace(each, treatments={}) for each in catalogue.editions)
    renamed = dataclasses.replace(catalogue, editions=editions, version="renamed")
    life.reference = life.reference.with_catalogue(renamed, offset=9)
    touched(life, Instant(MONDAY_10 + 5 * DAY))
    claim(life, A.STARTED, 2)
    assert (newest(life).state, newest(life).state_reason) == (TaskState.ACCEPTED, "cap_day")


def test_who_was_spoken_to_though_the_start_was_refused_counts_as_a_contact():
    life = planned()
    touched(life, Instant(MONDAY_10 + 5 * DAY))
    task = newest(life)
    for number, kind in enumerate((A.ACCEPTED, A.STARTED), start=1):
        claim(life, kind, number, task=task)
    claim(life, A.COMPLETED, 3, task=task, outcome=Outcome.REFUSED)
    assert newest(life).outcome == "refused"
    assert counted(life)[-1] == "outside"
    assert any(touch.task == task.task_id for touch in life.state.ledger.touches)


def test_a_no_that_crosses_a_recall_is_a_contact_and_a_no():
    life = planned()
    task = newest(life)
    claim(life, A.ACCEPTED, 1)
    life.say(
        "consent.complaint_opened",
        {"complaint": "k1", "topic": "fees"},
        at=Instant(MONDAY_10 + 5 * DAY + HOUR),
    )
    claim(life, A.COMPLETED, 2, task=task, outcome=Outcome.REFUSED)
    assert (newest(life).crossed_recall, counted(life)[-1]) == (True, "outside")
    now = Instant(MONDAY_10 + 6 * DAY)
    assert ledger.silent_until(life.state.ledger, f"action:{task.action}", now=now) is not None


def test_a_desk_that_never_had_a_recalled_task_completes_nothing():
    life = planned()
    task = newest(life)
    life.say(
        "consent.complaint_opened",
        {"complaint": "k1", "topic": "fees"},
        at=Instant(MONDAY_10 + 5 * DAY),
    )
    said = claim(life, A.COMPLETED, 9, task=task, desk="rm-other", outcome=Outcome.CONVERTED)
    assert effects(said) == {facts.Effect.REFUSED}
    states = [each.state for each in tasks_of(life) if each.task_id == task.task_id]
    assert states[-1] is TaskState.RECALLED


def test_a_decline_keeps_the_journey_unless_the_client_refused():
    life = planned()
    claim(life, A.DECLINED, 1, reason=DeclineReason.NO_TIME)
    assert life.state.ledger.cool_downs == ()
    life = planned()
    claim(life, A.DECLINED, 1, reason=DeclineReason.CLIENT_REFUSES)
    assert life.state.ledger.cool_downs != ()


def test_a_task_handed_over_is_offered_to_the_next_desk_and_leaves_the_first():
    life = planned()
    said = claim(life, A.HANDED_OVER, 1, to="team-east")
    offered = [event for event in said if event.type.endswith("task_offered.v1")]
    assert {event.partitionkey for event in offered} == {"rm-li", "team-east"}
    assert newest(life).desk == "team-east"
    assert newest(life).backups == ("rm-li", "remote-1")


def test_what_is_handed_to_a_desk_without_the_licence_comes_back_with_the_reason():
    life = planned()
    claim(life, A.HANDED_OVER, 1, to="team-east")
    claim(life, A.NO_LICENCE, 2)
    back = newest(life)
    assert (back.desk, back.state_reason, back.backups) == ("rm-li", "no_licence", ("remote-1",))


def test_without_hours_a_task_goes_down_its_list_of_desks_and_back_to_the_first():
    life = planned()
    desks = [newest(life).desk]
    for number in range(1, 4):
        claim(life, A.NO_DESK_HOURS, number)
        desks.append(newest(life).desk)
    assert desks == ["rm-li", "team-east", "remote-1", "rm-li"]
    claim(life, A.NO_DESK_HOURS, 4)
    assert (newest(life).desk, newest(life).backups) == ("rm-li", ())


def test_a_task_that_no_desk_left_may_work_is_closed_with_the_reason():
    life = planned()
    for number, kind in enumerate((A.NO_LICENCE, A.NO_LANGUAGE, A.NO_LICENCE), start=1):
        claim(life, kind, number)
    assert (newest(life).state, newest(life).state_reason) == (TaskState.DECLINED, "no_licence")
    assert life.state.ledger.cool_downs == ()


def test_a_desk_that_is_away_passes_it_to_its_deputy_and_not_back():
    life = planned()
    claim(life, A.NO_DESK_HOURS, 1, to="rm-wang")
    task = newest(life)
    assert (task.desk, task.state_reason) == ("rm-wang", "deputy")
    assert task.backups == ("team-east", "remote-1")


def test_a_client_whom_no_desk_has_served_for_long_is_told_as_such():
    life = planned()
    assert newest(life).unserved is True
    for number, kind in enumerate((A.ACCEPTED, A.STARTED), start=1):
        claim(life, kind, number)
    claim(life, A.COMPLETED, 3, outcome=Outcome.INTERESTED)
    served = newest(life)
    assert served.unserved is None
    assert life.state.helped_on == served.changed_at // DAY


def test_a_client_not_reached_was_not_served():
    life = planned()
    for number, kind in enumerate((A.ACCEPTED, A.STARTED), start=1):
        claim(life, kind, number)
    claim(life, A.COMPLETED, 3, outcome=Outcome.UNREACHABLE)
    assert life.state.helped_on == 0


def test_a_task_put_off_or_given_back_stays_open():
    life = planned()
    claim(life, A.SNOOZED, 1, until=Instant(MONDAY_10 + 6 * DAY))
    assert newest(life).state is TaskState.SNOOZED
    claim(life, A.RELEASED, 2)
    assert newest(life).state is TaskState.ASSIGNED


def test_nobody_worked_it_in_time():
    life = planned()
    said = life.wait(Instant(MONDAY_10 + 16 * DAY))
    assert newest(life).state in (TaskState.EXPIRED, TaskState.RECALLED)
    assert ends(said) == ["timeout"]


def test_a_completion_that_crosses_a_recall_is_kept_and_flagged():
    life = planned()
    claim(life, A.STARTED, 1)
    reversal = {
        "id": "flow-1",
        "source": "/corebank/ledger",
        "type": "org.suishen.corebank.flow_posted.v1",
        "time": "2026-11-23T02:00:00Z",
        "reason": "paid_in_error",
    }
    at = Instant(MONDAY_10 + 5 * DAY + 2 * HOUR)
    said = life.say("corebank.event_reversed", reversal, at=at)
    assert recalled(said) == ["reversed"]
    claim(life, A.COMPLETED, 2, outcome=Outcome.CONVERTED, at=Instant(at + HOUR))
    task = newest(life)
    assert (task.state, task.crossed_recall) == (TaskState.COMPLETED, True)


def test_any_other_claim_on_a_closed_task_is_set_aside():
    life = planned()
    claim(life, A.DECLINED, 1, reason=DeclineReason.NO_TIME)
    assert facts.Effect.REFUSED in effects(claim(life, A.ACCEPTED, 2))


def test_who_acts_on_a_task_closed_meanwhile_is_told_on_its_page_and_a_desk_by_itself_is_not():
    life = planned()
    task = newest(life)
    claim(life, A.DECLINED, 1, reason=DeclineReason.NO_TIME)
    (told,) = refused(claim(life, A.ACCEPTED, 2, actor="li"))
    assert (told.task_id, told.desk, told.reason) == (task.task_id, task.desk, "task_closed")
    (untold,) = refused(claim(life, A.NO_DESK_HOURS, 3))
    assert (untold.task_id, untold.desk) == (None, None)


def refused(said):
    found = [fact.data for fact in said if isinstance(fact, facts.SignalSetAside)]
    return [one for one in found if one.effect is facts.Effect.REFUSED]


def test_a_claim_of_a_desk_that_has_lost_the_task_is_refused_and_hides_no_other():
    life = planned()
    task = newest(life)
    claim(life, A.ACCEPTED, 1, task=task)
    claim(life, A.HANDED_OVER, 2, task=task, to=task.backups[0])
    moved = newest(life)
    said = claim(life, A.COMPLETED, 3, task=moved, desk=task.desk, outcome=Outcome.SOLVED)
    assert effects(said) == {facts.Effect.REFUSED}
    assert newest(life) == moved
    claim(life, A.ACCEPTED, 3, task=moved)  # the desk that has it counts on from its own number
    assert (newest(life).state, newest(life).desk) == (TaskState.ACCEPTED, task.backups[0])


def test_a_wrong_fact_opens_a_correction_that_somebody_owns_and_other_reasons_do_not():
    life = planned()
    claim(life, A.DECLINED, 1, reason=DeclineReason.NO_TIME)
    assert life.state.cases == ()
    life = planned()
    said = claim(life, A.DECLINED, 1, reason=DeclineReason.WRONG_FACT)
    (opened,) = [event.data for event in said if isinstance(event, facts.CaseAdvanced)]
    assert (opened.case_type, opened.subject, opened.owner) == (
        "record_correction", "inflow_talk", "team-east"
    )  # fmt: skip
    assert opened.due is not None


def test_a_start_that_waited_counts_from_when_it_was_granted():
    life = planned()
    claim(life, ClaimKind.ACCEPTED, 1)
    asked = Instant(MONDAY_10 + 5 * DAY + 2 * HOUR)
    granted = Instant(asked + 3 * HOUR)
    life.say("app.page_viewed", {"page": "home"}, at=granted)
    claim(life, ClaimKind.STARTED, 2, at=asked)

    assert tasks_of(life)[-1].state is TaskState.STARTED
    assert [touch.at for touch in life.state.ledger.touches] == [granted]
