"""Why a score moved: every event has one cause, and causes telescope."""

from enum import StrEnum

import msgspec

from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.score import Label, Score
from journeys.summed import summed


class Causes(StrEnum):
    """What can move a score; every movement has exactly one."""

    TRADE = "trade"
    """The client or the RM acted, moving own money in or out included."""
    PRICE = "price"
    FLOW = "flow"
    """Money from or to outside: salary, spending."""
    PROFILE = "profile"
    CLASS_CHANGE = "class_change"
    """The client's risk class, or a product re-graded."""
    PARAMS = "params"
    CLOCK = "clock"


class Movement(msgspec.Struct, frozen=True):
    """Changes of the total by cause since some score; a cause that did nothing is absent."""

    by_cause: dict[Causes, float] = {}

    @property
    def total(self) -> float:
        """The whole change: the last score less the first."""
        return summed(self.by_cause.values())


STILL = Movement()


def moved(movement: Movement, cause: Causes, *, before: float, after: float) -> Movement:
    """The movement with one more step.

    Args:
        movement: up to now.
        cause: of this step.
        before: total before the step, the `after` of the step before it.
        after: total after the step.

    Example:
        >>> once = moved(STILL, Causes.PRICE, before=70.0, after=68.0)
        >>> moved(once, Causes.PRICE, before=68.0, after=71.0).by_cause[Causes.PRICE]
        1.0
    """
    if before == after:
        return movement
    sums = dict(movement.by_cause)
    sums[cause] = sums.get(cause, 0.0) + (after - before)
    return Movement(sums)


def should_emit(
    last_emitted_total: float | None,
    last_label: Label | None,
    score: Score,
    parameters: WealthParameters,
) -> bool:
    """Is this score news: the first one, another label, or a step away from the last emitted?"""
    if last_emitted_total is None or last_label is not score.label:
        return True
    # To six places, as the cuts are: a step of 1 is not missed by a hair.
    return round(abs(score.total - last_emitted_total), 6) >= parameters.total.emission_step
