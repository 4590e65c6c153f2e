"""Consent, caps, hours and the exemption of service notices, read out."""

import pytest
from msgspec.structs import replace

from channels.why.asked_told import Asker, Question
from channels.why.contact_told import Contacts
from channels.workbench.wording import Words
from journeys.client import why
from journeys.client.contact.ledger import Hold, Touch
from journeys.client.state import Allowed
from journeys.decide.contact_policy import HeldFor, Slots, taken
from journeys.decide.explain import Answer
from journeys.decide.verdict import Withheld
from schemas.decisions import Stage, WithheldReason
from schemas.tasks import SendWindow
from schemas.time import DAY, HOUR, Instant
from tests.builders import CLIENT, MONDAY_10, the_catalogue
from tests.journeys.decide.sales import NOTE, SERVICE, a_life, an_open_sale

LATER = Instant(MONDAY_10 + HOUR)
CALL = Touch(Instant(MONDAY_10 - HOUR), "call", marketing=True, task=None)
HELD = HeldFor("t_1", "idle_cash_view", LATER)
BEGUN = (
    "a call counts once it is begun and gives its slot back if nobody is reached",
    "电话自拨出起计入，未联系上则归还名额",
)
HOURS = SendWindow(opens=540, closes=1260, utc_offset_minutes=480)


def contacts(language="en"):
    return Contacts(Words(language, the_catalogue().at(MONDAY_10)))


def consent(allowed, no=None):
    return Answer(Stage.ELIGIBILITY, None, no, row="consent", allowed=allowed)


@pytest.mark.parametrize(
    ("made", "held", "english", "chinese"),
    [
        ((), (), "0 of 1 in 24 hours", "24 小时内 0/1"),
        (
            (CALL,),
            (),
            f"1 of 1 in 24 hours (1 made: call 2026-11-23 09:00, {BEGUN[0]})",
            f"24 小时内 1/1（已联系 1 次：电话 2026-11-23 09:00，{BEGUN[1]}）",
        ),
        (
            (),
            (HELD,),
            (
                "1 of 1 in 24 hours (1 held, not made yet: "
                "for the task 'Idle cash explained (idle_cash_view)' until 2026-11-23 11:00)"
            ),
            (
                "24 小时内 1/1（占用未联系 1 次：待办「闲置资金知识（idle_cash_view）」，"
                "至 2026-11-23 11:00）"
            ),
        ),
        (
            (CALL,),
            (HELD._replace(action=""),),
            (
                f"2 of 1 in 24 hours (1 made: call 2026-11-23 09:00, {BEGUN[0]}, "
                "1 held, not made yet: for task t_1 until 2026-11-23 11:00)"
            ),
            (
                f"24 小时内 2/1（已联系 1 次：电话 2026-11-23 09:00，{BEGUN[1]}，"
                "占用未联系 1 次：待办 t_1，至 2026-11-23 11:00）"
            ),
        ),
    ],
)
def test_a_contact_that_is_only_held_is_told_apart_from_one_made(made, held, english, chinese):
    slots = Slots(WithheldReason.CAP_DAY, 1, made, held)

    assert contacts().slots(slots) == english
    assert contacts("zh").slots(slots) == chinese


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            consent(Allowed(marketing=True, marketing_at=MONDAY_10, profiling=True)),
            (
                "to marketing given 2026-11-23 10:00, by any way of contact; "
                "to profiling given at a time not known"
            ),
        ),
        (
            consent(
                Allowed(
                    marketing=True,
                    marketing_at=MONDAY_10,
                    profiling=True,
                    profiling_at=MONDAY_10,
                    methods=("call", "sms"),
                )
            ),
            (
                "to marketing given 2026-11-23 10:00, by call, text message alone; "
                "to profiling given 2026-11-23 10:00"
            ),
        ),
        (
            consent(
                Allowed(),
                Withheld(Stage.ELIGIBILITY, WithheldReason.CONSENT_MISSING, "ct01"),
            ),
            (
                "no marketing consent, never given (rule CT01: Commercial messages and calls: "
                "consent, sender stated, a way out in the message, version 1)"
            ),
        ),
        (
            consent(
                Allowed(marketing=True, profiling_at=MONDAY_10),
                Withheld(Stage.ELIGIBILITY, WithheldReason.PROFILING_REFUSED, "pi03"),
            ),
            "last said 2026-11-23 10:00 (rule PI03: ",
        ),
    ],
)
def test_consent_says_which_by_which_way_and_since_when(answer, said):
    assert said in contacts().consent(answer)


