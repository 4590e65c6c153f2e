"""What a condition's words mean for this client, now."""

from collections.abc import Callable, Mapping
from typing import Final

from journeys.catalogue.vocabulary import AT
from journeys.client.intent.policy import INTENTS
from journeys.client.journey.instance import Instance
from journeys.client.steps import wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.product import level_of
from journeys.condition import Lookup, Value

_INTENTS: Final = tuple(f"intent.{intent}" for intent in INTENTS)
"""What most actions ask for: a decision reads them off at once."""


def _is_on(which: int) -> Callable[[Draft], Value | None]:
    return lambda draft: draft.evidence.on[which]


_CLIENT: Mapping[str, Callable[[Draft], Value | None]] = {
    **{word: _is_on(which) for which, word in enumerate(_INTENTS)},
    "now": lambda draft: draft.now,
    "tier": lambda draft: draft.served.tier,
    "segment": lambda draft: draft.served.segment,
    "language": lambda draft: draft.served.locale,
    "age": lambda draft: wealth.profile(draft).age,
    "risk_class": lambda draft: draft.household.told.risk_class,
    "marketing_consent": lambda draft: draft.allowed.marketing,
    "profiling_consent": lambda draft: draft.allowed.profiling,
    "complaint_open": lambda draft: bool(draft.complaints),
    "case_stuck": lambda draft: any(case.needs_person for case in draft.cases),
    "case_overdue": lambda draft: any(case.overdue for case in draft.cases),
    "handover_late": lambda draft: any(
        case.handover is not None and case.handover.zeros > 0 for case in draft.cases
    ),
    "opted_out": lambda draft: (
        bool(draft.allowed.opted_out)
        or (draft.allowed.marketing_at > 0 and not draft.allowed.marketing)
    ),
    "score": lambda draft: None if draft.scored.label is None else draft.scored.total,
    "coverage": lambda draft: draft.scored.coverage,
    "holdings": wealth.holdings_fen,
    "idle": wealth.idle_fen,
    "invested": wealth.invested_fen,
    "monthly_spend": lambda draft: draft.household.told.essential_spending,
}


def _held(draft: Draft, run: Instance) -> int | None:
    """What stands in the run's product; `None` while that is in doubt."""
    held = [one for one in draft.holdings if one.product == run.variables.get("product")]
    if any(one.doubt for one in held):
        return None
    return sum(one.lot.value_fen for one in held if one.lot is not None)


def _is_above_class(draft: Draft, run: Instance) -> bool | None:
    """Is the run's product graded above the client's class, as it stands now?"""
    product = draft.reference.product(str(run.variables.get("product")))
    risk_class = draft.household.told.risk_class
    if product is None or risk_class is None:
        return None
    return level_of(product) > risk_class


_RUN: Mapping[str, Callable[[Draft, Instance], Value | None]] = {
    "placed": lambda _, run: run.placed_fen,
    "answered": lambda _, run: run.answered,
    "agreed": lambda _, run: run.agreed,
    "refused": lambda _, run: run.refused,
    "sold": lambda _, run: run.sold_fen,
    "tries": lambda _, run: run.tries,
    "lasted": lambda draft, run: draft.now - run.entered_at,
    "held": _held,
    "above_class": _is_above_class,
    "diagnosed": lambda _, run: "diagnosed" in run.noted,
    "remedy_chosen": lambda _, run: "remedy_chosen" in run.noted,
    "diagnosis_complete": lambda _, run: "diagnosis_complete" in run.noted,
}


SETTLED: Final = frozenset(
    {
        "complaint_open",
        "language",
        "marketing_consent",
        "opted_out",
        "profiling_consent",
        "segment",
        "tier",
    }
)
"""Words of the client that hang on complaints, on what is allowed and on who serves them alone."""
OF_A_RUN: Final = _RUN.keys() - {"lasted", "held", "above_class"}
"""Words of a run that hang on the run alone."""
MOVING: Final = (_CLIENT.keys() | _RUN.keys()) - SETTLED - OF_A_RUN
"""All others: what they say may change while those parts and the run stand as they are."""


class _Told(dict[str, Value | None]):
    """Words that were looked up, each worked out when it is first asked for."""

    __slots__ = ("draft",)
    draft: Draft

    def __missing__(self, word: str) -> Value | None:
        read = _CLIENT.get(word)
        value = self[word] = None if read is None else read(self.draft)
        return value


def of_client(draft: Draft, variables: Mapping[str, Value] | None = None) -> Lookup:
    """The vocabulary, answered from the client and a trigger's variables.

    A word keeps its answer: whoever changes the draft asks for the words anew.
    """
    told = _Told(zip(_INTENTS, draft.evidence.on, strict=True) if variables is None else variables)
    told.draft = draft
    # A map's own look-up: what was said or asked before costs no call.
    return told.__getitem__


def of_run(draft: Draft, run: Instance) -> Lookup:
    """The same, with what this run has seen since it was entered."""
    said = run.variables

    # One call for a word, of goals and exits that are tested after every event.
    def lookup(word: str) -> Value | None:
        seen = _RUN.get(word)
        if seen is not None:
            return seen(draft, run)
        if word in said:
            return said[word]
        read = _CLIENT.get(word)
        if read is not None:
            return read(draft)
        return word == AT + run.step if word.startswith(AT) else None

    return lookup
