"""Every input of a score, as banks send it: what it moves, with which cause, and what is refused.

What cannot be taken as said is named, and the score is less sure or held; never wrong unseen.
"""

import pytest

from journeys.client.steps.doubt import _PROFILE
from schemas import facts
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, Life, a_baseline, a_position, a_product

LEDGER, CRM = "/corebank/ledger", "/corebank/crm"
EQUITY = a_product(
    "eq", kind="FUND", issuer_level=3, seller_level=3, fee_bp=150, days_to_cash=3,
    look_through_bp=(0, 0, 1000, 9000, 0), fee_classes_bp={"a": 150, "c": 60},
)  # fmt: skip
CROOKED = a_product("crooked", look_through_bp=(1000, 0, 8500, 0, 0))
AT = [Instant(MONDAY_10 + hour * HOUR) for hour in range(12)]


def living(*products, **baseline):
    life = Life(known=False)
    for at, product in enumerate((EQUITY, CROOKED, *products), start=20):
        life.reference = life.reference.with_product(product, offset=at)
    life.say("corebank.baseline_loaded", a_baseline(**baseline), at=Instant(MONDAY_10 - 2 * DAY))
    return life


def position(life, product, amount, version, *, at=MONDAY_10, **more):
    data = a_position(product, amount, version=version, **more)
    name = more.get("event_id", f"{product}-{version}-{at}")
    return life.say("corebank.position_reported", data, at=at, source=LEDGER, event_id=name)


def profile(life, fields, version, *, at=MONDAY_10, **more):
    data = {"version": version, "fields": fields, "confirmed_by": "client"} | more
    name = f"profile-{version}-{at}"
    return life.say("corebank.profile_changed", data, at=at, source=CRM, event_id=name)


def a_test(life, level, *, at=MONDAY_10, taken=None, name=None):
    data = {"risk_class": level, "taken_at": format_instant(at if taken is None else taken)}
    data |= {"actor": "client", "device": "client"}
    name = name or f"test-{at}"
    return life.say("corebank.risk_test_taken", data, at=at, source=CRM, event_id=name)


def undo(life, kind, event_id, *, at, source=CRM):
    data = {
        "id": event_id,
        "source": source,
        "type": f"org.suishen.{kind}.v1",
        "time": format_instant(MONDAY_10),
        "reason": "entered_in_error",
    }
    return life.say("corebank.event_reversed", data, at=at, source=source, event_id=f"r{event_id}")


def moved(life, act):
    """What an act moved since the score was last said: the causes, and the points by dimension."""
    before = life.state.scored
    said = act()
    scores = [fact.data for fact in said if isinstance(fact, facts.WealthScored)]
    causes = set()
    for score in scores:
        causes |= set(score.by_cause)
    now = {c for c, d in life.state.scored.since.items() if before.since.get(c) != d}
    return causes | now


def reasons(said):
    return [fact.data.reason for fact in said if isinstance(fact, facts.SignalSetAside)]


def effects(said):
    return [fact.data.effect for fact in said if isinstance(fact, facts.SignalSetAside)]


def coverage(life):
    return round(life.state.scored.coverage, 6)


# What moves a score, and the cause that it is given.


@pytest.mark.parametrize("cause", ["trade", "price", "flow"])
def test_a_position_moves_the_score_with_the_cause_that_core_gives(cause):
    life = living()
    before = life.state.scored.total
    assert moved(life, lambda: position(life, "eq", 200_000, 1, cause=cause)) == {cause}
    assert life.state.scored.total != before


def test_a_maturity_moves_it_as_time_does():
    life = living()
    position(life, "td", 200_000, 1, maturity="2026-12-28", cause="flow")
    assert moved(life, lambda: life.wait(Instant(MONDAY_10 + 6 * DAY))) >= {"clock"}
    held = next(held for held in life.state.holdings if held.product == "td")
    assert held.lot.days_to_maturity == 30


def test_an_order_to_roll_over_takes_the_lot_out_of_what_matures():
    life = living()
    position(life, "td", 200_000, 1, maturity="2026-12-01", cause="flow")
    assert life.state.book.maturing_fen == 200_000 * 100
    position(life, "td", 200_000, 2, maturity="2026-12-01", cause="flow", rolls_over=True)
    assert life.state.book.maturing_fen == 0


