"""Match = gate × change of score: one amount moved out of a lot into a product, tried out.

Commission is no input: an `Offer` has no field for it, and nothing else reaches the ranking.
"""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from journeys.catalogue.edition import Suitability
from journeys.client.wealth.book import BASIS, Book, Lot, add_lot, remove_lot
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.score import Label, score
from journeys.client.wealth.standing import months_needed
from journeys.decide.matching.duties import Inputs
from journeys.decide.matching.gate import Initiator, Proposal, blocks, rule_on
from journeys.decide.verdict import Ruling

_FEN_IN_A_YUAN = 100


class Offer(msgspec.Struct, frozen=True):
    """A product on the shelf, and a lot of it without a value."""

    name: str
    facts: ProductFacts
    lot: Lot
    regime: str | None = None
    step_fen: int = 1
    """It is sold in whole steps of so much."""
    minimum_fen: int = 1
    entry_bp: int = 0
    """What buying it costs, of the amount bought; it leaves the book."""
    private: str | None = None
    """What it invests in, if it is placed privately (S16)."""


class Source(msgspec.Struct, frozen=True):
    """A lot that some remedy asks to be sold, and how much of it."""

    lot: Lot
    facts: ProductFacts
    fen: int
    serves: tuple[int, ...]
    """Dimensions, 1 to 9."""


class Buyer(msgspec.Struct, frozen=True):
    """A client with money to place: as they stand, and with the source already sold."""

    profile: Profile
    before: Book
    without: Book
    amount_fen: int
    total: float
    """The score as they stand."""
    label: Label
    months_needed: float
    parameters: WealthParameters
    policy: Suitability
    told: Inputs | None = None
    """What the record tells of them for the rows of law; `None` asks the product's rows alone."""
    initiator: Initiator = "bank"
    on_objective: bool | None = True


class Match(msgspec.Struct, frozen=True):
    """What one product would do for one buyer, and whether it may."""

    name: str
    gain_points: float
    """Change of the score, for blocked products too."""
    label: Label
    """After the purchase."""
    per_yuan: float
    """By yuan placed, net of a year's fee."""
    fee_bp: int
    rulings: tuple[Ruling, ...]

    @property
    def refusals(self) -> tuple[Ruling, ...]:
        """The rows that block, in the table's order; empty if the product may be bought."""
        return blocks(self.rulings)


def buyer(
    book: Book,
    source: tuple[Lot, ProductFacts],
    profile: Profile,
    parameters: WealthParameters,
    policy: Suitability,
) -> Buyer:
    """A client who sells `source`, a lot of the amount to be placed.

    Raises:
        ValueError: the book holds less of it.
    """
    lot, facts = source
    now = score(book, profile, parameters)
    return Buyer(
        profile=profile,
        before=book,
        without=remove_lot(book, lot, facts, parameters),
        amount_fen=lot.value_fen,
        total=now.total,
        label=now.label,
        months_needed=months_needed(profile, parameters),
        parameters=parameters,
        policy=policy,
    )


def match(client: Buyer, offer: Offer, *, bought_fen: int | None = None) -> Match:
    """Try one product, for the whole amount sold or, less steps and costs, for a part of it."""
    bought = client.amount_fen if bought_fen is None else bought_fen
    lot = replace(offer.lot, value_fen=bought)
    after = add_lot(client.without, lot, offer.facts, client.parameters)
    then = score(after, client.profile, client.parameters, previous_label=client.label)
    gain = then.total - client.total
    proposal = Proposal(
        facts=offer.facts,
        regime=offer.regime,
        days_to_maturity=offer.lot.days_to_maturity,
        profile=client.profile,
        before=client.before,
        after=after,
        months_needed=client.months_needed,
        initiator=client.initiator,
        on_objective=client.on_objective,
        amount_fen=bought,
        private=offer.private,
        told=client.told,
    )
    return Match(
        name=offer.name,
        gain_points=gain,
        label=then.label,
        per_yuan=per_yuan(gain, bought, offer.facts.fee_bp),
        fee_bp=offer.facts.fee_bp,
        rulings=rule_on(proposal, client.policy),
    )


def buyable(fen: int, offer: Offer) -> int:
    """How much of a product so much money buys: whole steps after its cost, or nothing."""
    most = fen * BASIS // (BASIS + offer.entry_bp)
    whole = most - most % offer.step_fen
    return whole if whole >= max(1, offer.minimum_fen) else 0


def per_yuan(gain_points: float, amount_fen: int, fee_bp: int) -> float:
    """Points by yuan that is left after a year's fee; 0 for nothing placed."""
    net = amount_fen / _FEN_IN_A_YUAN * (1 - fee_bp / BASIS)
    return gain_points / net if net > 0 else 0.0


def ranked(matches: Iterable[Match]) -> list[Match]:
    """Those that may be bought, best first; ties by lower fee, then by name."""
    allowed = (one for one in matches if not one.refusals)
    return sorted(allowed, key=lambda one: (-one.per_yuan, one.fee_bp, one.name))
