"""Models out of labels, each judged as it learned: predicted when decided, learned afterwards.

A model hears of a contact when its window has ended, of a yes too. Were it told of a yes at the
goal and of a no a fortnight later, every beginning would look like success alone.

Parents first: what all actions of a channel teach, then those of a group, then each action's own.
A parent that is no better than its moving average has no word in its children's.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from journeys.learning import naive_bayes
from journeys.learning.joining import Label
from journeys.learning.measuring import Quality, Scored, quality
from journeys.learning.model import names
from journeys.learning.naive_bayes import Learned, Rules


class Fitted(NamedTuple):
    """A model and how well it did."""

    name: str
    learned: Learned
    quality: Quality
    enough: bool
    """Outcomes to be released."""
    better: bool
    """Than the moving average of its own outcomes, parents' word included."""


def fit(
    labels: Sequence[Label], *, sizes: Sequence[int], groups: Mapping[str, str], rules: Rules
) -> list[Fitted]:
    """Every model that the labels teach, parents first, then by name.

    Args:
        labels: in order of closing.
        sizes: bins of each predictor; labels of other bins are left out.
        groups: the group of each action; labels of other actions are left out.
        rules: dated.
    """
    known = [one for one in labels if one.action in groups and _fits(one.bins, sizes)]
    parents = [one.prior for one in known]
    found: list[Fitted] = []
    for level in (2, 1, 0):
        named = [names(one.action, groups[one.action], one.channel)[level] for one in known]
        learned, rows = _lived(known, named, parents, sizes, rules)
        fitted = [_judged(name, learned[name], rows[name], rules) for name in sorted(rows)]
        heard = {one.name for one in fitted if one.enough and one.better}
        said = {name: iter(rows[name]) for name in rows}
        for at in _by_decision(known):
            row = next(said[named[at]])
            if named[at] in heard:
                parents[at] = row.p
        found += fitted
    return found


def _fits(bins: Sequence[int], sizes: Sequence[int]) -> bool:
    if len(bins) != len(sizes):
        return False
    return all(each < size for each, size in zip(bins, sizes, strict=True))


def _judged(name: str, learned: Learned, rows: Sequence[Scored], rules: Rules) -> Fitted:
    found = quality(rows)
    if found is None:
        raise AssertionError("a model without a label is not fitted")
    better = found.log_loss < found.average_log_loss
    return Fitted(name, learned, found, found.n >= rules.least_labels, better)


def _by_decision(labels: Sequence[Label]) -> list[int]:
    """Places of labels in order of their decisions."""
    key: Callable[[Label], tuple[object, ...]] = attrgetter("decided_at", "decision_id", "task_id")
    return sorted(range(len(labels)), key=lambda at: key(labels[at]))


def _lived(
    labels: Sequence[Label],
    named: Sequence[str],
    parents: Sequence[float],
    sizes: Sequence[int],
    rules: Rules,
) -> tuple[dict[str, Learned], dict[str, list[Scored]]]:
    """What each model knows at the end, and what it said of each label when that was decided."""
    models: dict[str, Learned] = {}
    rows: dict[str, list[Scored]] = {}
    taught, ended = 0, sorted(range(len(labels)), key=lambda at: (labels[at].ends_at, labels[at]))
    for at in _by_decision(labels):
        one, name = labels[at], named[at]
        # What ended at that very moment is known.
        while taught < len(ended) and labels[ended[taught]].ends_at <= one.decided_at:
            _teach(models, labels[ended[taught]], named[ended[taught]], sizes, rules)
            taught += 1
        model = models.get(name) or naive_bayes.begin(sizes, one.prior, rules)
        own = naive_bayes.chance(model, one.bins, rules)
        p = naive_bayes.blended(
            own, parents[at], positives=model.positives, whole_at=rules.whole_at
        )
        rows.setdefault(name, []).append(Scored(naive_bayes.clamped(p), model.base, one.label))
    for at in ended[taught:]:
        _teach(models, labels[at], named[at], sizes, rules)
    return models, rows


def _teach(
    models: dict[str, Learned], one: Label, name: str, sizes: Sequence[int], rules: Rules
) -> None:
    model = models.get(name) or naive_bayes.begin(sizes, one.prior, rules)
    models[name] = naive_bayes.learn(model, one.bins, one.label, rules)
