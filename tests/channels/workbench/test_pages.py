import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

from channels.workbench.app import create_app
from channels.workbench.shell import Pages
from channels.workbench.wording import LOCALES, Words
from schemas import codec, facts
from schemas.decisions import RuleVerdict
from schemas.reference import Stop
from schemas.tasks import DeskActionKind, Outcome, Reason, TaskState
from schemas.time import HOUR, Instant, format_instant, parse_instant
from schemas.wire import Channel, TaskId
from streams.feed import ReaderFeed
from streams.ports import Outgoing
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views
from streams.readmodel.stops import StopSwitch
from tests.builders import CLIENT, MONDAY_10, a_baseline, a_document, the_catalogue
from tests.fakes import StillClock
from tests.streams.readmodel.facts_made import DECISION, TASK, Desk, a_decision, a_diagnosis

TEMPLATES = Path(__file__).parents[3] / "channels" / "workbench" / "templates"


class Bench:
    """The workbench over facts made by hand."""

    def __init__(self, folder):
        self.desk = Desk()
        self.database = open_database(f"sqlite:///{folder / 'views.db'}")
        self.views = Views(self.database, self.desk.log)
        self.clock = StillClock(MONDAY_10)
        self.pages = Pages(
            self.views, self.desk.log, self.clock, the_catalogue(), heartbeat_s=0.05, poll_s=0.01
        )
        self.http = TestClient(create_app(self.pages))

    def show(self, path, language="en"):
        Projector(self.database, ReaderFeed(self.desk.log)).catch_up()
        self.http.cookies.set("language", language)
        return self.http.get(path)

    def slot(self, change, task, at):
        use = facts.ContactUse(
            task_id=task, change=change, method="app_push", used_week=0, held_week=0, cap_week=2
        )
        self.desk.say(facts.ContactCounted, use, topic="client-facts", at=at)

    def first_record(self, *contacts):
        told = [each | {"at": format_instant(each["at"])} for each in contacts]
        document = a_document("corebank.baseline_loaded", a_baseline(contacts=told), at=MONDAY_10)
        raw = json.dumps(document).encode()
        self.desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])

    def act(self, action, **more):
        page = self.show(f"/tasks/{TASK}?desk=rm-li").text
        fields = dict(re.findall(r'name="(token|nonce|version|desk)" value="([^"]*)"', page))
        return self.http.post(f"/tasks/{TASK}/actions", data=fields | {"action": action} | more)

    def record(self, **fields):
        """Send the form of a client's page; `None` leaves a field out."""
        page = self.show(f"/clients/{CLIENT}").text
        hidden = dict(re.findall(r'name="(token|nonce)" value="([^"]*)"', page))
        said = {"desk": "rm-li", "shown": "1", "to": "2026-11-23"} | hidden | fields
        kept = {name: value for name, value in said.items() if value is not None}
        return self.http.post(f"/clients/{CLIENT}/diagnoses", data=kept)

    def sent(self):
        records = self.desk.log.read("desk-events", 0, 0, 100)
        return [codec.decode(record.value, codec.DESK_LOG) for record in records]


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.database.dispose()


def test_an_empty_bank_says_what_comes_next(bench):
    assert "No desk has had a task yet" in bench.show("/").text
    bench.desk.queue()
    assert "Nothing waits here" in bench.show("/desks/rm-li").text


def test_a_desk_that_nobody_knows_is_no_empty_inbox(bench):
    answer = bench.show("/desks/rm-nobody")
    assert (answer.status_code, "No desk is known by the name" in answer.text) == (404, True)
    assert "Nothing waits" not in answer.text
    bench.desk.full()
    assert bench.show("/desks/rm-li").status_code == 200


def test_an_inbox_says_due_why_and_worth_in_both_languages(bench):
    bench.desk.full()
    english = bench.show("/desks/rm-li").text
    assert "CNY 400,000 matures on 2026-12-01" in english
    assert "Renew, 82% likely" in english
    chinese = bench.show("/desks/rm-li", "zh").text
    assert "40.00 万元将于 2026-12-01 到期" in chinese
    assert "到期续投，可能性 82%" in chinese
    assert 'lang="zh-CN"' in chinese
    assert "+2.1" in bench.show("/desks/rm-li/rows").text


OFFER = TaskId("t_" + "1" * 32)


def an_offer_holds_the_day(bench):
    """Proposed in the app at ten, not shown yet; a talk waits on the desk."""
    bench.desk.task()
    bench.desk.task(task_id=OFFER, action="idle_cash_view", channel=Channel.APP, desk=None)
    bench.slot("held", OFFER, MONDAY_10)


def test_a_task_of_no_desk_leads_back_to_its_client(bench):
    an_offer_holds_the_day(bench)
    page, chinese = (bench.show(f"/tasks/{OFFER}", language).text for language in ("en", "zh"))
    assert "None" not in page
    assert "desk=" not in page
    assert f'<p class="back"><a href="/clients/{CLIENT}">' in page
    assert "No desk works this task" in page
    assert "此任务不在任何工位" in chinese


