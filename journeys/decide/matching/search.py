"""A search for moves: heads of promising bins are tried, then more of the bins that gained most.

Several lines of products, sources and amounts are searched for one client; what they share is
looked at once.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from math import inf
from typing import Final, Generic, Protocol, TypeVar

from journeys.client.wealth.dimensions.allocation import Allocation
from journeys.client.wealth.rules import AssetClass
from journeys.decide.matching.match import Buyer, Offer, Source, buyable
from journeys.decide.matching.shelf import (
    MOST_LEVEL,
    Bin,
    Shelf,
    group_of,
    nearest,
    promising,
    suitable,
)

_BINS_DEEPER: Final = 3
DEEPER: Final = 3
"""So many more of each of the best bins are tried."""
_UNFIT: Final = 10
"""Bins of which the heads are looked at for a reason alone."""
Room = Callable[[Offer], int]
"""The most to be bought of a product, fen."""


class Gaining(Protocol):
    """A move that was tried."""

    @property
    def buy(self) -> str:
        """The product bought."""

    @property
    def gain_points(self) -> float:
        """Change of the score."""

    @property
    def per_yuan(self) -> float:
        """The same by yuan placed, net of a year's fee."""


M = TypeVar("M", bound=Gaining)
Attempt = Callable[[Source, Offer, int], M | None]
"""Tries a move of up to so much money; `None` if it cannot be made at all."""


class Search(Generic[M]):
    """The search of one client who has sold nothing yet."""

    def __init__(
        self,
        client: Buyer,
        shelf: Shelf,
        allocation: Allocation | None,
        attempt: Attempt[M],
    ) -> None:
        """Nothing is tried yet.

        Args:
            client: whose moves.
            shelf: what may be bought.
            allocation: of the client, if known.
            attempt: how one move is tried.
        """
        self._client, self._shelf = client, shelf
        self._allocation, self._attempt = allocation, attempt
        most = client.profile.risk_class or 0
        self._allowed = [one for one in shelf.bins if one.level <= most]
        self._near: dict[tuple[int, int], list[Bin]] = {}
        self._picks: dict[tuple[int, int, int, Room | None, bool], _Picks[M]] = {}

    def moves(
        self,
        source: Source,
        wanted: frozenset[AssetClass],
        *,
        room: Room | None = None,
        unfit: bool = False,
        deeper: int = DEEPER,
    ) -> list[M]:
        """Moves out of one source, the most points by yuan first.

        Args:
            source: what is sold.
            wanted: main classes of what may be bought.
            room: the most to be bought of a product, if there is such a limit.
            unfit: look also at products above the class and beyond the horizon.
            deeper: how many more of each of the best bins are tried; 0 tries their heads alone.
        """
        bins = self._unfit(wanted) if unfit else self._promising(source, wanted)
        picks = [self._picked(one, source, room, unfit=unfit) for one in bins]
        found = [move for one in picks for move in one.upto(1)]
        best = sorted(picks, key=_least_first) if deeper else []
        for one in best[:_BINS_DEEPER]:
            found += one.upto(1 + deeper)[len(one.upto(1)) :]
        return sorted(found, key=lambda one: (-one.per_yuan, one.buy))

    def _promising(self, source: Source, wanted: frozenset[AssetClass]) -> list[Bin]:
        main = group_of(source.facts.look_through)
        own = (one for one in self._allowed if one.main == main)
        return promising(self._nearest(source), own, wanted)

    def _nearest(self, source: Source) -> list[Bin]:
        if self._allocation is None:
            return []
        # A lot is known by where it stands: the client holds it for as long as this lasts.
        key = id(source.lot), source.fen
        found = self._near.get(key)
        if found is None:
            share = source.fen / max(self._client.before.value_fen, 1)
            mix = source.facts.look_through
            found = self._near[key] = nearest(self._allowed, mix, share, self._allocation)
        return found

    def _unfit(self, wanted: frozenset[AssetClass]) -> list[Bin]:
        return [one for one in self._shelf.bins if one.main in wanted and one.level <= MOST_LEVEL][
            :_UNFIT
        ]

    def _picked(self, one: Bin, source: Source, room: Room | None, *, unfit: bool) -> "_Picks[M]":
        key = id(one), id(source.lot), source.fen, room, unfit
        found = self._picks.get(key)
        if found is None:
            found = self._picks[key] = _Picks(self._tried(one, source, room, unfit=unfit))
        return found

    def _tried(
        self, one: Bin, source: Source, room: Room | None, *, unfit: bool
    ) -> Iterator[M | None]:
        """A bin's products that so much money buys at all, tried as they are asked for."""
        years = None if unfit else self._client.profile.horizon_years or 0
        for offer in suitable(one, years, self._client.before):
            fen = source.fen if room is None else min(source.fen, room(offer))
            if buyable(fen, offer):
                yield self._attempt(source, offer, fen)


class _Picks(Generic[M]):
    """The first few of a bin."""

    def __init__(self, tries: Iterator[M | None]) -> None:
        self._tries = tries
        self._tried: list[M | None] = []

    def upto(self, count: int) -> list[M]:
        """What came of the first so many."""
        tried = self._tried
        if len(tried) < count:
            tried += islice(self._tries, count - len(tried))
        return [move for move in tried[:count] if move is not None]


def _least_first(one: _Picks[M]) -> float:
    """For a sort: the best head comes first, a bin without one last."""
    return -max((move.gain_points for move in one.upto(1)), default=-inf)
