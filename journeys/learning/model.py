"""A model as data: what was learned becomes a released snapshot, and a snapshot a table to ask."""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from journeys.errors import DefinitionError
from journeys.learning import naive_bayes
from journeys.learning.naive_bayes import Bins, Learned, Rules
from journeys.learning.predictor import Predictor, stamp_of
from journeys.summed import summed
from schemas.reference import Model, ModelQuality
from schemas.time import Instant

_UNSEALED = "0" * 64
_DIGITS = 4
"""Of a faded count: finer says nothing, and a record stays small."""


class Title(NamedTuple):
    """Under what a snapshot is released."""

    name: str
    sequence: int
    until: Instant
    """The newest time that its log spoke of."""


class Table(msgspec.Struct, frozen=True):
    """A released model, ready to be asked."""

    name: str
    sequence: int
    stamp: str
    """Of the bins that it counts."""
    voices: tuple[tuple[float, ...], ...]
    """What each bin says, by predictor; above 0 for a yes."""
    cuts: tuple[float, ...]
    rates: tuple[float, ...]
    positives: int

    def chance(self, bins: Bins) -> float:
        """The chance of a yes by this model's own word, within (0, 1)."""
        said = self.spoken(bins)
        return self.rates[bisect_right(self.cuts, summed(said) / len(said))]

    def spoken(self, bins: Bins) -> tuple[float, ...]:
        """What the bin of each predictor says."""
        return tuple([row[at] for row, at in zip(self.voices, bins, strict=True)])


def names(action: str, group: str, channel: str) -> tuple[str, str, str]:
    """The models that may be asked of an action, its own first, then its parents'.

    Example:
        >>> names("maturity_talk", "maturity", "ai")
        ('action/maturity_talk/ai', 'group/maturity/ai', 'all/ai')
    """
    return f"action/{action}/{channel}", f"group/{group}/{channel}", f"all/{channel}"


def snapshot(
    learned: Learned,
    rules: Rules,
    predictors: Sequence[Predictor],
    quality: ModelQuality,
    title: Title,
) -> Model:
    """What is released of a model: its counts, and the rates of its bands, pooled."""
    model = Model(
        model=title.name,
        sequence=title.sequence,
        predictors=tuple(one.id for one in predictors),
        stamp=stamp_of(predictors),
        no=_rounded(learned.no),
        yes=_rounded(learned.yes),
        totals=(round(learned.totals[0], _DIGITS), round(learned.totals[1], _DIGITS)),
        bands=rules.bands,
        rates=tuple(round(rate, 6) for rate in naive_bayes.pooled(learned, rules)),
        labels=learned.labels,
        positives=learned.positives,
        quality=quality,
        learned_until=title.until,
        sha256=_UNSEALED,
    )
    return model.model_copy(update={"sha256": digest(model)})


def _rounded(counts: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(each, _DIGITS) for each in row) for row in counts)


def digest(model: Model) -> str:
    """SHA-256 of everything that a snapshot says, without its own `sha256`."""
    return sha256(model.model_dump_json(exclude={"sha256"}).encode()).hexdigest()


def table_of(model: Model) -> Table:
    """A released model, ready to be asked.

    Raises:
        DefinitionError: it contradicts itself, or is not what its hash was taken of.
    """
    if digest(model) != model.sha256:
        raise _bad(model, "its sha256 is of other bytes; release what was fitted, unedited")
    if not len(model.predictors) == len(model.no) == len(model.yes) > 0:
        raise _bad(model, "it does not count every predictor; fit it again")
    if any(len(no) != len(yes) for no, yes in zip(model.no, model.yes, strict=True)):
        raise _bad(model, "its bins of no and yes differ; fit it again")
    if len(model.rates) != len(model.bands) + 1 or list(model.bands) != sorted(model.bands):
        raise _bad(model, "its bands do not fit their rates; fit it again")
    if list(model.rates) != sorted(model.rates):
        raise _bad(model, "a higher score has a lower chance; pool its bands")
    known = all(model.totals)
    pairs = zip(model.no, model.yes, strict=True)
    return Table(
        name=model.model,
        sequence=model.sequence,
        stamp=model.stamp,
        voices=tuple(
            tuple(
                naive_bayes.voice(no, yes, model.totals) if known else 0.0
                for no, yes in zip(*pair, strict=True)
            )
            for pair in pairs
        ),
        cuts=model.bands,
        rates=model.rates,
        positives=model.positives,
    )


def _bad(model: Model, why: str) -> DefinitionError:
    return DefinitionError(f"model '{model.model}' sequence {model.sequence}: {why}")


def is_better(quality: ModelQuality) -> bool:
    """Is it better than the moving average of its own outcomes?"""
    return quality.log_loss < quality.average_log_loss


def asked(chain: Sequence[Table | None], *, stamp: str, whole_at: int) -> tuple[Table, ...]:
    """Of an action's models, own first, those whose word counts; without its own, none.

    A model whose bins were cut otherwise is not asked, and no parent once a word is whole.
    """
    fit = [one for one in chain if one is not None and one.stamp == stamp]
    if not fit or fit[0] is not chain[0]:
        return ()
    whole = next((at for at, one in enumerate(fit) if one.positives >= whole_at), len(fit))
    return tuple(fit[: whole + 1])


def chance(tables: Sequence[Table], bins: Bins, prior: float, *, whole_at: int) -> float:
    """The chance of a yes by an action's models, own first, above its dated base rate."""
    p = prior
    for one in reversed(tables):
        p = naive_bayes.blended(one.chance(bins), p, positives=one.positives, whole_at=whole_at)
    return p