def test_a_talk_says_what_holds_the_days_contact_and_until_when(bench):
    an_offer_holds_the_day(bench)
    name = Words("en", the_catalogue().at(MONDAY_10)).action("idle_cash_view")
    told = f"before 11-24 09:00: “{name}” (app) holds the one marketing contact in 24 hours until"
    for path in (f"/tasks/{TASK}?desk=rm-li", "/desks/rm-li"):
        assert told in bench.show(path).text
        assert "占用 24 小时内唯一的营销名额，至 11-23 22:00" in bench.show(path, "zh").text


def test_a_refused_start_still_says_when_it_would_be_granted(bench):
    an_offer_holds_the_day(bench)
    bench.desk.task(version=4, state=TaskState.ACCEPTED, state_reason="cap_day")
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "the day&#39;s cap is used up" in page
    assert "Cannot be started before 11-24 09:00" in page


def refused_at_ten(bench, reason="cap_day"):
    """The page as it stands the next day: nothing is in the way any more."""
    bench.desk.task(version=4, state=TaskState.ACCEPTED, state_reason=reason)
    bench.clock.moment = Instant(MONDAY_10 + 26 * HOUR)


def test_an_accepted_task_forgets_a_refused_start_once_the_slot_is_free(bench):
    an_offer_holds_the_day(bench)
    refused_at_ten(bench)
    bench.slot("returned", OFFER, Instant(MONDAY_10 + 11 * HOUR))
    for path in (f"/tasks/{TASK}?desk=rm-li", f"/clients/{CLIENT}"):
        page = bench.show(path).text
        assert "accepted" in page
        assert "cap is used up" not in page
    assert "名额已满" not in bench.show(f"/tasks/{TASK}?desk=rm-li", "zh").text


def test_what_the_page_cannot_account_for_is_told_as_past_with_its_time(bench):
    """A branch's narrower cap, say: the fold has the last word, and Start is there all the same."""
    bench.desk.task()
    refused_at_ten(bench)
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "Start refused at 11-23 10:00: the day&#39;s cap is used up" in page
    assert "Start the talk" in page
    zh = bench.show(f"/tasks/{TASK}?desk=rm-li", "zh").text
    assert "11-23 10:00 未获准开始：当日接触名额已满" in zh


def test_a_start_refused_by_a_stop_is_forgotten_once_it_is_lifted(bench):
    bench.desk.task()
    switch = StopSwitch(bench.database)
    switch.set(Stop(scope="all", reason="drill"), by="duty", now=Instant(MONDAY_10 - HOUR))
    refused_at_ten(bench, "stopped")
    path, words = f"/tasks/{TASK}?desk=rm-li", "Start refused at 11-23 10:00"
    assert words in bench.show(path).text
    switch.lift("all", None, by="duty", now=Instant(MONDAY_10 + HOUR))
    assert words not in bench.show(path).text
    bench.desk.task(
        version=5,
        state=TaskState.ACCEPTED,
        state_reason="stopped",
        changed_at=Instant(MONDAY_10 + 2 * HOUR),
    )
    assert "Start refused at 11-23 12:00" in bench.show(path).text  # it was lifted by then


def test_a_start_out_of_hours_is_forgotten_when_they_open(bench):
    bench.desk.task()
    late = Instant(MONDAY_10 + 12 * HOUR)
    bench.desk.task(
        version=4, state=TaskState.ACCEPTED, state_reason="quiet_hours", changed_at=late
    )
    bench.clock.moment = Instant(late + HOUR)
    path, words = f"/tasks/{TASK}?desk=rm-li", "Start refused at 11-23 22:00"
    assert words in bench.show(path).text
    bench.clock.moment = Instant(MONDAY_10 + 26 * HOUR)
    assert words not in bench.show(path).text


def test_a_reason_that_only_the_fold_knows_stays(bench):
    bench.desk.task()
    refused_at_ten(bench, "consent_missing")
    assert "Start refused at 11-23 10:00: " in bench.show(f"/tasks/{TASK}?desk=rm-li").text


def test_a_contact_made_today_is_named_with_its_time(bench):
    an_offer_holds_the_day(bench)
    bench.slot("spent", OFFER, Instant(MONDAY_10 + HOUR))
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "Cannot be started before 11-24 11:00" in page
    assert "took the one marketing contact in 24 hours at 11-23 11:00" in page


