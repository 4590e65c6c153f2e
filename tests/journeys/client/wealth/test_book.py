"""The additive book."""

import msgspec
import pytest
from msgspec.structs import replace

from journeys.client.wealth.book import (
    EMPTY_BOOK,
    MOST_FEN,
    Book,
    add_lot,
    remove_lot,
    revalue_lot,
    whole,
)
from tests.journeys.client.wealth.builders import (
    BONDS,
    CURRENT,
    PARAMETERS,
    SAVINGS,
    SHARES,
    TREASURY,
    a_book,
    a_fund,
    a_lot,
)


def test_a_lot_enters_every_sum():
    book = a_book(a_lot(a_fund(fee_bp=60, look_through=(1000, 0, 8500, 500, 0)), 100))

    assert book.value_fen == 10_000
    assert book.by_class == (10_000_000, 0, 85_000_000, 5_000_000, 0)
    assert book.by_level == (0, 10_000, 0, 0, 0)
    assert book.liquid == 10_000 * 9 * 2
    assert book.fees == 600_000
    assert whole(book.excess_fees) == 10_000 * (600_000 - 25_000 - 425_000 - 60_000)
    assert whole(book.product_squares) == 20_000**2
    assert whole(book.issuer_squares) == 20_000**2
    assert book.products == {"fund": (10_000, 20_000, 0)}
    assert book.issuers == {"issuer of fund": 20_000}


@pytest.mark.parametrize(
    ("days", "level", "steps"),
    [(0, 1, 20), (1, 2, 20), (2, 1, 18), (7, 3, 9), (30, 1, 14), (90, 3, 3), (91, 1, 0), (1, 4, 0)],
)
def test_liquidity_counts_days_to_cash_and_level(days, level, steps):
    book = a_book(a_lot(a_fund(level=level), 1, days_to_cash=days))

    assert book.liquid == 100 * steps


@pytest.mark.parametrize(
    ("days", "rolls_over", "maturing"),
    [
        (0, False, 100),
        (30, False, 100),
        (30, True, 0),
        (31, False, 0),
        (-1, False, 0),
        (None, False, 0),
    ],
)
def test_a_lot_matures_within_thirty_days_unless_it_rolls_over(days, rolls_over, maturing):
    book = a_book(a_lot(SAVINGS, 1, days_to_maturity=days, rolls_over=rolls_over))

    assert book.maturing_fen == maturing


def test_idle_money_is_what_its_lot_says():
    book = a_book(a_lot(CURRENT, 7), a_lot(SAVINGS, 5), a_lot(SAVINGS, 3, idle=True))

    assert book.idle_fen == 1_000


def test_deposits_at_one_bank_share_one_insurance():
    book = a_book(a_lot(CURRENT, 400_000), a_lot(SAVINGS, 300_000))

    assert book.banks == {"bank": 70_000_000}
    assert whole(book.product_squares) == 20_000_000**2
    assert whole(book.issuer_squares) == 20_000_000**2


def test_an_insured_deposit_concentrates_nothing():
    book = a_book(a_lot(CURRENT, 500_000))

    assert book.product_squares == book.issuer_squares == b""


def test_a_banks_paper_and_its_deposits_are_one_issuer_and_two_products():
    paper = a_fund("paper", issuer="bank")
    deposit = a_lot(CURRENT, 500_100)

    book = a_book(a_lot(paper, 100), deposit)

    assert whole(book.product_squares) == 20_000**2 + 10_000**2
    assert whole(book.issuer_squares) == 30_000**2
    assert book == a_book(deposit, a_lot(paper, 100))


def test_a_state_bond_concentrates_nothing():
    book = a_book(a_lot(TREASURY, 1_000))

    assert book.issuers == {}
    assert book.product_squares == b""


def test_cheap_lots_do_not_pay_for_dear_ones():
    dear, cheap = a_fund("dear", fee_bp=250), a_fund("cheap", fee_bp=0)

    book = a_book(a_lot(dear, 1), a_lot(cheap, 1))

    assert whole(book.excess_fees) == 100 * 200 * 10_000


def test_what_is_removed_leaves_no_trace():
    book = a_book(a_lot(BONDS, 10))
    shares = a_lot(SHARES, 5)
    deposit = a_lot(CURRENT, 900_000)

    both = add_lot(add_lot(book, *shares, PARAMETERS), *deposit, PARAMETERS)

    assert remove_lot(remove_lot(both, *shares, PARAMETERS), *deposit, PARAMETERS) == book
    assert remove_lot(book, *a_lot(BONDS, 10), PARAMETERS) == EMPTY_BOOK


def test_a_lot_worth_nothing_changes_nothing():
    assert a_book(a_lot(BONDS, 0)) == EMPTY_BOOK


def test_a_regrade_takes_each_lot_out_under_the_facts_it_came_in_with():
    old, new = a_fund(level=2), a_fund(level=4, idiosyncratic_bp=500)
    book = a_book(a_lot(old, 10), a_lot(old, 20))

    half = add_lot(remove_lot(book, *a_lot(old, 10), PARAMETERS), *a_lot(new, 10), PARAMETERS)
    after = add_lot(remove_lot(half, *a_lot(old, 20), PARAMETERS), *a_lot(new, 20), PARAMETERS)

    assert half.by_level == (0, 2_000, 0, 1_000, 0)
    assert after == a_book(a_lot(new, 30))


def test_a_book_survives_its_encoding_whatever_its_size():
    book = a_book(a_lot(SHARES, MOST_FEN // 100))
    assert whole(book.product_squares) > 2**64

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(book), type=Book) == book


def test_a_book_refuses_what_it_cannot_hold():
    lot, facts = a_lot(BONDS, 1)
    full = a_book(a_lot(SHARES, MOST_FEN // 100))

    with pytest.raises(ValueError, match="from 0 to"):
        add_lot(EMPTY_BOOK, replace(lot, value_fen=-1), facts, PARAMETERS)
    with pytest.raises(ValueError, match="from 0 to"):
        add_lot(full, lot, facts, PARAMETERS)
    with pytest.raises(ValueError, match="under facts of 'treasury'"):
        add_lot(EMPTY_BOOK, lot, TREASURY, PARAMETERS)
    with pytest.raises(ValueError, match="not in the book"):
        remove_lot(EMPTY_BOOK, lot, facts, PARAMETERS)


def test_a_book_is_never_mixed_from_two_parameter_sets():
    lot = a_lot(BONDS, 1)

    with pytest.raises(ValueError, match="use book_of"):
        add_lot(a_book(lot), *lot, replace(PARAMETERS, id="next"))


def test_a_change_leaves_the_book_before_it_as_it_was():
    before = a_book(a_lot(BONDS, 1))
    copy = msgspec.msgpack.encode(before)

    add_lot(before, *a_lot(SHARES, 1), PARAMETERS)

    assert msgspec.msgpack.encode(before) == copy


def test_a_lot_cannot_be_revalued_beyond_the_book():
    held = a_book(a_lot(BONDS, 10))
    lot, facts = a_lot(BONDS, 10)

    for fen in (-1, MOST_FEN + 1):
        with pytest.raises(ValueError, match="a book holds"):
            revalue_lot(held, lot, facts, PARAMETERS, value_fen=fen)
    with pytest.raises(ValueError, match="was it ever added"):
        revalue_lot(EMPTY_BOOK, lot, facts, PARAMETERS, value_fen=1)