@pytest.mark.parametrize(("fee_class", "fee"), [(None, 150), ("a", 150), ("c", 60)])
def test_the_fee_is_that_of_the_share_class(fee_class, fee):
    life = living(positions=[])
    position(life, "eq", 100_000, 1, fee_class=fee_class)
    assert life.state.book.fees == 100_000 * 100 * fee


def test_another_share_class_is_another_fee_and_leaves_no_trace_of_the_first():
    life, other = living(positions=[]), living(positions=[])
    position(life, "eq", 100_000, 1, fee_class="a")
    cheap = life.state.scored.total
    position(life, "eq", 100_000, 2, fee_class="c", cause="correction")
    position(other, "eq", 100_000, 1, fee_class="c")
    assert life.state.book == other.state.book
    assert life.state.scored.total > cheap


def test_a_share_class_that_a_product_does_not_have_is_not_booked():
    life = living()
    said = position(life, "eq", 300_000, 1, fee_class="x")
    assert (effects(said), reasons(said)) == ([facts.Effect.NOT_BOOKED], ["unknown_fee_class"])
    assert coverage(life) < 1.0


def test_a_product_with_one_fee_does_not_ask_for_a_share_class():
    life = living()
    assert reasons(position(life, "wmp1", 300_000, 2, fee_class="x")) == []
    assert coverage(life) == 1.0


def test_a_position_under_newer_facts_tells_the_regrade_from_its_own_movement():
    life = living()
    position(life, "eq", 200_000, 1)
    regraded = a_product(
        "eq", kind="FUND", version=2, issuer_level=5, seller_level=5, fee_bp=250, days_to_cash=90,
        look_through_bp=(0, 0, 0, 10000, 0),
    )  # fmt: skip
    life.reference = life.reference.with_product(regraded, offset=30)
    before = life.state.scored
    said = position(life, "eq", 200_001, 2, at=AT[1], cause="price")
    scored = [fact.data for fact in said if isinstance(fact, facts.WealthScored)]
    moved_by = dict(life.state.scored.since)
    for score in scored:
        for cause, points in score.by_cause.items():
            moved_by[cause] = moved_by.get(cause, 0.0) + points
    assert moved_by["class_change"] < -1
    assert abs(moved_by["price"]) < 0.01
    total = sum(moved_by.values()) - sum(before.since.values())
    assert life.state.scored.total - before.total == pytest.approx(total, abs=1e-9)


FIELDS = {
    "birth": "1950-01-01",
    "annual_income_fen": 5_000_000,
    "essential_spending_fen": 20_000_000,
    "horizon_years": 1,
    "retirement_age": 45,
    "is_retired": True,
    "dependants": 4,
    "debt_fen": 900_000_000,
    "debt_service_fen": 2_000_000,
    "education_fen": 900_000_000,
    "critical_illness_cover_fen": 900_000_000,
    "has_medical_cover": True,
    "premium_fen": 9_000_000,
    "goals": [{"amount_fen": 900_000_000, "years": 5}],
    "tolerable_loss": 0.05,
    "planned_outflow_fen": 50_000_000,
}
ALONE = {
    "income_stability": ({"essential_spending_fen": 8_000_000}, 0.0),
    "life_cover_fen": ({"dependants": 1}, 900_000_000),
    "high_cost_debt_share": ({}, 1.0),
    "monthly_saving_fen": ({"goals": [{"amount_fen": 99_000_000, "years": 5}]}, 500_000),
    "planned_outflow_fen": ({"essential_spending_fen": 100}, 8_000_000),
    "education_fen": ({"dependants": 2, "life_cover_fen": 1_000_000}, 90_000_000),
    "debt_fen": ({"dependants": 2, "life_cover_fen": 1_000_000}, 90_000_000),
}
"""Insurance, debts, goals, outflows: a field that only tells together with others."""


