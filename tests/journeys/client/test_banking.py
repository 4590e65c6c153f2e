import pytest

from schemas import facts
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import ACCOUNT, CLIENT, MONDAY_10, Life, a_baseline, a_position, yuan
from tests.journeys.client.living import INFLOW, asked, effects, ends, recalled, tasks_of

LEDGER = "/corebank/ledger"


def position(life, product, amount, version, **more):
    at = more.pop("at", MONDAY_10)
    data = a_position(product, amount, version=version, **more)
    event_id = f"{product}-{version}-{at}"
    return life.say("corebank.position_reported", data, at=at, source=LEDGER, event_id=event_id)


def maturing(days, *, amount=200_000, **more):
    """A client whose deposit, told 30 days ago, matures so many days from Monday."""
    life = Life()
    due = f"2026-{11 + (23 + days > 30)}-{(22 + days) % 30 + 1:02d}"
    day = Instant(MONDAY_10 - 25 * DAY)
    position(life, "td", amount, 1, at=day, maturity=due, cause="flow", **more)
    return life


def test_a_position_is_the_state_after_and_an_older_version_changes_nothing():
    life = Life()
    position(life, "td", 100_000, 3)
    value = life.state.book.value_fen
    assert effects(position(life, "td", 999, 2)) == {facts.Effect.STALE}
    assert life.state.book.value_fen == value


def test_a_gap_in_versions_is_told_and_the_position_is_booked():
    life = Life()
    position(life, "td", 100_000, 1)
    assert effects(position(life, "td", 50_000, 4)) == {facts.Effect.VERSION_GAP}
    assert life.state.book.value_fen == (80_000 + 300_000 + 50_000) * 100


def test_a_position_of_an_unknown_product_is_told_and_not_booked():
    life = Life()
    before = life.state.book
    assert effects(position(life, "nobody", 10, 1)) == {facts.Effect.NOT_BOOKED}
    assert life.state.book == before


def test_a_position_in_another_currency_is_not_booked():
    life = Life()
    data = {"value": {"amount_minor": 1, "currency": "USD"}}
    assert effects(position(life, "td", 1, 1, **data)) == {facts.Effect.NOT_BOOKED}


def test_a_closed_position_leaves_the_book_and_is_remembered():
    life = Life()
    position(life, "td", 100_000, 1)
    position(life, "td", 0, 2)
    assert life.state.book.value_fen == 380_000 * 100
    assert effects(position(life, "td", 5, 1)) == {facts.Effect.STALE}


def test_positions_closed_longest_ago_are_forgotten_first():
    life = Life()
    position(life, "td", 0, 1, account="ac_" + "f" * 16)
    for number in range(50):
        position(life, "td", 1, 1, account=f"ac_{number:016x}")
    assert len(life.state.holdings) <= 52
    assert all(held.account != "ac_" + "f" * 16 for held in life.state.holdings)


def test_a_week_before_maturity_a_journey_begins():
    life = maturing(7)
    said = life.wait(MONDAY_10)
    assert [task.action for task in tasks_of(life)] == ["maturity_notice"]
    assert life.state.instances[0].variables["proceeds"] == 200_000 * 100
    assert any(isinstance(fact, facts.WealthScored) for fact in said) or True


def test_a_deposit_that_rolls_over_begins_nothing():
    life = maturing(7, rolls_over=True)
    life.wait(MONDAY_10)
    assert tasks_of(life) == []


def test_a_small_deposit_begins_nothing():
    life = maturing(7, amount=20_000)
    life.wait(MONDAY_10)
    assert tasks_of(life) == []


def test_a_position_first_told_within_the_week_begins_one_at_once():
    life = Life()
    position(life, "td", 200_000, 1, maturity="2026-11-27", cause="flow")
    assert tasks_of(life)[-1].action == "maturity_notice"


def test_a_moved_maturity_recalls_what_rested_on_the_old_one():
    life = maturing(7)
    life.wait(MONDAY_10)
    said = position(life, "td", 200_000, 2, maturity="2027-03-01", cause="correction")
    assert (ends(said), recalled(said)) == (["recall"], ["maturity_changed"])


