"""An order judged at once: the rows of a sale on what the order itself says.

The same rows as of a proposal, and the same verdicts. Nothing is concluded or kept: whoever takes
orders asks before it takes one, and what is not known blocks.
"""

from typing import Literal

import msgspec
from msgspec.structs import replace

from journeys.client.state import ClientState
from journeys.client.steps import decisions
from journeys.client.steps.draft import Draft, cause
from journeys.client.wealth.book import BASIS, Book, remove_lot
from journeys.decide import suitability
from journeys.decide.candidate import Situation
from journeys.decide.conduct.told import Value
from journeys.decide.matching.match import Buyer, Match, match
from journeys.decide.record import clock
from journeys.decide.verdict import Ruling
from journeys.reference import Reference
from schemas.decisions import WithheldReason
from schemas.orders import Order
from schemas.reference import Product
from schemas.time import Instant, local_day
from schemas.wire import Channel


class Checked(msgspec.Struct, frozen=True):
    """What an order comes to."""

    verdict: Literal["allow", "steps", "block"]
    rulings: tuple[Ruling, ...]
    """Every row that was run, in the table's order; one without a row says what lacks outright."""
    gain_points: float | None = None
    """What the purchase would do to the score; no row reads it."""

    @property
    def reason(self) -> Ruling | None:
        """The first that blocks, or else wants a step."""
        by_strength = sorted(self.rulings, key=lambda one: one.verdict != "block")
        return next((one for one in by_strength if one.verdict != "allow"), None)

    @property
    def steps(self) -> tuple[str, ...]:
        """All that has to be proved first, in order of name."""
        return tuple(sorted({step for one in self.rulings for step in one.steps}))


def check(order: Order, state: ClientState | None, reference: Reference, *, at: Instant) -> Checked:
    """Judge an order at a moment.

    Args:
        order: what is to be bought, and who wants it.
        state: the client as the fold last told of them; `None`: nothing is known.
        reference: products and policy in force.
        at: when the order is placed.

    Raises:
        LookupError: the state rests on newer products than this reference has.
    """
    product = reference.product(order.product)
    if state is None:
        return _blocked(WithheldReason.DATA_MISSING, "client")
    if product is None or not product.on_sale:
        return _blocked(WithheldReason.NOT_ON_SHELF, order.product)
    if sum(product.look_through_bp) != BASIS:
        return _blocked(WithheldReason.DATA_MISSING, "look_through_bp")
    draft = Draft(state, reference)
    draft.begin(cause("order", "/suishen/orders", at=at, kind="order"), now=at)
    situation = decisions.situation(draft, state, "order")
    gap = suitability.gap(situation)
    if gap is not None:
        return _blocked(gap.reason, gap.value)
    found = _matched(order, product, situation)
    return Checked(_verdict(found.rulings), found.rulings, found.gain_points)


def _matched(order: Order, product: Product, situation: Situation) -> Match:
    offer, amount = suitability.offer_of(product), order.amount.amount_minor
    client = suitability.buyer(situation)
    told: dict[str, Value | None] = {**(client.told or {}), **_said(order, situation)}
    cost = -(-amount * offer.entry_bp // BASIS)
    paid = replace(
        client,
        without=_paid(client, situation, amount + cost),
        amount_fen=amount + cost,
        told=told,
        initiator="client" if order.initiator == "client" else "bank",
        on_objective=order.on_objective,
    )
    return match(paid, offer, bought_fen=amount)


def _paid(client: Buyer, situation: Situation, fen: int) -> Book:
    """The book without the money: idle lots pay, the largest first; the rest comes from outside."""
    book = client.before
    idle = [(lot, facts) for _, lot, facts in situation.held() if lot.idle]
    for lot, facts in sorted(idle, key=lambda one: (-one[0].value_fen, one[0].product)):
        part = min(fen, lot.value_fen)
        if part:
            book = remove_lot(book, replace(lot, value_fen=part), facts, client.parameters)
            fen -= part
    return book


def _said(order: Order, situation: Situation) -> dict[str, Value | None]:
    """What the order itself tells. An adviser's licence that it does not tell is missing."""
    offset = situation.state.served.utc_offset_minutes
    said: dict[str, Value | None] = {
        "order_time": clock(situation.now, offset),
        "online": order.channel in {Channel.APP, Channel.AI},
        "age_friendly_flow": False,
    }
    if order.initiator == "client":
        return said
    licence = order.licence
    return said | {
        "date": local_day(situation.now, utc_offset_minutes=offset),
        "product": order.product,
        "licence_until": None if licence is None else licence.licence_until,
        "authorised_products": None if licence is None else licence.authorised_products,
        "authorisation_until": None if licence is None else licence.authorisation_until,
    }


def _verdict(rulings: tuple[Ruling, ...]) -> Literal["allow", "steps", "block"]:
    said = {one.verdict for one in rulings}
    return "block" if "block" in said else "steps" if "steps" in said else "allow"


def _blocked(reason: WithheldReason, value: str | float | None) -> Checked:
    return Checked("block", (Ruling("", "", "block", reason, value),))
