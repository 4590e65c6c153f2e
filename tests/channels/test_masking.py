"""Which numbers of a free text are masked, and which stay."""

import pytest

from channels.masking import mask


@pytest.mark.parametrize(
    "number",
    [
        "13800000000",
        "138 0000 0000",
        "138  0000  0000",
        "138.0000.0000",
        "138 . 0000 . 0000",
        "138\u20130000\u20130000",
        "138\u00a00000\u30000000",
        "138 - 0000-0000",
        "(138)00000000",
        "\uff11\uff13\uff18\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10",
        "138\uff0d0000\uff0d0000",
        "6222/0212/3456/7890",
        "6222\uff0f0212\uff0f3456\uff0f7890",
        "6222 0212 3456 7890",
        "1 3 8 0 0 0 0 0 0 0 0",
        "2012-12-1234567",
        "2012-12-12-3456",
    ],
)
def test_a_personal_number_is_masked_however_it_is_parted(number):
    assert not any(digit.isdigit() for digit in mask(f"call {number}, please"))


@pytest.mark.parametrize(
    "text",
    [
        "金额1280",
        "2026-11-30 回电",
        "2026/11/30 10:30",
        "2026.11.30",
        "1,280,000.00",
        "4.50/4.65/4.75",
        "三天后 14:30",
    ],
)
def test_dates_rates_and_amounts_stay(text):
    assert mask(text) == text


def test_a_number_beside_a_date_is_masked_and_the_date_stays():
    assert mask("2026-11-30 138.0000.0000") == "2026-11-30 ***"
