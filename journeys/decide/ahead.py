"""Look-ahead: a contact that would take the last slot waits where something better is due soon.

What is due is read off the client's running journeys: the step that each comes to when its present
one times out. Only where the contact now leaves no room for it does it matter.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.definitions import END
from journeys.client.contact import ledger as slots
from journeys.client.contact.ledger import Hold
from journeys.decide import contact_policy, eligibility
from journeys.decide.candidate import Considered, Situation
from journeys.decide.verdict import Withheld
from schemas.decisions import Stage, WithheldReason
from schemas.time import DAY, Instant

Worth = Callable[[Action, Treatment, Situation], float]
"""The priority that a contact would have now."""


class Due(NamedTuple):
    """A marketing contact that a running journey comes to by itself."""

    run: str
    action: Action
    at: Instant


def judge(one: Considered, situation: Situation, worth: Worth) -> Withheld | None:
    """Why a contact that was chosen has to wait; `None` if it need not.

    The one that it waits for is the best of those due within `hold_within` whose priority is above
    `hold_factor` times its own.
    """
    if not one.action.marketing or one.parts is None or one.treatment is None:
        return None
    bar = situation.edition.arbitration.hold_factor * one.parts.priority
    mine = None if one.run is None else one.run.name
    better = [
        (priority, due)
        for due in due_soon(situation)
        if due.run != mine and (priority := _room_lost(due, one.treatment, situation, worth)) > bar
    ]
    if not better:
        return None
    priority, due = max(better, key=lambda each: (each[0], -each[1].at, each[1].run))
    return Withheld(
        Stage.ARBITRATION,
        WithheldReason.HELD_FOR_BETTER,
        value=due.action.id,
        limit=round(priority, 6),
        until=due.at,
    )


def due_soon(situation: Situation) -> Iterator[Due]:
    """The marketing that running journeys come to within `hold_within`, if nothing happens."""
    within = situation.edition.arbitration.hold_within
    for run in situation.state.instances:
        journey = situation.edition.journeys.get(run.journey)
        step = None if journey is None else journey.steps.get(run.step)
        if journey is None or step is None or run.step_due is None or step.to == END:
            continue
        action = situation.edition.actions.get(journey.steps[step.to].do or "")
        is_soon = situation.now < run.step_due <= min(situation.now + within, run.ends_at)
        if is_soon and step.when is None and action is not None and action.marketing:
            yield Due(run.name, action, run.step_due)


def _room_lost(due: Due, taken: Treatment, situation: Situation, worth: Worth) -> float:
    """The priority of what is due if the contact now leaves no slot for it, else 0."""
    if eligibility.judge(due.action, situation) is not None:
        return 0.0
    state, policy = situation.state, situation.edition.contact
    full = slots.hold(state.ledger, Hold("ahead", str(taken.method), due.at))
    for treatment in eligibility.reachable(due.action, situation):
        before, after = (
            # The day's cap puts what is due off by some hours at most.
            contact_policy.cap(str(treatment.method), ledger, policy, now=due.at, longer_than=DAY)
            for ledger in (state.ledger, full)
        )
        if before is None:
            return 0.0 if after is None else worth(due.action, treatment, situation)
    return 0.0
