"""A product's facts have changed: lots booked under older ones are booked anew.

Whoever meets the new facts first does it, a position's event or the recheck of a release; what the
score moves by is the product's doing (cause `class_change`), and no trade's or price's.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from journeys.client.journey.instance import Value
from journeys.client.state import Holding, Regraded
from journeys.client.steps import doubt, journeys, wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import level_of
from journeys.reference import Reference
from schemas.reference import Product


def outdated(
    holdings: tuple[Holding, ...], reference: Reference
) -> Iterator[tuple[Holding, Lot, Product]]:
    """What is booked under older facts than the newest, with these.

    Facts that cannot be booked under concern a holding once: then it is in doubt.
    """
    for holding in holdings:
        product = None if holding.lot is None else reference.product(holding.lot.product)
        if not product or not holding.lot or product.version <= holding.lot.facts_version:
            continue
        if doubt.of_product(product, holding.lot.fee_class) is None or not holding.doubt:
            yield holding, holding.lot, product


def book_anew(draft: Draft, holding: Holding, old: Lot, product: Product) -> None:
    """Put one lot under newer facts, or in doubt if they are not sound."""
    if doubt.of_product(product, old.fee_class) is not None:
        new = replace(holding, doubt=max(1, old.value_fen))
    else:
        lot = wealth.lot_of(draft, holding, old.value_fen, product, _cash(draft, holding, old))
        lot = replace(lot, rolls_over=old.rolls_over, fee_class=old.fee_class)
        wealth.set_lot(draft, old, lot)
        new = replace(holding, lot=lot)
    draft.holdings = tuple(new if held is holding else held for held in draft.holdings)
    if new.lot is not old:
        _tell_grade(draft, old, product)


def _tell_grade(draft: Draft, old: Lot, product: Product) -> None:
    """Holders have a right to know (S06), however late the event that met the new facts.

    It rests on the release and on no event: what met the new facts first may well be reversed. One
    that waits already is told with the newest facts, once.
    """
    waits = next((one for one in draft.regrades if one.product == product.product), None)
    before = old.facts_version if waits is None else waits.before
    others = tuple(one for one in draft.regrades if one is not waits)
    draft.regrades = (*others, Regraded(product.product, product.version, before))
    tell_of_those_that_wait(draft)


def tell_of_those_that_wait(draft: Draft) -> None:
    """As many as there is room for; each of the others when a run ends, at latest by its timer.

    A run with its task is half a kilobyte, and what a client may hold in products knows no limit.
    """
    telling = {journey.id for journey in draft.edition.by_trigger.get("regraded", ())}
    held = {one.product for one in draft.holdings if one.doubt or (one.lot and one.lot.value_fen)}
    while draft.regrades:
        under_way = sum(run.journey in telling for run in draft.instances)
        if under_way >= draft.edition.triggers.regrades_at_once:
            return
        first, *rest = draft.regrades
        draft.regrades = tuple(rest)
        if first.product in held:
            journeys.trigger(draft, "regraded", _graded(draft, first), (), is_duty=True)


def _graded(draft: Draft, one: Regraded) -> dict[str, Value]:
    product = draft.reference.product(one.product, one.facts)
    before = draft.reference.product(one.product, one.before)
    return {
        "product": one.product,
        "facts": str(one.facts),
        "level": 0 if product is None else level_of(product),
        "level_before": 0 if before is None else level_of(before),
    }


def _cash(draft: Draft, holding: Holding, old: Lot) -> int | None:
    """Days to cash as they were told; `None` if they came from the product's own facts."""
    if holding.maturity is not None:
        return None
    facts = draft.reference.product(old.product, old.facts_version)
    return None if facts and facts.days_to_cash == old.days_to_cash else old.days_to_cash