def test_contact_hours_are_those_where_the_client_lives():
    window = "09:00–21:00 where the client lives"

    assert contacts().hours(HOURS, MONDAY_10) == f"2026-11-23 10:00, within {window}"
    assert f"({window})" in contacts().at_desk(HOURS)


def examined(life, action, language="en"):
    edition = life.reference.catalogue.at(LATER)
    found = why.why_not(life.state, life.reference, action, at=LATER)
    asked = Question(CLIENT, action, LATER, edition)
    return "\n".join(Asker(Words(language, edition)).examination(asked, found))


def test_a_service_notice_names_the_row_that_spares_it_caps_and_hours():
    said = examined(a_life(NOTE, service=SERVICE), "regrade_notice")

    assert "consent: no consent to marketing needed for a service contact (rule CT05: " in said
    assert "caps and contact hours do not bind a service contact (rule CT05: " in said
    assert "caps: passed" not in said
    said = examined(a_life(NOTE, service=SERVICE), "regrade_notice", "zh")
    assert (
        "接触规则：投诉与退订、谢绝后的间隔、频次上限和联系时段不适用于服务性联系（规则 CT05："
        in said
    )


def test_a_slot_that_is_held_keeps_another_back_and_is_called_held():
    life = a_life(NOTE, service=SERVICE)
    hold = Hold("t_1", "app_push", Instant(LATER + DAY))
    ledger = replace(life.state.ledger, holds=(hold,))
    life.state = replace(life.state, ledger=ledger)
    said = examined(life, "place_idle")

    assert "the day's cap is used up: 1 of 1 in 24 hours (1 held, not made yet: " in said
    assert "contacted within a day" not in said


def test_what_has_a_caps_slots_counts_as_the_cap_does():
    life = a_life(NOTE, service=SERVICE)
    policy = life.reference.catalogue.at(LATER).contact
    touches = (CALL, replace(CALL, at=Instant(MONDAY_10 - 3 * DAY), method="app_push"))
    hold = Hold("t_1", "app_push", LATER)
    ledger = replace(life.state.ledger, touches=touches, holds=(hold,))
    day, week, calls = taken("call", replace(life.state, ledger=ledger), policy, now=MONDAY_10)

    assert (len(day.made), len(week.made), len(calls.made)) == (1, 2, 1)
    assert (len(day.held), len(week.held), len(calls.held)) == (1, 1, 0)
    assert day.held[0].task == "t_1"


def test_a_missing_consent_is_a_line_of_its_own_whatever_else_stands_in_the_way():
    life = a_life(NOTE, service=SERVICE)
    life.state = replace(life.state, allowed=Allowed())
    said = examined(life, "place_idle")

    assert "  eligibility: passed" in said
    assert "  consent: no marketing consent, never given (rule CT01: " in said
    assert "For any contact: no marketing consent, never given" in said


def test_a_task_that_is_open_already_is_named():
    life = a_life(NOTE, service=SERVICE)
    row = an_open_sale()[1]
    life.state = replace(life.state, tasks=(row,))
    edition = life.reference.catalogue.at(LATER)
    found = why.why_not(life.state, life.reference, row.action, at=LATER)
    asked = Question(CLIENT, row.action, LATER, edition, tasks=life.state.tasks)
    said = "\n".join(Asker(Words("en", edition)).examination(asked, found))

    assert f"applicability: task open ({row.task_id}, {row.state}, since 2026-11-23 10:0" in said


def test_a_no_that_every_way_of_contact_meets_is_told_once():
    life = a_life(NOTE, service=SERVICE)
    ledger = replace(life.state.ledger, touches=(replace(CALL, at=MONDAY_10),))
    life.state = replace(life.state, ledger=ledger)
    said = examined(life, "idle_cash_view").partition("What would have to change:")[2]

    assert said.count("the day's cap is used up") == 1
    assert "For any contact: the day's cap is used up" in said


def test_a_misspelt_action_is_asked_back():
    life = a_life(NOTE, service=SERVICE)

    with pytest.raises(ValueError, match="did you mean 'place_idle'"):
        examined(life, "place_idel")
    with pytest.raises(ValueError, match=r"known: .*\(application_ask\), "):
        examined(life, "xyzzy")
