"""A shelf under one policy: what no client changes, worked out when it is first asked for."""

from typing import NamedTuple

import msgspec

from journeys.catalogue.edition import ConductRule, Suitability
from journeys.client.wealth.book import Lot, excess_fee, is_maturing, liquid_steps
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.rules import AssetClass
from journeys.decide.conduct.router import route
from journeys.decide.matching.gate import Grade, rule_on_level
from journeys.decide.matching.match import Offer
from journeys.decide.matching.shelf import Shelf
from journeys.decide.verdict import Ruling


class Weight(NamedTuple):
    """What one fen of a product brings into a book's sums."""

    liquid_steps: int
    excess_fee: int
    maturing: bool
    quarters: int
    """That concentrate; of a deposit none, for a bank's deposits concentrate as one."""
    is_deposit: bool


class Kind(NamedTuple):
    """What the rows of law read of a product."""

    regime: str | None
    level: int
    """The higher of issuer's and seller's (S05)."""
    private: str | None
    """By what it invests in, if it is placed privately."""


def kind_of(offer: Offer) -> Kind:
    """Of a product on a shelf."""
    return Kind(offer.regime, offer.facts.level, offer.private)


class Adviser(msgspec.Struct, frozen=True):
    """What advice rests on besides the client."""

    shelf: Shelf
    parameters: WealthParameters
    policy: Suitability


class Terms:
    """What policy makes of products, before any client is looked at."""

    def __init__(self, adviser: Adviser) -> None:
        """Nothing is worked out yet."""
        self.adviser = adviser
        self._weights: dict[str, Weight] = {}
        self._laws: dict[tuple[str | None, bool], tuple[ConductRule, ...] | None] = {}
        self._levels: dict[Grade, Ruling | None] = {}
        self._kinds: dict[AssetClass, frozenset[Kind]] = {}

    def weight(self, offer: Offer) -> Weight:
        """Of a product on this shelf."""
        found = self._weights.get(offer.name)
        if found is None:
            found = self._weights[offer.name] = _weighed(offer.lot, offer.facts, self.adviser)
        return found

    def kinds(self, main: AssetClass) -> frozenset[Kind]:
        """The kinds of products on the shelf whose main class this is."""
        found = self._kinds.get(main)
        if found is None:
            bins = (one for one in self.adviser.shelf.bins if one.main == main)
            kinds = frozenset(kind_of(offer) for one in bins for offer in one.offers)
            found = self._kinds[main] = kinds
        return found

    def laws(self, regime: str | None, *, is_private: bool) -> tuple[ConductRule, ...] | None:
        """The rows of law that a sale of the regime is judged by; see `router.route`."""
        key = regime, is_private
        if key not in self._laws:
            rows = self.adviser.policy.sale.values()
            self._laws[key] = route(rows, regime=regime, purpose="sale", is_private=is_private)
        return self._laws[key]

    def on_level(self, grade: Grade) -> Ruling | None:
        """The first row of the table."""
        if grade not in self._levels:
            self._levels[grade] = rule_on_level(grade, self.adviser.policy)
        return self._levels[grade]


def terms_of(adviser: Adviser) -> Terms:
    """Those of an adviser: one for as long as shelf, parameter set and policy stand."""
    kept = adviser.shelf.kept
    # By identity: rows are compared by nobody, and the terms keep their adviser, and so the ids.
    key = id(adviser.parameters), id(adviser.policy)
    found = kept.get(key)
    if not isinstance(found, Terms):
        found = kept[key] = Terms(adviser)
    return found


def _weighed(lot: Lot, facts: ProductFacts, adviser: Adviser) -> Weight:
    rules, is_deposit = adviser.parameters.book, facts.kind is ProductKind.DEPOSIT
    return Weight(
        liquid_steps(lot.days_to_cash, facts.level, rules),
        excess_fee(facts, rules),
        is_maturing(lot, rules),
        0 if is_deposit else rules.kind_quarters[facts.kind],
        is_deposit,
    )
