"""Single moves: what remedies ask to be sold, and what a buyer could hold instead."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from journeys.client.wealth.book import BASIS, Book, Lot, book_of, remove_lot
from journeys.client.wealth.dimensions.allocation import Allocation
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held, Prescribed, prescribe
from journeys.client.wealth.remedies.remedy import Do, Step
from journeys.client.wealth.rules import CLASSES, AssetClass
from journeys.client.wealth.score import Label, Score, score
from journeys.client.wealth.standing import months_needed
from journeys.decide.matching.gate import blocks
from journeys.decide.matching.match import Buyer, Match, Offer, Source, buyable, match
from journeys.decide.matching.search import Room, Search
from journeys.decide.matching.shelf import group_of
from journeys.decide.matching.terms import Adviser
from journeys.decide.verdict import Ruling

GROUPS: Mapping[str, frozenset[AssetClass]] = {
    "CASH": frozenset({"CASH"}),
    "FI": frozenset({"FIX", "BOND"}),
    "EQ": frozenset({"EQ"}),
    "ALT": frozenset({"ALT"}),
}
ANY_CLASS = frozenset(CLASSES)


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


def buyer_of(held: Held, profile: Profile, adviser: Adviser) -> Buyer:
    """A client who has sold nothing yet."""
    book = book_of(held, adviser.parameters)
    return buyer_as(book, score(book, profile, adviser.parameters), profile, adviser)


def buyer_as(book: Book, now: Score, profile: Profile, adviser: Adviser) -> Buyer:
    """The same of a book that is added up and scored already."""
    return Buyer(
        profile=profile,
        before=book,
        without=book,
        amount_fen=0,
        total=now.total,
        label=now.label,
        months_needed=months_needed(profile, adviser.parameters),
        parameters=adviser.parameters,
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
    return sources_of(prescribe([*held, *kept], profile, parameters), held)


def sources_of(found: Iterable[Prescribed], held: Held) -> list[Source]:
    """The same of remedies already prescribed."""
    asked: dict[int, tuple[float, Source]] = {}
    for prescribed in found:
        dimension, gain = prescribed.remedy.dimension, prescribed.gain_points
        for step in prescribed.remedy.steps:
            for at, fen in _asked(step, held):
                points, old = asked.get(at, (0.0, Source(*held[at], 0, ())))
                serves = tuple(sorted({*old.serves, dimension}))
                asked[at] = points + gain, replace(old, fen=max(old.fen, fen), serves=serves)
    ordered = sorted(asked.items(), key=lambda one: (-one[1][0], one[0]))
    return [source for _, (_, source) in ordered]


def moves(
    client: Buyer,
    source: Source,
    wanted: frozenset[AssetClass],
    adviser: Adviser,
    *,
    allocation: Allocation | None,
    room: Room | None = None,
) -> list[Move]:
    """Suitable moves out of one source, the most points by yuan first.

    Args:
        client: who has sold nothing yet.
        source: what is sold.
        wanted: main classes of what may be bought.
        adviser: shelf and policies.
        allocation: of the client, if known.
        room: the most to be bought of a product, if there is such a limit.
    """
    search = Search(client, adviser.shelf, allocation, partial(try_move, client))
    return search.moves(source, wanted, room=room)


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