def test_a_contact_that_came_with_the_first_record_is_named_too(bench):
    bench.desk.task()
    bench.first_record({"at": Instant(MONDAY_10 - HOUR), "method": "sms", "marketing": True})
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "Cannot be started before 11-24 09:00: a contact (text message) took" in page
    assert "took the one marketing contact in 24 hours at 11-23 09:00" in page
    page = bench.show(f"/tasks/{TASK}?desk=rm-li", "zh").text
    assert "一次联系（短信）已于 11-23 09:00 用去 24 小时内唯一的营销名额" in page
    assert "in 24 hours: 1 made, 0 held of 1" in bench.show(f"/clients/{CLIENT}").text


def test_a_service_contact_of_the_first_record_takes_no_marketing_slot(bench):
    bench.desk.task()
    bench.first_record({"at": Instant(MONDAY_10 - HOUR), "method": "call", "marketing": False})
    assert "Cannot be started" not in bench.show(f"/tasks/{TASK}?desk=rm-li").text


@pytest.mark.parametrize("change", ["returned", None])
def test_a_talk_whose_slot_is_free_says_nothing_of_caps(bench, change):
    bench.desk.task()
    bench.slot("held", TASK if change is None else OFFER, MONDAY_10)
    if change:
        bench.slot(change, OFFER, MONDAY_10)
    assert "Cannot be started" not in bench.show(f"/tasks/{TASK}?desk=rm-li").text


def test_a_talk_about_a_complaint_is_solved_or_not_and_never_converted(bench):
    bench.desk.task(action="complaint_answer", state=TaskState.STARTED, marketing=False)
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    select = page[page.index('name="outcome"') : page.index("</select>")]
    offered = re.findall(r'value="(\w+)">([^<]+)', select)
    assert offered[:3] == [
        ("solved", "solved"),
        ("not_now", "not solved"),
        ("unreachable", "unreachable"),
    ]
    assert "converted" not in select
    bench.desk.task(
        version=5, action="complaint_answer", state=TaskState.COMPLETED, outcome=Outcome.NOT_NOW
    )
    assert "Outcome: not solved" in bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "未解决" in bench.show(f"/clients/{CLIENT}", "zh").text


def test_a_chance_below_the_threshold_tells_a_desk_nothing(bench):
    bench.desk.task(reasons=(Reason(code="intent_complain", values={"p": 0.01}),))
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "<li>Complaint</li>" in page
    assert "likely" not in page


def test_a_run_says_what_is_done_and_shows_no_id_of_a_step():
    edition = the_catalogue().at(MONDAY_10)
    words = Words("en", edition)
    assert words.stage("complaint", "answer") == "First answer to a complaint"
    assert words.stage("complaint", "work") == "waiting for what happens next"
    assert words.stage("complaint", "rest") == "waiting for its time"
    chinese = Words("zh", edition)
    steps = [(run.id, step) for run in edition.journeys.values() for step in run.steps]
    assert [step for run, step in steps if chinese.stage(run, step).isascii()] == []


