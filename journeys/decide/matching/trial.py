"""One client's moves, tried out: whatever the client alone decides is worked out once.

A move comes to what `tried_move` says of it, to the last bit, without a book of its own: sums are
moved instead of maps, and a row of law runs once for whatever it reads of the purchase.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

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
from journeys.decide.matching.terms import Terms, Weight
from journeys.decide.verdict import Ruling

_NONE: Final = (0, 0, 0)
Row = Ruling | ConductRule
"""A row that was run once for all, or one that has to be run for every amount."""


class Tried(NamedTuple):
    """Sell so much of one holding, buy so much of a product: what it brings, and whether it may."""

    sell: str
    buy: str
    sold_fen: int
    bought_fen: int
    gain_points: float
    per_yuan: float
    rulings: tuple[Ruling, ...]
    refusals: tuple[Ruling, ...]
    """The rows that block it, in the table's order."""


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
        self._rows = _Rows(client, terms)
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
        rulings = self._rows.on(offer, fen, after, quarters)
        return Tried(
            lot.product,
            offer.name,
            sold,
            fen,
            # As a move has it, which keeps both scores.
            client.total + gain - client.total,
            per_yuan(gain, fen, offer.facts.fee_bp),
            rulings,
            blocks(rulings),
        )

    def _without(self, lot: Lot, facts: ProductFacts, sold: int) -> _Paid:
        key = id(lot), sold
        found = self._paid.get(key)
        if found is None:
            client, part = self._client, replace(lot, value_fen=sold)
            book = remove_lot(client.before, part, facts, client.parameters)
            found = self._paid[key] = _Paid(book, sums_of(book))
        return found


class _Rows:
    """The gate's rows on one client's purchases."""

    def __init__(self, client: Buyer, terms: Terms) -> None:
        self._client, self._terms = client, terms
        self._reserve = Reserve(
            client.before.liquid, client.months_needed, client.profile, client.told
        )
        self._plans: dict[tuple[str | None, int, str | None], list[Row]] = {}
        self._ran: dict[tuple[str, tuple[object, ...]], Ruling | None] = {}
        self._tenors: dict[int | None, Ruling | None] = {}

    def on(self, offer: Offer, fen: int, after: Sums, quarters: int) -> tuple[Ruling, ...]:
        """Every row that applies, in the table's order."""
        policy, level = self._client.policy, offer.facts.level
        key = offer.regime, level, offer.private
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = [*self._plan(offer)]
        told: Inputs = self._client.told or {}
        inputs = {**told, **bought(_purchase(offer, fen, after.liquid))}
        found = [row if isinstance(row, Ruling) else ruling_on(row, inputs) for row in plan]
        days = offer.lot.days_to_maturity
        if days not in self._tenors:
            self._tenors[days] = rule_on_tenor(days, self._client.profile, policy)
        found.append(self._tenors[days])
        found.append(rule_on_liquidity(self._reserve, after.liquid, policy))
        found.append(rule_on_concentration(quarters, after.value, policy))
        return tuple([one for one in found if one is not None])

    def _plan(self, offer: Offer) -> Iterator[Row]:
        """The rows on such products, in order; what no amount changes is answered already."""
        client = self._client
        risk_class, told = client.profile.risk_class, client.told
        first = self._terms.on_level(
            Grade(
                offer.regime,
                offer.facts.level,
                risk_class,
                client.initiator,
                client.on_objective,
            )
        )
        if first is not None:
            yield first
        if told is None:
            return
        rows = self._terms.laws(offer.regime, is_private=offer.private is not None)
        purchase = _purchase(offer, 0, 0)
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


def _purchase(offer: Offer, fen: int, liquid: int) -> Purchase:
    return Purchase(offer.regime, offer.facts.level, fen, liquid, offer.private)


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
