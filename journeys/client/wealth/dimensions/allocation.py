"""D3 allocation: the part of the book that would have to move to reach the target."""

from operator import sub

import msgspec

from journeys.client.wealth.curve import read
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.standing import Standing
from journeys.client.wealth.target import Groups, held, target
from journeys.summed import summed


class Allocation(msgspec.Struct, frozen=True):
    """Shares held and wanted, and the distance between them in [0, 1]."""

    held: Groups
    target: Groups
    distance: float


def measure(standing: Standing) -> Allocation | None:
    """`None` while age, spending, class or horizon is missing."""
    wanted = target(standing)
    if wanted is None:
        return None
    has = held(standing)
    apart = summed(map(abs, map(sub, has, wanted)))
    return Allocation(has, wanted, apart / 2)


def share(drivers: Allocation, parameters: WealthParameters) -> float:
    """Falls with the distance."""
    return read(parameters.allocation.curve, drivers.distance)
