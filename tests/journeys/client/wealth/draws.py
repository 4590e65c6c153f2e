"""Random lots and households. `many` runs twice the profile's examples: 2,000 in CI.

A lot or a household is one draw of bytes, read field by field: a few times as cheap as a draw for
each field, and zeros, where hypothesis shrinks to, are still the least of everything.
"""

from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile

many = settings(max_examples=2 * settings().max_examples, deadline=None)
few = settings(max_examples=max(25, settings().max_examples // 5), deadline=None)
"""For laws of arithmetic, which a few hundred cases show as well as thousands."""

FEN_IN_A_YUAN = 100
MOST_FEN = 10**10
_DAYS = (0, 1, 3, 7, 30, 60, 90, 365)
_MOST_LOTS = 6
_LEAST_UP_TO, _MOST_UP_TO, _SMALL_UP_TO = 24, 40, 64
"""Of 256: so often a number is the least of its range, the most, or near the least."""
_LOT_BYTES, _HOUSEHOLD_BYTES = 92, 144
T = TypeVar("T")


class _Drawn:
    """Bytes, read one field after the other."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def _take(self, size: int) -> bytes:
        self._at += size
        assert self._at <= len(self._raw), "draw more bytes"
        return self._raw[self._at - size : self._at]

    def one_of(self, known: tuple[T, ...]) -> T:
        return known[self._take(1)[0] % len(known)]

    def flag(self) -> bool:
        return self._take(1)[0] % 2 == 1

    def whole(self, least: int, most: int) -> int:
        """Edges and small numbers more often than chance would have them."""
        kind, *rest = self._take(6)
        span = most - least + 1
        if kind < _LEAST_UP_TO:
            return least
        if kind < _MOST_UP_TO:
            return most
        drawn = int.from_bytes(bytes(rest))
        if kind < _SMALL_UP_TO:
            return least + drawn % min(span, 100)
        return least + (drawn * span >> 40)

    def share(self) -> float:
        return self.whole(0, 10**6) / 10**6

    def facts(self, kinds: tuple[ProductKind, ...]) -> ProductFacts:
        product, issuer = self.one_of((0, 1, 2, 3, 4, 5)), self.one_of((0, 1, 2, 3))
        kind, level, days = self.one_of(kinds), self.one_of((1, 2, 3, 4, 5)), self.one_of(_DAYS)
        cuts = sorted(self.whole(0, 10_000) for _ in range(4))
        edges = (0, *cuts, 10_000)
        first, second, third, fourth, fifth = (edges[at + 1] - edges[at] for at in range(5))
        fee, own_risk = self.whole(0, 300), self.whole(0, 3_000)
        mix = (first, second, third, fourth, fifth)
        return ProductFacts(
            f"p{product}", f"i{issuer}", kind, level, days, fee, mix, own_risk, idle=self.flag()
        )

    def lot(self, fen: tuple[int, int], its: ProductFacts, *, or_nothing: bool) -> Lot:
        value = self.whole(*fen)
        value = 0 if or_nothing and self.flag() else value
        days, matures = self.one_of(_DAYS), self.flag()
        maturity = self.whole(0, 400)
        return Lot(
            its.product,
            1,
            value,
            days,
            maturity if matures else None,
            idle=self.flag(),
            rolls_over=self.flag(),
        )

    def household(self) -> dict[str, Any]:
        states_loss, goals = self.flag(), self.one_of((0, 1, 2, 3))
        return {
            "age": self.whole(18, 90),
            "annual_income": self.whole(0, 10**9),
            "essential_spending": self.whole(0, 10**8),
            "risk_class": self.one_of((1, 2, 3, 4, 5)),
            "horizon_years": self.one_of(tuple(range(31))),
            "is_retired": self.flag(),
            "income_stability": self.share(),
            "dependants": self.one_of((0, 1, 2, 3, 4, 5, 6)),
            "debt": self.whole(0, MOST_FEN),
            "debt_service": self.whole(0, 10**7),
            "high_cost_debt_share": self.share(),
            "education": self.whole(0, 10**8),
            "life_cover": self.whole(0, MOST_FEN),
            "critical_illness_cover": self.whole(0, 10**8),
            "has_medical_cover": self.flag(),
            "premium": self.whole(0, 10**8),
            "monthly_saving": self.whole(0, 10**7),
            "ra_months": self.one_of(tuple(range(25))),
            "planned_outflow": self.whole(0, 10**9),
            "tolerable_loss": self.share() if states_loss else None,
            "goals": tuple(
                (self.whole(0, MOST_FEN), 1 + self.one_of(tuple(range(40)))) for _ in range(goals)
            ),
        }


def facts(kinds: tuple[ProductKind, ...] = tuple(ProductKind)):
    """Facts of one version; two versions of one product may differ in everything."""
    return _bytes(_LOT_BYTES).map(lambda raw: _Drawn(raw).facts(kinds))


def lots(
    fen: tuple[int, int] = (0, MOST_FEN),
    *,
    kinds: tuple[ProductKind, ...] = tuple(ProductKind),
    at_least: int = 0,
    or_nothing: bool = False,
):
    """A few lots of a few products; `fen` is the range of each, `or_nothing` adds 0 to it."""

    def read(raw: bytes) -> list[tuple[Lot, ProductFacts]]:
        drawn = _Drawn(raw)
        found = []
        for _ in range(drawn.one_of(tuple(range(at_least, _MOST_LOTS + 1)))):
            its = drawn.facts(kinds)
            found.append((drawn.lot(fen, its, or_nothing=or_nothing), its))
        return found

    return _bytes(1 + _MOST_LOTS * _LOT_BYTES).map(read)


def households(**fixed: st.SearchStrategy[Any]):
    """A household that has answered everything; name a field to draw it otherwise."""
    raw = _bytes(_HOUSEHOLD_BYTES)
    if not fixed:
        return raw.map(lambda one: Profile(**_Drawn(one).household()))
    both = st.tuples(raw, st.fixed_dictionaries(fixed))
    return both.map(lambda pair: Profile(**_Drawn(pair[0]).household() | pair[1]))


def _bytes(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)
