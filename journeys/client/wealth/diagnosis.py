"""All nine dimensions of one client: what drives them, and the share of points each earns."""

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
        liquidity.measure(standing),
        protection.measure(standing),
        allocation.measure(standing),
        concentration.measure(standing),
        risk.measure(standing),
        goals.measure(standing),
        fees.measure(standing),
        idle.measure(standing),
        debt.measure(standing),
    )


def shares(diagnosis: Diagnosis, parameters: WealthParameters) -> Shares:
    """The share of its points that each dimension earns, before blend and imputation."""
    one, two, three = diagnosis.liquidity, diagnosis.protection, diagnosis.allocation
    five, six, eight, nine = diagnosis.risk, diagnosis.goals, diagnosis.idle, diagnosis.debt
    return (
        None if one is None else liquidity.share(one, parameters),
        None if two is None else protection.share(two, parameters),
        None if three is None else allocation.share(three, parameters),
        concentration.share(diagnosis.concentration, parameters),
        None if five is None else risk.share(five, parameters),
        None if six is None else goals.share(six, parameters),
        fees.share(diagnosis.fees, parameters),
        None if eight is None else idle.share(eight, parameters),
        None if nine is None else debt.share(nine, parameters),
    )