@pytest.mark.parametrize("name", sorted({*FIELDS, *ALONE}))
def test_every_field_of_a_profile_moves_the_score_as_profile(name):
    first, value = ALONE.get(name, ({}, None))
    life = living(risk_test=a_baseline()["risk_test"] | {"risk_class": 5})
    profile(life, {"horizon_years": 20} | first, 1)
    before = life.state.scored.total
    fields = {name: FIELDS[name] if value is None else value}
    assert moved(life, lambda: profile(life, fields, 2, at=AT[1])) == {"profile"}
    assert life.state.scored.total != before
    assert coverage(life) == 1.0


def test_a_new_test_is_profile_for_its_date_and_class_change_for_its_class():
    life = living(risk_test=None)
    position(life, "eq", 300_000, 1)
    a_test(life, 3, taken=Instant(MONDAY_10 - 500 * DAY))
    assert moved(life, lambda: a_test(life, 5, at=AT[1])) == {"profile", "class_change"}


# What is refused or in doubt, by name.


@pytest.mark.parametrize(
    ("product", "amount", "more", "reason"),
    [
        ("nobody", 300_000, {}, "unknown_product"),
        ("crooked", 300_000, {}, "look_through_not_whole"),
        ("eq", -5, {}, "negative_position"),
        ("eq", 300_000, {"units": "0.00"}, "value_without_units"),
        ("eq", 0, {"value": {"amount_minor": 5, "currency": "USD"}}, "not_in_market_currency"),
    ],
)
def test_a_position_that_cannot_be_is_named_and_not_booked(product, amount, more, reason):
    life = living()
    before = life.state.book
    said = position(life, product, amount, 1, **more)
    assert (effects(said), reasons(said)) == ([facts.Effect.NOT_BOOKED], [reason])
    assert life.state.book == before
    assert coverage(life) < 1.0


def test_two_positions_of_one_version_that_differ_leave_the_holding_in_doubt():
    life = living()
    position(life, "td", 100_000, 3)
    said = position(life, "td", 900_000, 3, at=AT[1])
    assert (effects(said), reasons(said)) == ([facts.Effect.NOT_BOOKED], ["contradicts_itself"])
    assert life.state.book.value_fen == (80_000 + 300_000 + 100_000) * 100
    assert coverage(life) < 1.0
    position(life, "td", 900_000, 4, at=AT[2])
    assert coverage(life) == 1.0


@pytest.mark.parametrize("more", [{"maturity": "2027-03-01"}, {"rolls_over": True}])
def test_they_differ_in_date_or_order_too(more):
    life = living()
    position(life, "td", 100_000, 3)
    assert reasons(position(life, "td", 100_000, 3, at=AT[1], **more)) == ["contradicts_itself"]


def test_the_same_said_again_by_another_event_contradicts_nothing():
    life = living()
    position(life, "td", 100_000, 3, as_of=format_instant(MONDAY_10))
    said = position(life, "td", 100_000, 3, at=AT[1], as_of=format_instant(AT[1]))
    assert (effects(said), coverage(life)) == ([facts.Effect.STALE], 1.0)


def test_two_lots_of_one_baseline_that_differ_leave_it_in_doubt():
    lots = [a_position("td", 100_000), a_position("td", 200_000), a_position("cur", 50_000)]
    life = living(positions=lots)
    assert life.state.book.value_fen == 150_000 * 100
    assert coverage(life) < 1.0


def test_newer_facts_that_do_not_add_up_are_not_booked_under():
    life = living()
    position(life, "eq", 300_000, 1)
    before = life.state.book
    crooked = EQUITY.model_copy(update={"version": 2, "look_through_bp": (0, 0, 0, 9000, 0)})
    life.reference = life.reference.with_product(crooked, offset=30)
    asked = {"offset": 30}
    said = life.say("engine.recheck_asked", asked, at=AT[1], source="/suishen/sweeper")
    assert reasons(said) == ["look_through_not_whole"]
    assert life.state.book == before
    assert coverage(life) < 1.0
    again = life.say("engine.recheck_asked", asked, at=AT[2], source="/suishen/sweeper")
    assert again == []


