"""The shelf, indexed: a buyer is shown the head of every kind that could help, not all products.

Products are put into bins by what is in them, by level and by how fast they are cash. Inside a bin
the calmer and cheaper comes first, so that the head of a bin stands for it. Which bins are tried is
judged by their mean mix alone: by how near a purchase would bring the client to the target.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from journeys.client.wealth.book import BASIS, Book
from journeys.client.wealth.dimensions.allocation import Allocation
from journeys.client.wealth.rules import CLASSES, AssetClass, FiveWhole
from journeys.client.wealth.target import Groups
from journeys.decide.matching.match import Offer
from journeys.summed import summed

_CASH_EDGES = (1, 7, 30, 90)
_PURITY_EDGES = (5_000, 6_000, 7_000, 8_000, 9_000)
_MINOR_BP = 1_000
_NEAR, _OWN_KIND = 7, 3
"""Bins tried because they are near the target, and because they are of the source's class."""
_YEAR_DAYS = 365
MOST_LEVEL = 5
"""Levels are R1 to R5."""


class Bin(msgspec.Struct, frozen=True):
    """Products much alike, the calmer and cheaper first."""

    main: AssetClass
    level: int
    mix: Groups
    """The mean over its products."""
    offers: tuple[Offer, ...]


class Shelf(msgspec.Struct, frozen=True):
    """All bins, in a fixed order."""

    bins: tuple[Bin, ...]
    by_name: dict[str, Offer]
    kept: dict[tuple[int, int], object] = msgspec.field(default_factory=dict)
    """What policies make of it (`terms.py`)."""


def shelf_of(offers: Iterable[Offer]) -> Shelf:
    """Index a catalogue; done once for a release."""
    by_name = {offer.name: offer for offer in offers}
    found: dict[tuple[int, ...], list[Offer]] = defaultdict(list)
    for offer in by_name.values():
        found[_kind(offer)].append(offer)
    bins = tuple(
        Bin(CLASSES[kind[0]], kind[1], _mean(inside), tuple(sorted(inside, key=_quality)))
        for kind, inside in sorted(found.items())
    )
    return Shelf(bins, by_name)


def nearest(
    bins: Iterable[Bin], source: FiveWhole, share: float, allocation: Allocation
) -> list[Bin]:
    """Bins by how near to its target the book would come: a share of it leaves a source's mix."""
    out = _grouped(source)
    left = [has - share * gone for has, gone in zip(allocation.held, out, strict=True)]
    cash, fixed, equity, other = (
        has - wanted for has, wanted in zip(left, allocation.target, strict=True)
    )

    def distance(one: Bin) -> float:
        mix = one.mix
        return (
            0
            + abs(cash + share * mix[0])
            + abs(fixed + share * mix[1])
            + abs(equity + share * mix[2])
            + abs(other + share * mix[3])
        )

    return sorted(bins, key=distance)


def promising(near: Iterable[Bin], own: Iterable[Bin], wanted: frozenset[AssetClass]) -> list[Bin]:
    """The bins to try, of the classes wanted.

    The first of those that would bring the book nearest to its target, and some of the source's
    own class, for there a purchase may spread, calm or cheapen what is held.

    Args:
        near: by distance, see `nearest`; none where no target is known.
        own: those of the source's own class.
        wanted: main classes.
    """
    found = list(islice((one for one in near if one.main in wanted), _NEAR))
    there = {id(one) for one in found}
    first = islice((one for one in own if one.main in wanted), _OWN_KIND)
    return [*found, *(one for one in first if id(one) not in there)]


def suitable(one: Bin, years: int | None, book: Book) -> Iterator[Offer]:
    """A bin's products that mature within so many years, those of products and issuers held last.

    More of what is held would concentrate. Without a limit of years, all.
    """
    held: list[Offer] = []
    for offer in one.offers:
        if years is not None and not _in_time(offer, years):
            continue
        if offer.facts.product in book.products or offer.facts.issuer in book.issuers:
            held.append(offer)
        else:
            yield offer
    yield from held


def group_of(mix: FiveWhole) -> AssetClass:
    """The class that most of a product is."""
    return CLASSES[mix.index(max(mix))]


def _kind(offer: Offer) -> tuple[int, ...]:
    """Main class, level, second class, how pure, how fast it is cash."""
    mix = offer.facts.look_through
    main = mix.index(max(mix))
    rest = [share if at != main else 0 for at, share in enumerate(mix)]
    second = rest.index(max(rest)) if max(rest) >= _MINOR_BP else -1
    pure = sum(mix[main] >= edge for edge in _PURITY_EDGES)
    slow = sum(offer.lot.days_to_cash > edge for edge in _CASH_EDGES)
    return main, offer.facts.level, second, pure, slow


def _mean(offers: Sequence[Offer]) -> Groups:
    parts = [_grouped(offer.facts.look_through) for offer in offers]
    cash, fixed, equity, other = (summed(one) / len(parts) for one in zip(*parts, strict=True))
    return cash, fixed, equity, other


def _grouped(mix: FiveWhole) -> Groups:
    cash, fix, bond, equity, other = mix
    return cash / BASIS, (fix + bond) / BASIS, equity / BASIS, other / BASIS


def _in_time(offer: Offer, years: int) -> bool:
    days = offer.lot.days_to_maturity
    return days is None or days <= _YEAR_DAYS * years


def _quality(offer: Offer) -> tuple[int, str]:
    """Own risk counts as a tenth of itself in yearly fees: what spreading it away is worth."""
    its = offer.facts
    return its.fee_bp + its.idiosyncratic_bp // 10, offer.name
