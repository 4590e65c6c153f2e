"""A case from its opening to its end, in any channel."""

from msgspec.structs import replace

from schemas.facts import CaseAdvanced, CaseNoted, DecisionMade, JourneyAdvanced, TaskChanged
from schemas.time import DAY, HOUR, MINUTE, Instant
from tests.builders import CLIENT, MONDAY_10, a_baseline, a_position
from tests.journeys.client.casework import ROLL_OVER, Casework, refused, solved
from tests.journeys.client.living import asked as with_an_open_question


def utter(life: Casework, intent: str, *, session: str = "s1", reading: str = "accept", **more):
    data = {
        "session": session,
        "turn": 1,
        "channel": "ai",
        "language": "zh",
        "reading": reading,
        "guesses": [{"intent": intent, "p": 0.9}],
        "margin": 0.8,
        "model": "zh-1",
        "path": "tfidf",
    }
    return life.tell("conversation.utterance_understood", data, **more)


def test_a_request_opens_a_case_with_one_owner_and_a_time_to_be_solved_in():
    life = Casework()
    life.need()
    case = life.case
    assert (case.life, case.move, case.owner, case.topic) == (
        "open",
        "opened",
        "remote-1",
        "payment",
    )
    assert (case.subject, case.due) == ("p-17", MONDAY_10 + DAY)
    assert life.fold.next_due(life.state) is not None


def test_a_case_of_which_too_little_is_known_waits_for_the_client():
    life = Casework()
    life.need(record={"payment": "p-17"})
    assert (life.case.life, life.case.move) == ("waiting_client", "waiting")
    life.note("said", "account", value="ac_" + "0" * 16, by="client")
    assert life.case.life == "waiting_client"
    life.note("said", "amount", value=128_000, by="client")
    assert (life.case.life, life.case.record["amount"]) == ("open", 128_000)


def test_an_understood_intent_opens_a_case_and_a_guess_does_not():
    life = Casework()
    utter(life, "renew", reading="confirm")
    assert life.state.cases == ()
    utter(life, "renew")
    assert (life.case.case_type, life.case.life) == ("maturity_instruction", "waiting_client")
    utter(life, "renew")
    assert len(life.state.cases) == 1
    assert len(life.state.cases[0].sessions) == 1


def test_a_late_utterance_opens_nothing():
    life = Casework()
    utter(life, "renew", at=Instant(MONDAY_10 - HOUR), received=MONDAY_10)
    assert life.state.cases == ()


def test_a_need_counts_however_late_and_contacts_nobody():
    life = Casework()
    said = life.need(at=Instant(MONDAY_10 - HOUR), received=MONDAY_10)
    assert life.case.life == "open"
    assert not [event for event in said if isinstance(event, DecisionMade)]


def test_a_case_follows_the_client_to_the_branch_with_all_that_was_said():
    life = Casework()
    life.need(record={"payment": "p-17"})
    life.note("said", "amount", value=128_000, by="client", channel="remote")
    assert life.case.owner == "remote-1"
    life.note("promised", channel="branch", session="s2")
    assert (life.case.move, life.case.owner, life.case.life) == (
        "followed", "rm-li", "waiting_client"
    )  # fmt: skip
    life.note("said", "account", value="ac_" + "0" * 16, by="client", channel="branch")
    case = life.case
    assert (case.owner, case.channel, case.sessions) == ("rm-li", "branch", 2)
    assert case.record == {"account": "ac_" + "0" * 16, "amount": 128_000, "payment": "p-17"}
    life.note("done", channel="app")
    assert life.state.cases[0].owner == "rm-li"
    assert [note.note.kind for note in life.all_of(CaseNoted)] == [
        "said", "promised", "said", "done"
    ]  # fmt: skip


def test_a_client_without_desks_has_a_unit_that_answers():
    life = Casework(known=False)
    service = {"tier": "mass", "segment": "family"}
    life.say("corebank.baseline_loaded", a_baseline(service=service), at=Instant(MONDAY_10 - DAY))
    life.need()
    assert life.case.owner == "payment services"


