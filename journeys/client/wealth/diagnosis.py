"""All nine dimensions of one client: what drives them, and the share of points each earns."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from journeys.client.wealth.book import Book
from journeys.client.wealth.dimensions import (
    allocation,
    concentration,
    debt,
    fees,
    goals,
    idle,
    liquidity,
    protection,
    risk,
)
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.standing import stand

Shares = tuple[
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
    float | None,
]
"""D1 to D9, each in [0, 1]; `None` where an input is missing."""


class Diagnosis(msgspec.Struct, frozen=True):
    """The drivers of D1 to D9; `None` where an input is missing."""

    liquidity: liquidity.Liquidity | None
    protection: protection.Protection | None
    allocation: allocation.Allocation | None
    concentration: concentration.Concentration
    risk: risk.Risk | None
    goals: goals.Goals | None
    fees: fees.Fees
    idle: idle.Idle | None
    debt: debt.Debt | None


def diagnose(book: Book, profile: Profile, parameters: WealthParameters) -> Diagnosis:
    """Measure every dimension."""
    standing = stand(book, profile, parameters)
    return Diagnosis(
        liquidity=liquidity.measure(standing),
        protection=protection.measure(standing),
        allocation=allocation.measure(standing),
        concentration=concentration.measure(standing),
        risk=risk.measure(standing),
        goals=goals.measure(standing),
        fees=fees.measure(standing),
        idle=idle.measure(standing),
        debt=debt.measure(standing),
    )


def shares(diagnosis: Diagnosis, parameters: WealthParameters) -> Shares:
    """The share of its points that each dimension earns, before blend and imputation."""
    return (
        _share(liquidity.share, diagnosis.liquidity, parameters),
        _share(protection.share, diagnosis.protection, parameters),
        _share(allocation.share, diagnosis.allocation, parameters),
        concentration.share(diagnosis.concentration, parameters),
        _share(risk.share, diagnosis.risk, parameters),
        _share(goals.share, diagnosis.goals, parameters),
        fees.share(diagnosis.fees, parameters),
        _share(idle.share, diagnosis.idle, parameters),
        _share(debt.share, diagnosis.debt, parameters),
    )


D = TypeVar("D")


def _share(
    share: Callable[[D, WealthParameters], float], drivers: D | None, parameters: WealthParameters
) -> float | None:
    return None if drivers is None else share(drivers, parameters)