def test_an_order_to_roll_over_recalls_it_too():
    life = maturing(7)
    life.wait(MONDAY_10)
    said = position(life, "td", 200_000, 2, maturity="2026-11-30", rolls_over=True, cause="flow")
    assert (ends(said), recalled(said)) == (["recall"], ["rolls_over"])


def test_money_placed_within_class_meets_the_goal():
    life = maturing(7)
    life.wait(MONDAY_10)
    later = Instant(MONDAY_10 + DAY)
    said = position(life, "wmp1", 300_000 + 180_000, 2, at=later, cause="trade")
    assert ends(said) == ["goal"]
    assert recalled(said) == ["goal_met"]


def test_money_placed_above_class_does_not():
    life = maturing(7)
    test = {
        "risk_class": 1,
        "taken_at": format_instant(MONDAY_10),
        "actor": "client",
        "device": "client",
    }
    life.say("corebank.risk_test_taken", test)
    life.wait(MONDAY_10)
    assert ends(position(life, "wmp1", 900_000, 2, at=Instant(MONDAY_10 + DAY))) == []


def test_a_small_or_own_inflow_begins_nothing():
    for change in ({"amount": yuan(90_000)}, {"own_account": True}, {"direction": "out"}):
        life = Life()
        life.say("corebank.flow_posted", INFLOW | change, source=LEDGER)
        assert life.state.instances == ()


def test_an_inflow_in_another_currency_begins_nothing():
    life = Life()
    amount = {"amount": {"amount_minor": 10**9, "currency": "USD"}}
    life.say("corebank.flow_posted", INFLOW | amount, source=LEDGER)
    assert life.state.instances == ()


def test_an_inflow_of_a_client_whose_spending_is_unknown_begins_nothing():
    life = Life(known=False)
    life.say("corebank.baseline_loaded", a_baseline(fields={}), at=Instant(MONDAY_10 - DAY))
    life.say("corebank.flow_posted", INFLOW, source=LEDGER)
    assert life.state.instances == ()


def test_a_large_transfer_to_an_own_account_speaks_for_leaving():
    life = Life()
    out = {"direction": "out", "own_account": True}
    life.say("corebank.flow_posted", INFLOW | out, source=LEDGER)
    assert [item.name for item in life.state.evidence.items] == ["transfer_out_large"]


def test_a_reversed_inflow_recalls_journey_and_task_and_takes_the_evidence_back():
    life = asked()
    reversal = {
        "id": "flow-1",
        "source": LEDGER,
        "type": "org.suishen.corebank.flow_posted.v1",
        "time": format_instant(MONDAY_10),
        "reason": "paid_in_error",
    }
    said = life.say("corebank.event_reversed", reversal, at=Instant(MONDAY_10 + 26 * HOUR))
    assert (ends(said), recalled(said)) == (["recall"], ["reversed"])
    assert life.state.evidence.items == ()
    assert life.state.ledger.holds == ()


def test_a_reversal_that_overtakes_its_event_still_holds():
    life = Life()
    reversal = {
        "id": "flow-1",
        "source": LEDGER,
        "type": "org.suishen.corebank.flow_posted.v1",
        "time": format_instant(MONDAY_10),
        "reason": "paid_in_error",
    }
    life.say("corebank.event_reversed", reversal)
    said = life.say("corebank.flow_posted", INFLOW, source=LEDGER, event_id="flow-1")
    assert effects(said) == {facts.Effect.DUPLICATE}
    assert life.state.instances == ()


def test_a_profile_goes_by_its_version():
    life = Life()
    change = {"version": 2, "fields": {"dependants": 3}, "confirmed_by": "client"}
    life.say("corebank.profile_changed", change)
    old = change | {"version": 1, "fields": {"dependants": 9}}
    assert effects(life.say("corebank.profile_changed", old, event_id="old")) == {
        facts.Effect.STALE
    }
    assert life.state.household.told.dependants == 3


def test_goals_and_birthday_are_told_like_the_rest():
    life = Life()
    fields = {"goals": [{"amount_fen": 100, "years": 3}], "birth": "1992-02-29"}
    change = {"version": 1, "fields": fields, "confirmed_by": "client"}
    life.say("corebank.profile_changed", change)
    assert life.state.household.told.goals == ((100, 3),)
    assert life.state.clock_at is not None
    life.wait(Instant(MONDAY_10 + 500 * DAY))


