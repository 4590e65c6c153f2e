"""One client's moves, tried out: whatever the client alone decides is worked out once.

A move comes to what `tried_move` says of it, to the last bit, without a book of its own: sums are
moved instead of maps, a row of law runs once for whatever it reads of the purchase, and none runs
for a move that nobody asks about.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from journeys.catalogue.edition import ConductRule
from journeys.client.wealth.book import (
    BASIS,
    Book,
    Lot,
    at_level,
    remove_lot,
    spread,
    uninsured,
)
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.tried import Household, Sums, sums_of
from journeys.decide.matching.duties import (
    OF_AMOUNT,
    OF_PURCHASE,
    Inputs,
    Purchase,
    bought,
    duties,
    is_asked,
    ruling_on,
)
from journeys.decide.matching.gate import (
    Grade,
    Reserve,
    blocks,
    rule_on_concentration,
    rule_on_liquidity,
    rule_on_tenor,
)
from journeys.decide.matching.match import Buyer, Offer, Source, buyable, per_yuan
from journeys.decide.matching.terms import Kind, Terms, Weight, kind_of
from journeys.decide.verdict import Ruling
from schemas.decisions import WithheldReason

_NONE: Final = (0, 0, 0)
Row = Ruling | ConductRule
"""A row that was run once for all, or one that has to be run for every amount."""


class Bought(NamedTuple):
    """A purchase, and what the rows read of the book after it."""

    offer: Offer
    fen: int
    liquid: int
    quarters: int
    """That hang on the product or its issuer (`heaviest`)."""
    value_fen: int


class Tried(msgspec.Struct, frozen=True, dict=True):
    """Sell so much of one holding, buy so much of a product: what it brings, and whether it may."""

    sell: str
    buy: str
    sold_fen: int
    bought_fen: int
    gain_points: float
    per_yuan: float
    bought: Bought
    rows: "Rows"

    @cached_property
    def rulings(self) -> tuple[Ruling, ...]:
        """Every row that applies, in the table's order; run when first asked for."""
        return self.rows.on(self.bought)

    @cached_property
    def refusals(self) -> tuple[Ruling, ...]:
        """The rows that block it, in the table's order."""
        return blocks(self.rulings)


class _Paid(NamedTuple):
    """The client with the source sold."""

    book: Book
    sums: Sums


