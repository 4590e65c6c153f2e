"""D9 debt: debt service by income, and the share of debt that is expensive."""

import msgspec

from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing

_MONTHS = 12


class Debt(msgspec.Struct, frozen=True):
    """Shares: of income that serves debt, of debt that costs too much."""

    service: float
    costly: float


def measure(standing: Standing) -> Debt | None:
    """`None` while income is missing."""
    profile = standing.profile
    if profile.annual_income is None:
        return None
    service = _MONTHS * profile.debt_service / max(profile.annual_income, 1)
    return Debt(service, profile.high_cost_debt_share)


def share(drivers: Debt, parameters: WealthParameters) -> float:
    """A product: either can spoil it."""
    rules = parameters.debt
    return read(rules.service, drivers.service) * read(rules.costly, drivers.costly)
