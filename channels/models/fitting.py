"""Models out of a log: every one of them judged, those good enough ready for a release."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from journeys.catalogue.edition import Propensity
from journeys.learning.fitting import Fitted, fit
from journeys.learning.joining import Joined, Seen
from journeys.learning.measuring import Quality
from journeys.learning.model import Title, snapshot
from schemas.reference import Model, ModelQuality
from schemas.time import Instant
from streams import outcomes
from streams.ports import LogReader
from streams.reference import ReferenceLog
from streams.topics import REFERENCE

_DIGITS = 6


class Found(NamedTuple):
    """What a log teaches, under the policy in force at its end."""

    policy: Propensity
    joined: Joined
    fitted: list[Fitted]
    models: list[Model]
    """Those that may be released: enough outcomes, and better than their moving average."""


def fit_log(reader: LogReader, *, is_recording: bool) -> Found:
    """Fit every model that a log teaches.

    Args:
        reader: of the log.
        is_recording: it holds events alone, so that decisions have to be taken again.
    """
    facts = outcomes.again(reader) if is_recording else outcomes.written(reader)
    seen = Seen().take(facts)
    reference = ReferenceLog(reader).at(reader.end(REFERENCE, 0))
    edition = reference.catalogue.at(seen.until)
    policy = edition.propensity
    joined = seen.joined(policy.rules, policy.stamp)
    fitted = fit(
        joined.labels,
        sizes=tuple(one.size for one in policy.predictors),
        groups={name: action.group for name, action in edition.actions.items()},
        rules=policy.rules,
    )
    models = [
        _released(one, policy, reference.sequences, seen.until)
        for one in fitted
        if one.enough and one.better
    ]
    return Found(policy, joined, fitted, models)


def _released(
    one: Fitted, policy: Propensity, sequences: Mapping[str, int], until: Instant
) -> Model:
    title = Title(one.name, sequences.get(one.name, 0) + 1, until)
    return snapshot(one.learned, policy.rules, policy.predictors, _quality(one.quality), title)


def _quality(found: Quality) -> ModelQuality:
    return ModelQuality(
        n=found.n,
        positives=found.positives,
        log_loss=round(found.log_loss, _DIGITS),
        average_log_loss=round(found.average_log_loss, _DIGITS),
        auc=None if found.auc is None else round(found.auc, _DIGITS),
        ece=round(found.ece, _DIGITS),
    )


def report(one: Fitted, policy: Propensity) -> dict[str, Any]:
    """A model's figures for people and for JSON."""
    figures = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in one.quality._asdict().items()
    }
    return {"model": one.name, **figures, "enough": one.enough, "verdict": _verdict(one, policy)}


def _verdict(one: Fitted, policy: Propensity) -> str:
    if not one.enough:
        return "too few outcomes"
    if not one.better:
        return "no better than its moving average"
    if one.quality.auc is not None and one.quality.auc > policy.rules.auc_most:
        return "may be released; tells more than can be known beforehand: look for a leak"
    return "may be released"
