"""Instants and money: what holds for every value."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import cny
from schemas.time import DAY, Instant, format_instant, local_day, parse_instant, start_of_day
from tests.schemas.drawn import INSTANTS

FEN = st.integers(-(2**63), 2**63 - 1)
OFFSETS = st.integers(-720, 840)
DAYS = st.dates(date(1970, 1, 2), date(9999, 12, 30))


@given(INSTANTS)
def test_an_instant_written_is_read_again(moment):
    assert parse_instant(format_instant(moment)) == moment


@given(INSTANTS, INSTANTS)
def test_written_whole_seconds_sort_as_instants_do(one, other):
    one, other = Instant(one // 10**6 * 10**6), Instant(other // 10**6 * 10**6)
    assert (format_instant(one) < format_instant(other)) == (one < other)


@given(DAYS, OFFSETS, st.integers(0, DAY - 1))
def test_every_moment_of_a_day_belongs_to_it(day, offset, into):
    begins = start_of_day(day, utc_offset_minutes=offset)
    assert local_day(Instant(begins + into), utc_offset_minutes=offset) == day
    assert local_day(Instant(begins + DAY), utc_offset_minutes=offset) == day + timedelta(days=1)


@given(FEN, FEN)
def test_a_sum_is_exact_or_an_error(one, other):
    total = one + other
    if -(2**63) <= total < 2**63:
        assert cny(one) + cny(other) == cny(total)
        assert cny(one) + cny(other) - cny(other) == cny(one)
    else:
        with pytest.raises(ValueError, match="amount_minor"):
            cny(one) + cny(other)


@given(FEN, FEN)
def test_amounts_are_ordered_as_their_fen(one, other):
    assert (cny(one) < cny(other)) == (one < other)
    assert (cny(one) <= cny(other)) == (one <= other)
