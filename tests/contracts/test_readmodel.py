"""One suite for the read model, on SQLite and on a real PostgreSQL."""

import json

import pytest
from sqlalchemy import text

from schemas import facts
from schemas.tasks import DeskActionKind, Outcome, TaskState
from schemas.time import HOUR, Instant, format_instant, parse_instant
from streams.feed import ReaderFeed
from streams.ports import Outgoing
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views
from streams.readmodel.slots import Slot
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_baseline, a_document
from tests.streams.readmodel.facts_made import DECISION, TASK, project

pytestmark = pytest.mark.untraced


def test_a_database_is_migrated_once_and_again_without_harm(database):
    open_database(database.url.render_as_string(hide_password=False)).dispose()


def test_an_upgrade_reads_the_facts_once_more_and_keeps_the_stories_of_events(
    database, desk, views
):
    an_event(desk)
    desk.full()
    project(database, desk)
    before = views.counts()
    with database.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0002'"))
    open_database(database.url.render_as_string(hide_password=False)).dispose()
    emptied = views.counts()
    assert (emptied["scores"], emptied["decisions"], emptied["events"]) == (0, 0, before["events"])
    assert project(database, desk) > 0
    assert views.counts() == before


def test_an_inbox_is_in_the_order_of_its_ranking(database, desk, views):
    other = "t_" + "1" * 32
    desk.task()
    desk.task(task_id=other)
    desk.queue((other, 1), (TASK, 2))
    project(database, desk)
    assert [task["task_id"] for task in views.inbox("rm-li")] == [other, TASK]
    assert views.desks() == [{"desk": "rm-li", "open": 2}]


def test_a_task_without_a_rank_stands_last(database, desk, views):
    other = "t_" + "1" * 32
    desk.task(state=TaskState.SNOOZED)
    desk.task(task_id=other)
    desk.queue((other, 1), fits=False)
    project(database, desk)
    inbox = views.inbox("rm-li")
    assert [task["task_id"] for task in inbox] == [other, TASK]
    assert [task["fits_hours"] for task in inbox] == [False, True]


def test_the_highest_version_of_a_task_wins_in_any_order(database, desk, views):
    desk.task(version=3, state=TaskState.ACCEPTED)
    project(database, desk)
    desk.task(version=2)
    project(database, desk)
    assert views.task(TASK)["state"] == "accepted"


def test_a_closed_task_leaves_the_inbox(database, desk, views):
    desk.task()
    desk.queue((TASK, 1))
    desk.task(version=3, state=TaskState.COMPLETED, outcome=Outcome.SOLVED)
    project(database, desk)
    assert views.inbox("rm-li") == []
    assert views.task(TASK)["outcome"] == "solved"


def test_a_client_page_has_every_block(database, desk, views):
    desk.full()
    project(database, desk)
    page = views.client(CLIENT)
    assert page["intents"][0]["intent"] == "renew"
    assert [score["doc"]["total"] for score in page["scores"]] == [65.19, 66.9]
    assert page["journeys"][0]["doc"]["step"] == "notify"
    assert page["contacts"][0]["doc"]["used_week"] == 1
    assert page["tasks"][0]["task_id"] == TASK
    assert page["decisions"][0]["decision_id"] == DECISION
    assert views.client(OTHER_CLIENT) is None


def test_a_decision_keeps_every_candidate_and_not_the_state(database, desk, views):
    desk.full()
    project(database, desk)
    decision = views.decision(DECISION)
    assert [each["action"] for each in decision["candidates"]] == [
        "maturity_talk",
        "idle_cash_view",
        "stay_talk",
    ]
    assert (decision["client"], decision["state"]) == (CLIENT, None)
    assert views.decision("d_" + "9" * 32) is None


def test_projecting_twice_changes_nothing(database, desk, views):
    desk.full()
    project(database, desk)
    once = views.counts()
    assert project(database, desk) == 0
    assert views.counts() == once


def test_tables_dropped_are_built_again_from_the_logs(database, desk, views):
    desk.full()
    project(database, desk)
    before, page = views.counts(), views.client(CLIENT)
    projector = Projector(database, ReaderFeed(desk.log))
    projector.rebuild()
    assert views.client(CLIENT) is None
    projector.catch_up()
    projector.close()
    assert (views.counts(), views.client(CLIENT)) == (before, page)