class Trial:
    """The moves of one client who has sold nothing yet."""

    def __init__(self, client: Buyer, terms: Terms) -> None:
        """Nothing is tried yet."""
        self._client, self._terms = client, terms
        self._household = Household(client.profile, client.parameters)
        self.rows = Rows(client, terms)
        self._paid: dict[tuple[int, int], _Paid] = {}
        self._found: dict[tuple[int, int, str], Tried] = {}

    def move(self, source: Source, offer: Offer, fen: int) -> Tried | None:
        """A move of up to so much; `None` where one product is both sold and bought."""
        lot = source.lot
        if offer.facts.product == lot.product:
            return None
        whole = buyable(fen, offer)
        # A lot is known by where it stands: the client holds it for as long as this lasts.
        key = id(lot), whole, offer.name
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._tried(lot, source.facts, offer, whole)
        return found

    def _tried(self, lot: Lot, facts: ProductFacts, offer: Offer, fen: int) -> Tried:
        sold = fen - (-fen * offer.entry_bp // BASIS)
        client, paid = self._client, self._without(lot, facts, sold)
        after, quarters = _with(paid, offer, self._terms.weight(offer), fen, client)
        gain = self._household.total(after) - client.total
        return Tried(
            lot.product,
            offer.name,
            sold,
            fen,
            # As a move has it, which keeps both scores.
            client.total + gain - client.total,
            per_yuan(gain, fen, offer.facts.fee_bp),
            Bought(offer, fen, after.liquid, quarters, after.value),
            self.rows,
        )

    def _without(self, lot: Lot, facts: ProductFacts, sold: int) -> _Paid:
        key = id(lot), sold
        found = self._paid.get(key)
        if found is None:
            client, part = self._client, replace(lot, value_fen=sold)
            book = remove_lot(client.before, part, facts, client.parameters)
            found = self._paid[key] = _Paid(book, sums_of(book))
        return found


class _Plan(NamedTuple):
    """What is to be run for products of one kind."""

    rows: list[Row]
    """Those of law, in the table's order."""
    may_miss: bool
    """May one of them come to read an answer that nobody gave?"""


class Rows:
    """The gate's rows on one client's purchases."""

    def __init__(self, client: Buyer, terms: Terms) -> None:
        """None has run yet."""
        self._client, self._terms = client, terms
        self._told: Inputs = client.told or {}
        self._reserve = Reserve(
            client.before.liquid, client.months_needed, client.profile, client.told
        )
        self._plans: dict[Kind, _Plan] = {}
        self._ran: dict[tuple[str, tuple[object, ...]], Ruling | None] = {}

    def on(self, its: Bought) -> tuple[Ruling, ...]:
        """Every row that applies, in the table's order."""
        policy, offer = self._client.policy, its.offer
        kind = kind_of(offer)
        inputs = {**self._told, **bought(_purchase(kind, its.fen, its.liquid))}
        found = [
            row if isinstance(row, Ruling) else ruling_on(row, inputs)
            for row in self._planned(kind).rows
        ]
        found.append(rule_on_tenor(offer.lot.days_to_maturity, self._client.profile, policy))
        found.append(rule_on_liquidity(self._reserve, its.liquid, policy))
        found.append(rule_on_concentration(its.quarters, its.value_fen, policy))
        return tuple([one for one in found if one is not None])

    def may_miss(self, kinds: Iterable[Kind]) -> bool:
        """May any row on products of these kinds come to read an answer that nobody gave?

        Where it says no, no move into such a product is refused for missing data, whatever is
        moved. Where it says yes, the moves have to be asked.
        """
        profile, told = self._client.profile, self._client.told
        if None in (profile.horizon_years, profile.essential_spending):
            return True
        if told is not None and told.get("monthly_need") is None:
            return True
        return any(self._planned(kind).may_miss for kind in kinds)

    def _planned(self, kind: Kind) -> "_Plan":
        found = self._plans.get(kind)
        if found is None:
            rows = [*self._plan(kind)]
            found = self._plans[kind] = _Plan(rows, any(map(self._misses, rows)))
        return found

    def _misses(self, row: Row) -> bool:
        if isinstance(row, Ruling):
            return row.reason is WithheldReason.DATA_MISSING
        return any(name not in OF_AMOUNT and self._told.get(name) is None for name in row.inputs)

    def _plan(self, kind: Kind) -> Iterator[Row]:
        """The rows on such products, in order; what no amount changes is answered already."""
        client, told = self._client, self._client.told
        risk_class = client.profile.risk_class
        first = self._terms.on_level(
            Grade(kind.regime, kind.level, risk_class, client.initiator, client.on_objective)
        )
        if first is not None:
            yield first
        if told is None:
            return
        rows = self._terms.laws(kind.regime, is_private=kind.private is not None)
        purchase = _purchase(kind, 0, 0)
        if rows is None:
            yield from duties(purchase, told, client.policy)
            return
        inputs = {**told, **bought(purchase)}
        for row in rows:
            if is_asked(row, told):
                yield from self._answered(row, inputs)

    def _answered(self, row: ConductRule, inputs: Inputs) -> Iterator[Row]:
        """The answer of a row that reads no amount, the row itself if it may read one."""
        reads = OF_PURCHASE.get(row.id)
        if reads is None:
            yield row
            return
        key = row.id, tuple([inputs[name] for name in reads])
        if key not in self._ran:
            self._ran[key] = ruling_on(row, inputs)
        found = self._ran[key]
        if found is not None:
            yield found


def _purchase(kind: Kind, fen: int, liquid: int) -> Purchase:
    return Purchase(kind.regime, kind.level, fen, liquid, kind.private)


def _with(paid: _Paid, offer: Offer, weight: Weight, fen: int, client: Buyer) -> tuple[Sums, int]:
    """The sums with so much of a product, and how much hangs on it or its issuer (`heaviest`)."""
    sums, book, facts = paid.sums, paid.book, offer.facts
    old = book.products.get(facts.product, _NONE)
    grown, papers = fen * weight.quarters, book.issuers.get(facts.issuer, 0)
    balance, rules = book.banks.get(facts.issuer, 0), client.parameters.book
    deposits = uninsured(balance, rules)
    if weight.is_deposit:
        alone = uninsured(balance + fen, rules)
        product_step = alone * alone - deposits * deposits
        issuer_step = (papers + alone) ** 2 - (papers + deposits) ** 2
    else:
        product_step = (old[1] + grown) ** 2 - old[1] ** 2
        issuer_step = (papers + grown + deposits) ** 2 - (papers + deposits) ** 2
    own = old[2] + fen * facts.idiosyncratic_bp
    after = Sums(
        sums.value + fen,
        spread(sums.by_class, facts.look_through, fen),
        at_level(sums.by_level, facts.level, fen),
        sums.liquid + fen * weight.liquid_steps,
        sums.fees + fen * facts.fee_bp,
        sums.idle + fen * offer.lot.idle,
        sums.maturing + fen * weight.maturing,
        sums.excess_fees + fen * weight.excess_fee,
        sums.product_squares + product_step,
        sums.issuer_squares + issuer_step,
        sums.own_risk_squares + own * own - old[2] * old[2],
    )
    return after, max(old[1] + grown, papers + grown)