def test_the_same_request_goes_on_with_the_open_case_and_another_subject_has_its_own():
    life = Casework()
    life.need()
    life.need(session="s2")
    assert (life.moves, life.case.sessions) == (["opened", "followed"], 2)
    life.need(record={"payment": "p-18"})
    assert [case.subject for case in life.state.cases] == ["p-17", "p-18"]


def test_requests_that_nobody_knows_and_fields_that_no_record_has_are_refused():
    life = Casework()
    assert refused(life.need("make_tea", record={})) == "unknown_request"
    assert refused(life.need(record={"colour": "red"})) == "unknown_field"
    life.need()
    before = life.state
    assert refused(life.note("said", "colour", value="red")) == "unknown_field"
    assert refused(life.note("said", case_id="k_" + "9" * 32)) == "unknown_case"
    assert refused(life.settle(case_id="k_" + "9" * 32)) == "unknown_case"
    assert life.state.cases == before.cases


def test_a_client_has_so_many_cases_and_no_more():
    life = Casework()
    for number in range(4):
        life.need(record={"payment": f"p-{number}"})
    assert refused(life.need(record={"payment": "p-9"})) == "too_many_cases"


def test_a_resolved_case_makes_room_for_a_need():
    life = solved()
    for number in range(4):
        life.need("payment_failed", record={"payment": f"p-{number}"})
    closed = [case for case in life.all_of(CaseAdvanced) if case.move == "closed"]
    assert [(case.subject, case.reason) for case in closed] == [("p-17", "made_room")]
    assert len(life.state.cases) == 4


def test_solved_in_one_conversation_and_confirmed_by_the_core_bank_it_is_first_contact():
    life = solved()
    assert (life.case.life, life.case.confirmed) == ("resolved", "core")
    assert life.judged == []
    life.wait(Instant(MONDAY_10 + 8 * DAY))
    assert [(each.met, each.reason) for each in life.judged] == [(True, None)]
    life.wait(Instant(MONDAY_10 + 20 * DAY))
    assert (life.case.life, life.case.reason, life.state.cases) == ("closed", "solved", ())
    assert len(life.judged) == 1


def test_a_warm_hand_over_in_one_session_still_counts():
    life = Casework()
    life.need()
    life.note("said", channel="remote")
    life.note("done", channel="branch")
    life.settle(channel="branch")
    life.wait(Instant(MONDAY_10 + 8 * DAY))
    assert [each.met for each in life.judged] == [True]


def test_a_second_session_costs_the_first_contact():
    life = Casework()
    life.need()
    life.note("said", session="s2")
    life.settle(session="s2")
    assert [(each.met, each.reason) for each in life.judged] == [(False, "more_sessions")]


def test_a_question_put_twice_costs_the_first_contact():
    life = Casework()
    life.need(record={})
    life.note("asked", "payment")
    life.note("said", "payment", value="p-17", by="client")
    life.note("asked", "payment", channel="remote")
    assert [note.again for note in life.all_of(CaseNoted)] == [False, False, True]
    life.settle()
    assert [(each.met, each.reason) for each in life.judged] == [(False, "asked_twice")]


def test_a_case_that_only_the_desk_calls_solved_was_not_solved_at_the_first_contact():
    life = Casework()
    life.need()
    life.settle(by="desk")
    assert (life.case.life, life.case.confirmed) == ("resolved", None)
    life.wait(Instant(MONDAY_10 + 8 * DAY))
    assert [(each.met, each.reason) for each in life.judged] == [(False, "not_confirmed")]


def test_the_clients_word_confirms_what_the_desk_called_solved():
    life = Casework()
    life.need()
    life.settle(by="desk")
    life.settle(session="s2")
    assert life.case.confirmed == "client"
    life.wait(Instant(MONDAY_10 + 8 * DAY))
    assert [each.met for each in life.judged] == [True]


