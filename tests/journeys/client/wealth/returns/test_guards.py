"""Where a rate would mislead there is none, and the reason is named."""

from datetime import date

import pytest
import pyxirr
from msgspec.structs import replace

from journeys.client.wealth.returns.account import (
    Account,
    Chain,
    linked,
    modified_dietz,
    return_by,
    waits,
)
from journeys.client.wealth.returns.advice import Switch, record
from journeys.client.wealth.returns.money_weighted import Status, by_day
from tests.journeys.client.wealth.returns.ruled import (
    against_market,
    earned,
    money_weighted,
    promoter_score,
    time_weighted,
)

START, MIDDLE, YEAR, END = (
    date(2024, 1, 1),
    date(2024, 7, 1),
    date(2024, 12, 31),
    date(2026, 1, 1),
)
CALM = Account(start=START, end=END, opening=100.0, closing=110.0)


@pytest.mark.parametrize(("last", "status"), [(date(2024, 12, 30), Status.SPAN), (YEAR, Status.OK)])
def test_a_year_is_365_days_from_the_first_flow_to_the_last(last, status):
    assert money_weighted([(START, -100), (last, 120)]).status is status


def test_days_of_nothing_do_not_lengthen_the_span():
    padded = [(date(2020, 1, 1), 0), (START, -100), (MIDDLE, 120), (END, 5), (END, -5)]

    assert money_weighted(padded).status is Status.SPAN


def test_flows_of_one_day_count_as_one():
    assert by_day([(MIDDLE, 5), (START, -3), (MIDDLE, -2), (END, 1), (END, -1)]) == [
        (START, -3),
        (MIDDLE, 3),
    ]
    assert money_weighted([(START, -100), (START, 150), (END, 5)]).value is None


def test_flows_that_change_sign_twice_may_have_one_rate():
    flows = [(START, -100), (MIDDLE, 50), (YEAR, -10), (END, 80)]
    found = money_weighted(flows)

    assert (found.status, found.is_conventional) == (Status.OK, False)
    assert pyxirr.xnpv(found.value, flows) == pytest.approx(0, abs=1e-9)


def test_flows_that_are_always_worth_something_have_no_rate():
    assert money_weighted([(START, 1), (YEAR, -2), (END, 2)]).status is Status.NO_ROOT


def test_a_rate_beyond_the_range_looked_at_is_none():
    found = money_weighted([(START, -1_000), (date(2024, 1, 2), 0.001), (END, 0.000001)])

    assert (found.value, found.status) == (None, Status.NO_ROOT)


def test_no_money_at_work_has_no_return():
    drained = replace(CALM, flows=[(date(2024, 1, 2), -200.0)], closing=5.0)

    assert modified_dietz(drained) is None
    assert modified_dietz(replace(CALM, opening=0.0, closing=0.0)) == 0.0
    assert modified_dietz(replace(CALM, opening=0.0)) is None


def test_profit_is_always_said():
    found = earned(replace(CALM, opening=0.0, closing=0.0, flows=[(MIDDLE, -50.0)]))

    assert found.profit == 50.0
    assert (found.modified_dietz, found.time_weighted) == (None, None)


def test_a_large_flow_is_a_tenth_of_the_opening_value():
    small, large = (replace(CALM, flows=[(MIDDLE, amount)]) for amount in (9.99, 10.0))

    assert time_weighted(small) == pytest.approx(modified_dietz(small))
    assert time_weighted(large) is None, "nobody knows what it was worth then"
    known = replace(large, values={MIDDLE: 105.0}, closing=120.75)
    assert time_weighted(known) == pytest.approx(1.05 * 1.05 - 1)


def test_a_large_withdrawal_is_large_too():
    known = replace(CALM, flows=[(MIDDLE, -50.0)], values={MIDDLE: 110.0}, closing=60.0)

    assert time_weighted(known) == pytest.approx(0.10)


def test_two_halves_of_one_day_are_large_together():
    flows = [(MIDDLE, 6.0), (MIDDLE, 6.0)]

    assert time_weighted(replace(CALM, flows=flows)) is None
    assert time_weighted(replace(CALM, flows=[(MIDDLE, 60.0), (MIDDLE, -60.0)])) is not None


def test_the_first_and_the_last_day_need_no_valuation():
    flows = [(START, 50.0), (END, 50.0)]
    found = time_weighted(replace(CALM, flows=flows, closing=215.0))

    assert found == pytest.approx(0.10)


def test_an_account_may_begin_with_nothing():
    opened = replace(CALM, opening=0.0, flows=[(MIDDLE, 100.0)], values={MIDDLE: 0.0})

    assert time_weighted(opened) == pytest.approx(0.10)


def test_a_total_loss_annualises_and_worse_does_not():
    assert earned(replace(CALM, closing=0.0)).time_weighted_yearly == -1.0
    assert earned(replace(CALM, closing=-10.0)).time_weighted_yearly is None


def test_two_years_are_annualised_by_days():
    assert earned(CALM).time_weighted_yearly == pytest.approx(1.1 ** (365 / 731) - 1)


def test_withdrawals_count_as_received():
    found = against_market([-100.0, 60.0, 0.0], [100, 120, 120], 72.0)

    assert found.ks_pme == pytest.approx((60 + 72) / 120)
    assert found.benchmark_value == pytest.approx(60.0)
    assert found.value_added == pytest.approx(12.0)
    assert found.ratio_net == pytest.approx(1.2)


def test_an_index_that_would_be_spent_gives_no_ratio():
    found = against_market([-100.0, 130.0, 0.0], [100, 120, 120], 1.0)

    assert found.ratio_net is None
    assert against_market([0.0, 50.0], [100, 120], 0.0).ks_pme is None
    assert against_market([0.0, 50.0], [100, 120], 0.0).direct_alpha is None


def test_losing_less_than_the_market_is_value_added():
    found = against_market([-100.0, 0.0], [100, 80], 90.0)

    assert found.value_added == pytest.approx(10.0)
    assert found.direct_alpha == pytest.approx(0.125)


def test_few_answers_are_not_published():
    assert not promoter_score([10] * 29).is_published
    assert promoter_score([10] * 30).is_published
    assert promoter_score([]).score is None
    assert promoter_score([9, 7, 6]).score == pytest.approx(0.0)


def test_an_advisers_record():
    switches = [Switch(value=100.0, new_return=r, old_return=0.0, cost=1.0) for r in (0.05, 0.0)]

    assert record(switches).hit_rate == 0.5
    assert record(switches).mean == pytest.approx(1.5)
    assert record([]).mean is None


def test_a_return_streams_flow_by_flow():
    """What is kept between flows is enough: the batch gives the same."""
    chain = waits(Chain(1.0, START, 100.0), date(2024, 3, 1), 5.0)
    chain = linked(chain, MIDDLE, 50.0, 108.0)
    account = replace(
        CALM,
        closing=170.0,
        flows=[(date(2024, 3, 1), 5.0), (MIDDLE, 50.0)],
        values={MIDDLE: 108.0},
    )

    assert return_by(chain, END, 170.0) == time_weighted(account)
    assert linked(Chain(1.0, START, 0.0), MIDDLE, 5.0, 9.0) is None
