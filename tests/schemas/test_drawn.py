"""What the strategies draw for a pattern is what the pattern says, and not less."""

import re

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from schemas.logs import ALL_KINDS
from schemas.publish import schema_of
from tests.schemas.drawn import _matching


def patterns(node):
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "pattern")
        for part in node.values():
            yield from patterns(part)
    if isinstance(node, list):
        for part in node:
            yield from patterns(part)


EVERY = sorted({one for kind in ALL_KINDS for one in patterns(schema_of(kind)) if one[0] == "^"})
MANY = settings(max_examples=5_000, database=None)
DRAWN = st.one_of([st.tuples(st.just(pattern), _matching(pattern)) for pattern in EVERY])


@given(DRAWN)
def test_what_is_drawn_matches_its_pattern(drawn):
    pattern, text = drawn
    assert re.fullmatch(pattern, text, re.ASCII)


@pytest.mark.parametrize(
    ("pattern", "is_there"),
    [
        ("^ct_[0-9a-f]{32}$", lambda text: text == "ct_" + "0" * 32),
        ("^ct_[0-9a-f]{32}$", lambda text: "f" in text and "a9" in text),
        ("^[a-z][a-z0-9_]{0,47}$", lambda text: len(text) == 1),
        ("^[a-z][a-z0-9_]{0,47}$", lambda text: text[0] > "y" and "_" in text and "0" in text),
        ("^[a-z][a-z0-9.-]{1,1}$", lambda text: text[1] == "-"),
        ("^[!-~]+$", lambda text: "~" in text and "!" in text),
        ("^/[a-z0-9]+([/._-][a-z0-9]+)*$", lambda text: "." in text and "-" in text),
        ("^(rm|team|remote)-[a-z0-9]+(-[a-z0-9]+)*$", lambda text: text.count("-") == 3),
    ],
)
def test_all_that_a_pattern_allows_is_drawn(pattern, is_there):
    assert is_there(find(_matching(pattern), is_there, settings=MANY))