def test_another_contact_of_the_type_within_the_week_costs_the_first_contact():
    life = solved()
    life.need(record={"payment": "p-18"}, session="s9", at=Instant(MONDAY_10 + 3 * DAY))
    assert [(each.met, each.reason) for each in life.judged] == [(False, "contact_again")]
    late = solved()
    late.need(record={"payment": "p-18"}, session="s9", at=Instant(MONDAY_10 + 8 * DAY))
    assert [each.met for each in late.judged] == [True]


def test_asked_again_within_the_window_a_case_is_opened_again_and_later_a_new_one_is():
    life = solved()
    first = life.case.case_id
    life.need(session="s2", at=Instant(MONDAY_10 + 3 * DAY))
    assert (life.case.case_id, life.case.life, life.case.reopened) == (first, "reopened", 1)
    assert [(each.met, each.reason) for each in life.judged] == [(False, "reopened")]
    life.settle(at=Instant(MONDAY_10 + 4 * DAY))
    life.wait(Instant(MONDAY_10 + 30 * DAY))
    assert life.moves[-3:] == ["resolved", "confirmed", "closed"]
    assert len(life.judged) == 1
    life.need(at=Instant(MONDAY_10 + 31 * DAY))
    assert (life.case.life, life.case.case_id != first) == ("open", True)


def test_a_client_who_says_that_it_is_not_solved_opens_it_again():
    life = solved()
    life.settle(solved=False)
    assert (life.case.life, life.case.reason, life.case.confirmed) == (
        "reopened", "client_says", None
    )  # fmt: skip
    life.want()
    assert life.case.life == "waiting_client"


def test_a_case_not_solved_in_time_is_told_to_a_person_who_may_end_it():
    life = Casework()
    life.need()
    life.wait(Instant(MONDAY_10 + DAY + HOUR))
    assert "overdue" in life.moves
    task = life.all_of(TaskChanged)[-1]
    assert (task.action, task.desk, task.marketing) == ("case_help", "remote-1", False)
    claim = {
        "task_id": task.task_id, "task_version": task.version, "number": 1, "desk": "remote-1",
        "kind": "completed", "at": "2026-11-24T12:00:00+08:00", "outcome": "solved",
    }  # fmt: skip
    life.say("desk.task_claimed", claim, at=Instant(MONDAY_10 + 26 * HOUR), source="/suishen/desk")
    assert (life.case.life, life.case.reason) == ("resolved", "desk_says")


def test_who_helped_with_one_case_has_solved_no_other():
    """A case that became late after the task was made is not among its reasons."""
    life = Casework()
    life.need()
    life.wait(Instant(MONDAY_10 + DAY + HOUR))
    task = life.all_of(TaskChanged)[-1]
    other = life.state.cases[0]
    late = replace(other, case_id="c_other", subject="p-99", overdue=True)
    life.state = replace(life.state, cases=(*life.state.cases, late))
    claim = {
        "task_id": task.task_id, "task_version": task.version, "number": 1, "desk": "remote-1",
        "kind": "completed", "at": "2026-11-24T12:00:00+08:00", "outcome": "solved",
    }  # fmt: skip
    life.say("desk.task_claimed", claim, at=Instant(MONDAY_10 + 26 * HOUR), source="/suishen/desk")
    assert [case.life for case in life.state.cases] == ["resolved", "open"]


def test_a_case_whose_type_a_release_dropped_ends_when_it_is_due():
    life = Casework()
    life.need()
    life.state = replace(
        life.state, cases=tuple(replace(case, type="gone") for case in life.state.cases)
    )
    life.wait(Instant(MONDAY_10 + DAY + HOUR))
    assert life.state.cases == ()


def test_a_case_that_nobody_helped_with_is_asked_about_again_and_told_overdue_once():
    life = Casework()
    life.need()
    life.wait(Instant(MONDAY_10 + DAY + HOUR))
    task = life.all_of(TaskChanged)[-1]
    claim = {
        "task_id": task.task_id, "task_version": task.version, "number": 1, "desk": "remote-1",
        "kind": "completed", "at": "2026-11-24T12:00:00+08:00", "outcome": "not_now",
    }  # fmt: skip
    life.say("desk.task_claimed", claim, at=Instant(MONDAY_10 + 26 * HOUR), source="/suishen/desk")
    assert life.case.life == "open"
    life.wait(Instant(MONDAY_10 + 3 * DAY))
    asked = {each.task_id for each in life.all_of(TaskChanged) if each.action == "case_help"}
    assert len(asked) > 1
    assert (life.moves.count("overdue"), life.case.due) == (1, None)