@pytest.mark.parametrize("change", [{"actor": "adviser"}, {"device": "bank"}])
def test_a_risk_test_that_the_client_did_not_take_is_not_counted(change):
    life = Life()
    test = {
        "risk_class": 5,
        "taken_at": format_instant(MONDAY_10),
        "actor": "client",
        "device": "client",
    }
    assert effects(life.say("corebank.risk_test_taken", test | change)) == {facts.Effect.REFUSED}
    assert life.state.household.told.risk_class == 3


def test_an_older_risk_test_changes_nothing():
    life = Life()
    test = {
        "risk_class": 5,
        "taken_at": format_instant(Instant(MONDAY_10 - 300 * DAY)),
        "actor": "client",
        "device": "client",
    }
    assert effects(life.say("corebank.risk_test_taken", test)) == {facts.Effect.STALE}


def test_a_baseline_triggers_no_contact_and_counts_past_ones():
    past = {"at": format_instant(Instant(MONDAY_10 - DAY)), "method": "call", "marketing": True}
    life = Life(known=False)
    life.say(
        "corebank.baseline_loaded",
        a_baseline(
            contacts=[past],
            open_complaints=["k1"],
            positions=[a_position("td", 900_000, maturity="2026-11-26")],
        ),
    )
    assert tasks_of(life) == []
    assert len(life.state.ledger.touches) == 1
    assert life.state.complaints == ("k1",)


def test_a_baseline_heard_again_with_old_positions_changes_no_book():
    life = Life()
    position(life, "td", 100_000, 2)
    value = life.state.book.value_fen
    positions = [a_position("td", 1, version=1)]
    life.say("corebank.baseline_loaded", a_baseline(positions=positions), event_id="again")
    assert life.state.book.value_fen == value


def test_a_fall_beyond_what_the_client_can_bear_is_worry():
    life = Life(known=False)
    fields = {"tolerable_loss": 0.05, "essential_spending_fen": 1_500_000}
    life.say("corebank.baseline_loaded", a_baseline(fields=fields), at=Instant(MONDAY_10 - DAY))
    position(life, "wmp1", 310_000, 2, cause="price")
    position(life, "wmp1", 250_000, 3, cause="price", at=Instant(MONDAY_10 + HOUR))
    assert [item.name for item in life.state.evidence.items] == ["drawdown"]
    position(life, "wmp1", 249_000, 4, cause="price", at=Instant(MONDAY_10 + 2 * HOUR))
    assert len(life.state.evidence.items) == 1


def test_the_score_is_held_back_while_the_book_has_a_gap():
    life = Life()
    place = life.fold.open_hole(
        life.state,
        _place(),
        family="book",
        at=MONDAY_10,
        reference=_reference(),
    )
    life.state = place.state
    said = position(life, "td", 5_000_000, 1)
    assert not any(isinstance(fact, facts.WealthScored) for fact in said)


def _place():
    from journeys.step import Place  # noqa: PLC0415 - only here

    return Place(0, 7)


def _reference():
    from tests.builders import the_reference  # noqa: PLC0415 - only here

    return the_reference()


def test_accounts_are_told_apart():
    life = Life()
    position(life, "td", 10_000, 1)
    position(life, "td", 20_000, 1, account="ac_" + "1" * 16)
    assert {held.account for held in life.state.holdings if held.product == "td"} == {
        ACCOUNT,
        "ac_" + "1" * 16,
    }
    assert life.state.client == CLIENT


def scored(said):
    return [fact.data for fact in said if isinstance(fact, facts.WealthScored)]


def coverage(life):
    return round(life.state.scored.coverage, 6)


def test_a_gap_lowers_coverage_until_the_position_is_said_anew():
    life = Life()
    position(life, "td", 620_000, 1)
    position(life, "td", 620_000, 4)
    # 620 of 1,000 thousand, and 55 of 100 points read holdings.
    assert coverage(life) == round(1 - 0.62 * 0.55, 6)
    position(life, "td", 620_000, 5)
    assert coverage(life) == 1.0


