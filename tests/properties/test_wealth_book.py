"""The book adds up: order, splits, detours, scale and names do not matter."""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client.wealth.book import (
    EMPTY_BOOK,
    Book,
    add_lot,
    book_of,
    remove_lot,
    revalue_lot,
)
from journeys.client.wealth.product import ProductKind
from journeys.client.wealth.score import score
from tests.journeys.client.wealth.builders import PARAMETERS
from tests.journeys.client.wealth.draws import households, lots, many

ENCODER = msgspec.msgpack.Encoder(order="deterministic")
NO_DEPOSITS = tuple(kind for kind in ProductKind if kind is not ProductKind.DEPOSIT)
MONEY = (
    "annual_income",
    "essential_spending",
    "debt",
    "debt_service",
    "education",
    "life_cover",
    "critical_illness_cover",
    "premium",
    "monthly_saving",
    "planned_outflow",
)


@many
@given(st.integers(0, 2**32), lots(), lots(), households())
def test_any_order_with_any_detour_gives_the_same_bits(seed, kept, detours, household):
    steps = [(add_lot, one) for one in kept + detours] + [(remove_lot, one) for one in detours]
    book = EMPTY_BOOK
    for change, (lot, facts) in _possible_order(seed, steps):
        book = change(book, lot, facts, PARAMETERS)

    batch = book_of(kept, PARAMETERS)

    assert book == batch
    assert ENCODER.encode(book) == ENCODER.encode(batch)
    assert msgspec.msgpack.decode(ENCODER.encode(book), type=Book) == batch
    assert score(book, household, PARAMETERS) == score(batch, household, PARAMETERS)


def _possible_order(seed, steps):
    """A shuffle in which a lot comes in before it goes out."""
    Random(seed).shuffle(steps)  # noqa: S311 - nothing secret
    came, later = [], []
    for change, lot in steps:
        if change is add_lot or lot in came:
            came.append(lot) if change is add_lot else came.remove(lot)
            yield change, lot
        else:
            later.append((change, lot))
    yield from later


@many
@given(lots(at_least=1), st.integers(0, 10**10))
def test_another_value_is_a_lot_removed_and_added(held, fen):
    (lot, facts), *rest = held

    revalued = revalue_lot(book_of(held, PARAMETERS), lot, facts, PARAMETERS, value_fen=fen)

    assert revalued == book_of([(replace(lot, value_fen=fen), facts), *rest], PARAMETERS)


@many
@given(lots(at_least=1), st.floats(0, 1))
def test_splitting_a_lot_changes_nothing(held, share):
    (lot, facts), *rest = held
    part = int(lot.value_fen * share)
    halves = [(replace(lot, value_fen=fen), facts) for fen in (part, lot.value_fen - part)]

    assert book_of(halves + rest, PARAMETERS) == book_of(held, PARAMETERS)


@many
@given(
    lots((10**6, 10**9), kinds=NO_DEPOSITS, at_least=1),
    households(age=st.integers(60, 90), annual_income=st.integers(10_000, 10**9)),
    st.integers(2, 1_000),
)
def test_scaling_all_money_leaves_the_score(held, household, times):
    larger = replace(
        household,
        goals=tuple((fen * times, years) for fen, years in household.goals),
        **{name: getattr(household, name) * times for name in MONEY},
    )
    more = [(replace(lot, value_fen=lot.value_fen * times), facts) for lot, facts in held]

    was = score(book_of(held, PARAMETERS), household, PARAMETERS)
    now = score(book_of(more, PARAMETERS), larger, PARAMETERS)

    assert now.points == pytest.approx(was.points, abs=1e-9)


@many
@given(lots(), households())
def test_names_do_not_matter(held, household):
    def renamed(lot, facts):
        product, issuer = f"{facts.product}!"[::-1], f"{facts.issuer}?"[::-1]
        return replace(lot, product=product), replace(facts, product=product, issuer=issuer)

    others = [renamed(lot, facts) for lot, facts in held]

    was = score(book_of(held, PARAMETERS), household, PARAMETERS)
    assert score(book_of(others, PARAMETERS), household, PARAMETERS) == was
