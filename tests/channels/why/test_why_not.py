"""`suishen why-not` read by a stranger, in both languages: stops, rests, ways of contact, notes."""

import json
from shutil import copytree

import pytest
from msgspec.structs import replace

from channels.offline import release_stops
from channels.why.asked_told import Asker, Question
from channels.why.condition_told import condition, trigger, word
from channels.workbench.wording import Words
from journeys.catalogue.vocabulary import CLIENT as VOCABULARY
from journeys.catalogue.vocabulary import TRIGGERS
from journeys.client import why
from schemas.reference import Stop, Stops
from schemas.time import DAY, HOUR, MINUTE, Instant, format_instant
from streams import past as past_module
from streams.file_log import FileLog
from streams.past import Past
from tests.builders import CLIENT, MONDAY_10
from tests.journeys.decide.sales import NOTE, SERVICE, a_life

LATER = Instant(MONDAY_10 + HOUR)
FREEZE = Stop(scope="all", reason="freeze")


@pytest.fixture(scope="module")
def issued(life):
    """Decisions that chose something, in order of time."""
    past = Past(FileLog.of(life / "log.jsonl"))
    found = [one.event for one in past.decisions() if one.event.data.task_ids]
    return sorted(found, key=lambda one: one.data.decided_at)


@pytest.fixture
def frozen(life, tmp_path):
    """The folder of that life, where everything was stopped after its end."""
    folder = tmp_path / "frozen"
    copytree(life, folder)
    release_stops(folder, Stops(version=1, stops=(FREEZE,)))
    return folder


def chosen(event):
    return next(one.action for one in event.data.candidates if one.chosen)


def examined(life, action, stops=(), language="en"):
    reference = life.reference.with_stops(Stops(version=1, stops=stops), offset=9)
    found = why.why_not(life.state, reference, action, at=LATER)
    edition = reference.catalogue.at(LATER)
    asked = Question(CLIENT, action, LATER, edition)
    return "\n".join(Asker(Words(language, edition)).examination(asked, found))


def test_a_stop_is_seen_by_a_client_who_had_no_event_since(suishen, frozen, issued):
    client, action = issued[0].partitionkey, chosen(issued[0])
    code, out, _ = suishen("why-not", client, action, "--data", frozen, "--lang", "en")
    assert code == 0
    assert "stop: held back by a stop since " in out
    assert '(all contacts): "freeze"' in out
    assert "For any contact: held back by a stop since " in out
    _, out, _ = suishen("why-not", client, action, "--data", frozen)
    assert "无论经由何种渠道：自 " in out
    assert "起停联（所有联系），原因「freeze」" in out


def test_a_stop_set_later_did_not_hold_then(suishen, frozen, issued):
    """The marker stands before any further event of the client's; its time decides."""
    last = issued[-1]
    words = ["why-not", last.partitionkey, chosen(last), "--data", frozen, "--json"]
    for at, is_stopped in ((last.data.decided_at + DAY, False), (MONDAY_10 + 3650 * DAY, True)):
        _, out, _ = suishen(*words, "--at", format_instant(Instant(at)))
        stops = [one for one in json.loads(out)["stages"] if one.get("row") == "stop"]
        assert [one["passes"] for one in stops] == [not is_stopped]
        assert ("stop" in stops[0]) is is_stopped


def test_a_stop_of_a_channel_holds_back_that_way_alone():
    life = a_life(NOTE, service=SERVICE)
    said = examined(life, "place_idle", (Stop(scope="channel", name="branch", reason="flood"),))
    assert "By branch (Meeting about idle money) also: held back by a stop (channel branch)" in said
    assert "For any contact: held back" not in said


def test_every_stop_is_told_with_its_own_time(suishen, life, tmp_path, issued):
    folder = tmp_path / "twice"
    copytree(life, folder)
    named = Stop(scope="action", name="stay_talk", reason="prices")
    release_stops(folder, Stops(version=1, stops=(FREEZE,)))
    release_stops(folder, Stops(version=2, stops=(FREEZE, named)))
    words = ["why-not", issued[0].partitionkey, "stay_talk", "--data", folder, "--json"]
    stages = json.loads(suishen(*words)[1])["stages"]
    stops = [one["stop"] for one in stages if "stop" in one]
    assert [one["reason"] for one in stops] == ["freeze", "prices"]
    assert stops[0]["since"] < stops[1]["since"]


