"""The golden table as the book reads it: yuan become fen, its own parameter set applies."""

import json
import tomllib
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from journeys.client.wealth.book import Book, Lot, book_of
from journeys.client.wealth.parameters import WealthParameters, from_table
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.score import Label

GOLDEN = json.loads((Path(__file__).parent / "data" / "golden.json").read_text(encoding="utf-8"))
POLICY = Path(__file__).parents[4] / "journeys" / "catalogue" / "policies" / "wealth.toml"
LABELS = {
    "非常健康": Label.VERY_HEALTHY,
    "基本健康": Label.HEALTHY,
    "亚健康": Label.SUBHEALTHY,
    "不健康": Label.UNHEALTHY,
}
_FIELDS = {
    "age": "age",
    "Y": "annual_income",
    "E": "essential_spending",
    "C": "risk_class",
    "H": "horizon_years",
    "ret_age": "retirement_age",
    "retired": "is_retired",
    "stab": "income_stability",
    "dep": "dependants",
    "debt": "debt",
    "ds": "debt_service",
    "hc": "high_cost_debt_share",
    "edu": "education",
    "life": "life_cover",
    "ci": "critical_illness_cover",
    "med": "has_medical_cover",
    "prem": "premium",
    "save": "monthly_saving",
    "goals": "goals",
    "ra_months": "ra_months",
    "maxloss": "tolerable_loss",
    "planned_out": "planned_outflow",
}
_MONEY = {"Y", "E", "debt", "ds", "edu", "life", "ci", "prem", "save", "planned_out"}


def policy_table() -> dict[str, Any]:
    """The policy file in force, as read."""
    return tomllib.loads(POLICY.read_text(encoding="utf-8"))


def in_force() -> WealthParameters:
    return from_table(policy_table())


def golden_parameters() -> WealthParameters:
    """The golden table's own numbers; knots, which it does not name, are those in force."""
    said, table = GOLDEN["param_set"], policy_table()
    pairs = [[*key.split(","), rho] for key, rho in said["rho"].items() if key != "other"]
    table["id"] = said["id"]
    table["market"] |= {
        "mean": _hundredths(said["mu_pct"]),
        "deviation": _hundredths(said["sd_pct"]),
        "correlations": pairs,
        "shortfall_factor": said["es_z"],
        "inflation": said["inflation_pct"] / 100,
    }
    steps = [[upto, round(10 * h)] for upto, h in said["h_days_to_cash"] if upto is not None]
    table["book"] |= {
        "cash_tenths": steps,
        "level_halves": [round(2 * said["g_level"][f"R{level}"]) for level in range(1, 6)],
        "kind_quarters": {kind: round(4 * part) for kind, part in said["delta_kind"].items()},
        "benchmark_fee_bp": said["benchmark_fee_bp"],
        "deposit_insurance_yuan": said["deposit_insurance_yuan"],
    }
    table["target"] |= {"equity_by_class": said["E_C"], "alternatives_by_class": said["A_C"]}
    table["protection"] |= {"illness_cap_yuan": said["ci_need_cap_yuan"]}
    table["risk"] |= {"volatility_by_class": _hundredths(said["sigma_C_pct"])}
    table["total"] |= {
        "weights": list(said["weights"].values()),
        "imputation": said["IMP"],
        "small_book_yuan": said["small_book_yuan"],
    }
    return from_table(table)


def rows() -> dict[str, list[Any]]:
    """Every template of the table, derived ones written out."""
    found: dict[str, list[Any]] = GOLDEN["catalogue"] | GOLDEN["extra_products"]
    fields = GOLDEN["catalogue_fields"]
    for name, derived in GOLDEN["derived_products"].items():
        row = dict(zip(fields, found[derived["like"]], strict=True)) | derived["set"]
        found[name] = list(row.values())
    return found


def lot(key: str, yuan: int) -> tuple[Lot, ProductFacts]:
    """A lot of one template, with its facts."""
    product, issuer, kind, level, days, fee, mix, own_risk, maturity, idle = rows()[key]
    facts = ProductFacts(
        product, issuer, ProductKind(kind), level, days, fee, tuple(mix), own_risk, bool(idle)
    )
    return Lot(product, 1, yuan * 100, days, maturity, bool(idle), rolls_over=False), facts


def lot_of(template: tuple[Lot, ProductFacts], fen: int) -> tuple[Lot, ProductFacts]:
    """The same lot with another value."""
    return replace(template[0], value_fen=fen), template[1]


def book(holdings: dict[str, int], parameters: WealthParameters) -> Book:
    """The book of {template: yuan}."""
    return book_of((lot(key, yuan) for key, yuan in holdings.items()), parameters)


def profile(fields: dict[str, Any]) -> Profile:
    """A profile from the table's short names."""
    return Profile(**{_FIELDS[name]: _told(name, value) for name, value in fields.items()})


def client(name: str) -> dict[str, Any]:
    clients: dict[str, dict[str, Any]] = {one["id"]: one for one in GOLDEN["clients"]}
    return clients[name]


def _told(name: str, value):
    if name in _MONEY:
        return value * 100
    if name == "goals":
        return tuple((yuan * 100, years) for yuan, years in value)
    return bool(value) if name in {"retired", "med"} else value


def _hundredths(percents: list[float]) -> list[float]:
    return [round(percent / 100, 9) for percent in percents]
