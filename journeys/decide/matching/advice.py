"""Advice: what to sell and what to buy instead, in whole steps, with the reason and the effect.

Three answers to one client: the best single moves; the smallest move that lifts the label; and the
trades that bring the book near its target. Every move has passed the gate.
"""

from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from journeys.client.wealth.book import Lot
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.dimensions.allocation import Allocation
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held
from journeys.client.wealth.rules import AssetClass
from journeys.client.wealth.score import Label
from journeys.decide.matching.match import Buyer, Offer, Source
from journeys.decide.matching.moves import (
    ANY_CLASS,
    GROUPS,
    Move,
    buyer_of,
    moves,
    sources,
    try_move,
)
from journeys.decide.matching.shelf import group_of
from journeys.decide.matching.terms import Adviser

_SOURCES = 3
_LABEL_TRIES = 3
_GRID = 8
_LABELS = tuple(Label)


class Advice(msgspec.Struct, frozen=True):
    """What a client could do; a part may be empty, for then nothing suitable would help."""

    parameter_set: str
    total: float
    label: Label
    moves: tuple[Move, ...]
    """Alternatives to each other, the most points by yuan first."""
    to_next_label: Move | None
    to_target: tuple[Move, ...]
    """Trades one after the other; `before` of each is `after` of the one before it."""


def advise(held: Held, profile: Profile, adviser: Adviser) -> Advice:
    """All three answers for one client."""
    client = buyer_of(held, profile, adviser)
    found = sources(held, profile, adviser.parameters)
    best = _best(client, found, adviser)
    return Advice(
        parameter_set=adviser.parameters.id,
        total=client.total,
        label=client.label,
        moves=best,
        to_next_label=_smallest(client, best, found, adviser),
        to_target=to_target(held, profile, adviser),
    )


def _best(client: Buyer, found: Sequence[Source], adviser: Adviser) -> tuple[Move, ...]:
    """The best moves, each into another product."""
    rules = adviser.policy.advice
    allocation = _allocation(client)
    tried = [
        move
        for source in found[:_SOURCES]
        for move in moves(client, source, ANY_CLASS, adviser, allocation=allocation)
        if move.gain_points >= rules.least_gain
    ]
    worthy = rules.worthy_part * max((move.gain_points for move in tried), default=0.0)
    best: dict[str, Move] = {}
    tried = [move for move in tried if move.gain_points >= worthy]
    for move in sorted(tried, key=lambda one: (-one.per_yuan, one.buy, one.sell)):
        best.setdefault(move.buy, move)
    return tuple(best.values())[: rules.shown]


def _smallest(
    client: Buyer, best: Sequence[Move], found: Sequence[Source], adviser: Adviser
) -> Move | None:
    """The smallest of the best moves, cut down, that still earns a better label."""
    lifting = [
        move
        for one in best[:_LABEL_TRIES]
        for source in found
        if source.lot.product == one.sell
        for move in [_cut_down(client, source, _offer(adviser, one.buy))]
        if move is not None
    ]
    return min(lifting, key=lambda move: (move.sold_fen, move.buy), default=None)


def _cut_down(client: Buyer, source: Source, offer: Offer) -> Move | None:
    """The least of one source that lifts the label: first found on a grid, then halved."""
    short = 0
    for part in range(1, _GRID + 1):
        fen = source.fen * part // _GRID
        move = try_move(client, source, offer, fen)
        if move is not None and _is_better(move.label, client.label):
            return _halved(client, (source, offer), short, move)
        short = fen
    return None


def _halved(client: Buyer, pair: tuple[Source, Offer], short: int, enough: Move) -> Move:
    source, offer = pair
    step, most = max(offer.step_fen, source.fen // 1_000, 1), enough.sold_fen
    while most - short > step:
        middle = (short + most) // 2
        move = try_move(client, source, offer, middle)
        if move is not None and _is_better(move.label, client.label):
            enough, most = move, middle
        else:
            short = middle
    return enough


def to_target(held: Held, profile: Profile, adviser: Adviser) -> tuple[Move, ...]:
    """Trade after trade, each the best for what the remedies ask next, until little is gained."""
    trades: list[Move] = []
    holdings = list(held)
    while len(trades) < adviser.policy.advice.most_trades:
        client = buyer_of(holdings, profile, adviser)
        # What a trade of this plan bought is not sold again by the next.
        old, new = holdings[: len(held)], holdings[len(held) :]
        open_to = sources(old, profile, adviser.parameters, kept=new)
        trade = _next_trade(client, open_to, adviser)
        if trade is None:
            break
        move, source = trade
        trades.append(move)
        holdings = _after(holdings, source, move, _offer(adviser, move.buy))
    return tuple(trades)


def _next_trade(
    client: Buyer, open_to: Sequence[Source], adviser: Adviser
) -> tuple[Move, Source] | None:
    allocation = _allocation(client)
    short = {} if allocation is None else _short_of(allocation, client.before.value_fen)
    for source in open_to[:_SOURCES]:
        main = group_of(source.facts.look_through)
        wanted = frozenset({main, *short})
        found = moves(
            client,
            source,
            wanted,
            adviser,
            allocation=allocation,
            room=partial(_room, short, source),
        )
        best = max(found, key=lambda one: (one.gain_points, one.buy), default=None)
        if best is not None and best.gain_points >= adviser.policy.advice.least_gain:
            return best, source
    return None


def _room(short: dict[AssetClass, int], source: Source, offer: Offer) -> int:
    """No more of another group than it is short of; within a group, the whole source."""
    main, own = group_of(offer.facts.look_through), group_of(source.facts.look_through)
    if any({main, own} <= group for group in GROUPS.values()):
        return source.fen
    return short.get(main, 0)


def _short_of(allocation: Allocation, value: int) -> dict[AssetClass, int]:
    """By main class, how much its group is short of the target."""
    return {
        main: int((wanted - has) * value)
        for classes, has, wanted in zip(
            GROUPS.values(), allocation.held, allocation.target, strict=True
        )
        if wanted > has
        for main in sorted(classes)
    }


def _allocation(client: Buyer) -> Allocation | None:
    return diagnose(client.before, client.profile, client.parameters).allocation


def _after(
    holdings: Sequence[tuple[Lot, ProductFacts]], source: Source, move: Move, offer: Offer
) -> list[tuple[Lot, ProductFacts]]:
    sold = next(at for at, (lot, _) in enumerate(holdings) if lot == source.lot)
    left = list(holdings)
    lot, facts = left[sold]
    left[sold] = replace(lot, value_fen=lot.value_fen - move.sold_fen), facts
    return [*left, (replace(offer.lot, value_fen=move.bought_fen), offer.facts)]


def _is_better(one: Label, other: Label) -> bool:
    return _LABELS.index(one) < _LABELS.index(other)


def _offer(adviser: Adviser, name: str) -> Offer:
    return adviser.shelf.by_name[name]
