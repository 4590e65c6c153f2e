"""A product's facts have changed: lots booked under older ones are booked anew.

Whoever meets the new facts first does it, a position's event or the recheck of a release; what the
score moves by is the product's doing (cause `class_change`), and no trade's or price's.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from journeys.client.journey.instance import Value
from journeys.client.state import Holding
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

    It rests on the release and on no event: what met the new facts first may well be reversed.
    """
    before = draft.reference.product(old.product, old.facts_version)
    graded: dict[str, Value] = {
        "product": product.product,
        "facts": str(product.version),
        "level": level_of(product),
        "level_before": 0 if before is None else level_of(before),
    }
    journeys.trigger(draft, "regraded", graded, (), is_duty=True)


def _cash(draft: Draft, holding: Holding, old: Lot) -> int | None:
    """Days to cash as they were told; `None` if they came from the product's own facts."""
    if holding.maturity is not None:
        return None
    facts = draft.reference.product(old.product, old.facts_version)
    return None if facts and facts.days_to_cash == old.days_to_cash else old.days_to_cash
