"""A hand-over on its page: the clock first, what the next owner must know, and who may take it."""

import re

import pytest

from channels.workbench.wording import Words
from schemas import facts, handovers
from schemas.signals.handover import HandoverActed
from schemas.time import MINUTE, Instant
from tests.builders import ACCOUNT, MONDAY_10, the_catalogue
from tests.channels.workbench.test_cases_page import has
from tests.channels.workbench.test_pages import Bench
from tests.journeys.handing import Bank
from tests.streams.readmodel.facts_made import a_decision


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.database.dispose()


def a_hand_over(**more):
    bank = Bank()
    bank.need(record={"payment": "p-17", "account": ACCOUNT})
    bank.note("asked", "amount")
    bank.note("promised", "amount", by="desk")
    bank.hand_over("call_back", want="付款没有成功，想今天汇出", next_step="核对收款行", **more)
    return bank


def text_of(answer):
    main = re.search(r"<main.*?</main>", answer.text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0]))


def act(bench, bank, **fields):
    path = f"/handovers/{bank.handover.handover_id}"
    page = bench.show(f"{path}?desk=team-east").text
    hidden = dict(re.findall(r'name="(token|nonce|version|desk)" value="([^"]*)"', page))
    return bench.http.post(f"{path}/actions", data={"action": "take"} | hidden | fields)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["15:10", "to take it, until 10:15:30", "call back", "remote-1", "team-east",
             "A payment failed p-17", "付款没有成功，想今天汇出", "核对收款行", "account",
             "Asked already", "amount", "promised", "marketing: yes", "Take it"],
        ),
        ("zh", ["内接手", "回电", "客户诉求", "已询问过", "承诺", "营销：是", "接手", "下一步"]),
    ],
)  # fmt: skip
def test_the_page_says_everything_that_the_next_owner_must_know(bench, language, words):
    bank = a_hand_over()
    bench.desk.lived(bank)
    bench.clock.moment = Instant(MONDAY_10 + 20_000_000)
    shown = text_of(bench.show(f"/handovers/{bank.handover.handover_id}?desk=team-east", language))
    assert [word for word in words if word not in shown] == []
    assert shown.index("15:10") < shown.index(words[2])


def test_the_clock_stands_first_in_the_inbox_of_the_desk_that_is_asked(bench):
    bank = a_hand_over()
    bench.desk.full()
    bench.desk.lived(bank)
    inbox = bench.show("/desks/team-east").text
    assert "Clients who wait to be taken over" in inbox
    assert f"/handovers/{bank.handover.handover_id}?desk=team-east" in inbox
    assert "wait to be taken over" not in bench.show("/desks/rm-li").text


def test_the_rules_that_held_something_back_in_the_newest_decision_are_named(bench):
    bank = a_hand_over()
    bench.desk.lived(bank)
    later = Instant(MONDAY_10 + MINUTE)
    bench.desk.say(facts.DecisionMade, a_decision(), topic="client-facts", at=later)
    shown = text_of(bench.show(f"/handovers/{bank.handover.handover_id}", "en"))
    assert "rule CT04" in shown[shown.index("Rules that held something back") :]


def test_whoever_leads_desks_sees_what_waits_and_what_nobody_took(bench):
    assert "Nobody waits to be taken over" in text_of(bench.show("/handovers"))
    bank = a_hand_over()
    bank.wait(bank.handover.accept_by)
    bench.desk.lived(bank)
    shown = text_of(bench.show("/handovers"))
    assert "rm-li remote-1 passed on · before: team-east (not taken in time)" in shown
    bank = a_hand_over()
    bank.wait(Instant(bank.at + 60 * MINUTE))
    bench.desk.lived(bank)
    assert "无人按时接手" in text_of(bench.show("/handovers", "zh"))


def test_taking_it_is_a_signal_on_the_desks_log_and_one_form_is_one_event(bench):
    bank = a_hand_over()
    bench.desk.lived(bank)
    assert act(bench, bank, nonce="n1").status_code == 202
    act(bench, bank, nonce="n1")
    first, again = bench.sent()
    assert isinstance(first, HandoverActed)
    assert first.id == again.id
    assert (first.partitionkey, first.data.action, first.data.version) == ("team-east", "take", 1)


@pytest.mark.parametrize(
    ("fields", "later", "said"),
    [
        ({"version": "7"}, 0, "moved"),
        ({"action": "dance"}, 0, "Choose"),
        ({}, 16 * MINUTE, "Too late"),
    ],
)
def test_what_cannot_be_is_said_before_it_is_sent(bench, fields, later, said):
    bank = a_hand_over()
    bench.desk.lived(bank)
    bench.clock.moment = Instant(MONDAY_10 + later)
    answer = act(bench, bank, **fields)
    assert (answer.status_code, bench.sent()) == (409, [])
    assert said.lower() in answer.text.lower()


def test_a_form_of_another_page_takes_nothing(bench):
    bank = a_hand_over()
    bench.desk.lived(bank)
    assert act(bench, bank, token="x").status_code == 403
    assert bench.sent() == []


def test_a_taken_one_says_who_took_it_and_offers_nothing(bench):
    bank = a_hand_over()
    bank.act("team-east")
    bench.desk.lived(bank)
    shown = text_of(bench.show(f"/handovers/{bank.handover.handover_id}?desk=team-east"))
    assert "team-east took it at 10:00:" in shown
    assert "Take it" not in shown
    assert act(bench, bank, version="2", token=bench.http.cookies["token"]).status_code == 409


def test_a_refused_act_shows_with_its_reason(bench):
    bank = a_hand_over()
    (said,) = bank.act("team-east", version=7)
    bench.desk.lived(bank)
    bench.desk.say(facts.HandoverRefused, said.data, topic="desk-facts", key="team-east")
    shown = text_of(bench.show(f"/handovers/{bank.handover.handover_id}"))
    assert "Last act refused: an older version" in shown


def test_an_unknown_hand_over_is_missing(bench):
    assert bench.show("/handovers/h_" + "9" * 32).status_code == 404
    answer = bench.http.post("/handovers/h_x/actions", data={"token": "-"})
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_a_hand_over_has_a_name_in_both_languages(language):
    words = Words(language, the_catalogue().at(MONDAY_10))
    reasons = ("not_taken", "not_served_by_desk", *handovers.HandoverAnswerKind)
    refusals = handovers.HandoverRefusal.model_fields["reason"].annotation.__args__
    named = [
        *(("handover_kind", each) for each in handovers.HandoverKind),
        *(("handover_state", each) for each in handovers.HandoverState),
        *(("handover_reason", each) for each in reasons if each != "taken"),
        *(("handover_refusal", each) for each in refusals),
    ]
    assert [name for name in named if not has(words, *name)] == []
