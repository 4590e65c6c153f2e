"""Single moves: what remedies ask to be sold, and what a buyer could hold instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from math import inf

import msgspec
from msgspec.structs import replace

from journeys.catalogue.edition import Suitability
from journeys.client.wealth.book import BASIS, Lot, book_of, remove_lot
from journeys.client.wealth.dimensions.allocation import Allocation
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held, prescribe
from journeys.client.wealth.remedies.remedy import Do, Step
from journeys.client.wealth.rules import CLASSES, AssetClass
from journeys.client.wealth.score import Label, score
from journeys.client.wealth.standing import months_needed
from journeys.decide.matching.gate import blocks
from journeys.decide.matching.match import Buyer, Match, Offer, match
from journeys.decide.matching.shelf import (
    MOST_LEVEL,
    Shelf,
    bins_for,
    group_of,
    promising,
    suitable,
)
from journeys.decide.verdict import Ruling

GROUPS: Mapping[str, frozenset[AssetClass]] = {
    "CASH": frozenset({"CASH"}),
    "FI": frozenset({"FIX", "BOND"}),
    "EQ": frozenset({"EQ"}),
    "ALT": frozenset({"ALT"}),
}
_BINS_DEEPER = 3
DEEPER = 3
"""So many more of each of the best bins are tried."""
_UNFIT = 10
"""Bins of which the heads are looked at for a reason alone."""
ANY_CLASS = frozenset(CLASSES)


class Adviser(msgspec.Struct, frozen=True):
    """What advice rests on besides the client."""

    shelf: Shelf
    parameters: WealthParameters
    policy: Suitability


class Source(msgspec.Struct, frozen=True):
    """A lot that some remedy asks to be sold, and how much of it."""

    lot: Lot
    facts: ProductFacts
    fen: int
    serves: tuple[int, ...]
    """Dimensions, 1 to 9."""


class Move(msgspec.Struct, frozen=True):
    """Sell so much of one holding, buy so much of a product; the difference is the cost."""

    sell: str
    buy: str
    sold_fen: int
    bought_fen: int
    serves: tuple[int, ...]
    """The dimensions whose remedies ask for the sale."""
    before: float
    after: float
    label: Label
    """After the move."""
    per_yuan: float
    rulings: tuple[Ruling, ...]

    @property
    def gain_points(self) -> float:
        """Change of the score."""
        return self.after - self.before

    @property
    def refusals(self) -> tuple[Ruling, ...]:
        """The rows that block it, in the table's order."""
        return blocks(self.rulings)

    @property
    def cost_fen(self) -> int:
        """What buying costs."""
        return self.sold_fen - self.bought_fen


Attempt = Callable[[Buyer, Source, Offer, int], Move | None]


def buyer_of(held: Held, profile: Profile, adviser: Adviser) -> Buyer:
    """A client who has sold nothing yet."""
    parameters = adviser.parameters
    book = book_of(held, parameters)
    now = score(book, profile, parameters)
    return Buyer(
        profile=profile,
        before=book,
        without=book,
        amount_fen=0,
        total=now.total,
        label=now.label,
        months_needed=months_needed(profile, parameters),
        parameters=parameters,
        policy=adviser.policy,
    )


def sources(
    held: Held, profile: Profile, parameters: WealthParameters, *, kept: Held = ()
) -> list[Source]:
    """Lots that remedies ask to be sold; those that serve the most points first.

    Args:
        held: what may be sold.
        profile: the household.
        parameters: the set in force.
        kept: what the client holds besides, and does not sell.
    """
    asked: dict[int, tuple[float, Source]] = {}
    for prescribed in prescribe([*held, *kept], profile, parameters):
        dimension, gain = prescribed.remedy.dimension, prescribed.gain_points
        for step in prescribed.remedy.steps:
            for at, fen in _asked(step, held):
                points, old = asked.get(at, (0.0, Source(*held[at], 0, ())))
                serves = tuple(sorted({*old.serves, dimension}))
                asked[at] = points + gain, replace(old, fen=max(old.fen, fen), serves=serves)
    ordered = sorted(asked.items(), key=lambda one: (-one[1][0], one[0]))
    return [source for _, (_, source) in ordered]


