"""What an event may add to a state is never said to be less than what it says."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import codec
from schemas.growth import new_in
from tests.schemas.drawn import documents


def leaves(node):
    if isinstance(node, dict):
        return [leaf for part in node.values() for leaf in leaves(part)]
    if isinstance(node, list):
        return [leaf for part in node for leaf in leaves(part)]
    return [node if isinstance(node, str) else json.dumps(node)]


@pytest.mark.parametrize("kind", codec.CLIENT_LOG)
@settings(max_examples=5)
@given(st.data())
def test_names_alone_are_left_out_of_what_came(kind, data):
    document = data.draw(documents(kind))
    raw = json.dumps(document, separators=(",", ":")).encode()
    told = [document["id"], document["source"], *leaves(document["data"])]
    assert new_in(codec.decode(raw, (kind,)), len(raw)) >= sum(map(len, told))
