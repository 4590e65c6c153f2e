"""A catalogue in its shadow stage decides beside the one in force, and nothing comes of it.

Not even its errors do: they are told as what the shadow came to, for whoever may release it.

It sees the state that the other saw, before anything was issued, with the other's scores and
evidence. Its names take no number of the cause's, so that life has the same ids with it and
without.
"""

import msgspec

from journeys.catalogue.catalogue import Catalogue
from journeys.client.steps import decisions
from journeys.client.steps.draft import Draft
from journeys.decide import decision, propensity
from journeys.decide.decision import Choice
from schemas.decisions import Versions
from schemas.facts import DecisionMade, DecisionShadowed, ShadowDecision
from schemas.wire import DecisionId


def decide(draft: Draft) -> None:
    """Take the decision that this cause asked for, and tell what the shadow would have done."""
    choice, fault = _tried(draft)
    before = len(draft.outputs)
    decisions.decide(draft)
    catalogue = _shadow(draft)
    if choice is None or catalogue is None:
        return
    if fault is not None or choice.chosen or _has_decided(draft, before):
        _tell(draft, choice, catalogue, fault)


def _tried(draft: Draft) -> tuple[Choice | None, str | None]:
    """What the shadow would choose. What goes wrong in it is its own: life decides all the same."""
    try:
        return _choice(draft), None
    except Exception as error:  # noqa: BLE001 - whatever it is, the client's event is not lost for it
        return Choice((), ()), type(error).__name__


def _shadow(draft: Draft) -> Catalogue | None:
    found = draft.reference.shadow
    return None if found is None else found.serving(draft.served.outlet)


def _choice(draft: Draft) -> Choice | None:
    catalogue = _shadow(draft)
    if catalogue is None or not draft.occasions or draft.is_late:
        return None
    live = draft.edition
    # Scores and evidence of the state were made by the sets in force, and are read by them.
    draft.edition = msgspec.structs.replace(
        catalogue.at(draft.now), wealth=live.wealth, intents=live.intents
    )
    try:
        asked = decisions.situation(draft, draft.state(), draft.occasions[0])
        return decision.decide(asked)
    finally:
        draft.edition = live


def _has_decided(draft: Draft, since: int) -> bool:
    return any(isinstance(output.event, DecisionMade) for output in draft.outputs[since:])


def _tell(draft: Draft, choice: Choice, catalogue: Catalogue, fault: str | None) -> None:
    policy = catalogue.at(draft.now).propensity
    draft.conclude(
        DecisionShadowed,
        ShadowDecision(
            decision_id=DecisionId(draft.name_beside("d_", "shadow")),
            trigger=draft.occasions[0],
            decided_at=draft.now,
            candidates=choice.candidates(),
            versions=Versions(
                engine=decisions.ENGINE,
                catalogue=catalogue.version,
                parameters=draft.edition.wealth.id,
                reference_offset=draft.reference.offset,
                models=propensity.used((*choice.chosen, *choice.withheld), draft.reference, policy),
                bins=policy.stamp,
            ),
            task_ids=(),
            fault=fault,
        ),
        event_id=draft.name_beside("f_", "shadow"),
    )
