from random import Random

import pytest

from journeys.learning.fitting import fit
from journeys.learning.joining import Label
from journeys.learning.model import Title, snapshot
from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10
from tests.models import GOOD, PROPENSITY, RULES, SIZES, age_matters

pytestmark = pytest.mark.untraced

GROUPS = {"one": "pair", "two": "pair", "other": "alone"}


def labels(n=600, *, world=age_matters, actions=("one", "two"), seed=3):
    """A contact an hour, closed after a day if it reached its goal, else after a fortnight."""
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    found = []
    for number in range(n):
        bins = tuple(draw.randrange(size) for size in SIZES)
        decided = Instant(MONDAY_10 + number * HOUR)
        label = int(draw.random() < world(bins))
        found.append(
            Label(
                Instant(decided + (DAY if label else 14 * DAY)), f"d_{number:04}",
                f"t_{number:04}", decided, draw.choice(actions), "app", bins, 0.3, label,
                Instant(decided + 14 * DAY),
            )
        )  # fmt: skip
    return sorted(found)


def fitted(some):
    return {one.name: one for one in fit(some, sizes=SIZES, groups=GROUPS, rules=RULES)}


def test_an_action_its_group_and_all_of_a_channel_learn_every_outcome():
    found = fitted(labels())
    assert set(found) == {"action/one/app", "action/two/app", "group/pair/app", "all/app"}
    assert found["all/app"].quality.n == found["group/pair/app"].quality.n == 600
    assert found["action/one/app"].quality.n + found["action/two/app"].quality.n == 600
    assert found["all/app"].learned == found["group/pair/app"].learned


def test_a_world_with_something_to_learn_gives_models_better_than_their_average():
    found = fitted(labels(3000))
    assert all(one.better and one.enough for one in found.values())
    assert found["action/one/app"].quality.auc > 0.55


def test_a_world_with_nothing_to_learn_gives_no_skill():
    found = fitted(labels(3000, world=lambda bins: 0.2))
    assert abs(found["all/app"].quality.skill) < 0.03


def test_few_outcomes_are_not_enough():
    assert not any(one.enough for one in fitted(labels(40)).values())


def test_an_outcome_is_predicted_before_it_is_known():
    """All closed after the last decision: every prediction is the dated base rate."""
    late = [one._replace(ends_at=Instant(MONDAY_10 + 900 * DAY)) for one in labels(200)]
    found = fitted(late)["all/app"]
    assert found.quality.log_loss == found.quality.average_log_loss
    assert found.learned.labels == 200


def test_outcomes_of_actions_and_bins_that_are_no_more_are_left_out():
    odd = [
        *labels(50, actions=("gone",)),
        *(one._replace(bins=one.bins[1:]) for one in labels(20)),
        *(one._replace(bins=(99, *one.bins[1:])) for one in labels(20)),
    ]
    assert fitted(odd) == {}


def test_the_same_outcomes_give_the_same_bytes():
    first, again = (
        [
            snapshot(
                one.learned, RULES, PROPENSITY.predictors, GOOD, Title(one.name, 1, MONDAY_10)
            ).model_dump_json()
            for one in fitted(labels()).values()
        ]
        for _ in range(2)
    )
    assert first == again