def test_a_resync_closes_a_gap():
    life = Life()
    position(life, "td", 100_000, 1)
    assert effects(position(life, "td", 100_000, 9, cause="resync")) == set()
    assert coverage(life) == 1.0


def test_an_unknown_product_hides_a_score_that_would_be_wrong():
    life = Life()
    said = position(life, "nobody", 4_000_000, 1)
    assert effects(said) == {facts.Effect.NOT_BOOKED}
    assert coverage(life) < 0.6
    assert [(fact.total, fact.label) for fact in scored(said)] == [(None, None)]
    position(life, "nobody", 0, 2)


def test_another_currency_puts_the_whole_book_in_doubt():
    life = Life()
    position(life, "td", 1, 1, value={"amount_minor": 1, "currency": "USD"})
    assert coverage(life) == 0.45
    position(life, "td", 100_000, 2)
    assert coverage(life) == 1.0


def test_a_negative_position_is_told_and_not_booked():
    life = Life()
    before = life.state.book
    said = position(life, "td", -5_000, 1)
    assert reasons(said) == ["negative_position"]
    assert life.state.book == before
    assert coverage(life) < 1.0


def reasons(said):
    return [fact.data.reason for fact in said if isinstance(fact, facts.SignalSetAside)]


def test_a_valuation_older_than_the_last_is_told_and_not_booked():
    life = Life()
    position(life, "td", 100_000, 1, as_of=format_instant(MONDAY_10))
    older = format_instant(Instant(MONDAY_10 - DAY))
    said = position(life, "td", 90_000, 2, as_of=older, cause="price")
    assert reasons(said) == ["older_valuation"]
    assert life.state.book.value_fen == (80_000 + 300_000 + 100_000) * 100
    assert coverage(life) < 1.0
    corrected = position(life, "td", 90_000, 3, as_of=older, cause="correction")
    assert reasons(corrected) == []
    assert (life.state.book.value_fen, coverage(life)) == ((380_000 + 90_000) * 100, 1.0)


def test_a_test_of_tomorrow_is_not_taken():
    life = Life()
    assert reasons(a_test(life, Instant(MONDAY_10 + DAY), at=MONDAY_10)) == ["test_in_future"]


def a_test(life, taken, *, at=None, level=2):
    said = {"risk_class": level, "taken_at": format_instant(taken)}
    said |= {"actor": "client", "device": "client"}
    when = taken if at is None else at
    return life.say(
        "corebank.risk_test_taken", said, at=when, source=LEDGER, event_id=f"test-{taken}-{when}"
    )


def test_a_third_test_of_one_day_is_refused_and_one_of_the_next_is_not():
    life = Life()
    for hour in (0, 1):
        assert reasons(a_test(life, Instant(MONDAY_10 + hour * HOUR))) == []
    third = a_test(life, Instant(MONDAY_10 + 2 * HOUR), level=5)
    assert reasons(third) == ["too_many_tests_a_day"]
    assert life.state.household.told.risk_class == 2
    assert reasons(a_test(life, Instant(MONDAY_10 + 15 * HOUR))) == []


def test_a_ninth_test_in_twelve_months_is_refused():
    life = Life()
    first = MONDAY_10 - 90 * DAY  # that of the baseline
    for week in range(7):
        assert reasons(a_test(life, Instant(MONDAY_10 + week * 7 * DAY))) == []
    assert reasons(a_test(life, Instant(first + 365 * DAY))) == ["too_many_tests_a_year"]
    assert reasons(a_test(life, Instant(first + 366 * DAY))) == []


def test_a_deposit_is_cash_on_its_day_of_maturity():
    life = maturing(7)
    life.wait(Instant(MONDAY_10 + 7 * DAY))
    held = next(held for held in life.state.holdings if held.product == "td")
    assert (held.lot.days_to_maturity, held.lot.days_to_cash) == (0, 0)


def test_days_to_cash_that_were_said_outlast_the_edges_of_maturity():
    life = maturing(25, days_to_cash=3)
    life.wait(Instant(MONDAY_10 + 20 * DAY))
    held = next(held for held in life.state.holdings if held.product == "td")
    assert (held.lot.days_to_maturity, held.lot.days_to_cash) == (7, 3)
