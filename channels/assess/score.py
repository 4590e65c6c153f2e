"""`assess score`: points, total, label and target of each client, with drivers and remedies."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from channels.assess.clients import Catalog, Client, catalog, client
from channels.assess.reading import At
from journeys.client.wealth.book import Book, book_of
from journeys.client.wealth.diagnosis import Diagnosis, diagnose
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.remedies.prescribe import Held, Prescribed, prescribe_for
from journeys.client.wealth.remedies.remedy import Do, Step
from journeys.client.wealth.score import Label, Score, appraise
from journeys.client.wealth.standing import stand

LABELS: Final[Mapping[Label, str]] = {
    Label.VERY_HEALTHY: "非常健康",
    Label.HEALTHY: "基本健康",
    Label.SUBHEALTHY: "亚健康",
    Label.UNHEALTHY: "不健康",
}
GROUPS: Final = ("CASH", "FI", "EQ", "ALT")
DIMENSIONS: Final = tuple(f"D{number}" for number in range(1, 10))
_NOT_MONEY: Final = frozenset({Do.POSTPONE_GOALS, Do.RAISE_RETURN})
_FEN: Final = 100


def answers(form: At, parameters: WealthParameters) -> list[dict[str, Any]]:
    """One result for each client, in order."""
    catalogue = catalog(form)
    clients = [client(said, catalogue) for said in form.name("clients").items()]
    return [_answer(one, catalogue, parameters) for one in clients]


def lots(holdings: Mapping[str, int], catalogue: Catalog) -> Held:
    """Holdings as lots with their facts."""
    return [catalogue[key].of(fen) for key, fen in holdings.items()]


def points(score: Score) -> dict[str, float]:
    """Points by dimension."""
    return dict(zip(DIMENSIONS, score.points, strict=True))


def _answer(one: Client, catalogue: Catalog, parameters: WealthParameters) -> dict[str, Any]:
    held = lots(one.holdings, catalogue)
    book = book_of(held, parameters)
    standing = stand(book, one.profile, parameters)
    found = diagnose(book, one.profile, parameters)
    score = appraise(found, book.value_fen, parameters)
    target = None if found.allocation is None else found.allocation.target
    return {
        "points": points(score),
        "S": score.total if score.shown else None,
        "label": LABELS[score.label] if score.shown else None,
        "coverage": score.coverage,
        "missing": [name for name, is_out in zip(DIMENSIONS, score.missing, strict=True) if is_out],
        "target": None if target is None else dict(zip(GROUPS, target, strict=True)),
        "drivers": drivers(found, book),
        "remedies": [_remedy(each) for each in prescribe_for(held, found, score, standing)],
        "params": parameters.id,
    }


def drivers(found: Diagnosis, book: Book) -> dict[str, float | None]:
    """The drivers by the names of the specification; yuan, years, months and fractions."""
    said: dict[str, float | None] = {"V": book.value_fen / _FEN}
    for name, (dimension, field) in _DRIVERS.items():
        part = getattr(found, dimension)
        value = None if part is None else getattr(part, field)
        said[name] = _said(value / _FEN if name in _YUAN and value is not None else value)
    by_product = found.concentration.by_product
    return said | {"N_eff": 1 / by_product if by_product else None}


_DRIVERS: Final[Mapping[str, tuple[str, str]]] = {
    "months": ("liquidity", "months"),
    "m_star": ("liquidity", "months_needed"),
    "Nl": ("protection", "life_need"),
    "Nc": ("protection", "illness_need"),
    "life_gap_yuan": ("protection", "life_gap"),
    "ci_gap_yuan": ("protection", "illness_gap"),
    "prem_share": ("protection", "premium_share"),
    "TE": ("allocation", "distance"),
    "HP": ("concentration", "by_product"),
    "HG": ("concentration", "by_issuer"),
    "u": ("risk", "excess"),
    "sigma": ("risk", "volatility"),
    "ES": ("risk", "shortfall"),
    "B": ("risk", "budget"),
    "ra_months": ("risk", "test_months"),
    "mu_g": ("goals", "growth"),
    "r": ("goals", "rate"),
    "inv": ("goals", "investable"),
    "F": ("goals", "funded"),
    "gap": ("fees", "excess"),
    "idle": ("idle", "idle"),
    "q": ("idle", "maturing"),
    "dsr": ("debt", "service"),
    "hc": ("debt", "costly"),
}
_YUAN: Final = frozenset({"Nl", "Nc", "life_gap_yuan", "ci_gap_yuan", "inv"})


def _said(value: float | None) -> float | None:
    """A household without outgo has infinite months, which JSON cannot say."""
    return value if value is not None and isfinite(value) else None


def _remedy(one: Prescribed) -> dict[str, Any]:
    remedy = one.remedy
    return {
        "dimension": f"D{remedy.dimension}",
        "level": remedy.level,
        "points": one.gain_points,
        "full": remedy.is_full,
        "steps": [_step(step) for step in remedy.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"do": step.do.value}
    if step.about:
        said["about"] = step.about
    if step.do in _NOT_MONEY:
        said["years" if step.do is Do.POSTPONE_GOALS else "bp"] = step.amount
    elif step.amount:
        said["yuan"] = step.amount / _FEN
    return said
