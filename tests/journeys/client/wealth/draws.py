"""Random lots and households. `many` runs twice the profile's examples: 2,000 in CI."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile

many = settings(max_examples=2 * settings().max_examples, deadline=None)

FEN_IN_A_YUAN = 100
_days = st.sampled_from((0, 1, 3, 7, 30, 60, 90, 365))
_fen = st.integers(0, 10**10)
_share = st.floats(0, 1, allow_subnormal=False)


def _facts(row: tuple[Any, ...]) -> ProductFacts:
    product, issuer, kind, level, cuts, days, fee, own_risk, idle = row
    first, second, third, fourth = sorted(cuts)
    mix = (first, second - first, third - second, fourth - third, 10_000 - fourth)
    return ProductFacts(
        f"p{product}", f"i{issuer}", kind, level, days, fee, mix, own_risk, idle=idle
    )


def facts(kinds: tuple[ProductKind, ...] = tuple(ProductKind)):
    """Facts of one version; two versions of one product may differ in everything."""
    cut = st.integers(0, 10_000)
    return st.tuples(
        st.integers(0, 5),
        st.integers(0, 3),
        st.sampled_from(kinds),
        st.integers(1, 5),
        st.tuples(cut, cut, cut, cut),
        _days,
        st.integers(0, 300),
        st.integers(0, 3_000),
        st.booleans(),
    ).map(_facts)


def _lot(row: tuple[Any, ...]) -> tuple[Lot, ProductFacts]:
    its, fen, days, maturity, idle, rolls_over = row
    return Lot(its.product, 1, fen, days, maturity, idle=idle, rolls_over=rolls_over), its


def lots(fen=_fen, *, kinds: tuple[ProductKind, ...] = tuple(ProductKind), at_least: int = 0):
    """A few lots of a few products."""
    maturity = st.none() | st.integers(0, 400)
    one = st.tuples(facts(kinds), fen, _days, maturity, st.booleans(), st.booleans())
    return st.lists(one.map(_lot), min_size=at_least, max_size=6)


def households(**fixed):
    """A household that has answered everything; name a field to draw it otherwise."""
    draws = {
        "age": st.integers(18, 90),
        "annual_income": st.integers(0, 10**9),
        "essential_spending": st.integers(0, 10**8),
        "risk_class": st.integers(1, 5),
        "horizon_years": st.integers(0, 30),
        "is_retired": st.booleans(),
        "income_stability": _share,
        "dependants": st.integers(0, 6),
        "debt": _fen,
        "debt_service": st.integers(0, 10**7),
        "high_cost_debt_share": _share,
        "education": st.integers(0, 10**8),
        "life_cover": _fen,
        "critical_illness_cover": st.integers(0, 10**8),
        "has_medical_cover": st.booleans(),
        "premium": st.integers(0, 10**8),
        "monthly_saving": st.integers(0, 10**7),
        "goals": st.lists(st.tuples(_fen, st.integers(1, 40)), max_size=3).map(tuple),
        "ra_months": st.integers(0, 24),
        "tolerable_loss": st.none() | _share,
        "planned_outflow": st.integers(0, 10**9),
    }
    return st.builds(Profile, **draws | fixed)
