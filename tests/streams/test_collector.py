"""The collector of a process that folds."""

import gc

import pytest

from streams.collector import look_seldom, pass_over_what_is_loaded

pytestmark = pytest.mark.untraced

A_SLICE = 500 * 8
"""Objects that the events of a slice are made of, about."""


@pytest.fixture
def _as_it_was():
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("_as_it_was")
def test_a_slice_of_events_is_over_before_the_collector_looks():
    look_seldom()
    assert gc.get_threshold()[0] > A_SLICE


@pytest.mark.usefixtures("_as_it_was")
def test_what_is_loaded_is_looked_at_no_more():
    loaded = [[number] for number in range(10)]
    pass_over_what_is_loaded()
    assert not any(each is one for each in gc.get_objects() for one in loaded)