def test_a_position_under_facts_that_do_not_add_up_is_not_booked_either():
    life = living()
    position(life, "eq", 300_000, 1)
    crooked = EQUITY.model_copy(update={"version": 2, "look_through_bp": (0, 0, 0, 9000, 0)})
    life.reference = life.reference.with_product(crooked, offset=30)
    said = position(life, "eq", 310_000, 2, at=AT[1], cause="price")
    assert (effects(said)[:1], reasons(said)[:1]) == (
        [facts.Effect.NOT_BOOKED],
        ["look_through_not_whole"],
    )
    assert coverage(life) < 1.0
    mended = EQUITY.model_copy(update={"version": 3})
    life.reference = life.reference.with_product(mended, offset=31)
    position(life, "eq", 310_000, 3, at=AT[2], cause="price")
    assert coverage(life) == 1.0


def test_a_profile_that_skips_a_version_is_booked_and_hidden_until_a_resync():
    life = living()
    profile(life, {"dependants": 1}, 1)
    said = profile(life, {"dependants": 2}, 3, at=AT[1])
    assert (effects(said)[:1], reasons(said)) == ([facts.Effect.VERSION_GAP], ["resync_wanted"])
    assert life.state.household.told.dependants == 2
    assert coverage(life) == 0.15
    assert [f.data.total for f in said if isinstance(f, facts.WealthScored)] == [None]
    profile(life, {"dependants": 2}, 4, at=AT[2])
    assert coverage(life) == 0.15, "what the third said of other fields nobody knows"
    whole = a_baseline()["fields"] | {"dependants": 2}
    profile(life, whole, 5, at=AT[3], resync=True)
    assert coverage(life) == 1.0


def test_a_resync_tells_the_whole_profile():
    life, other = living(), living()
    profile(life, {"debt_fen": 500, "goals": [{"amount_fen": 100, "years": 3}]}, 1)
    profile(life, {"annual_income_fen": 7}, 9, at=AT[1], resync=True)
    told = life.state.household.told
    assert (told.annual_income, told.debt, told.goals, told.age) == (7, 0, (), None)
    assert told.risk_class == 3, "tests give the class"
    assert life.state.household.birth is None
    assert other.state.household.told.risk_class == told.risk_class


def test_a_profile_that_goes_back_changes_nothing():
    life = living()
    profile(life, {"dependants": 1}, 2)
    said = profile(life, {"dependants": 4}, 1, at=AT[1])
    assert (effects(said), reasons(said)) == ([facts.Effect.STALE], ["older_version"])
    assert (life.state.household.told.dependants, coverage(life)) == (1, 1.0)


@pytest.mark.parametrize("years", [0, -3])
def test_a_goal_in_the_past_is_named_and_the_old_goals_stand_in_doubt(years):
    life = living()
    profile(life, {"goals": [{"amount_fen": 100, "years": 3}]}, 1)
    goals = [{"amount_fen": 900, "years": 4}, {"amount_fen": 5, "years": years}]
    said = profile(life, {"goals": goals, "dependants": 2}, 2, at=AT[1])
    assert (effects(said), reasons(said)) == ([facts.Effect.REFUSED], ["goal_in_past"])
    assert life.state.household.told.goals == ((100, 3),)
    assert life.state.household.told.dependants == 2
    assert coverage(life) == 0.9
    profile(life, {"goals": []}, 3, at=AT[2])
    assert coverage(life) == 1.0


def test_a_birthday_in_the_future_is_named_and_age_in_doubt():
    life = living()
    said = profile(life, {"birth": "2026-11-24"}, 1)
    assert reasons(said) == ["birth_in_future"]
    assert coverage(life) == 0.65
    profile(life, {"birth": "1990-01-01"}, 2, at=AT[1])
    assert coverage(life) == 1.0


def test_a_baseline_refuses_what_cannot_be_just_as_events_do():
    fields = a_baseline()["fields"] | {"goals": [{"amount_fen": 5, "years": 0}]}
    test = a_baseline()["risk_test"] | {"taken_at": format_instant(Instant(MONDAY_10 + DAY))}
    life = living(fields=fields, risk_test=test)
    said = [o.event for o in life.outputs]
    assert reasons(said) == ["goal_in_past", "test_in_future"]
    assert life.state.household.told.risk_class is None
    assert coverage(life) == round(1.0 - 0.10 - 0.35, 6)


def test_dimensions_that_no_profile_moves_stay_sure():
    assert set(range(1, 10)) - _PROFILE == {4, 7}


# Corrections and reversals.


