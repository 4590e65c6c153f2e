"""Returns keep their laws: units, dates, the market itself, and sums of parts."""

from datetime import date, timedelta
from itertools import pairwise
from math import exp, log

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client.wealth.returns.account import Account, modified_dietz
from journeys.client.wealth.returns.brinson import attribute
from journeys.client.wealth.returns.money_weighted import Status
from journeys.client.wealth.returns.roots import brackets
from tests.journeys.client.wealth.draws import few
from tests.journeys.client.wealth.returns.ruled import (
    RULES,
    against_market,
    earned,
    money_weighted,
    time_weighted,
)

DAY_0 = date(2020, 1, 1)
amounts = st.integers(-1_000, 1_000)
spaced = st.lists(st.tuples(st.integers(0, 3_000), amounts), min_size=2, max_size=8)


def dated(drawn):
    return [(DAY_0 + timedelta(day), amount) for day, amount in drawn]


@few
@given(spaced)
def test_a_rate_makes_its_flows_worth_nothing(drawn):
    found = money_weighted(dated(drawn))
    assume(found.value is not None)

    growth, first = 1 + found.value, min(day for day, amount in drawn if amount)
    parts = [amount * growth ** (-(day - first) / 365) for day, amount in drawn]
    assert abs(sum(parts)) <= 1e-6 * sum(map(abs, parts))


@few
@given(spaced, st.integers(2, 1_000), st.integers(-3_000, 3_000))
def test_neither_the_unit_nor_the_first_date_matters(drawn, times, days):
    moved = [(day + timedelta(days), amount * times) for day, amount in dated(drawn)]

    found, then = money_weighted(dated(drawn)), money_weighted(moved)
    assert then.status is found.status
    if found.value is not None:
        assert then.value == pytest.approx(found.value, rel=1e-7, abs=1e-9)


@settings(max_examples=max(10, settings().max_examples // 50))
@given(spaced)
def test_intervals_are_passed_over_only_where_a_full_scan_finds_nothing(drawn):
    first = min(day for day, _ in drawn)
    timed = [((day - first) / 365, amount) for day, amount in drawn if amount]
    assume(timed)
    low, steps = log(RULES.least_growth), 2_000
    coarse = replace(RULES, scan_steps=steps)
    width = (log(RULES.most_growth) - low) / steps

    signs = [_sign(timed, low + at * width) for at in range(steps + 1)]
    found = [(at, sign) for at, sign in enumerate(signs) if sign]
    scanned = [exp(low + was * width) for (was, a), (_, b) in pairwise(found) if a != b]

    assert [low for low, _ in brackets(timed, coarse)] == pytest.approx(scanned)


def _sign(timed, log_growth):
    top = max(-time * log_growth for time, _ in timed)
    worth = sum(amount * exp(-time * log_growth - top) for time, amount in timed)
    return (worth > 0) - (worth < 0)


@few
@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(-40, 40), st.floats(0.7, 1.4)), max_size=6),
    st.floats(0.7, 1.4),
)
def test_timing_does_not_touch_the_time_weighted_return(steps, last_growth):
    day, worth, growth, flows, values = DAY_0, 100.0, 1.0, [], {}
    for days, percent, grown in steps:
        day += timedelta(days)
        growth, worth = growth * grown, worth * grown
        # Large, or nothing: small flows count by their weight alone.
        amount = 0.0 if abs(percent) < 10 else max(percent, -50) / 100 * max(worth, 100)
        values[day] = worth
        flows.append((day, amount))
        worth += amount
        assume(worth > 1)
    end = day + timedelta(30)
    account = Account(
        start=DAY_0,
        end=end,
        opening=100.0,
        closing=worth * last_growth,
        flows=flows,
        values=values,
    )
    assume(all(abs(amount) >= 10 for _, amount in flows if amount))

    assert time_weighted(account) == pytest.approx(growth * last_growth - 1, abs=1e-9)


@few
@given(st.floats(1, 1e6), st.floats(1e-3, 1e6), st.integers(1, 3_000))
def test_without_flows_all_returns_are_one(opening, closing, days):
    found = earned(
        Account(start=DAY_0, end=DAY_0 + timedelta(days), opening=opening, closing=closing)
    )
    plain = closing / opening - 1

    assert found.modified_dietz == pytest.approx(plain)
    assert found.time_weighted == pytest.approx(plain)
    assert found.profit == pytest.approx(closing - opening)
    if found.money_weighted.status is Status.OK:
        assert found.behaviour_gap == pytest.approx(0, abs=1e-6)


@few
@given(st.floats(10, 1e6), st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1e5)), max_size=5))
def test_money_paid_in_and_nothing_earned_returns_nothing(opening, drawn):
    flows = [(DAY_0 + timedelta(day), amount) for day, amount in drawn]
    closing = opening + sum(amount for _, amount in flows)
    end = DAY_0 + timedelta(300)
    account = Account(start=DAY_0, end=end, opening=opening, closing=closing, flows=flows)

    assert modified_dietz(account) == pytest.approx(0, abs=1e-9)


@few
@given(
    st.lists(st.tuples(st.floats(-1_000, 1_000), st.floats(50, 200)), min_size=1, max_size=6),
    st.floats(50, 200),
)
def test_the_market_itself_adds_nothing_to_the_market(steps, last):
    """Money that is the index all along has a ratio of 1 and no alpha."""
    index = [level for _, level in steps] + [last]
    flows, units = [], 0.0
    for amount, level in steps:
        paid = amount if units - amount / level >= 0 else -abs(amount)
        units -= paid / level
        flows.append(paid)
    nav = units * last
    assume(nav > 1e-3)

    found = against_market([*flows, 0.0], index, nav)

    assert found.ratio_net == pytest.approx(1)
    assert found.ks_pme == pytest.approx(1)
    assert found.value_added == pytest.approx(0, abs=1e-6)
    if found.direct_alpha is not None:
        assert found.direct_alpha == pytest.approx(0, abs=1e-4)


weights = st.lists(st.floats(0.01, 1), min_size=1, max_size=6)
rates = st.floats(-0.5, 0.5)


@few
@given(weights, st.data())
def test_three_effects_are_the_whole_active_return(held, data):
    size = len(held)
    bench = data.draw(st.lists(st.floats(0.01, 1), min_size=size, max_size=size))
    returns = data.draw(st.lists(st.tuples(rates, rates), min_size=size, max_size=size))
    segments = [
        (wp / sum(held), wb / sum(bench), rp, rb)
        for wp, wb, (rp, rb) in zip(held, bench, returns, strict=True)
    ]

    found = attribute(segments)

    assert found.total == pytest.approx(found.portfolio - found.benchmark, abs=1e-12)