def test_a_stop_of_an_action_is_named_in_words():
    life = a_life(NOTE, service=SERVICE)
    stop = Stop(scope="action", name="place_idle", reason="查价")
    assert "停联（行动 闲置资金安排），原因「查价」" in examined(life, "place_idle", (stop,), "zh")


def test_without_a_stop_its_line_says_so():
    assert "  stop: none in force" in examined(a_life(NOTE, service=SERVICE), "place_idle")


def test_a_rest_and_the_condition_are_two_lines(suishen, life, issued):
    past = Past(FileLog.of(life / "log.jsonl"))
    for event in issued:
        action, client = chosen(event), event.partitionkey
        standing = past.standing(client)
        rests = [one.subject for one in standing.state.ledger.cool_downs]
        if f"again:{action}" in rests:
            break
    code, out, _ = suishen(
        "why-not", client, action, "--events", life / "log.jsonl", "--lang", "en"
    )
    assert code == 0
    assert "  rest after an offer: resting " in out
    assert "  when it applies: " in out
    assert out.count("For any contact: resting ") == 1
    assert "since a task for it was made on" in out


def test_what_only_a_journey_asks_for_names_it_and_its_start():
    said = examined(a_life(NOTE, service=SERVICE), "payday_view")
    assert "Dormant salary client (starts when " in said


def test_the_decision_of_that_very_second_is_named(suishen, life, issued):
    event = issued[0]
    at = format_instant(event.data.decided_at)
    words = ["why-not", event.partitionkey, chosen(event), "--events", life / "log.jsonl"]
    _, out, _ = suishen(*words, "--at", at, "--lang", "en")
    decision = event.data.decision_id
    assert out.startswith(
        f"A decision was made in this second ({decision}): there it was chosen. "
        "Below: as it stands after that decision.\n"
    )
    _, out, _ = suishen(*words, "--at", at)
    assert out.startswith(
        f"这一秒作出过一个决定（{decision}）：当时它被选中。以下所述为该决定之后的情形。\n"
    )


def test_a_decision_of_that_second_that_did_not_choose_it_says_where_it_fell(suishen, life, issued):
    event = issued[0]
    fell = next(one for one in event.data.candidates if one.reason == "intent_off")
    at = format_instant(event.data.decided_at)
    words = ["why-not", event.partitionkey, fell.action, "--events", life / "log.jsonl"]
    _, out, _ = suishen(*words, "--at", at, "--lang", "en")
    assert "there it fell at applicability, does not apply" in out.splitlines()[0]
    found = json.loads(suishen(*words, "--at", at, "--json")[1])["decided_then"]
    assert found["decision_id"] == event.data.decision_id
    assert found["fate"]["reason"] == "intent_off"


def test_the_minute_that_a_reading_tells_finds_the_decision_within_it(suishen, life, issued):
    event = next(one for one in issued if one.data.decided_at % MINUTE)
    minute = Instant(event.data.decided_at // MINUTE * MINUTE)
    words = ["why-not", event.partitionkey, chosen(event), "--events", life / "log.jsonl"]
    _, out, _ = suishen(*words, "--at", format_instant(minute), "--lang", "en")
    first = out.splitlines()[0]
    assert first.startswith("A decision was made in this minute, at ")
    assert first.endswith("there it was chosen. Below: as it stands before that decision.")


def test_a_time_after_the_logs_end_says_what_it_assumes(suishen, life, issued):
    words = ["why-not", issued[0].partitionkey, "stay_talk", "--events", life / "log.jsonl"]
    _, out, _ = suishen(*words, "--at", "2027-03-01T02:00:00Z", "--lang", "en")
    assert "the log ends at 2026-11-" in out
    _, out, _ = suishen(*words, "--at", "2027-03-01T02:00:00Z")
    assert "日志止于 2026-11-" in out


def test_hours_that_are_closed_are_noted_with_the_next_opening(suishen, life, issued):
    words = ["why-not", issued[0].partitionkey, "stay_talk", "--events", life / "log.jsonl"]
    _, out, _ = suishen(*words, "--at", "2026-11-06T15:00:00Z", "--lang", "en")
    assert "to ask within them: --at 2026-11-07T09:00:00+08:00" in out
    _, out, _ = suishen(*words, "--lang", "en")
    assert "no --at: judged at the client's last event" in out


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "intent 'Leaving' and holdings at least CNY 50,000 or not a complaint is open",
        ),
        ("zh", "意图「赎回流失」成立且在行资产不低于5.00万元或并非有未结投诉"),
    ],
)
def test_a_condition_is_told_in_words(language, said):
    words = Words(language, a_life(NOTE, service=SERVICE).reference.catalogue.at(LATER))
    text = "intent.leave and holdings >= 50_000 CNY or not complaint_open"
    assert condition(text, words).replace("万 元", "万元") == said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_conditions_and_every_trigger_has_words(language):
    words = Words(language, a_life(NOTE, service=SERVICE).reference.catalogue.at(LATER))
    told = {name: word(name, words) for name in VOCABULARY}
    told |= {name: trigger(name, words) for name in TRIGGERS}
    assert not [name for name, said in told.items() if not said or "_" in said]
    if language == "zh":
        assert not [name for name, said in told.items() if said.isascii()]


