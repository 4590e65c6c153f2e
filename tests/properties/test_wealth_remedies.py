"""P11: a remedy applied alone lifts its own dimension to the level that it states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client.wealth.book import book_of
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.product import ProductKind
from journeys.client.wealth.remedies.prescribe import prescribe
from journeys.client.wealth.remedies.remedy import Do
from journeys.client.wealth.score import appraise
from tests.journeys.client.wealth.builders import PARAMETERS, TREASURY, a_fund, a_lot
from tests.journeys.client.wealth.draws import few, households, lots, many

HAIR = 2e-6
FEN = (10**7, 10**9)
"""Trades are whole fen: in a book of a few fen no remedy could be exact."""
CASH, FIX, BOND, EQ, ALT = range(5)


def _as_first(held):
    known = {}
    for _, its in held:
        known.setdefault(its.product, its)
    return [(lot, known[its.product]) for lot, its in held]


consistent = lots(FEN, or_nothing=True).map(_as_first)
"""Lots of one product agree about it."""


@many
@given(consistent, households())
def test_a_remedy_applied_alone_lifts_its_dimension_to_its_level(held, household):
    for prescribed in prescribe(held, household, PARAMETERS):
        remedy = prescribed.remedy
        if any(step.do is Do.RAISE_RETURN for step in remedy.steps):
            continue  # Not a thing to do: tested below.
        at = remedy.dimension - 1
        before, after = _points(held, household)[at], _applied(remedy, held, household)[at]
        weight = PARAMETERS.total.weights[at]

        assert after / weight == pytest.approx(remedy.level, abs=HAIR), remedy
        assert after >= before - HAIR
        assert prescribed.gain_points == pytest.approx(after - before, abs=weight * HAIR)


@few
@given(consistent, households(goals=st.just(())))
def test_without_goals_the_return_that_is_missing_would_do(held, household):
    for prescribed in prescribe(held, household, PARAMETERS):
        for step in prescribed.remedy.steps:
            if step.do is Do.RAISE_RETURN:
                growth = diagnose(book_of(held, PARAMETERS), household, PARAMETERS).goals.growth
                short = 0.015 - (growth - 0.015)
                assert 0 <= step.amount / 10_000 - short < 1e-4 + HAIR


@few
@given(consistent, households())
def test_whoever_needs_nothing_is_told_nothing(held, household):
    points = _points(held, household)
    told = {one.remedy.dimension for one in prescribe(held, household, PARAMETERS)}
    short = {
        at
        for at, (had, most) in enumerate(zip(points, PARAMETERS.total.weights, strict=True), 1)
        if had < most - HAIR
    }

    # D3 to D8 of a small book fall short by the blend alone: nothing to be done about it.
    if book_of(held, PARAMETERS).value_fen >= PARAMETERS.total.small_book_fen:
        assert short - told <= {2}, "only a premium that weighs on income has no remedy"
    assert told - short <= {2, 5, 9}, "a step may be free of points; no other dimension has one"


def _points(held, household):
    book = book_of(held, PARAMETERS)
    return _scored(book, household)


def _scored(book, household):
    return appraise(diagnose(book, household, PARAMETERS), book.value_fen, PARAMETERS).points


def _applied(remedy, held, household):
    held, household = list(held), _told_after(remedy, household)
    for step in remedy.steps:
        held = _lots_after(step, held, household)
    book = book_of(held, PARAMETERS)
    for step in remedy.steps:
        book = _sums_after(step, book)
    return _scored(book, household)


ANSWERS = {
    Do.COVER_LIFE: lambda told, fen: {"life_cover": told.life_cover + fen},
    Do.COVER_ILLNESS: lambda told, fen: {
        "critical_illness_cover": told.critical_illness_cover + fen
    },
    Do.COVER_MEDICAL: lambda told, _: {"has_medical_cover": True},
    Do.SAVE_MONTHLY: lambda _, fen: {"monthly_saving": fen},
    Do.POSTPONE_GOALS: lambda told, years: {
        "goals": tuple((fen, due + years) for fen, due in told.goals)
    },
    Do.LOWER_DEBT_SERVICE: lambda told, fen: {"debt_service": told.debt_service - fen},
    Do.RETIRE_COSTLY_DEBT: lambda *_: {"high_cost_debt_share": 0.0},
    Do.TAKE_TEST: lambda *_: {"ra_months": 0},
}


def _told_after(remedy, household):
    dos = {step.do for step in remedy.steps}
    for step in remedy.steps:
        # Saving more and waiting are alternatives.
        if step.do in ANSWERS and not (step.do is Do.POSTPONE_GOALS and Do.SAVE_MONTHLY in dos):
            household = replace(household, **ANSWERS[step.do](household, step.amount))
    return household


@few
@given(consistent, households())
def test_waiting_does_as_well_as_saving(held, household):
    for prescribed in prescribe(held, household, PARAMETERS):
        waits = [step for step in prescribed.remedy.steps if step.do is Do.POSTPONE_GOALS]
        if waits:
            alone = replace(prescribed.remedy, steps=tuple(waits))
            assert _applied(alone, held, household)[5] == pytest.approx(10)


def _lots_after(step, held, household):
    match step.do:
        case Do.ADD_LIQUID:
            safe = a_fund("safe", level=1, days_to_cash=1)
            return [*held, a_lot(safe, 0, value_fen=step.amount)]
        case Do.SELL_ABOVE_CLASS:
            return [(lot, _within(its, step.about, household.risk_class)) for lot, its in held]
        case Do.CUT_FEE:
            return [(lot, _cheap(its) if its.product == step.about else its) for lot, its in held]
        case Do.ROLL_OVER:
            return [
                (replace(lot, rolls_over=True), its) if lot.product == step.about else (lot, its)
                for lot, its in held
            ]
        case Do.TRIM:
            return [*_trimmed(step, held), a_lot(TREASURY, 0, value_fen=step.amount)]
        case _:
            return held


def _within(its, product, level):
    return replace(its, level=min(its.level, level)) if its.product == product else its


def _cheap(its):
    usual = zip(its.look_through, PARAMETERS.book.benchmark_fee_bp, strict=True)
    return replace(its, fee_bp=min(its.fee_bp, sum(x * f for x, f in usual) // 10_000))


def _trimmed(step, held):
    """Lots less the amount, the first ones first; of a bank, its deposits."""
    left = []
    more = step.amount
    for lot, its in held:
        is_deposit = its.kind is ProductKind.DEPOSIT
        is_it = its.issuer == step.about if is_deposit else its.product == step.about
        taken = min(more, lot.value_fen) if is_it else 0
        more -= taken
        left.append((replace(lot, value_fen=lot.value_fen - taken), its))
    assert more == 0
    return left


_GROUP = {"CASH": CASH, "FI": FIX, "EQ": EQ, "ALT": ALT}


def _sums_after(step, book):
    parts = list(book.by_class)
    match step.do:
        case Do.BUY_GROUP:
            parts[_GROUP[step.about]] += step.amount * 10_000
        case Do.SELL_GROUP:
            parts[_GROUP[step.about]] -= step.amount * 10_000
        case Do.EQUITY_TO_FIXED:
            parts[EQ] -= step.amount * 10_000
            parts[FIX] += step.amount * 10_000
        case Do.DEPLOY:
            return replace(book, idle_fen=book.idle_fen - step.amount)
        case _:
            return book
    return replace(book, by_class=tuple(parts))
