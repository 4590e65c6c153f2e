from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.errors import DefinitionError
from journeys.learning import model as asking
from journeys.learning import naive_bayes
from journeys.learning.model import table_of
from tests.models import PROPENSITY, RULES, SIZES, a_model, edited, taught

BINS = st.tuples(*(st.integers(0, size - 1) for size in SIZES))
OWN, GROUP, ALL = asking.names("inflow_question", "inflow", "app")


def a_table(name=OWN, outcomes=400):
    return table_of(a_model(name, outcomes=outcomes))


@cache
def learned_and_released():
    """The same 400 outcomes as they are learned, and as a released table."""
    return taught(400), a_table()


@given(BINS)
def test_a_released_model_says_what_was_learned(bins):
    learned, table = learned_and_released()
    said = sum(table.spoken(bins)) / len(bins)
    assert said == pytest.approx(naive_bayes.score(learned, bins), abs=1e-3)
    assert 0 < table.chance(bins) < 1


def test_the_same_outcomes_give_the_same_bytes():
    assert a_model().model_dump_json() == a_model().model_dump_json()
    assert a_model().sha256 != a_model(sequence=2).sha256


def test_a_model_that_was_touched_is_refused():
    forged = a_model().model_copy(update={"positives": 300})
    with pytest.raises(DefinitionError, match=r"sequence 1: its sha256 is of other bytes"):
        table_of(forged)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"predictors": ("age",)}, "does not count every predictor"),
        ({"no": a_model().no[1:] + a_model().no[:1]}, "bins of no and yes differ"),
        ({"rates": (0.1, 0.2)}, "do not fit their rates"),
        ({"bands": tuple(reversed(a_model().bands))}, "do not fit their rates"),
        ({"rates": tuple(reversed(a_model().rates))}, "pool its bands"),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(changes, said):
    with pytest.raises(DefinitionError, match=said):
        table_of(edited(a_model(), **changes))


def asked(*chain, stamp=PROPENSITY.stamp, whole_at=200):
    return [one.name for one in asking.asked(chain, stamp=stamp, whole_at=whole_at)]


def test_without_its_own_model_an_action_has_its_base_rate():
    assert asked(None, a_table(GROUP), a_table(ALL)) == []
    assert asking.chance((), (), 0.17, whole_at=200) == 0.17


def test_parents_are_asked_until_a_word_is_whole():
    own, group, every = a_table(), a_table(GROUP), a_table(ALL)
    assert asked(own, group, every, whole_at=10_000) == [OWN, GROUP, ALL]
    assert asked(own, group, every, whole_at=1) == [OWN]
    assert asked(own, None, every, whole_at=10_000) == [OWN, ALL]


def test_a_model_of_other_bins_is_not_asked():
    assert asked(a_table(), a_table(GROUP), a_table(ALL), stamp="0") == []


@given(BINS, st.floats(0.01, 0.99))
def test_a_model_without_positives_leaves_the_base_rate(bins, prior):
    ignorant = a_table(outcomes=0)
    assert asking.chance((ignorant,), bins, prior, whole_at=RULES.whole_at) == prior
