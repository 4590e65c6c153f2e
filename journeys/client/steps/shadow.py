"""A catalogue in its shadow stage decides beside the one in force, and nothing comes of it.

It sees the state that the other saw, before anything was issued, with the other's scores and
evidence. Its fact comes after everything else of the cause, so that life has the same ids with it
and without.
"""

import msgspec

from journeys.client.steps import decisions
from journeys.client.steps.draft import Draft
from journeys.decide import decision
from journeys.decide.decision import Choice
from schemas.decisions import Decision, Versions
from schemas.facts import DecisionMade, DecisionShadowed
from schemas.wire import DecisionId


def decide(draft: Draft) -> None:
    """Take the decision that this cause asked for, and tell what the shadow would have done."""
    choice = _choice(draft)
    before = len(draft.outputs)
    decisions.decide(draft)
    if choice is not None and (choice.chosen or _has_decided(draft, before)):
        _tell(draft, choice)


def _choice(draft: Draft) -> Choice | None:
    catalogue = draft.reference.shadow
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


def _tell(draft: Draft, choice: Choice) -> None:
    draft.conclude(
        DecisionShadowed,
        Decision(
            decision_id=DecisionId(draft.name("d_", "shadow")),
            trigger=draft.occasions[0],
            decided_at=draft.now,
            candidates=choice.candidates(),
            versions=Versions(
                engine=decisions.ENGINE,
                catalogue="" if draft.reference.shadow is None else draft.reference.shadow.version,
                parameters=draft.edition.wealth.id,
                reference_offset=draft.reference.offset,
            ),
            task_ids=(),
        ),
    )
