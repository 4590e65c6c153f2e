"""The reference has changed: this client is looked at again under the one in force.

A release touches nobody by itself. The sweeper finds whom it concerns, and asks here; asked twice,
or of a client whom it does not concern, nothing happens.
"""

from journeys.client.state import ClientState
from journeys.client.steps import doubt, regrade, sales, wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.attribution import Causes
from journeys.reference import Reference
from schemas.facts import Effect
from schemas.signals.engine import RecheckAsked
from schemas.time import Instant


def is_outdated(state: ClientState, reference: Reference, now: Instant) -> bool:
    """Is anything booked, or proposed for sale, under older facts or policy than those in force?"""
    edition = reference.catalogue_for(state.client, state.served.outlet).at(now)
    is_older = {state.book.parameter_set, state.scored.parameters} - {"", edition.wealth.id}
    return (
        bool(is_older)
        or any(sales.is_outdated(row, reference, edition) for row in state.tasks)
        or any(regrade.outdated(state.holdings, reference))
    )


def has_open_sale(state: ClientState, reference: Reference, now: Instant) -> bool:
    """Is a sale proposed that rests on older facts or rows: may it have to be recalled?"""
    edition = reference.catalogue_for(state.client, state.served.outlet).at(now)
    return any(sales.is_outdated(row, reference, edition) for row in state.tasks)


def on_recheck(draft: Draft, event: RecheckAsked) -> None:
    """Book every holding anew whose product has newer facts, and score again.

    A parameter set that changed was followed before (`follow_parameters`).
    """
    found = list(regrade.outdated(draft.holdings, draft.reference))
    reasons = {doubt.of_product(product, lot.fee_class) for _, lot, product in found}
    for reason in sorted(reason for reason in reasons if reason is not None):
        draft.set_aside(event, Effect.NOT_BOOKED, reason)
    if found:
        wealth.rescore(draft, Causes.CLOCK)
        for holding, lot, product in found:
            regrade.book_anew(draft, holding, lot, product)
        wealth.rescore(draft, Causes.CLASS_CHANGE)
