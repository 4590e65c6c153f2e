"""X-ray of a portfolio: what is in it, with whom, at what price, and when it comes free."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from journeys.client.wealth.book import BASIS, Lot, excess_fee
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts

_LADDER = (30, 90, 180, 365)
_GROUPS = ("CASH", "FI", "FI", "EQ", "ALT")


class XRay(msgspec.Struct, frozen=True):
    """Sums in fen; each table adds up to the whole book. An empty book has empty tables."""

    value_fen: int
    by_group: dict[str, int]
    by_level: dict[int, int]
    by_issuer: tuple[tuple[str, int], ...]
    """The largest first."""
    by_product: tuple[tuple[str, int], ...]
    fee_fen: int
    """A year."""
    excess_fee_fen: int
    """Of it, above the benchmark, product by product, never netted."""
    ladder: dict[str, int]
    """By days to maturity: `30` is up to 30 days, `later` beyond the last step, `open` never."""


def xray(held: Sequence[tuple[Lot, ProductFacts]], parameters: WealthParameters) -> XRay:
    """Look through every lot."""
    groups, levels, ladder = (defaultdict[str, int](int), defaultdict[int, int](int), _ladder(held))
    issuers, products = defaultdict[str, int](int), defaultdict[str, int](int)
    fees = excess = 0
    for lot, facts in held:
        for group, share in zip(_GROUPS, facts.look_through, strict=True):
            groups[group] += lot.value_fen * share
        levels[facts.level] += lot.value_fen
        issuers[facts.issuer] += lot.value_fen
        products[facts.product] += lot.value_fen
        fees += lot.value_fen * facts.fee_bp
        excess += lot.value_fen * excess_fee(facts, parameters.book)
    return XRay(
        value_fen=sum(levels.values()),
        by_group={name: round(part / BASIS) for name, part in groups.items() if part},
        by_level={level: levels[level] for level in sorted(levels) if levels[level]},
        by_issuer=_largest_first(issuers),
        by_product=_largest_first(products),
        fee_fen=round(fees / BASIS),
        excess_fee_fen=round(excess / BASIS**2),
        ladder=ladder,
    )


def _ladder(held: Sequence[tuple[Lot, ProductFacts]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for lot, _ in held:
        if lot.value_fen:
            found[_rung(lot.days_to_maturity)] += lot.value_fen
    return dict(found)


def _rung(days: int | None) -> str:
    if days is None:
        return "open"
    return next((str(most) for most in _LADDER if days <= most), "later")


def _largest_first(sums: dict[str, int]) -> tuple[tuple[str, int], ...]:
    held = (one for one in sums.items() if one[1])
    return tuple(sorted(held, key=lambda one: (-one[1], one[0])))