def test_a_reversed_position_is_in_doubt_until_it_is_said_anew():
    life = living()
    position(life, "td", 200_000, 1)
    undo(life, "corebank.position_reported", f"td-1-{MONDAY_10}", at=AT[1], source=LEDGER)
    assert coverage(life) < 1.0
    position(life, "td", 0, 2, at=AT[2], cause="correction")
    assert coverage(life) == 1.0
    assert life.state.book == living().state.book


def test_a_position_whose_reversal_overtook_it_is_not_booked():
    life = living()
    undo(life, "corebank.position_reported", f"td-1-{AT[1]}", at=MONDAY_10, source=LEDGER)
    said = position(life, "td", 200_000, 1, at=AT[1])
    assert (effects(said), reasons(said)) == ([facts.Effect.NOT_BOOKED], ["reversed"])
    assert life.state.book == living().state.book
    position(life, "td", 150_000, 2, at=AT[2], cause="correction")
    assert coverage(life) == 1.0


def test_a_reversed_test_gives_back_the_class_and_date_before_it():
    life, other = living(), living()
    a_test(life, 5, at=AT[0])
    undo(life, "corebank.risk_test_taken", f"test-{AT[0]}", at=AT[1])
    assert life.state.household == other.state.household
    assert life.state.scored.total == other.state.scored.total
    assert reasons(a_test(life, 2, at=AT[2])) == []


def test_the_only_test_reversed_leaves_the_class_unknown():
    life = living(risk_test=None)
    a_test(life, 5)
    undo(life, "corebank.risk_test_taken", f"test-{MONDAY_10}", at=AT[1])
    assert life.state.household.told.risk_class is None
    assert coverage(life) == 0.65


def test_a_reversed_test_no_longer_counts_towards_the_limit():
    life = living()
    for hour in (0, 1):
        a_test(life, 2, at=AT[hour])
    undo(life, "corebank.risk_test_taken", f"test-{AT[1]}", at=AT[2])
    assert reasons(a_test(life, 4, at=AT[3])) == []


def test_a_reversed_change_gives_back_what_nobody_told_since():
    life, other = living(), living()
    profile(life, {"dependants": 3, "debt_fen": 700}, 1)
    profile(life, {"dependants": 4, "premium_fen": 50}, 2, at=AT[1])
    undo(life, "corebank.profile_changed", f"profile-1-{MONDAY_10}", at=AT[2])
    profile(other, {"dependants": 4, "premium_fen": 50}, 2, at=AT[1])
    assert life.state.household == other.state.household
    assert life.state.scored.total == other.state.scored.total


def test_a_change_whose_reversal_overtook_it_is_not_taken():
    life, other = living(), living()
    undo(life, "corebank.profile_changed", f"profile-1-{AT[1]}", at=AT[0])
    assert coverage(life) == 0.15, "until it comes, nobody knows whether it had"
    said = profile(life, {"dependants": 3}, 1, at=AT[1])
    assert (effects(said)[:1], reasons(said)) == ([facts.Effect.REFUSED], ["reversed"])
    assert life.state.household.told == other.state.household.told
    assert coverage(life) == 1.0


def test_a_change_too_long_ago_to_be_taken_back_hides_the_score():
    life = living()
    for version in range(1, 7):
        profile(life, {"dependants": version % 5}, version, at=AT[version])
    undo(life, "corebank.profile_changed", f"profile-1-{AT[1]}", at=AT[7])
    assert coverage(life) == 0.15
    undo(life, "corebank.profile_changed", f"profile-1-{AT[1]}", at=AT[8])
    profile(life, a_baseline()["fields"], 7, at=AT[9], resync=True)
    assert coverage(life) == 1.0


def test_reversals_of_changes_that_nobody_saw_do_not_pile_up():
    life = living()
    for number in range(20):
        undo(life, "corebank.profile_changed", f"unseen-{number}", at=Instant(MONDAY_10 + number))
    assert len(life.state.household.doubts) <= 8
    assert coverage(life) == 0.15
    profile(life, {}, 1, at=AT[1], resync=True)
    assert life.state.household.doubts == ()


def test_a_reversed_change_takes_its_own_doubt_with_it():
    life = living()
    profile(life, {"goals": [{"amount_fen": 5, "years": 0}]}, 1)
    undo(life, "corebank.profile_changed", f"profile-1-{MONDAY_10}", at=AT[1])
    assert coverage(life) == 1.0