def test_the_address_that_a_reader_guesses_leads_to_the_event(bench):
    answer = bench.http.get("/events/a%20b", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/events?event_id=a+b")


def test_a_desk_is_picked_from_a_list(bench):
    bench.desk.full()
    assert 'href="/desks/rm-li"' in bench.show("/").text


def test_a_demonstration_marks_the_desk_that_is_the_readers(bench):
    bench.desk.full()
    assert "start here" not in bench.show("/").text
    bench.http = TestClient(create_app(replace(bench.pages, yours="rm-li")))
    assert bench.show("/").text.count("start here: this desk is yours") == 1
    assert "从这里开始" in bench.show("/", "zh").text


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("de-DE,de;q=0.9,en;q=0.5,zh;q=0.4", "en"),
        ("fr", "zh-CN"),
        ("en;q=0, zh;q=0.1", "zh-CN"),
        ("en;q=often", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_a_first_visit_speaks_what_the_browser_asks_for(bench, asked, language):
    page = bench.http.get("/", headers={"accept-language": asked}).text
    assert f'<html lang="{language}">' in page
    assert '<html lang="zh-CN">' in bench.show("/", "zh").text


def test_a_client_page_shows_intents_score_and_room(bench):
    bench.desk.full()
    page = bench.show(f"/clients/{CLIENT}").text
    assert "65.2" in page
    assert "▼ -2.10" in page
    assert "in 24 hours: 0 made, 1 held of 1 · in 7 days: 0 made, 1 held of 2" in page
    chinese = bench.show(f"/clients/{CLIENT}", "zh").text
    assert "24 小时内已联系 0 次，占用 1 次，上限 1 次 · 7 天内已联系 0 次，占用 1 次" in chinese
    assert "looked at the maturity page" in page
    assert "first score" in page
    assert "65.2" in bench.show(f"/clients/{CLIENT}/panel").text


def test_a_client_page_explains_the_score_by_cause_and_adds_up(bench):
    bench.desk.full()
    page = bench.show(f"/clients/{CLIENT}").text
    assert "66.90 on 2026-11-23 → 65.19 on 2026-11-23: -1.71 points" in page
    assert "▼ -2.10" in page
    assert "▲ +0.39" in page
    assert "counts if the client or core confirmed it" in page
    assert page.count('class="bar ') == 4
    assert "style=" not in page
    chinese = bench.show(f"/clients/{CLIENT}?period=30d", "zh").text
    assert "经客户或核心系统确认才计入" in chinese
    assert 'aria-current="true">30天' in chinese


def test_a_diagnosis_is_shown_as_a_document_in_both_languages(bench):
    made = bench.desk.diagnosis()
    path = f"/diagnoses/{made.diagnosis_id}"
    english = bench.show(path).text
    assert "This diagnosis is complete" in english
    assert "CNY 380,000" in english
    assert "▲ CNY 20,000" in english
    words = Words("en", the_catalogue().at(MONDAY_10))
    for number in range(1, 10):
        assert f'<th scope="row">{words.code("dimension", f"D{number}")}<' in english
    chinese = bench.show(path, "zh").text
    assert "本次诊断完整" in chinese
    assert "持仓诊断" in chinese
    assert "style=" not in english


def test_a_diagnosis_says_what_is_missing(bench):
    made = bench.desk.diagnosis(
        lacks=("returns", "age"),
        complete=False,
        shown=False,
        returned=None,
        total=None,
        label=None,
        xray=a_diagnosis().xray.model_copy(update={"value_fen": 0, "by_group": (), "ladder": ()}),
    )
    page = bench.show(f"/diagnoses/{made.diagnosis_id}").text
    assert "Missing: returns: no sound statement of the accounts; age" in page
    assert "too little is known" in page
    assert "the client saw it: no" in page
    assert "no statement of the accounts came" in page
    assert "nothing held" in page


def test_a_private_client_is_told_what_is_owed(bench):
    bench.desk.serve()
    page = bench.show(f"/clients/{CLIENT}").text
    assert "0 counted" in page
    assert "overdue since 2026-06-30" in page
    bench.desk.diagnosis(number=1, at=parse_instant("2026-05-04T10:00:00+08:00"))
    page = bench.show(f"/clients/{CLIENT}").text
    assert "1 counted" in page
    assert "next one due by 2026-12-31" in page
    bench.desk.diagnosis(number=2, lacks=("returns",), complete=False)
    assert "1 counted" in bench.show(f"/clients/{CLIENT}").text
    bench.desk.diagnosis(number=3)
    page = bench.show(f"/clients/{CLIENT}").text
    assert "2 counted" in page
    assert "nothing owed this year" in page


def test_a_year_that_can_no_longer_be_met_says_so(bench):
    bench.desk.serve()
    bench.desk.diagnosis(number=1)
    page = bench.show(f"/clients/{CLIENT}").text
    assert "this year can no longer be met: the next one counts from 2027-02-21 on" in page


def test_a_client_who_is_not_private_has_no_plan(bench):
    bench.desk.serve(tier="mass")
    page = bench.show(f"/clients/{CLIENT}", "zh").text
    assert "大众客户" in page
    assert "年度诊断计划适用于私行客户" in page


def test_a_diagnosis_recorded_becomes_a_signal_on_the_desks_log(bench):
    bench.desk.serve()
    answer = bench.record(
        step_agreed="1",
        opening="300,000",
        closing="380000.50",
        flows="2026-03-02 60000\n\n2026-05-02 -5000\n",
        **{"from": "2025-11-23"},
    )
    assert answer.status_code == 202
    (event,) = bench.sent()
    assert (event.partitionkey, event.data.client) == ("rm-li", CLIENT)
    act = event.data
    assert (act.shown, act.step_agreed, act.record_closed) == (True, True, False)
    assert (act.statement.opening_fen, act.statement.closing_fen) == (30_000_000, 38_000_050)
    assert [flow.amount_fen for flow in act.statement.flows] == [6_000_000, -500_000]


def test_without_a_statement_a_diagnosis_is_recorded_all_the_same(bench):
    bench.desk.serve()
    assert bench.record().status_code == 202
    assert bench.sent()[0].data.statement is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"opening": "100"},
        {"from": "2025-11-23", "opening": "1", "closing": "much"},
        {"from": "2025-11-23", "opening": "1", "closing": "1.001"},
        {"from": "2025-11-23", "opening": "1", "closing": "NaN"},
        {"from": "2025-11-23", "opening": "1", "closing": "1", "flows": "yesterday"},
        {"from": "2025-11-23", "opening": "1", "closing": "1", "flows": "2024-01-01 5"},
        {"from": "2026-11-24", "opening": "1", "closing": "1"},
    ],
)
def test_a_statement_that_cannot_be_read_is_told_and_nothing_is_sent(bench, wrong):
    bench.desk.serve()
    answer = bench.record(**wrong)
    assert (answer.status_code, bench.sent()) == (409, [])
    assert "The statement cannot be read" in answer.text


