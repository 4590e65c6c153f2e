import pytest

from schemas.money import Money, cny

MOST = 2**63 - 1


def test_amounts_of_one_currency_add_up():
    assert cny(250) + cny(-50) == cny(200)
    assert cny(250) - cny(300) == cny(-50)


def test_amounts_of_two_currencies_do_not():
    yen = Money(amount_minor=1, currency="JPY")
    for together in (
        lambda: cny(1) + yen,
        lambda: cny(1) - yen,
        lambda: cny(1) < yen,
        lambda: cny(1) <= yen,
    ):
        with pytest.raises(ValueError, match="CNY and JPY do not add up"):
            together()


def test_amounts_are_ordered():
    assert cny(1) < cny(2) <= cny(2)
    assert not cny(2) < cny(2)
    assert cny(3) > cny(2) >= cny(2)


def test_a_sum_beyond_64_bits_is_an_error_and_never_wraps():
    with pytest.raises(ValueError, match="amount_minor"):
        cny(MOST) + cny(1)
    with pytest.raises(ValueError, match="amount_minor"):
        cny(-MOST) - cny(2)


@pytest.mark.parametrize("amount", [1.0, "1", True, None, MOST + 1])
def test_only_whole_minor_units_inside_64_bits_are_money(amount):
    with pytest.raises(ValueError, match="amount_minor"):
        Money(amount_minor=amount, currency="CNY")


def test_a_currency_that_the_bank_does_not_book_is_refused():
    with pytest.raises(ValueError, match="currency"):
        Money(amount_minor=1, currency="XAU")
