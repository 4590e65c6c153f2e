"""A client's decisions asked about afterwards: on copies, with nothing concluded."""

from journeys.client import fold
from journeys.client.state import ClientState
from journeys.client.steps import decisions
from journeys.client.steps.draft import Draft, cause
from journeys.client.stored.codec import decode
from journeys.decide import decision
from journeys.decide.explain import Examination, examine
from journeys.reference import Reference
from schemas.decisions import Candidate, Decision
from schemas.time import Instant


def why_not(
    state: ClientState, reference: Reference, action: str, *, at: Instant, trigger: str = "asked"
) -> Examination:
    """What every stage says of an action at a moment; what is due by then has happened first.

    Args:
        state: the client before that moment.
        reference: as it held then.
        action: by its id.
        at: when it is asked for.
        trigger: the occasion, `inbound` for one where the client came to us.

    Raises:
        ValueError: the catalogue in force has no such action.
    """
    draft = Draft(state, reference)
    fold.fire_due(draft, upto=at)
    draft.begin(cause("why-not", "/suishen/why", at=at, kind="why_not"), now=at)
    found = draft.edition.actions.get(action)
    if found is None:
        known = ", ".join(sorted(draft.edition.actions))
        raise ValueError(f"no action '{action}' is in force then; there are {known}")
    return examine(found, decisions.situation(draft, draft.state(), trigger))


def retake(blob: bytes, taken: Decision, reference: Reference) -> tuple[Candidate, ...]:
    """The candidates of a decision, decided anew from the state that it was taken on.

    Args:
        blob: the state, as kept with the decision.
        taken: the decision, for its time and trigger.
        reference: at the decision's own offset.
    """
    state = decode(blob)
    draft = Draft(state, reference)
    at = taken.decided_at
    draft.begin(cause("retake", "/suishen/why", at=at, kind="retake"), now=at)
    return decision.decide(decisions.situation(draft, state, taken.trigger)).candidates()