def test_changes_come_in_order_and_only_to_whom_they_concern(database, desk, views):
    desk.full()
    project(database, desk)
    mine = views.changes_since(0, "rm-li")
    assert {change["kind"] for change in mine} == {"task", "queue", "client"}
    assert [c["sequence"] for c in mine] == sorted(c["sequence"] for c in mine)
    assert {c["kind"] for c in views.changes_since(0, "rm-wu")} == {"client"}
    assert views.changes_since(views.last_change(), None) == []
    assert len(views.changes_since(0, None)) == len(mine)


def test_contacts_of_the_first_record_are_slots_that_were_spent(database, desk, views):
    told = [
        {"at": format_instant(Instant(MONDAY_10 - hours * HOUR)), "method": how, "marketing": is_}
        for hours, how, is_ in ((30, "call", True), (2, "sms", True), (1, "email", False))
    ]
    document = a_document("corebank.baseline_loaded", a_baseline(contacts=told), at=MONDAY_10)
    for _ in range(2):  # said twice, counted once
        raw = json.dumps(document).encode()
        desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])
    project(database, desk)
    found = views.slots({CLIENT}, since=Instant(MONDAY_10 - 30 * HOUR))
    at = Instant(MONDAY_10 - 2 * HOUR)
    assert found == [Slot(CLIENT, is_held=False, method="sms", at=at, task=None)]
    assert views.slots({OTHER_CLIENT}, since=Instant(0)) == []


def an_event(desk, event_id="cause-1", source="/app/mobile"):
    document = a_document("app.page_viewed", {"page": "holdings"}, event_id=event_id, source=source)
    raw = json.dumps(document).encode()
    desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])


def test_the_story_of_an_event_names_what_it_caused(database, desk, views):
    an_event(desk)
    desk.full()
    project(database, desk)
    story = views.story("cause-1", None)
    assert story["state"] == "applied"
    assert story["logged"] == {"topic": "client-events", "partition": 0, "offset": 0}
    assert {"fact.task_changed.v1", "fact.decision_made.v1"} <= {c["type"] for c in story["caused"]}
    assert views.story("cause-1", "/another/source") is None
    assert views.story("never", None) is None


def test_an_event_was_received_when_its_door_says_not_when_the_broker_wrote_it(
    database, desk, views
):
    """A broker stamps with the wall's clock, and a demonstration does not run on that."""
    document = a_document("app.page_viewed", {"page": "holdings"}, event_id="cause-1")
    document["receivedat"] = "2026-11-23T02:00:01Z"
    raw = json.dumps(document).encode()
    desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])
    project(database, desk)
    story = views.story("cause-1", None)
    assert parse_instant(story["received_at"]) == parse_instant("2026-11-23T02:00:01Z")


def test_an_event_the_fold_has_not_come_to_is_only_logged(database, desk):
    class Behind:
        def applied(self, topic, partition):
            return 0

    an_event(desk)
    project(database, desk)
    assert Views(database, Behind()).story("cause-1", "/app/mobile")["state"] == "logged"


def test_an_event_set_aside_says_so(database, desk, views):
    an_event(desk)
    aside = facts.SetAside(
        event_id="cause-1",
        event_source="/app/mobile",
        event_type="t",
        effect=facts.Effect.STALE,
        reason="older_version",
    )
    desk.say(facts.SignalSetAside, aside, topic="client-facts")
    project(database, desk)
    story = views.story("cause-1", None)
    assert (story["state"], story["reason"]) == ("stale", "older_version")
    assert "repeated" not in story


def test_an_event_sent_twice_was_applied_once_and_says_so(database, desk, views):
    an_event(desk)
    aside = facts.SetAside(
        event_id="cause-1",
        event_source="/app/mobile",
        event_type="t",
        effect=facts.Effect.DUPLICATE,
        reason="seen_before",
    )
    desk.say(facts.SignalSetAside, aside, topic="client-facts")
    project(database, desk)
    story = views.story("cause-1", None)
    assert (story["state"], story["repeated"]) == ("applied", True)


