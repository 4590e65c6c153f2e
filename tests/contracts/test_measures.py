"""Measures over a quarter, on SQLite and on a real PostgreSQL."""

from datetime import date

import pytest

from schemas.signals.corebank import PositionCause
from schemas.time import DAY, HOUR, Instant, parse_instant
from streams.readmodel import revenue
from streams.readmodel.revenue import Line
from tests.streams.readmodel.measured import (
    CONTROL,
    ENDS,
    NOVEMBER,
    SEPTEMBER,
    STARTS,
    TREATED,
    figure,
    minutes,
)

FEW, MANY = 12, 40


@pytest.fixture
def desk(quarter):
    return quarter


def flags(found, check):
    (one,) = [each for each in found.checks if each.check == check]
    return one


def test_targeting_fewer_clients_does_not_raise_reach(quarter, measured):
    everybody = TREATED[:MANY]
    quarter.serve_all(everybody)
    for one in everybody[:10]:
        quarter.talk(one)
    found = figure(measured(), "reach")
    assert (found.n, found.value) == (MANY, 0.25)


def test_reach_is_told_by_tier_beside_control_and_hidden_below_thirty(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.serve_all(CONTROL[:MANY], tier="wealth")
    quarter.serve_all(TREATED[MANY : MANY + FEW], tier="private")
    for one in (*TREATED[:26], *CONTROL[:10]):
        quarter.talk(one)
    found = measured()
    whole = figure(found, "reach")
    assert (whole.treated.n, whole.control.n) == (MANY + FEW, MANY)
    assert (whole.treated.value, whole.control.value) == (0.5, 0.25)
    assert whole.lift.difference == pytest.approx(0.25)
    assert whole.lift.low < 0.25 < whole.lift.high
    private = figure(found, "reach", "private")
    assert (private.status, private.n, private.value) == ("few", FEW, None)
    assert figure(found, "reach", "wealth").value == 0.25


def test_against_a_small_control_group_no_difference_is_told(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.serve_all(CONTROL[:FEW])
    quarter.talk(TREATED[0])
    found = figure(measured(), "reach")
    assert (found.status, found.control.n, found.control.value) == ("shown", FEW, None)
    assert found.lift is None


def test_only_an_exchange_is_reach(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.talk(TREATED[0], seconds=29)
    quarter.talk(TREATED[1], "unreachable")
    quarter.talk(TREATED[2], None)
    quarter.talk(TREATED[3], at=Instant(ENDS + DAY))
    assert figure(measured(), "reach").value == 0
    quarter.talk(TREATED[4], "refused", seconds=30)
    quarter.talk(TREATED[5], seconds=1, desk=None, channel="app")
    quarter.case(TREATED[6], 1, met=None)
    quarter.diagnosis(client=TREATED[7], desk="rm-li", at=NOVEMBER)
    assert figure(measured(), "reach").value == 4 / MANY


def test_a_task_converts_by_its_runs_goal_within_the_window(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for one in TREATED[:MANY]:
        quarter.talk(one)
    for number, (end, days) in enumerate([("goal", 29), ("goal", 31), ("timeout", 5), ("goal", 0)]):
        quarter.run(TREATED[number], end, days=days)
    found = figure(measured(), "conversion")
    assert (found.n, found.value) == (MANY, 2 / MANY)


def test_a_task_outside_journeys_converts_by_its_outcome(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for number, one in enumerate(TREATED[:MANY]):
        outcome = ("converted", "solved", "interested", "not_now")[number % 4]
        quarter.talk(one, outcome, journey=None, instance=None, step=None)
    assert figure(measured(), "conversion").value == 0.5


def test_a_task_whose_window_is_still_open_is_not_judged(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for one in TREATED[:MANY]:
        quarter.talk(one, at=Instant(ENDS - 10 * DAY))
        quarter.talk(one, at=Instant(STARTS - 40 * DAY))
    assert figure(measured(), "conversion").n == 0


def test_a_client_who_was_not_reached_was_shown_nothing(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for one in TREATED[:MANY]:
        quarter.talk(one, "unreachable")
    assert figure(measured(), "conversion").n == 0


def test_goals_are_set_against_control_and_a_recalled_run_had_no_chance(quarter, measured):
    for one in TREATED[:MANY]:
        quarter.serve(one, at=SEPTEMBER)
        quarter.run(one, "goal")
    for one in CONTROL[:MANY]:
        quarter.serve(one, at=SEPTEMBER)
        quarter.run(one, "timeout")
    quarter.run(TREATED[0], "recall", journey="regrade")
    found = measured()
    whole = figure(found, "goals")
    assert (whole.n, whole.treated.value, whole.control.value) == (2 * MANY, 1.0, 0.0)
    assert whole.lift.low > 0.8
    assert figure(found, "goals", "maturity").lift.difference == 1.0
    assert [each.part for each in found.figures if each.measure == "goals"] == [None, "maturity"]


def test_one_journey_can_be_asked_for(quarter, measured):
    quarter.run(TREATED[0], "goal")
    quarter.run(TREATED[0], "timeout", journey="regrade")
    found = measured(journey="regrade")
    assert [f.part for f in found.figures if f.measure == "goals"] == [None, "regrade"]
    assert found.funnel == (1, {"notify": 1}, {"timeout": 1})
    assert measured().funnel is None


def test_a_roster_without_hours_in_the_judged_span_is_too_few_and_not_unmeasured(quarter, measured):
    quarter.serve_all(TREATED[:2])
    quarter.roster("rm-li", 1, [(Instant(ENDS - DAY), 8)], at=Instant(ENDS - 2 * DAY))
    found = figure(measured(), "productivity")
    assert (found.status, found.n, found.value) == ("few", 0, None)


def test_a_client_who_changed_groups_within_the_period_is_in_neither(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    found = figure(measured(controls=({}, {"everybody": 0.5})), "reach")
    assert found.n == MANY
    assert found.control.n == 0
    assert found.treated.n < MANY


def test_first_contact_counts_cases_old_enough_to_be_judged(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for number, one in enumerate(TREATED[:MANY]):
        quarter.case(one, number + 1, met=(True, False, None, True)[number % 4])
        quarter.case(one, number + 1001, met=None, at=Instant(ENDS - 3 * DAY))
    found = figure(measured(), "first_contact")
    assert (found.n, found.value) == (MANY, 0.5)


def test_the_promoter_score_has_its_error_and_needs_thirty_answers(quarter, measured):
    """22 of 40 promoters and 6 detractors: 40 points, 1.96 standard errors are 22.8."""
    given = [10] * 22 + [8] * 12 + [3] * 6
    for one, answer in zip(TREATED, given[:29], strict=False):
        quarter.ask(one)
        quarter.answer(one, answer)
    few = figure(measured(), "promoters")
    assert (few.status, few.n, few.value) == ("few", 29, None)
    for one, answer in zip(TREATED[29:], given[29:], strict=False):
        quarter.ask(one)
        quarter.answer(one, answer)
    found = figure(measured(), "promoters")
    assert (found.n, found.value) == (40, 40.0)
    assert found.high - found.value == pytest.approx(1.959964 * 11.62, abs=0.01)


def test_nobody_asked_is_not_a_score_of_zero(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    found = measured()
    for measure, lacks in (
        ("promoters", "promoter_answers"),
        ("value_return", "statements"),
        ("productivity", "rosters"),
        ("assets", "positions"),
        ("revenue", "revenue"),
    ):
        one = figure(found, measure)
        assert (one.status, one.value, one.lacks) == ("not_measured", None, lacks)


def test_an_answer_asked_for_by_staff_is_flagged_and_left_out(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for one in TREATED[:30]:
        quarter.ask(one)
        quarter.answer(one, 9)
    quarter.answer(TREATED[30], 0, by="staff")
    quarter.answer(TREATED[0], 0, at=Instant(NOVEMBER + 20 * DAY))
    found = measured()
    assert figure(found, "promoters").n == 30
    off_rule = flags(found, "promoters_off_rule")
    assert (off_rule.looked_at, [(f.where, f.many) for f in off_rule.flags]) == (32, [("rm-li", 2)])


def test_complaints_stand_beside_control(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.serve_all(CONTROL[:MANY])
    for one in TREATED[:4]:
        quarter.run(one, None, journey="complaint")
    found = figure(measured(), "complaints")
    assert (found.treated.value, found.control.value) == (0.1, 0.0)
    assert found.lift.difference == pytest.approx(0.1)


def test_a_diagnosis_is_owed_by_its_day_and_complete_or_not_held(quarter, measured):
    """Due on 31 December: the second of the year, ninety days after the first."""
    private = TREATED[:MANY]
    quarter.serve_all(private, tier="private", at=parse_instant("2026-01-05T00:00:00+08:00"))
    march = parse_instant("2026-03-02T10:00:00+08:00")
    for number, one in enumerate(private):
        held = (march, NOVEMBER) if number < 10 else (NOVEMBER, Instant(NOVEMBER + 9 * DAY))
        for which, at in enumerate(held):
            quarter.diagnosis(number=2 * number + which + 1, client=one, at=at)
    found = figure(measured(), "diagnoses")
    assert (found.n, found.value) == (MANY, 0.25)
    assert found.beside["held"] == 10 + 2 * (MANY - 10)


def test_nobody_owes_a_diagnosis_for_a_time_before_they_came(quarter, measured):
    quarter.serve_all(TREATED[:MANY], tier="private", at=NOVEMBER)
    assert figure(measured(), "diagnoses").n == 0


def test_guided_self_diagnosis_is_a_share_of_every_mass_client(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.serve_all(TREATED[MANY : MANY + 5], tier="wealth")
    for number, one in enumerate(TREATED[:MANY]):
        if number < 8:
            quarter.talk(one, None, action="self_diagnosis", desk=None, channel="app")
        if number % 2 == 0:
            after = Instant(NOVEMBER + (3 if number < 6 else 30) * DAY)
            quarter.diagnosis(number=number + 1, client=one, desk=None, at=after)
    found = figure(measured(), "self_diagnosis")
    assert (found.n, found.value, found.beside["guided"]) == (MANY, 3 / MANY, 8)


def test_organic_growth_is_what_trades_brought_to_clients_served_at_both_dates(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for one in TREATED[:MANY]:
        quarter.score(60.0, {}, at=SEPTEMBER, client=one)
        quarter.score(65.0, {"trade": 3.0, "price": 2.0}, at=NOVEMBER, client=one)
    quarter.serve(TREATED[MANY], at=NOVEMBER)
    quarter.score(60.0, {"trade": 9.0}, at=NOVEMBER, client=TREATED[MANY])
    quarter.line(1, "flagged", client=TREATED[0], flags=("trade_before_diagnosis",))
    found = figure(measured(), "organic_growth")
    assert (found.n, found.value) == (MANY, pytest.approx(3.0 * (MANY - 1) / MANY))
    assert found.beside == {"held": 1, "left_out": 1}
    assert found.low < found.value < found.high


def test_a_clients_accounts_gained_by_the_newest_statement(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for number, one in enumerate(TREATED[:MANY]):
        quarter.diagnosis(number=number + 1, client=one, at=NOVEMBER)
    found = figure(measured(), "value_return")
    assert (found.n, found.value) == (MANY, 1.0)


def test_goals_by_adviser_hour_count_each_roster_until_the_next(quarter, measured):
    """A week of 200 hours, replaced on its second day by 120 from then on: 40 + 120 hours."""
    quarter.serve_all(TREATED[:MANY])
    begins = NOVEMBER
    days = [(Instant(begins + day * DAY), 20) for day in range(10)]
    quarter.roster("rm-li", 1, days, at=begins)
    quarter.roster("rm-li", 2, [(at, 15) for at, _ in days[2:]], at=Instant(begins + 2 * DAY))
    for one in TREATED[:32]:
        quarter.talk(one, "converted", journey=None, instance=None, step=None)
    found = measured()
    assert figure(found, "productivity").n == 160
    assert figure(found, "productivity").value == pytest.approx(32 / 160)
    assert figure(found, "clients_per_head").value == MANY
    assert figure(found, "outlet_productivity").value == pytest.approx(32 / 92)


def test_assets_are_the_newest_positions_by_outlet(quarter, measured):
    quarter.serve_all(TREATED[:2])
    quarter.serve(TREATED[2], outlet="west", at=SEPTEMBER)
    for one in TREATED[:3]:
        quarter.position(one, 100_000, 1, "price", SEPTEMBER)
        quarter.position(one, 120_000, 2, "flow", NOVEMBER)
        quarter.position(one, 900_000, 3, "flow", Instant(ENDS + DAY))
    found = figure(measured(), "assets")
    assert (found.n, found.value) == (2, 3 * 120_000 * 100 / 2)
    assert figure(measured(outlet="west"), "assets").value == 120_000 * 100


def test_revenue_is_what_finance_reported_of_whole_periods(database, quarter, measured):
    quarter.serve_all(TREATED[:2])
    days = (date(2026, 10, 1), date(2026, 12, 31))
    told = [Line("east", *days, 500), Line("west", *days, 700), Line("east", *days, 900)]
    told.append(Line("east", date(2026, 7, 1), date(2026, 9, 30), 9_999))
    assert revenue.add(database, told, by="finance", now=ENDS) == 4
    found = figure(measured(), "revenue")
    assert (found.n, found.value) == (2, (900 + 700) / 2)
    assert figure(measured(outlet="west"), "revenue").value == 700


def test_optionality_is_the_newest_decisions_suitable_actions(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for number, one in enumerate(TREATED[:MANY]):
        quarter.decide(one, 2 * number + 1, suitable=9, chosen=True)
        later = Instant(NOVEMBER + DAY)
        quarter.decide(one, 2 * number + 2, suitable=8 if number % 2 else 4, chosen=False, at=later)
    found = measured()
    options = figure(found, "optionality")
    assert (options.value, options.is_good, options.beside["with_enough"]) == (6.0, False, 20)
    silent = figure(found, "no_action")
    assert (silent.n, silent.value, silent.is_good) == (2 * MANY, 0.5, False)
    assert [tuple(each) for each in found.withheld] == [
        ("contact_policy", "cap_week", MANY * 8 + 20 * 8 + 20 * 4),
        ("applicability", "intent_off", 2 * MANY),
    ]


def test_a_decision_that_no_client_asked_for_is_no_inbound(quarter, measured):
    quarter.decide(TREATED[0], 1, suitable=1, chosen=False, trigger="score")
    assert figure(measured(), "no_action").n == 0


def test_caps_are_counted_anew_by_when_contacts_were(quarter, measured):
    quarter.serve_all(TREATED[:2])
    for number, hours in enumerate((0, 24, 100)):
        at = Instant(NOVEMBER + hours * HOUR)
        quarter.slot(TREATED[0], "spent", number, at=at, told=Instant(at + 9 * HOUR))
    quarter.slot(TREATED[1], "spent", 9, at=NOVEMBER, method="call")
    quarter.slot(TREATED[1], "returned", 9, at=Instant(NOVEMBER + HOUR), method="call")
    quarter.slot(TREATED[1], "outside", 10, at=NOVEMBER, method="call")
    found = measured()
    week, day = figure(found, "overshoot", "week"), figure(found, "overshoot", "day")
    assert (week.value, week.beside["most"], week.is_good) == (1, 3, False)
    assert (day.value, day.beside["most"], day.is_good) == (0, 1, True)
    outside = flags(found, "outside_contact")
    assert (outside.looked_at, [f.many for f in outside.flags]) == (5, [1])


def test_a_contact_counts_when_it_was_and_not_when_it_became_known(quarter, measured):
    quarter.serve_all(TREATED[:1])
    for number, (hours, told) in enumerate(((0, 0), (23, 40))):
        at, known = Instant(NOVEMBER + hours * HOUR), Instant(NOVEMBER + told * HOUR)
        quarter.slot(TREATED[0], "spent", number, at=at, told=known)
    assert figure(measured(), "overshoot", "day").beside["most"] == 2


def test_a_window_that_began_before_the_period_is_whole(quarter, measured):
    quarter.serve_all(TREATED[:1])
    for number, days in enumerate((-2, -1, 1)):
        quarter.slot(TREATED[0], "spent", number, at=Instant(STARTS + days * DAY))
    assert figure(measured(), "overshoot", "week").beside["most"] == 3


def test_an_outlet_sees_its_own_clients_only(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.serve_all(TREATED[MANY : 2 * MANY], outlet="west", rm="rm-wu")
    for one in TREATED[MANY : MANY + 10]:
        quarter.talk(one, "converted", desk="rm-wu", journey=None, instance=None, step=None)
        quarter.run(one, "goal")
        quarter.decide(one, int(one[3:], 16), suitable=1, chosen=False)
    east, west = measured(outlet="east"), measured(outlet="west")
    assert (east.clients, west.clients) == (MANY, MANY)
    assert (figure(east, "reach").value, figure(west, "reach").value) == (0.0, 0.25)
    assert (figure(east, "goals").n, figure(west, "goals").n) == (0, 10)
    assert (east.withheld, len(west.withheld)) == ([], 2)
    assert figure(east, "conversion").n == 0


def test_talks_that_are_short_or_in_bulk_are_flagged_by_desk(quarter, measured):
    for one, at in zip(TREATED, minutes(6), strict=False):
        quarter.talk(one, at=at, seconds=20, desk="rm-wu")
    quarter.talk(TREATED[0], at=NOVEMBER)
    found = measured()
    assert [(f.where, f.many) for f in flags(found, "short_talk").flags] == [("rm-wu", 6)]
    assert [(f.where, f.many) for f in flags(found, "burst").flags] == [("rm-wu", 6)]
    assert flags(found, "burst").looked_at == 7


def test_a_case_opened_again_within_a_week_and_one_closed_unconfirmed_are_flagged(
    quarter, measured
):
    for number, (days, kind) in enumerate(
        [(0, "payment_failed"), (6, "payment_failed"), (7, "card_lost"), (14, "payment_failed")]
    ):
        at = Instant(NOVEMBER + days * DAY)
        quarter.case(TREATED[0], number + 1, met=None, at=at, kind=kind)
    quarter.case(TREATED[1], 9, met=True, life="closed")
    quarter.case(TREATED[2], 10, met=True, life="closed", confirmed="client")
    found = measured()
    assert [f.many for f in flags(found, "case_split").flags] == [1]
    assert flags(found, "closed_unconfirmed").looked_at == 2
    assert [f.many for f in flags(found, "closed_unconfirmed").flags] == [1]


def test_a_completion_after_a_recall_is_flagged(quarter, measured):
    quarter.talk(TREATED[0], crossed_recall=True)
    assert [f.where for f in flags(measured(), "crossed_recall").flags] == ["rm-li"]


def test_a_trade_before_a_diagnosis_undone_after_is_flagged(quarter, measured):
    quarter.serve_all(TREATED[:2])
    for one, undone in ((TREATED[0], True), (TREATED[1], False)):
        trade = PositionCause.TRADE.value
        quarter.position(one, 100_000, 1, "price", SEPTEMBER)
        quarter.position(one, 40_000, 2, trade, Instant(NOVEMBER - 3 * DAY))
        quarter.position(one, 41_000, 3, "price", Instant(NOVEMBER + DAY))
        back = 100_000 if undone else 20_000
        quarter.position(one, back, 4, trade, Instant(NOVEMBER + 9 * DAY))
        quarter.diagnosis(number=int(one[3:], 16), client=one, at=NOVEMBER)
    found = flags(measured(), "trade_before_diagnosis")
    assert (found.looked_at, [(f.where, f.many) for f in found.flags]) == (2, [("rm-li", 1)])


def test_a_product_bought_and_half_sold_again_within_ninety_days_is_flagged(quarter, measured):
    quarter.serve_all(TREATED[:3])
    for one, bought, sold, days in (
        (TREATED[0], 300_000, 160_000, 60),
        (TREATED[1], 300_000, 160_000, 95),
        (TREATED[2], 300_000, 140_000, 60),
    ):
        first = Instant(NOVEMBER - days * DAY)
        quarter.position(one, 10_000, 1, "price", SEPTEMBER - 80 * DAY)
        quarter.position(one, 10_000 + bought, 2, "trade", first)
        quarter.position(one, 10_000 + bought - sold, 3, "trade", NOVEMBER)
    found = flags(measured(), "churn")
    assert (found.looked_at, [(f.where, f.many) for f in found.flags]) == (3, [("rm-li", 1)])


def test_a_purchase_just_after_a_higher_class_is_flagged(quarter, measured):
    quarter.serve_all(TREATED[:4])
    for one, classes, days in (
        (TREATED[0], (2, 4), 3),
        (TREATED[1], (2, 4), 4),
        (TREATED[2], (4, 2), 1),
        (TREATED[3], (2, 4), -1),
    ):
        for number, risk_class in enumerate(classes):
            quarter.test(one, risk_class, at=Instant(NOVEMBER + (number - 1) * 40 * DAY))
        quarter.position(one, 10_000, 1, "price", SEPTEMBER)
        quarter.position(one, 90_000, 2, "trade", Instant(NOVEMBER + days * DAY))
    found = flags(measured(), "class_before_sale")
    assert (found.looked_at, [(f.where, f.many) for f in found.flags]) == (3, [("rm-li", 1)])


def test_a_risk_test_that_the_client_did_not_take_alone_is_flagged(quarter, measured):
    quarter.serve_all(TREATED[:3])
    quarter.test(TREATED[0], 3)
    quarter.test(TREATED[1], 3, device="bank")
    quarter.test(TREATED[2], 3, actor="adviser")
    found = flags(measured(), "test_device")
    assert (found.looked_at, [(f.where, f.many) for f in found.flags]) == (3, [("rm-li", 2)])


def test_who_kept_half_of_their_assets_is_set_against_control(quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    quarter.serve_all(CONTROL[:MANY])
    for number, one in enumerate((*TREATED[:MANY], *CONTROL[:MANY])):
        quarter.position(one, 100_000, 1, "price", SEPTEMBER)
        left = 50_000 if number < MANY else 49_999
        quarter.position(one, left, 2, "flow", NOVEMBER)
    quarter.position(TREATED[MANY], 100_000, 1, "price", NOVEMBER)
    found = figure(measured(), "retention")
    assert (found.n, found.treated.value, found.control.value) == (2 * MANY, 1.0, 0.0)
    assert found.lift.difference == 1.0


def test_money_that_comes_for_the_quarters_end_and_goes_is_flagged(quarter, measured):
    quarter.serve_all(TREATED[:2])
    for one, out in ((TREATED[0], 20_000), (TREATED[1], 300_000)):
        quarter.position(one, 20_000, 1, "price", SEPTEMBER)
        quarter.position(one, 320_000, 2, "flow", Instant(STARTS - 2 * DAY))
        quarter.position(one, out, 3, "flow", Instant(STARTS + 3 * DAY))
    found = flags(measured(), "quarter_end")
    assert (found.looked_at, [(f.where, f.many) for f in found.flags]) == (2, [("east", 1)])


def test_a_log_read_twice_measures_the_same(database, quarter, measured):
    quarter.serve_all(TREATED[:MANY])
    for one in TREATED[:MANY]:
        quarter.talk(one, "converted")
        quarter.run(one, "goal")
        quarter.position(one, 10, 1, "price", NOVEMBER)
        quarter.decide(one, int(one[3:], 16), suitable=2, chosen=True)
    once = measured()
    with database.begin() as connection:
        connection.exec_driver_sql("delete from progress")
    assert measured().figures == once.figures


def test_an_event_that_cannot_be_read_does_not_stop_the_projector(quarter, measured):
    quarter.event("conversation.promoter_answered", {"answer": 11}, key=TREATED[0], at=NOVEMBER)
    assert figure(measured(), "promoters").status == "not_measured"