def test_only_a_desk_that_serves_the_client_records_a_diagnosis(bench):
    bench.desk.serve()
    assert (bench.record(desk="rm-wu").status_code, bench.sent()) == (409, [])
    assert (bench.record(token="stolen").status_code, bench.sent()) == (403, [])
    hidden = {"token": bench.http.cookies["token"], "desk": "rm-li"}
    assert bench.http.post("/clients/ct_x/diagnoses", data=hidden).status_code == 404
    bench.desk.log.away = True
    assert bench.record().status_code == 503


def test_without_a_desk_that_serves_the_client_nobody_can_record_one(bench):
    bench.desk.full()
    page = bench.show(f"/clients/{CLIENT}").text
    assert "No desk is known to serve this client" in page
    assert "tier is not known here" in page


def test_a_period_that_nobody_knows_is_a_year(bench):
    bench.desk.full()
    page = bench.show(f"/clients/{CLIENT}?period=century").text
    assert 'aria-current="true">1 year' in page
    assert f'data-refresh="/clients/{CLIENT}/panel?period=year"' in page


def test_another_parameter_set_in_the_period_is_named(bench):
    bench.desk.score(60.0, {}, parameters="w1")
    bench.desk.score(58.5, {"params": -1.5}, parameters="w2")
    before = facts.ScoreUnder(parameters="w1", total=61.25)
    bench.desk.score(59.0, {"trade": 0.5}, parameters="w2", under_previous=before)
    page = bench.show(f"/clients/{CLIENT}").text
    assert "w1 → w2" in page
    assert "Under the set before (w1) the newest score would be 61.25" in page


def test_a_page_says_bank_time_and_which_event_it_follows_from(bench):
    bench.desk.full()
    lookup = "/events?event_id=cause-1&amp;source=/app/mobile"
    for path in (f"/clients/{CLIENT}", f"/decisions/{DECISION}"):
        page = bench.show(path).text
        assert "Bank time 2026-11-23 10:00" in page
        assert lookup in page
        assert "<code>cause-1</code>" in page


def test_what_follows_from_a_timer_names_it_and_links_nowhere(bench):
    bench.desk.say(
        facts.DecisionMade, a_decision(), topic="client-facts", cause="hold:t_1:1", source="timer"
    )
    page = bench.show(f"/decisions/{DECISION}").text
    words = "a timer: a contact that was held for a task lapsed"
    assert f'<span title="hold:t_1:1">{words}</span>' in page
    assert "/events?event_id" not in page


def test_a_reason_that_says_the_same_as_its_state_is_said_once(bench):
    advance = facts.JourneyAdvance(
        journey="maturity",
        version=1,
        instance="td:2026-12-01",
        move=facts.JourneyMove.ENDED,
        end=facts.JourneyEnd.GOAL,
        reason="goal_met",
    )
    bench.desk.say(facts.JourneyAdvanced, advance, topic="client-facts")
    page = bench.show(f"/clients/{CLIENT}").text
    assert page.count("goal met") == 1


def test_a_client_with_a_gap_in_the_record_is_marked(bench):
    hole = facts.Hole(partition=0, offset=3, family="consent", open=True)
    bench.desk.say(facts.HoleChanged, hole, topic="client-facts")
    page = bench.show(f"/clients/{CLIENT}").text
    assert "nothing is marketed" in page
    assert "No score yet" in page


def test_a_score_with_too_little_behind_it_is_not_shown(bench):
    score = facts.WealthScore(
        coverage=0.4, points=(None,) * 9, by_cause={}, parameters="p", total=None, label=None
    )
    bench.desk.say(facts.WealthScored, score, topic="client-facts")
    assert "too little is known" in bench.show(f"/clients/{CLIENT}").text


def test_a_decision_says_why_and_why_not(bench):
    bench.desk.full()
    page = bench.show(f"/decisions/{DECISION}").text
    assert "the week&#39;s cap is used up" in page
    assert "rule CT04: A cap on marketing touches" in page
    assert "contacts taken 2, must be below 2" in page
    assert "P 0.25 × V 4.2 × C 1.20 × L 1.00" in page


def test_a_decision_folds_what_does_not_apply(bench):
    bench.desk.full()
    page = bench.show(f"/decisions/{DECISION}").text
    applies, _, idle = page.partition("<summary>1 actions do not apply now</summary>")
    name = Words("en", the_catalogue().at(MONDAY_10)).action("stay_talk")
    assert (name in applies, name in idle) == (False, True)
    assert "1 项行动目前不适用" in bench.show(f"/decisions/{DECISION}", "zh").text


