"""The parameter set: read once, refused with a reason."""

from datetime import date

import pytest

from journeys.client.wealth.parameters import from_table
from journeys.errors import DefinitionError
from tests.journeys.client.wealth.golden import policy_table


def test_the_policy_in_force_is_read():
    parameters = from_table(policy_table())

    assert parameters.id == "2026-11"
    assert parameters.valid_from == date(2026, 1, 1)
    assert parameters.total.weights == (15, 15, 20, 10, 15, 10, 5, 5, 5)


def test_yuan_become_fen_once():
    parameters = from_table(policy_table())

    assert parameters.book.deposit_insurance_fen == 50_000_000
    assert parameters.protection.illness_cap_fen == 100_000_000
    assert parameters.total.small_book_fen == 1_000_000


def test_a_date_may_be_written_as_text():
    assert from_table(policy_table() | {"valid_from": "2026-01-01"}).valid_from == date(2026, 1, 1)


def test_every_table_has_a_source_and_a_unit():
    for table in policy_table().values():
        if isinstance(table, dict):
            assert table["source"]
            assert table["unit"]


@pytest.mark.parametrize(
    ("table", "change", "complaint"),
    [
        (
            "book",
            {"deposit_insurance_yuan": None},
            "missing required field `deposit_insurance_yuan`",
        ),
        ("book", {"deposit_insurance_yuan": "much"}, r"got `str`.*\.deposit_insurance_yuan"),
        ("market", {"mean": [0.01, 0.02]}, r"length 5.*\$\.market\.mean"),
        ("market", {"inflation": "high"}, r"expected `float`, got `str`.*\$\.market\.inflation"),
        ("needs", {"last_months": 2}, "unknown field `last_months`"),
        ("needs", {"source": None}, "missing required field `source`"),
        ("total", {"weights": [15, 15, 20, 10, 15, 10, 5, 5, 6]}, "add up to 101"),
        ("total", {"cuts": [75, 85, 60]}, "must descend"),
        ("book", {"kind_quarters": {"FUND": 2}}, "leaves out SINGLE, WMP"),
        ("book", {"kind_quarters": {"LOAN": 2}}, "invalid enum value 'LOAN'"),
        ("book", {"cash_tenths": [[7, 9], [1, 10]]}, "ascend in days"),
        ("fees", {"curve": [[0, 1]]}, "curve `fees.curve` needs two knots"),
        ("debt", {"costly": [[1, 0.3], [0, 1]]}, "curve `debt.costly`"),
    ],
)
def test_a_wrong_table_is_refused_with_what_and_where(table, change, complaint):
    policy = policy_table()
    policy[table] |= change
    policy[table] = {name: value for name, value in policy[table].items() if value is not None}

    with pytest.raises(DefinitionError, match=complaint) as refused:
        from_table(policy)

    assert "wealth parameters '2026-11'" in str(refused.value)
    assert "correct policies/wealth.toml" in str(refused.value)
