"""The decision made in the very moment that `why-not` asks about: the answer stands beside it."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from channels.workbench.wording import Words
from schemas.decisions import Candidate, Decision
from schemas.time import MINUTE, SECOND, Instant
from streams.past import Taken

_SAID: Final = {
    "then": (
        "{moment}作出过一个决定（{decision}）：当时{fate}。以下所述为该决定{order}的情形。",
        (
            "A decision was made in this {moment} ({decision}): there it {fate}. "
            "Below: as it stands {order} that decision."
        ),
    ),
    "second": ("这一秒", "second"),
    "minute": ("这一分钟（{time}）", "minute, at {time}"),
    "chosen": ("它被选中", "was chosen"),
    "fell": ("它止于{stage}，{reason}", "fell at {stage}, {reason}"),
    "unasked": ("没有问及它", "was not asked about"),
    "after": ("之后", "after"),
    "before": ("之前", "before"),
}
"""Sentences by name: Chinese, English."""


class Then(NamedTuple):
    """A decision of the moment asked about, and what it made of the action."""

    decision: Decision
    fate: Candidate | None
    """`None` where the decision did not weigh the action."""


def decided_then(decisions: Iterable[Taken], action: str, at: Instant) -> Then | None:
    """The decision of that moment; of several the one that chose the action, or weighed it.

    A reading tells times by the minute, so that a full minute stands for any second of it.
    """
    span = SECOND if at % MINUTE else MINUTE
    taken = (one.event.data for one in decisions)
    made = [one for one in taken if one.decided_at // span == at // span]
    found = [Then(one, _fate(one, action)) for one in made]
    return max(found, key=_weight, default=None)


def told(then: Then, at: Instant, words: Words) -> str:
    """One sentence, which a reader needs before the rest."""
    made, fate, place = then.decision, then.fate, 0 if words.language == "zh" else 1
    is_same = made.decided_at // SECOND == at // SECOND
    clock = words.instant(made.decided_at)[11:19]
    how = "unasked" if fate is None else "chosen" if fate.chosen else "fell"
    reasons = {} if fate is None else _reasons(fate, words)
    return _SAID["then"][place].format(
        moment=_SAID["second" if is_same else "minute"][place].format(time=clock),
        decision=made.decision_id,
        fate=_SAID[how][place].format(**reasons),
        order=_SAID["after" if made.decided_at <= at else "before"][place],
    )


def document(then: Then | None) -> dict[str, Any] | None:
    """The same for a machine."""
    if then is None:
        return None
    fate = then.fate
    said = None if fate is None else fate.model_dump(mode="json", exclude_none=True)
    return {"decision_id": then.decision.decision_id, "fate": said}


def _weight(then: Then) -> tuple[bool, bool]:
    return (then.fate is not None and then.fate.chosen, then.fate is not None)


def _fate(made: Decision, action: str) -> Candidate | None:
    mine = [one for one in made.candidates if one.action == action]
    return max(mine, key=lambda one: one.chosen, default=None)


def _reasons(fate: Candidate, words: Words) -> dict[str, str]:
    return {
        "stage": words.code("stage", fate.stage),
        "reason": words.code("reason", fate.reason),
    }
