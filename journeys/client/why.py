"""A client's decisions asked about afterwards: on copies, with nothing concluded."""

from typing import NamedTuple

from journeys.catalogue.actions import Action
from journeys.catalogue.edition import Edition
from journeys.client import fold
from journeys.client.state import ClientState
from journeys.client.steps import decisions
from journeys.client.steps.draft import Draft, cause
from journeys.client.steps.sales import Said
from journeys.client.stored.codec import decode
from journeys.condition import near
from journeys.decide import contact_policy, decision
from journeys.decide.candidate import Considered
from journeys.decide.contact_policy import Slots
from journeys.decide.decision import Choice
from journeys.decide.explain import Answer, Examination, examine
from journeys.decide.verdict import Ruling
from journeys.reference import Reference
from schemas.decisions import Candidate, Decision
from schemas.time import Instant
from schemas.wire import Method


def why_not(
    state: ClientState, reference: Reference, action: str, *, at: Instant, trigger: str = "asked"
) -> Examination:
    """What every stage says of an action at a moment; what is due by then has happened first.

    Args:
        state: the client before that moment.
        reference: as it held then.
        action: by its id, or by its name in either language.
        at: when it is asked for.
        trigger: the occasion, `inbound` for one where the client came to us.

    Raises:
        ValueError: the catalogue in force has no such action, or several of that name.
    """
    draft = Draft(state, reference)
    fold.fire_due(draft, upto=at)
    draft.begin(cause("why-not", "/suishen/why", at=at, kind="why_not"), now=at)
    found = meant(action, draft.edition)
    return examine(found, decisions.situation(draft, draft.state(), trigger))


def meant(text: str, edition: Edition) -> Action:
    """The action that an id or a name means; what readings print, `name (id)`, means it too."""
    known = edition.actions
    if text in known:
        return known[text]
    wanted = text.strip().casefold()
    named = [
        name for name, one in known.items() if wanted in {form.casefold() for form in _forms(one)}
    ]
    if len(named) == 1:
        return known[named[0]]
    if named:
        raise ValueError(f"'{text}' is the name of {', '.join(sorted(named))}; give the id")
    hint = near(text, [form for one in known.values() for form in _forms(one)])
    listed = ", ".join(f"{one.name_en} / {one.name_zh} ({one.id})" for one in known.values())
    raise ValueError(f"no action in force then has the id or name '{text}'{hint}; known: {listed}")


def _forms(one: Action) -> tuple[str, ...]:
    """The ways to write an action; capitals do not matter."""
    printed = (f"{one.name_en} ({one.id})", f"{one.name_zh}（{one.id}）")
    return (one.id, one.name_en, one.name_zh, *printed)


class Ground(NamedTuple):
    """What one candidate of a decision rested on: in the record the rows stand without it."""

    reasons: tuple[Said, ...]
    """Those of its task; of the chosen alone."""
    answers: tuple[Answer, ...]
    """Every row that the chosen passed, of every stage."""
    rulings: tuple[Ruling, ...]
    """Of the sale that it proposes."""


def retake(blob: bytes, taken: Decision, reference: Reference) -> tuple[Candidate, ...]:
    """The candidates of a decision, decided anew from the state that it was taken on.

    Args:
        blob: the state, as kept with the decision.
        taken: the decision, for its time and trigger.
        reference: at the decision's own offset.
    """
    return _again(blob, taken, reference)[1].candidates()


def grounds(blob: bytes, taken: Decision, reference: Reference) -> tuple[Ground, ...]:
    """What each candidate rested on, the chosen and then the others, in the record's order.

    Nothing where deciding anew comes to other candidates: other code than that of the day.
    """
    draft, choice = _again(blob, taken, reference)
    if choice.candidates() != taken.candidates:
        return ()
    others = {one.action.id: one for one in choice.withheld}
    chosen = [_ground(draft, one, taken) for one in choice.chosen]
    fell = [others.get(one.action) for one in taken.candidates[len(chosen) :]]
    return (*chosen, *(Ground((), (), _rulings(one)) for one in fell))


def slots(state: ClientState, taken: Decision, edition: Edition) -> dict[str, Slots]:
    """By action, of each candidate that fell by a cap: what had its slots.

    Args:
        state: that the decision was taken on, or just after; where it counts otherwise than the
            record it does not tell, and nothing is said.
        taken: the decision.
        edition: that it was taken under.
    """
    found: dict[str, Slots] = {}
    for one in taken.candidates:
        treatment = edition.treatments.get(one.treatment or "")
        # Only the cap of one method asks which it is, and that is the call's.
        method = Method.CALL if treatment is None else treatment.method
        for slot in contact_policy.taken(str(method), state, edition.contact, now=taken.decided_at):
            if one.reason is slot.cap and one.value == len(slot.made) + len(slot.held):
                found[one.action] = slot
    return found


def _again(blob: bytes, taken: Decision, reference: Reference) -> tuple[Draft, Choice]:
    state = decode(blob)
    draft = Draft(state, reference)
    # A stage is chosen before an event, and the event may move the client out of it or into it.
    draft.follow(reference.known.get(taken.versions.catalogue, reference.catalogue))
    at = taken.decided_at
    draft.begin(cause("retake", "/suishen/why", at=at, kind="retake"), now=at)
    return draft, decision.decide(decisions.situation(draft, state, taken.trigger))


def _ground(draft: Draft, one: Considered, taken: Decision) -> Ground:
    found = examine(one.action, decisions.situation(draft, draft.state(), taken.trigger))
    passed = tuple(
        answer
        for answer in found.answers
        if answer.no is None and answer.treatment in {None, one.treatment}
    )
    return Ground(decisions.reasons(draft, one), passed, _rulings(one))


def _rulings(one: Considered | None) -> tuple[Ruling, ...]:
    return () if one is None or one.sale is None else one.sale.rulings
