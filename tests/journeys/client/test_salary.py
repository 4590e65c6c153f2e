"""Salaries that leave as they come: what the stories do not say."""

import pytest

from schemas.time import DAY, HOUR, Instant
from tests.builders import ACCOUNT, MONDAY_10, Life, yuan
from tests.journeys.client.living import ends, tasks_of

LEDGER = "/corebank/ledger"


def flow(life, direction, amount, *, day=0.0, now=None, **more):
    at = Instant(MONDAY_10 + int(day * DAY))
    kind = "salary" if direction == "in" else "transfer"
    data = {
        "account": ACCOUNT,
        "flow": f"f{day}",
        "direction": direction,
        "amount": yuan(amount),
        "kind": kind,
    }
    return life.say(
        "corebank.flow_posted",
        data | more,
        at=at,
        received=at if now is None else Instant(MONDAY_10 + int(now * DAY)),
        source=LEDGER,
        event_id=f"{direction}{day}",
    )


def month(life, day, *, out=9_500, **more):
    flow(life, "in", 10_000, day=day, **more)
    flow(life, "out", out, day=day + 1, **more)


def dormant(**more):
    life = Life()
    for day in (0, 30, 60):
        month(life, day, **more)
    return life


def runs(life):
    return [run.step for run in life.state.instances if run.journey == "dormant_salary"]


def taken_back(life, event_id, *, day):
    data = {
        "id": event_id,
        "source": LEDGER,
        "type": "org.suishen.corebank.flow_posted.v1",
        "time": "2026-11-23T10:00:00+08:00",
        "reason": "in_error",
    }
    at = Instant(MONDAY_10 + int(day * DAY))
    return life.say("corebank.event_reversed", data, at=at, source=LEDGER)


def test_history_told_late_counts_and_starts_nothing():
    life = dormant(now=70)
    assert runs(life) == []
    assert tasks_of(life) == []
    flow(life, "in", 10_000, day=90)
    assert runs(life) == ["first_payday"]


def test_of_a_client_who_spends_as_others_do_nothing_is_kept():
    life = Life()
    month(life, 0, out=4_000)
    assert len(life.state.paydays) == 1
    flow(life, "out", 4_000, day=3)
    assert life.state.paydays == ()


@pytest.mark.parametrize(
    ("amount", "left"), [(8_999, False), (9_000, True)], ids=["less", "nine tenths"]
)
def test_a_salary_has_left_from_nine_tenths_on(amount, left):
    life = Life()
    month(life, 0, out=amount)
    assert [payday.has_left for payday in life.state.paydays] == [left]


def test_money_that_buys_something_here_or_goes_from_elsewhere_has_not_left():
    life = Life()
    flow(life, "in", 10_000, day=0)
    flow(life, "out", 9_500, day=0.5, kind="purchase")
    flow(life, "out", 9_500, day=0.6, account="ac_" + "1" * 16)
    assert [payday.has_left for payday in life.state.paydays] == [False]


def test_two_payments_of_one_month_are_one_payday():
    life = dormant()
    flow(life, "in", 10_000, day=64)
    assert runs(life) == []
    flow(life, "in", 10_000, day=90)
    assert runs(life) == ["first_payday"]


def test_a_month_without_a_salary_begins_the_count_anew():
    life = dormant()
    flow(life, "in", 10_000, day=105)
    assert runs(life) == []
    assert len(life.state.paydays) == 1


@pytest.mark.parametrize("event", ["in30", "out31"])
def test_a_month_that_is_taken_back_makes_the_account_less_dormant(event):
    life = dormant()
    taken_back(life, event, day=62)
    flow(life, "in", 10_000, day=90)
    assert runs(life) == []


def test_a_salary_paid_in_error_and_paid_again_is_one_payday():
    life = dormant()
    flow(life, "in", 10_000, day=90)
    taken_back(life, "in90", day=90.5)
    assert runs(life) == []
    flow(life, "in", 10_000, day=91)
    assert runs(life) == ["first_payday"]


def test_a_run_rests_on_its_months():
    life = dormant()
    flow(life, "in", 10_000, day=90)
    assert ends(taken_back(life, "out61", day=91)) == ["recall"]


def test_a_salary_that_stays_until_an_early_payday_was_kept():
    life = dormant()
    flow(life, "in", 10_000, day=90)
    assert ends(flow(life, "in", 10_000, day=118)) == ["goal"]


def test_a_salary_that_left_is_not_kept_however_long_it_took():
    life = dormant()
    flow(life, "in", 10_000, day=90)
    flow(life, "out", 9_500, day=110)
    assert ends(life.wait(Instant(MONDAY_10 + 125 * DAY + HOUR))) == []
    assert runs(life) == ["await_second"]