def moves(  # noqa: PLR0913 - the last four narrow or widen one search
    client: Buyer,
    source: Source,
    wanted: frozenset[AssetClass],
    adviser: Adviser,
    *,
    allocation: Allocation | None,
    room: Callable[[Offer], int] | None = None,
    attempt: Attempt | None = None,
    unfit: bool = False,
    deeper: int = DEEPER,
) -> list[Move]:
    """Suitable moves out of one source, the most points by yuan first.

    The heads of promising bins are tried, then more of the bins whose heads gained most.

    Args:
        client: who has sold nothing yet.
        source: what is sold.
        wanted: main classes of what may be bought.
        adviser: shelf and policies.
        allocation: of the client, if known.
        room: the most to be bought of a product, if there is such a limit.
        attempt: how one move is tried; `try_move` keeps to those that may be made.
        unfit: look also at products above the class and beyond the horizon.
        deeper: how many more of each of the best bins are tried; 0 tries their heads alone.
    """
    try_it = try_move if attempt is None else attempt

    def tried(offers: Iterator[Offer], count: int) -> list[Move]:
        """The next few that so much money buys at all."""
        limits = ((offer, source.fen if room is None else room(offer)) for offer in offers)
        wanted = ((offer, min(source.fen, most)) for offer, most in limits)
        buys = ((offer, fen) for offer, fen in wanted if buyable(fen, offer))
        found = (try_it(client, source, offer, fen) for offer, fen in islice(buys, count))
        return [move for move in found if move is not None]

    most = MOST_LEVEL if unfit else client.profile.risk_class or 0
    allowed = bins_for(adviser.shelf, wanted, most)
    share = source.fen / max(client.before.value_fen, 1)
    near = promising(allowed, source.facts.look_through, share, allocation)
    tries = allowed[:_UNFIT] if unfit else near
    years = None if unfit else client.profile.horizon_years or 0
    bins = [suitable(one, years, client.before) for one in tries]
    heads = [(tried(offers, 1), offers) for offers in bins]
    best = sorted(heads, key=lambda one: -max((m.gain_points for m in one[0]), default=-inf))
    more = [move for _, offers in best[:_BINS_DEEPER] for move in tried(offers, deeper)]
    found = [move for one, _ in heads for move in one]
    return sorted([*found, *more], key=lambda one: (-one.per_yuan, one.buy))


def try_move(client: Buyer, source: Source, offer: Offer, fen: int) -> Move | None:
    """One move of up to so much; `None` if it may not be made or is too small to make."""
    move = tried_move(client, source, offer, fen)
    return None if move is None or move.refusals else move


def tried_move(client: Buyer, source: Source, offer: Offer, fen: int) -> Move | None:
    """The same, with its refusals if it may not be made."""
    bought = buyable(fen, offer)
    if not bought or offer.facts.product == source.lot.product:
        return None
    sold = bought - (-bought * offer.entry_bp // BASIS)
    lot = replace(source.lot, value_fen=sold)
    without = remove_lot(client.before, lot, source.facts, client.parameters)
    found = match(replace(client, without=without, amount_fen=sold), offer, bought_fen=bought)
    return _move(client, source, found, (sold, bought))


def buyable(fen: int, offer: Offer) -> int:
    """How much of a product so much money buys: whole steps after its cost, or nothing."""
    most = fen * BASIS // (BASIS + offer.entry_bp)
    whole = most - most % offer.step_fen
    return whole if whole >= max(1, offer.minimum_fen) else 0


def _move(client: Buyer, source: Source, found: Match, fens: tuple[int, int]) -> Move:
    return Move(
        sell=source.lot.product,
        buy=found.name,
        sold_fen=fens[0],
        bought_fen=fens[1],
        serves=source.serves,
        before=client.total,
        after=client.total + found.gain_points,
        label=found.label,
        per_yuan=found.per_yuan,
        rulings=found.rulings,
    )


def _asked(step: Step, held: Sequence[tuple[Lot, ProductFacts]]) -> list[tuple[int, int]]:
    """Places of the lots that a step is about, and how much of each, first come first sold."""
    concerns = _CONCERNS.get(step.do)
    if concerns is None:
        return []
    found, left = [], step.amount
    for at, (lot, facts) in enumerate(held):
        if lot.value_fen and left > 0 and concerns(step, lot, facts):
            # What a cheaper class saves a year says nothing of how much to switch: all of it.
            fen = lot.value_fen if step.do is Do.CUT_FEE else min(lot.value_fen, left)
            left -= 0 if step.do is Do.CUT_FEE else fen
            found.append((at, fen))
    return found


_CONCERNS: Mapping[Do, Callable[[Step, Lot, ProductFacts], bool]] = {
    Do.SELL_ABOVE_CLASS: lambda step, lot, _: lot.product == step.about,
    Do.LOWER_OWN_RISK: lambda step, lot, _: lot.product == step.about,
    Do.CUT_FEE: lambda step, lot, _: lot.product == step.about,
    Do.TRIM: lambda step, lot, facts: step.about in {lot.product, facts.issuer},
    Do.SELL_GROUP: lambda step, _, facts: group_of(facts.look_through) in GROUPS[step.about],
    Do.EQUITY_TO_FIXED: lambda _, __, facts: group_of(facts.look_through) == "EQ",
    Do.DEPLOY: lambda _, lot, __: lot.idle,
}
