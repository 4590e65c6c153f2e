"""What signers see of a change: every value that is read otherwise."""

import pytest

from journeys.catalogue.difference import differences, shown


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1", "true"),
        ("1", "1.0"),
        ("[0, 1]", "[false, 1]"),
        ("{ a = 1 }", "{ a = 1.0 }"),
        ("2026-01-01", '"2026-01-01"'),
    ],
)
def test_a_value_of_another_kind_is_a_difference(old, new):
    (found,) = differences({"a.toml": f"x = {old}"}, {"a.toml": f"x = {new}"})
    assert shown(found).startswith("a.toml: x 1: ")


def test_the_order_of_keys_is_none():
    assert not list(differences({"a.toml": "x = {a = 1, b = 2}"}, {"a.toml": "x = {b = 2, a = 1}"}))
