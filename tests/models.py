"""Models of the shipped predictors: what outcomes of a made world teach."""

from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from journeys.learning import naive_bayes
from journeys.learning.model import Title, digest, snapshot
from schemas.reference import Model, ModelQuality
from tests.builders import MONDAY_10, the_catalogue

PROPENSITY = the_catalogue().editions[-1].propensity
RULES = PROPENSITY.rules
SIZES = tuple(one.size for one in PROPENSITY.predictors)
GOOD = ModelQuality(n=400, positives=80, log_loss=0.4, average_log_loss=0.5, auc=0.7, ece=0.01)


def age_matters(bins: Sequence[int]) -> float:
    """A world in which the second predictor, the age, is all that counts."""
    return 0.05 + 0.04 * bins[1]


@cache  # frozen; two thousand outcomes are half a second under the tracer
def taught(
    outcomes: int, *, seed: int = 1, world: Callable[[Sequence[int]], float] = age_matters
) -> naive_bayes.Learned:
    """What so many outcomes of a world teach."""
    draw = Random(seed)  # noqa: S311 - seeded, nothing secret
    learned = naive_bayes.begin(SIZES, 0.2, RULES)
    for _ in range(outcomes):
        bins = tuple(draw.randrange(size) for size in SIZES)
        learned = naive_bayes.learn(learned, bins, int(draw.random() < world(bins)), RULES)
    return learned


def a_model(
    name: str = "action/inflow_question/app",
    *,
    sequence: int = 1,
    outcomes: int = 400,
    quality: ModelQuality = GOOD,
) -> Model:
    """A released model."""
    title = Title(name, sequence, MONDAY_10)
    return snapshot(taught(outcomes), RULES, PROPENSITY.predictors, quality, title)


def edited(model: Model, **changes: object) -> Model:
    """The same with something else said, and its hash taken again."""
    other = model.model_copy(update=changes)
    return other.model_copy(update={"sha256": digest(other)})
