"""Why there is no task: what the newest decision of a story withheld, and by which rule."""

from collections.abc import Iterable, Sequence
from typing import Final

from schemas.decisions import Candidate, Stage
from schemas.envelope import Envelope
from schemas.facts import DecisionMade

_EARLY: Final = frozenset({Stage.ELIGIBILITY, Stage.APPLICABILITY})
"""Most actions fall there at most decisions: they say nothing unless one is asked about."""


def newest_fates(said: Iterable[Envelope], before: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates of the newest decision, or those known before if none was taken."""
    decisions = [fact.data.candidates for fact in said if isinstance(fact, DecisionMade)]
    return decisions[-1] if decisions else before


def withheld(fates: Iterable[Candidate], action: str | None) -> tuple[Candidate, ...]:
    """What was withheld of an action, or of every action that came far if none is named."""
    return tuple(one for one in fates if not one.chosen and _speaks(one, action))


def why_none(kept: Sequence[Candidate]) -> str:
    """Why there is no task, as far as the last decision knows."""
    if not kept:
        return "see what the lines before lead to"
    return f"the last decision withheld {', '.join(map(_told, kept))}"


def _speaks(one: Candidate, action: str | None) -> bool:
    return one.action == action if action is not None else one.stage not in _EARLY


def _told(one: Candidate) -> str:
    where = "" if one.stage is None else str(one.stage).replace("_", " ")
    rule = "" if one.rule is None else f", rule {one.rule}"
    figures = "" if one.limit is None else f", {one.value} of {one.limit}"
    return f"'{one.action}' ({where}: {one.reason}{rule}{figures})"
