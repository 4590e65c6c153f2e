"""The score is bounded, has no cliffs, and moves the way it says it moves."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client.wealth.attribution import STILL, Causes, moved
from journeys.client.wealth.book import add_lot, book_of, remove_lot
from journeys.client.wealth.diagnosis import diagnose, shares
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.score import score
from journeys.client.wealth.standing import stand
from journeys.client.wealth.target import held as held_groups
from journeys.client.wealth.target import target
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.builders import (
    ALT,
    BOND,
    CASH,
    EQ,
    FIX,
    PARAMETERS,
    a_fund,
    a_household,
    a_lot,
)
from tests.journeys.client.wealth.draws import facts, households, lots, many

HAIR = 1e-9
D1, D2, D3, D4, D5, D6, D7, D8, D9 = range(9)
REAL = {key: golden.lot(key, 0) for key in golden.rows() if not key.startswith("ef1_")}
"""Products whose level and contents agree."""


def earned(held, household):
    return shares(diagnose(book_of(held, PARAMETERS), household, PARAMETERS), PARAMETERS)


@many
@given(lots(), households() | st.just(Profile()))
def test_shares_and_total_stay_in_their_bounds(held, household):
    now = score(book_of(held, PARAMETERS), household, PARAMETERS)

    for points, weight in zip(now.points, PARAMETERS.total.weights, strict=True):
        assert 0 <= points <= weight
    assert 0 <= now.total <= 100
    assert sum(now.points) == pytest.approx(now.total, abs=HAIR)


BETTER = (
    (D1, "essential_spending", -1),
    (D1, "debt_service", -1),
    (D2, "life_cover", 1),
    (D2, "critical_illness_cover", 1),
    (D2, "has_medical_cover", 1),
    (D2, "premium", -1),
    (D2, "debt", -1),
    (D5, "ra_months", -1),
    (D5, "risk_class", 1),
    (D6, "monthly_saving", 1),
    (D8, "planned_outflow", 1),
    (D9, "debt_service", -1),
    (D9, "high_cost_debt_share", -1),
)


@many
@given(lots(), households(), households())
def test_a_better_answer_never_costs_a_share(held, one, other):
    for dimension, field, direction in BETTER:
        low, high = sorted((getattr(one, field), getattr(other, field)))
        worse, better = (low, high) if direction > 0 else (high, low)

        before = earned(held, replace(one, **{field: worse}))[dimension]
        after = earned(held, replace(one, **{field: better}))[dimension]

        assert after >= before - HAIR, field


@many
@given(lots(at_least=1), households(), st.integers(0, 10**10))
def test_more_cash_at_hand_never_costs_liquidity(held, household, fen):
    cash = a_lot(a_fund("cash", level=1, days_to_cash=0), 0, value_fen=fen)

    assert earned([*held, cash], household)[D1] >= earned(held, household)[D1] - HAIR


@many
@given(st.integers(1, 10**10), households(), st.integers(1, 10**7))
def test_every_fen_of_outgo_shortens_the_months(fen, household, more):
    book = book_of([a_lot(a_fund(level=1), 0, value_fen=fen)], PARAMETERS)
    spending, service = household.essential_spending or 0, household.debt_service

    now = _months(book, household)
    assert _months(book, replace(household, essential_spending=spending + more)) < now
    assert _months(book, replace(household, debt_service=service + more)) < now


@many
@given(st.floats(0, 3), st.floats(0, 3))
def test_liquidity_is_concave(one, other):
    """The first month of cash is worth more than the last."""
    household = a_household(income_stability=1.0, essential_spending=100_000)
    fund = a_fund(level=1, days_to_cash=0)

    def liquid(months):
        return earned([a_lot(fund, 0, value_fen=int(months * 100_000))], household)[D1]

    middle = liquid((one + other) / 2)
    assert middle >= (liquid(one) + liquid(other)) / 2 - 1e-4


@many
@given(lots(at_least=1), households(), st.integers(1, 3_000), st.integers(1, 4), st.integers(1, 99))
def test_a_riskier_dearer_product_never_gains(held, household, risk, levels, fee):
    worse = [
        (
            lot,
            replace(
                its,
                level=min(5, its.level + levels),
                idiosyncratic_bp=its.idiosyncratic_bp + risk,
                fee_bp=its.fee_bp + fee,
            ),
        )
        for lot, its in held
    ]

    before, after = earned(held, household), earned(worse, household)

    assert after[D5] <= before[D5] + HAIR
    assert after[D7] <= before[D7] + HAIR


@many
@given(lots(at_least=1), households(), st.integers(2, 20))
def test_more_of_the_same_mix_never_costs_goals(held, household, times):
    more = [(replace(lot, value_fen=lot.value_fen * times), its) for lot, its in held]

    assert earned(more, household)[D6] >= earned(held, household)[D6] - HAIR


@many
@given(
    lots(at_least=1),
    households(),
    st.tuples(st.integers(1, 10**10), st.integers(1, 40), st.integers(0, 99)),
)
def test_a_smaller_goal_is_never_harder(held, household, goal):
    (fen, years, percent), rest = goal, household.goals
    household = replace(household, goals=((fen, years), *rest))
    smaller = replace(household, goals=((max(1, fen * percent // 100), years), *rest))

    assert earned(held, smaller)[D6] >= earned(held, household)[D6] - HAIR


@many
@given(lots(at_least=1), households())
def test_idle_lots_and_lots_that_just_mature_never_gain(held, household):
    orderly = [(replace(lot, idle=False, rolls_over=True), its) for lot, its in held]
    idle = [
        (replace(lot, idle=True, rolls_over=False, days_to_maturity=30), its) for lot, its in held
    ]

    now = earned(held, household)[D8]
    assert earned(idle, household)[D8] - HAIR <= now <= earned(orderly, household)[D8] + HAIR


@many
@given(lots((0, 10**9), at_least=1), households(), st.floats(0, 1))
def test_any_step_toward_the_target_comes_nearer(held, household, share):
    standing = stand(book_of(held, PARAMETERS), household, PARAMETERS)
    assume(standing.book.value_fen)
    has, wanted = held_groups(standing), _target(standing)
    fen = standing.book.value_fen
    parts = [one + share * (other - one) for one, other in zip(has, wanted, strict=True)]
    mixes = (CASH, FIX, EQ, ALT)
    moved_there = [
        a_lot(a_fund(f"group{at}", look_through=mix), 0, value_fen=round(fen * part))
        for at, (mix, part) in enumerate(zip(mixes, parts, strict=True))
    ]

    now, then = (_distance(book_of(one, PARAMETERS), household) for one in (held, moved_there))
    # Whole fen: each of four groups may be half a fen off, and so may the value.
    assert then <= now + 4 / fen + HAIR


@many
@given(
    st.lists(st.integers(0, 10**9), min_size=2, max_size=6),
    st.sampled_from([kind for kind in ProductKind if kind is not ProductKind.DEPOSIT]),
    st.floats(0, 0.5),
)
def test_evening_out_two_products_never_concentrates(values, kind, share):
    rich, poor = max(values[:2]), min(values[:2])
    gift = int((rich - poor) * share)
    funds = [a_fund(f"f{at}", kind=kind) for at in range(len(values))]

    def spread(*first_two):
        fens = [*first_two, *values[2:]]
        held = [a_lot(fund, 0, value_fen=fen) for fund, fen in zip(funds, fens, strict=True)]
        return earned(held, a_household())[D4]

    assert spread(rich - gift, poor + gift) >= spread(rich, poor) - HAIR


@many
@given(
    st.lists(st.tuples(st.sampled_from(sorted(REAL)), st.integers(10**4, 10**7)), min_size=2),
    households(tolerable_loss=st.none() | st.floats(0.05, 1)),
    st.sampled_from(sorted(REAL)),
)
def test_moving_a_thousandth_of_the_book_falls_off_no_cliff(held, household, to):
    source, yuan = held[0]
    fen = sum(value for _, value in held) * 100
    step = min(yuan * 100, fen // 1000)
    book = book_of((golden.lot_of(REAL[key], value * 100) for key, value in held), PARAMETERS)

    less = remove_lot(book, *golden.lot_of(REAL[source], step), PARAMETERS)
    moved_book = add_lot(less, *golden.lot_of(REAL[to], step), PARAMETERS)
    was, now = (score(one, household, PARAMETERS).points for one in (book, moved_book))

    assert abs(sum(now[d] - was[d] for d in (D3, D4, D5, D7, D8))) <= 0.50
    reserve = stand(book, household, PARAMETERS).reserve or 0.0
    liquid = abs(moved_book.liquid - book.liquid) / 20
    assert abs(now[D1] - was[D1]) * reserve <= 18 * liquid + HAIR * reserve


@many
@given(
    st.integers(2, 5),
    st.integers(18, 90),
    st.integers(0, 30),
    st.none() | st.floats(0.05, 1),
    st.booleans(),
)
def test_a_target_of_products_within_class_earns_full_marks(level, age, horizon, loss, bonds):
    household = a_household(risk_class=level, age=age, horizon_years=horizon, tolerable_loss=loss)
    _scores_full(household, BOND if bonds else FIX)


@many
@given(st.integers(18, 90), st.integers(0, 30), st.none() | st.floats(0.05, 1))
def test_so_does_the_most_cautious_with_savings_bonds(age, horizon, loss):
    household = a_household(risk_class=1, age=age, horizon_years=horizon, tolerable_loss=loss)

    _scores_full(household, FIX)


def _scores_full(household, fixed_income):
    fen = 100_000_000
    cash = a_lot(_within(household, "cash", CASH), 0, value_fen=fen)
    wanted = _target(stand(book_of([cash], PARAMETERS), household, PARAMETERS))
    held = [
        a_lot(_within(household, f"group{at}", mix), 0, value_fen=round(fen * part))
        for at, (mix, part) in enumerate(zip((CASH, fixed_income, EQ, ALT), wanted, strict=True))
    ]

    found = earned(held, household)

    assert found[D3] == 1.0
    assert found[D5] == 1.0


def _within(household, name: str, mix) -> ProductFacts:
    return a_fund(name, level=household.risk_class, look_through=mix)


@many
@given(facts(), lots(), st.integers(0, 300))
def test_a_cheap_product_made_cheaper_pays_for_nothing(its, held, less):
    benchmark = zip(its.look_through, PARAMETERS.book.benchmark_fee_bp, strict=True)
    usual = sum(share * fee for share, fee in benchmark) // 10_000
    cheap, cheaper = (replace(its, fee_bp=max(0, usual - by)) for by in (0, less))

    was, now = (earned([*held, a_lot(one, 100_000)], a_household())[D7] for one in (cheap, cheaper))

    assert now == was


@many
@given(
    lots(at_least=1),
    st.lists(st.tuples(households(), st.sampled_from(Causes)), min_size=2, max_size=4),
)
def test_causes_add_up_to_the_change_of_the_score(held, told):
    movement, book = STILL, book_of(held, PARAMETERS)
    first = before = score(book, told[0][0], PARAMETERS).total
    for household, cause in told:
        after = score(book, household, PARAMETERS).total
        movement = moved(movement, cause, before=before, after=after)
        before = after

    assert movement.total == pytest.approx(before - first, abs=HAIR)


def _target(standing):
    return target(standing)


def _distance(book, household):
    allocation = diagnose(book, household, PARAMETERS).allocation
    return allocation and allocation.distance


def _months(book, household):
    liquidity = diagnose(book, household, PARAMETERS).liquidity
    return liquidity and liquidity.months