def test_a_dead_letter_says_code_and_pointer(database, desk, views):
    letter = {
        "topic": "client-events",
        "partition": 0,
        "offset": 7,
        "fold": "client",
        "error": "contract",
        "code": "contract-violation",
        "faults": [{"pointer": "/time", "expected": "RFC 3339"}],
        "family": "book",
        "event_id": "dead-1",
        "event_source": "/app/mobile",
        "raw": "e30=",
    }
    desk.log.append([Outgoing("dead-letters", b"k", json.dumps(letter).encode())])
    desk.log.append([Outgoing("client-events", CLIENT.encode(), b"{")])
    project(database, desk)
    story = views.story("dead-1", None)
    assert (story["state"], story["code"]) == ("dead_lettered", "contract-violation")
    assert story["hole"] == "none"
    for is_open, said in ((True, "open"), (False, "closed")):
        hole = facts.Hole(partition=0, offset=7, family="book", open=is_open)
        desk.say(facts.HoleChanged, hole, topic="client-facts")
        project(database, desk)
        assert views.story("dead-1", None)["hole"] == said
    assert story["faults"][0]["pointer"] == "/time"


def test_a_hole_is_shown_until_it_is_closed(database, desk, views):
    hole = facts.Hole(partition=0, offset=3, family="consent", open=True)
    desk.say(facts.HoleChanged, hole, topic="client-facts")
    project(database, desk)
    assert views.client(CLIENT)["holes"][0]["family"] == "consent"
    desk.say(facts.HoleChanged, hole.model_copy(update={"open": False}), topic="client-facts")
    project(database, desk)
    assert views.client(CLIENT) is None


def test_a_refused_act_is_told_on_the_task(database, desk, views):
    for at, reason in ((MONDAY_10, "not_started"), (Instant(MONDAY_10 + HOUR), "already_taken")):
        refusal = facts.Refusal(
            task_id=TASK, action=DeskActionKind.ACCEPT, actor="rm-li", reason=reason, at=at
        )
        desk.say(facts.ActionRefused, refusal, topic="desk-facts", key="rm-li", at=at)
    project(database, desk)
    assert views.refusal(TASK)["reason"] == "already_taken"
    assert views.refusal("t_" + "9" * 32) is None


def test_an_act_that_came_too_late_for_the_client_is_told_on_the_task(database, desk, views):
    aside = facts.SetAside(
        event_id="e_1",
        event_source=facts.DESK_FOLD,
        event_type="org.suishen.desk.task_claimed.v1",
        effect=facts.Effect.REFUSED,
        reason="task_closed",
    )
    desk.say(facts.SignalSetAside, aside, topic="client-facts")
    project(database, desk)
    assert views.refusal(TASK) is None
    act = aside.model_copy(update={"event_id": "e_2", "task_id": TASK, "desk": "rm-li"})
    desk.say(facts.SignalSetAside, act, topic="client-facts")
    project(database, desk)
    assert views.refusal(TASK) == {"reason": "task_closed", "at": MONDAY_10}


def test_a_diagnosis_is_found_by_its_id_and_with_its_client(database, desk, views):
    made = desk.diagnosis()
    project(database, desk)
    found = views.diagnosis(made.diagnosis_id)
    assert (found["client"], found["cause_id"]) == (CLIENT, "cause-1")
    assert found["doc"]["xray"]["value_fen"] == made.xray.value_fen
    assert [row["diagnosis_id"] for row in views.client(CLIENT)["diagnoses"]] == [made.diagnosis_id]
    assert views.diagnosis("g_" + "9" * 32) is None


def test_who_serves_a_client_is_the_newest_word_and_makes_a_desk_known(database, desk, views):
    assert not views.is_desk("rm-li")
    desk.serve(rm="rm-li")
    desk.serve(rm="rm-wu", tier="wealth")
    project(database, desk)
    service = views.client(CLIENT)["service"]
    assert (service["tier"], service["rm"]) == ("wealth", "rm-wu")
    assert views.is_desk("rm-wu")
    assert [row["desk"] for row in views.desks()] == ["remote-1", "rm-li", "rm-wu", "team-east"]
    assert views.is_desk("nobody") is False
