from random import Random

import pytest

from journeys.learning.measuring import Scored, auc, quality


def rows(n, seed=1):
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    for _ in range(n):
        p = draw.choice((0.1, 0.3, 0.6))
        yield Scored(p, 0.33, int(draw.random() < p))


def test_true_chances_are_calibrated_and_beat_the_average():
    found = quality(list(rows(20_000)))
    assert found.n == 20_000
    assert found.ece < 0.01
    assert found.skill > 0.05
    assert 0.6 < found.auc < 0.75


def test_chances_that_are_twice_too_high_are_not_calibrated():
    doubled = [row._replace(p=min(0.9, 2 * row.p)) for row in rows(20_000)]
    assert quality(doubled).ece > 0.1


def test_of_nothing_there_is_no_quality_and_of_one_class_no_auc():
    assert quality([]) is None
    assert quality([Scored(0.2, 0.2, 0)]).auc is None


def test_auc_counts_pairs():
    some = [Scored(p, 0, label) for p, label in ((0.1, 0), (0.4, 1), (0.35, 0), (0.8, 1), (0.4, 0))]
    wins = [
        (yes.p > no.p) + (yes.p == no.p) / 2
        for yes in some for no in some if yes.label and not no.label
    ]  # fmt: skip
    assert auc(some) == pytest.approx(sum(wins) / len(wins))