def test_money_placed_by_a_trade_that_was_no_trade_counts_no_more():
    life = living()
    position(life, "td", 200_000, 1, at=MONDAY_10, maturity="2026-11-27", cause="flow")
    assert len(life.state.instances) == 1
    when = format_instant(AT[1])
    position(life, "wmp1", 400_000, 2, at=AT[1], cause="trade", as_of=when)
    assert life.state.instances[0].placed_fen == 100_000 * 100
    position(life, "wmp1", 300_000, 3, at=AT[2], cause="correction", as_of=when)
    assert life.state.instances[0].placed_fen == 0


# What an adviser's book may count of a profile.


def parts(life, said):
    """Points by profile: all, confirmed, and first told, of facts and of what waits."""
    scores = [fact.data for fact in said if isinstance(fact, facts.WealthScored)]
    told = [score.profile for score in scores if score.profile is not None]
    confirmed, first = life.state.scored.profile
    return (
        sum(score.by_cause.get("profile", 0.0) for score in scores)
        + life.state.scored.since.get("profile", 0.0),
        sum(one.confirmed for one in told) + confirmed,
        sum(one.first_told for one in told) + first,
    )


SPENDING, COVER = {"essential_spending_fen": 9_000_000}, {"life_cover_fen": 900_000_000}


@pytest.mark.parametrize("who", ["client", "core", "adviser"])
def test_what_only_an_adviser_said_is_not_confirmed(who):
    life = living()
    moved_by, confirmed, first = parts(life, profile(life, SPENDING, 1, confirmed_by=who))
    assert moved_by < -1
    assert (confirmed, first) == (0.0 if who == "adviser" else moved_by, 0.0)


def test_fields_told_for_the_first_time_are_told_apart_from_the_rest():
    life, alone = living(), living()
    both = parts(life, profile(life, {"dependants": 2} | SPENDING, 1))
    first = parts(alone, profile(alone, {"dependants": 2}, 1))
    assert both[0] == both[1]
    assert both[2] == pytest.approx(first[0], abs=1e-9)
    assert abs(both[0] - both[2]) > 1


def test_a_second_telling_of_a_field_is_not_its_first():
    life = living()
    profile(life, {"dependants": 2}, 1)
    position(life, "cur", 80_001, 2, at=AT[1])
    before = life.state.scored
    said = profile(life, {"dependants": 0}, 2, at=AT[2])
    moved_by, confirmed, first = parts(life, said)
    had = before.since.get("profile", 0.0), *before.profile
    assert moved_by - had[0] == pytest.approx(confirmed - had[1], abs=1e-9)
    assert first == pytest.approx(had[2], abs=1e-9)
    assert abs(moved_by - had[0]) > 0.1


def test_a_resync_pays_for_what_changed_and_not_for_what_is_new():
    life = living()
    whole = a_baseline()["fields"]
    profile(life, {"dependants": 2}, 1)
    before = life.state.scored
    said = profile(life, whole | {"dependants": 2} | COVER, 2, at=AT[1], resync=True)
    moved_by, confirmed, first = parts(life, said)
    had = before.since.get("profile", 0.0), *before.profile
    assert first - had[2] == pytest.approx(moved_by - had[0], abs=1e-9)
    assert confirmed - had[1] == pytest.approx(moved_by - had[0], abs=1e-9)
    assert moved_by - had[0] > 1


def test_a_reversed_change_gives_back_what_it_was_credited():
    life = living()
    said = profile(life, {"dependants": 2} | SPENDING, 1)
    said += undo(life, "corebank.profile_changed", f"profile-1-{MONDAY_10}", at=AT[1])
    assert parts(life, said) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


def test_a_test_that_the_client_took_is_confirmed():
    life = living(
        risk_test=a_baseline()["risk_test"]
        | {"taken_at": format_instant(Instant(MONDAY_10 - 500 * DAY))}
    )
    moved_by, confirmed, first = parts(life, a_test(life, 3, at=AT[0]))
    assert moved_by > 0.1
    assert (confirmed, first) == (moved_by, 0.0)