def test_a_client_who_stays_silent_is_not_waited_for_for_ever():
    life = Casework()
    life.need(record={})
    life.wait(Instant(MONDAY_10 + 4 * DAY))
    assert (life.case.life, life.case.reason, life.state.cases) == ("closed", "client_silent", ())
    assert life.all_of(TaskChanged) == []
    assert [(each.met, each.reason) for each in life.judged] == [(False, "unsolved")]


def test_a_need_that_is_taken_back_takes_its_case_along():
    life = Casework()
    life.need(event_id="need-1")
    reversal = {
        "id": "need-1", "source": "/conversation/ai", "type": "org.suishen.case.need_raised.v1",
        "time": "2026-11-23T10:00:00+08:00", "reason": "wrong_client",
    }  # fmt: skip
    life.tell("corebank.event_reversed", reversal)
    assert (life.case.life, life.case.reason, life.state.cases) == ("closed", "reversed", ())


def with_a_maturing_deposit() -> Casework:
    life = Casework()
    life.say(
        "corebank.position_reported",
        a_position("td", 400_000, maturity="2026-11-27"),
        at=Instant(MONDAY_10 - HOUR),
        source="/corebank/ledger",
    )
    return life


def test_an_open_case_owns_its_topic_and_gives_it_back():
    life = with_a_maturing_deposit()
    life.need("maturity_instruction", record=ROLL_OVER, at=Instant(MONDAY_10 + 60 * HOUR))
    life.wait(Instant(MONDAY_10 + 72 * HOUR))
    decision = life.all_of(DecisionMade)[-1]
    fates = {each.action: each.reason for each in decision.candidates}
    assert (decision.trigger, fates["maturity_talk"]) == ("journey", "case_owns_topic")
    life.settle(by="desk", at=Instant(MONDAY_10 + 73 * HOUR))
    assert life.all_of(TaskChanged)[-1].action == "maturity_talk"


def test_what_waits_on_the_topic_is_recalled_when_a_case_opens():
    life = with_a_maturing_deposit()
    life.wait(Instant(MONDAY_10 + 3 * DAY))
    assert life.all_of(TaskChanged)[-1].action == "maturity_talk"
    life.need("maturity_instruction", record={}, at=Instant(MONDAY_10 + 3 * DAY))
    task = life.all_of(TaskChanged)[-1]
    assert (task.action, task.state, task.state_reason) == (
        "maturity_talk", "recalled", "case_owns_topic"
    )  # fmt: skip
    assert any(run.wants for run in life.state.instances)
    assert life.all_of(JourneyAdvanced)


def test_other_topics_and_duties_are_left_alone():
    other = with_an_open_question()
    life = Casework()
    life.state = other.state
    before = [task.task_id for task in life.state.tasks]
    life.need(at=Instant(MONDAY_10 + DAY + HOUR))
    assert [task.task_id for task in life.state.tasks] == before


def test_a_state_with_cases_is_read_back_as_it_was():
    life = solved()
    life.need(record={"payment": "p-18"})
    life.want(parameters={"payment": "p-18", "account": "ac_" + "0" * 16, "amount": 5_000})
    assert life.fold.decode(life.fold.encode(life.state)) == life.state
    assert replace(life.state, cases=()).client == CLIENT


def test_a_repeated_event_changes_nothing():
    life = Casework()
    life.need(event_id="n", at=MONDAY_10)
    state = life.state
    said = life.need(event_id="n", at=MONDAY_10, received=Instant(MONDAY_10 + MINUTE))
    assert [event.data.effect for event in said] == ["duplicate"]
    assert life.state.cases == state.cases