def test_a_moment_is_asked_about_with_one_fold_of_the_client(suishen, life, issued, monkeypatch):
    made = []

    class Counted(past_module.PlainFold):
        def __init__(self, *words):
            super().__init__(*words)
            made.append(self)

    monkeypatch.setattr(past_module, "PlainFold", Counted)
    event = issued[0]
    at = format_instant(event.data.decided_at)
    words = ["why-not", event.partitionkey, chosen(event), "--events", life / "log.jsonl"]
    _, out, _ = suishen(*words, "--at", at, "--lang", "en")
    assert f"({event.data.decision_id}): there it was chosen" in out
    assert len(made) == 1


def test_the_json_has_what_stands_behind_consent_caps_and_hours(suishen, life, issued):
    words = ["why-not", issued[0].partitionkey, "stay_talk", "--events", life / "log.jsonl"]
    stages = json.loads(suishen(*words, "--json")[1])["stages"]
    (consent,) = [one["allowed"] for one in stages if one.get("row") == "consent"]
    assert consent.keys() == {"marketing", "marketing_at", "profiling", "profiling_at", "methods"}
    caps = [one["slots"] for one in stages if one.get("row") == "cap"]
    assert {slot["cap"] for slot in caps[0]} == {"cap_day", "cap_week", "cap_channel"}
    assert caps[0][0].keys() == {"cap", "limit", "made", "held"}
    assert any("hours" in one for one in stages)


@pytest.mark.parametrize(
    "named", ["stay_talk", "{en}", "{zh}", "{en} (stay_talk)", "{zh}（stay_talk）"]
)
def test_an_action_is_asked_about_by_its_id_or_its_name(suishen, life, issued, named):
    edition = a_life(NOTE, service=SERVICE).reference.catalogue.at(LATER)
    action = edition.actions["stay_talk"]
    text = named.format(en=action.name_en, zh=action.name_zh)
    words = ["why-not", issued[0].partitionkey, text, "--events", life / "log.jsonl"]
    code, out, _ = suishen(*words, "--lang", "en")
    assert code == 0
    assert out.startswith(f"{action.name_en} (stay_talk), client ct_")
    assert json.loads(suishen(*words, "--json")[1])["action"] == "stay_talk"


def test_an_unknown_action_is_answered_with_ids_and_names_of_those_known(suishen, life, issued):
    words = ["why-not", issued[0].partitionkey, "Stay tuned", "--events", life / "log.jsonl"]
    code, _, err = suishen(*words)
    assert code == 2
    assert "no action in force then has the id or name 'Stay tuned'" in err
    assert "(stay_talk)" in err


def test_a_name_of_two_actions_is_asked_back():
    life = a_life(NOTE, service=SERVICE)
    edition = life.reference.catalogue.at(LATER)
    same = {one: edition.actions[one] for one in ("stay_talk", "place_idle")}
    alike = {name: replace(one, name_en="Talk") for name, one in same.items()}
    with pytest.raises(ValueError, match="is the name of place_idle, stay_talk; give the id"):
        why.meant("talk", replace(edition, actions=alike))