def test_an_event_is_told_in_sentences_that_lead_on(bench):
    bench.desk.full()
    said = a_document("app.page_viewed", {"page": "maturity"}, event_id="cause-1")
    message = Outgoing("client-events", CLIENT.encode(), json.dumps(said).encode())
    bench.desk.log.append([message])
    page = bench.show("/events?event_id=cause-1").text
    assert f'Decision <a href="/decisions/{DECISION}">00000000</a> chose' in page
    assert f'Task <a href="/tasks/{TASK}">00000000</a>: ' in page
    assert f'<a href="/clients/{CLIENT}">' in page
    assert "fact." not in page
    assert "suishen explain" not in page
    assert (
        f'决定 <a href="/decisions/{DECISION}">'
        in bench.show("/events?event_id=cause-1", "zh").text
    )


def test_a_decision_reads_out_the_rules_that_were_judged_as_a_bank_would(bench):
    passed = RuleVerdict(rule="s01", version="1", verdict="allow", value=2, limit=3)
    taken = a_decision().model_copy(update={"verdicts": (passed,)})
    bench.desk.say(facts.DecisionMade, taken, topic="client-facts")
    english = bench.show(f"/decisions/{DECISION}").text
    assert "product level R2 ≤ client&#39;s class C3" in english
    chinese = bench.show(f"/decisions/{DECISION}", "zh").text
    assert "产品等级 R2 ≤ 客户风险等级 C3" in chinese


@pytest.mark.parametrize(
    "path",
    ["/tasks/t_x", "/tasks/t_x/panel", "/clients/ct_x", "/decisions/d_x", "/diagnoses/g_x"],
)
def test_what_is_not_there_says_so(bench, path):
    answer = bench.show(path)
    assert answer.status_code == 404
    assert "Not found" in answer.text
    assert "data-awaits" in answer.text


@pytest.mark.parametrize(("path", "is_page"), [("/nope", True), ("/v1/nope", False)])
def test_at_an_address_of_nobody_a_page_says_so_and_a_program_hears_it(bench, path, is_page):
    answer = bench.show(path)
    assert answer.status_code == 404
    assert ("There is no page at this address." in answer.text) is is_page
    assert "data-awaits" not in answer.text


def test_an_act_becomes_a_signal_on_the_desks_log(bench):
    bench.desk.full()
    answer = bench.act("accept")
    assert answer.status_code == 202
    assert "waiting for the desk" in answer.text
    (event,) = bench.sent()
    assert (event.partitionkey, event.data.action) == ("rm-li", DeskActionKind.ACCEPT)


def test_one_form_sent_twice_is_one_event(bench):
    bench.desk.full()
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    fields = dict(re.findall(r'name="(token|nonce|version|desk)" value="([^"]*)"', page))
    for _ in range(2):
        bench.http.post(f"/tasks/{TASK}/actions", data=fields | {"action": "accept"})
    assert len({event.id for event in bench.sent()}) == 1


def test_every_act_can_be_made(bench):
    bench.desk.full()
    assert bench.act("decline", reason="no_time").status_code == 202
    assert bench.act("snooze").status_code == 202
    assert bench.act("hand_over", to="team-east").status_code == 202
    bench.desk.task(version=3, state=TaskState.ACCEPTED)
    assert bench.act("start").status_code == 202
    assert bench.act("release").status_code == 202
    bench.desk.task(version=4, state=TaskState.STARTED)
    assert bench.act("complete", outcome="converted").status_code == 202
    kinds = [event.data.action.value for event in bench.sent()]
    assert kinds == ["decline", "snooze", "hand_over", "start", "release", "complete"]


def test_a_choice_left_out_is_asked_for(bench):
    bench.desk.full()
    for action in ("decline", "hand_over", "complete", "fly"):
        answer = bench.act(action)
        assert (answer.status_code, bench.sent()) == (409, [])
        assert "Choose an outcome, a reason or a desk first" in answer.text


def test_no_talk_starts_outside_the_clients_hours(bench):
    bench.desk.task(version=3, state=TaskState.ACCEPTED, expires=Instant(MONDAY_10 + 50 * HOUR))
    bench.clock.moment = Instant(MONDAY_10 + 11 * HOUR)
    answer = bench.act("start")
    assert (answer.status_code, bench.sent()) == (409, [])
    assert "outside the contact hours, 09:00 to 21:00" in answer.text
    bench.clock.moment = Instant(MONDAY_10 + 60 * HOUR)
    assert "expired" in bench.act("start").text


def test_a_closed_task_takes_no_act_and_says_how_it_ended(bench):
    bench.desk.task(version=3, state=TaskState.COMPLETED, outcome=Outcome.SOLVED)
    page = bench.show(f"/tasks/{TASK}?desk=rm-li").text
    assert "This task is closed. Outcome: solved." in page
    token = bench.http.cookies["token"]
    answer = bench.http.post(f"/tasks/{TASK}/actions", data={"token": token, "action": "accept"})
    assert "nothing more can be done" in answer.text


