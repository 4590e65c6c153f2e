"""D4: trim what concentrates most, product by product, then issuer by issuer."""

from collections import defaultdict
from collections.abc import Sequence
from math import isqrt

import msgspec

from journeys.client.wealth.book import KIND_STEPS, Lot
from journeys.client.wealth.curve import leaves_top
from journeys.client.wealth.diagnosis import Diagnosis
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.remedies.remedy import Do, Remedy, Step
from journeys.client.wealth.rules import BookRules
from journeys.client.wealth.standing import Standing


class Pile(msgspec.Struct):
    """What concentrates as one: a product, or all deposits at a bank beyond the insured."""

    name: str
    issuer: str
    quarters: int
    """Of a fen, that each fen weighs."""
    fen: int
    trimmed: int = 0

    @property
    def weight(self) -> int:
        """Quarters of a fen left."""
        return self.quarters * self.fen

    def trim(self, fen: int) -> None:
        """Sell so much of it."""
        self.fen -= fen
        self.trimmed += fen


def concentration(
    standing: Standing, diagnosis: Diagnosis, lots: Sequence[tuple[Lot, ProductFacts]]
) -> Remedy | None:
    """The least to sell, into what concentrates nothing, until both sums are small enough.

    A yuan less of a product lowers the sum of squares by 2δ²P: the largest δ²P is cut first, down
    to the next. With issuers small enough products are too, but trimming products first sells
    less of those that share no issuer.
    """
    full = leaves_top(standing.parameters.concentration.curve)
    drivers = diagnosis.concentration
    if max(drivers.by_product, drivers.by_issuer) <= full:
        return None
    piles = _piles(lots, standing.parameters.book)
    limit = int(full * (KIND_STEPS * standing.value) ** 2)
    _level_products(piles, limit)
    _level_issuers(piles, limit)
    cut = sorted((p for p in piles if p.trimmed), key=lambda p: (-p.trimmed, p.name))
    steps = tuple(Step(Do.TRIM, pile.trimmed, pile.name) for pile in cut)
    return Remedy(4, 1.0, steps, is_full=True)


def _piles(lots: Sequence[tuple[Lot, ProductFacts]], rules: BookRules) -> list[Pile]:
    held: dict[tuple[str, str], int] = defaultdict(int)
    weighs: dict[tuple[str, str], int] = {}
    for lot, facts in lots:
        is_deposit = facts.kind is ProductKind.DEPOSIT
        key = (facts.issuer, "" if is_deposit else facts.product)
        held[key] += lot.value_fen
        weighs[key] = max(weighs.get(key, 0), rules.kind_quarters[facts.kind])
    piles = []
    for (issuer, product), fen in held.items():
        beyond = fen if product else max(0, fen - rules.deposit_insurance_fen)
        piles.append(Pile(product or issuer, issuer, weighs[issuer, product], beyond))
    return [pile for pile in piles if pile.weight]


def _level_products(piles: list[Pile], limit: int) -> None:
    """Cap δ²P at one height, the highest at which the squares keep to the limit."""
    ranked = sorted(piles, key=lambda p: -p.quarters * p.weight)
    rest = sum(pile.weight**2 for pile in ranked)
    if rest <= limit:
        return
    # Σ over the capped of (cap / quarters)², times 144 to stay whole: quarters are 1, 2, 3 or 4.
    spread, capped = 0, 0
    cap = 0
    for at, pile in enumerate(ranked):
        rest -= pile.weight**2
        spread += 144 // pile.quarters**2
        below = ranked[at + 1].quarters * ranked[at + 1].weight if at + 1 < len(ranked) else 0
        capped = at + 1
        cap = isqrt(max(0, limit - rest) * 144 // spread)
        if rest <= limit and cap >= below:
            break
    for pile in ranked[:capped]:
        keep = cap // pile.quarters**2
        pile.trim(max(0, pile.fen - keep))


def _level_issuers(piles: list[Pile], limit: int) -> None:
    """Cap what any issuer weighs, and take it from the issuer's largest δ²P."""
    weights: dict[str, int] = defaultdict(int)
    for pile in piles:
        weights[pile.issuer] += pile.weight
    ranked = sorted(weights.values(), reverse=True)
    rest, cap = sum(weight**2 for weight in ranked), None
    if rest <= limit:
        return
    for at, weight in enumerate(ranked):
        rest -= weight**2
        cap = isqrt(max(0, limit - rest) // (at + 1))
        if rest <= limit and cap >= (ranked[at + 1] if at + 1 < len(ranked) else 0):
            break
    for issuer, weight in weights.items():
        _take(piles, issuer, weight - (cap or 0))


def _take(piles: list[Pile], issuer: str, excess: int) -> None:
    own = sorted((p for p in piles if p.issuer == issuer), key=lambda p: -p.quarters * p.weight)
    for pile in own:
        if excess <= 0:
            return
        fen = min(pile.fen, -(-excess // pile.quarters))
        pile.trim(fen)
        excess -= fen * pile.quarters
