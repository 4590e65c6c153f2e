from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.learning import naive_bayes
from tests.models import RULES, SIZES, taught

BINS = st.tuples(*(st.integers(0, size - 1) for size in SIZES))
OUTCOMES = st.lists(st.tuples(BINS, st.integers(0, 1)), max_size=15)
TWO = (2, 2)


def lived(outcomes, base=0.2):
    model = naive_bayes.begin(SIZES, base, RULES)
    for bins, label in outcomes:
        model = naive_bayes.learn(model, bins, label, RULES)
    return model


@given(OUTCOMES, BINS)
def test_a_chance_is_never_0_or_1(outcomes, bins):
    assert 0 < naive_bayes.chance(lived(outcomes), bins, RULES) < 1
    assert all(0 < rate < 1 for rate in naive_bayes.pooled(lived(outcomes), RULES))


@given(OUTCOMES)
def test_pooled_rates_never_fall_as_scores_rise(outcomes):
    rates = naive_bayes.pooled(lived(outcomes), RULES)
    assert len(rates) == len(RULES.bands) + 1
    assert all(low <= high for low, high in pairwise(rates))


@given(st.floats(0.01, 0.99), BINS)
def test_a_model_of_no_outcomes_gives_the_base_rate(base, bins):
    model = lived([], base)
    assert naive_bayes.chance(model, bins, RULES) == pytest.approx(base)
    assert list(naive_bayes.pooled(model, RULES)) == pytest.approx([base] * (len(RULES.bands) + 1))


@given(OUTCOMES, BINS, st.integers(0, 1))
def test_learning_leaves_its_input_untouched(outcomes, bins, label):
    model, same = lived(outcomes), lived(outcomes)
    naive_bayes.learn(model, bins, label, RULES)
    assert model == same


def test_one_outcome_is_counted_by_the_formula():
    rules = RULES
    model = naive_bayes.begin(TWO, 0.2, rules)
    model = naive_bayes.learn(model, (0, 1), 1, rules)
    model = naive_bayes.learn(model, (1, 1), 0, rules)
    fade = 0.5 ** (1 / rules.half_life)
    assert model.yes == ((fade, 0.0), (0.0, fade))
    assert model.no == ((0.0, 1.0), (0.0, 1.0))
    assert model.totals == (1.0, fade)
    of_yes, of_no = (fade + 0.1) / (fade + 1), 0.1 / 2
    second = log((fade + 0.1) / (fade + 1)) - log(1.1 / 2)
    mean = (log(of_yes) - log(of_no) + second) / 2
    assert naive_bayes.score(model, (0, 1)) == pytest.approx(mean)


def test_outcomes_fade_by_half_in_a_half_life():
    model = naive_bayes.begin(TWO, 0.2, RULES)
    model = naive_bayes.learn(model, (0, 0), 1, RULES)
    for _ in range(int(RULES.half_life)):
        model = naive_bayes.learn(model, (1, 1), 0, RULES)
    assert model.yes[0][0] == pytest.approx(0.5)
    assert (model.labels, model.positives) == (1 + RULES.half_life, 1)


def test_what_matters_is_told_apart_from_what_does_not():
    model = taught(3000)
    old, young = (1, 11, *(1 for _ in SIZES[2:])), (1, 1, *(1 for _ in SIZES[2:]))
    assert naive_bayes.chance(model, old, RULES) > naive_bayes.chance(model, young, RULES)


def test_a_model_with_enough_positives_needs_no_parent():
    assert naive_bayes.blended(0.3, 0.01, positives=200, whole_at=200) == 0.3
    halfway = naive_bayes.blended(0.5, 0.1, positives=100, whole_at=200)
    assert halfway == pytest.approx(0.25)  # odds 1 and 1/9: their geometric mean is 1/3