def test_a_reason_that_nobody_knows_is_named_as_such_and_sends_nothing(bench):
    bench.desk.task()
    answer = bench.act("decline", reason="did_not_feel_like_it")
    assert (answer.status_code, bench.sent()) == (409, [])
    assert "no such reason" in answer.text


def test_a_task_that_moved_on_is_not_acted_upon(bench):
    bench.desk.full()
    answer = bench.act("accept", version="1")
    assert (answer.status_code, bench.sent()) == (409, [])


def test_a_task_of_another_desk_is_only_read(bench):
    bench.desk.full()
    assert "with another desk now: rm-li" in bench.show(f"/tasks/{TASK}?desk=rm-wu").text


def test_a_form_from_elsewhere_is_refused(bench):
    bench.desk.full()
    answer = bench.act("accept", token="stolen")
    assert (answer.status_code, bench.sent()) == (403, [])
    unknown = bench.http.post(
        "/tasks/t_x/actions", data={"token": bench.http.cookies["token"], "action": "accept"}
    )
    assert unknown.status_code == 404


def test_an_act_is_not_lost_in_silence_when_the_log_is_away(bench):
    bench.desk.full()
    bench.desk.log.away = True
    answer = bench.act("accept")
    assert answer.status_code == 503
    assert "nothing was recorded" in answer.text


def test_a_refused_act_is_told(bench):
    bench.desk.full()
    refusal = facts.Refusal(
        task_id=TASK,
        action=DeskActionKind.ACCEPT,
        actor="rm-wu",
        reason="already_taken",
        at=MONDAY_10,
    )
    bench.desk.say(facts.ActionRefused, refusal, topic="desk-facts", key="rm-li")
    assert "already taken" in bench.show(f"/tasks/{TASK}?desk=rm-li").text


def an_act_is_refused(bench, action, reason, at=MONDAY_10):
    refusal = facts.Refusal(task_id=TASK, action=action, actor="rm-wu", reason=reason, at=at)
    bench.desk.say(facts.ActionRefused, refusal, topic="desk-facts", key="rm-li", at=at)


def test_a_refused_act_is_forgotten_once_another_is_taken(bench):
    bench.desk.full()
    an_act_is_refused(bench, DeskActionKind.ACCEPT, "stale_version", Instant(MONDAY_10 + HOUR))
    bench.desk.task(version=3, changed_at=Instant(MONDAY_10 + HOUR + 1))  # ranked anew: no act
    path = f"/tasks/{TASK}?desk=rm-li"
    assert "Last act refused" in bench.show(path).text
    accepted = {"state": TaskState.ACCEPTED, "changed_at": Instant(MONDAY_10 + 2 * HOUR)}
    bench.desk.task(version=4, **accepted)
    assert "Last act refused" not in bench.show(path).text
    assert "上次操作被拒" not in bench.show(path, "zh").text


def test_who_came_second_is_told_so_until_the_task_is_free_again(bench):
    """The acceptance of who came first reaches the client's log after the second one's refusal."""
    bench.desk.full()
    an_act_is_refused(bench, DeskActionKind.ACCEPT, "already_taken", Instant(MONDAY_10 + 1))
    bench.desk.task(version=3, state=TaskState.ACCEPTED, changed_at=Instant(MONDAY_10 + 2))
    path = f"/tasks/{TASK}?desk=rm-li"
    assert "already taken" in bench.show(path).text
    bench.desk.task(version=4, changed_at=Instant(MONDAY_10 + 3))
    assert "already taken" not in bench.show(path).text


def test_an_act_on_a_task_that_was_closed_meanwhile_is_told(bench):
    bench.desk.full()
    bench.desk.task(version=3, state=TaskState.EXPIRED)
    aside = facts.SetAside(
        event_id="e_1",
        event_source=facts.DESK_FOLD,
        event_type="org.suishen.desk.task_claimed.v1",
        effect=facts.Effect.REFUSED,
        reason="task_closed",
        task_id=TASK,
        desk="rm-li",
    )
    bench.desk.say(facts.SignalSetAside, aside, topic="client-facts")
    assert "closed before this act was heard" in bench.show(f"/tasks/{TASK}?desk=rm-li").text


def test_an_event_can_be_looked_up(bench):
    assert "Event id" in bench.show("/events").text
    assert "No event by this id" in bench.show("/events?event_id=none").text


def test_the_language_is_kept_and_the_way_back_is_ours(bench):
    answer = bench.http.get("/language/en?back=/desks/rm-li", follow_redirects=False)
    assert answer.headers["location"] == "/desks/rm-li"
    evil = bench.http.get("/language/xx?back=//evil.example", follow_redirects=False)
    assert evil.headers["location"] == "/"
    bench.http.cookies.set("language", "fr")
    assert 'lang="zh-CN"' in bench.http.get("/").text


def test_pages_carry_a_strict_policy_and_are_not_stored(bench):
    answer = bench.show("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "cache-control" not in bench.show("/static/workbench.css").headers


def test_another_host_name_is_refused(bench):
    assert bench.http.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_stream_replays_what_a_browser_missed(bench):
    bench.desk.full()
    Projector(bench.database, ReaderFeed(bench.desk.log)).catch_up()
    lines = asyncio.run(_first_lines(bench, last="0"))
    notices = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert {notice["kind"] for notice in notices} == {"task", "queue", "client"}
    assert set(notices[0]) == {"kind", "subject", "version", "client"}
    quiet = asyncio.run(_first_lines(bench, last=None))
    assert quiet[:3] == ["retry: 2000", "", ": still here"]


async def _first_lines(bench, *, last):
    """The first chunks of the stream, as a browser that leaves after a moment would get them."""
    from channels.workbench.streaming import Stream  # noqa: PLC0415 - its stream is endless

    class Request:
        headers = {} if last is None else {"last-event-id": last}

        def __init__(self):
            self.turns = 0

        async def is_disconnected(self):
            self.turns += 1
            return self.turns > 12

    answer = await Stream(bench.pages).stream(Request(), "rm-li")
    text = "".join([chunk async for chunk in answer.body_iterator])
    return text.split("\n")


def test_every_message_is_translated_and_no_template_speaks_chinese():
    files = {}
    for language in ("zh", "en"):
        with (LOCALES / f"{language}.po").open("rb") as file:
            files[language] = {m.id: m.string for m in read_po(file) if m.id}
    assert files["zh"].keys() == files["en"].keys()
    assert all(text for messages in files.values() for text in messages.values())
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r'_\("((?:[^"\\]|\\.)*)"|_\(\'([^\']*)\'', text)
        assert {a or b for a, b in found} <= files["zh"].keys(), path.name
        assert not re.search(r"[\u4e00-\u9fff]", text.replace("suishen 随身", "")), path.name


def test_every_code_that_a_fold_may_say_has_a_word():
    from schemas.decisions import Stage, WithheldReason  # noqa: PLC0415 - a list
    from schemas.tasks import DeclineReason  # noqa: PLC0415 - a list

    kinds = {
        "state": TaskState,
        "outcome": Outcome,
        "decline": DeclineReason,
        "stage": Stage,
        "end": facts.JourneyEnd,
        "effect": facts.Effect,
    }
    for language in ("zh", "en"):
        words = Words(language, the_catalogue().at(MONDAY_10))
        for kind, codes in kinds.items():
            for code in codes:
                assert words.code(kind, code.value) != code.value.replace("_", " ") or (
                    language == "en"
                ), (kind, code)
        for reason in WithheldReason:
            if language == "zh":
                assert words.code("reason", reason.value) != reason.value.replace("_", " "), reason


def test_words_have_a_fallback():
    words = Words("en", the_catalogue().at(MONDAY_10))
    zh = Words("zh", the_catalogue().at(MONDAY_10))
    assert words.action("gone") == "gone"
    assert words.journey(None) == ""
    assert words.treatment("gone")["title"] == "gone"
    assert words.code("state", None) == ""
    assert words.code("state", "not_known") == "not known"
    assert words.evidence("gone", "renew") == "Renew"
    assert words.time(None) == ""
    assert zh.money(50_000) == "500.00 元"
    assert zh.money(30_000_000_000) == "3.00 亿元"
    assert words.reason({"code": "journey_maturity", "values": {}}) == (
        "Maturing deposit or wealth product"
    )
    assert "came in" in words.reason({"code": "journey_large_inflow", "values": {"inflow": 100}})
    graded = {"code": "journey_regrade", "values": {"product": "wmp1", "level": 4}}
    assert words.reason(graded) == "wmp1 is now graded R4"
    owed = {"code": "journey_private_diagnosis", "values": {"due_day": "2026-12-31"}}
    assert zh.reason(owed) == "应于 2026-12-31 前完成"


def test_what_is_stopped_is_said_on_every_page_and_no_talk_begins(bench):
    bench.desk.full()
    bench.show("/")
    assert "Stopped" not in bench.show(f"/tasks/{TASK}?desk=rm-li").text
    switch = StopSwitch(bench.database)
    switch.set(Stop(scope="channel", name="branch", reason="drill"), by="duty", now=MONDAY_10)
    for path in ("/", "/desks/rm-li", f"/clients/{CLIENT}", f"/tasks/{TASK}?desk=rm-li"):
        assert "Stopped: branch" in bench.show(path).text
        assert "已停止：网点" in bench.show(path, "zh").text
    answer = bench.act("start")
    assert (answer.status_code, "stopped for now" in answer.text) == (409, True)
    assert bench.act("complete", outcome="solved").status_code == 409
    assert bench.act("decline", reason="no_time").status_code == 202
    switch.lift("channel", "branch", by="duty", now=MONDAY_10)
    assert bench.act("start").status_code == 202
