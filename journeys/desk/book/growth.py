"""Organic growth of a book: the same clients at both dates, and only what advice can move.

Counted are changes by trades and by confirmed profile facts. Prices, parameters, time, risk classes
and money from outside are shown and never counted: nobody is paid for the market, nor for coaching
a risk test.
"""

from collections.abc import Sequence

import msgspec

from journeys.catalogue.edition import BookPolicy
from journeys.client.wealth.attribution import Causes
from journeys.summed import summed

_SHOWN = (Causes.PRICE, Causes.PARAMS, Causes.CLOCK, Causes.CLASS_CHANGE, Causes.FLOW)


class Standing(msgspec.Struct, frozen=True):
    """A client at one date."""

    total: float
    coverage: float
    served: bool


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """A client over the period: both dates, and what moved the score between them."""

    client: str
    opening: Standing
    closing: Standing
    by_cause: dict[Causes, float]
    confirmed: float = 0.0
    """Of the profile's part: facts that the client confirmed in the app or core data proves."""
    reset: float = 0.0
    """Of the confirmed part: fields filled for the first time move the baseline, not the pay."""
    flags: tuple[str, ...] = ()
    """What the integrity checks found; credit is held until it is reviewed."""

    def in_cohort(self, coverage: float) -> bool:
        """Served at both dates, with enough known at both."""
        return all(at.served and at.coverage >= coverage for at in (self.opening, self.closing))

    @property
    def organic(self) -> float:
        """Points that count."""
        return self.by_cause.get(Causes.TRADE, 0.0) + self.confirmed - self.reset


class Growth(msgspec.Struct, frozen=True):
    """A book's growth; `mean` is `None` without a cohort."""

    cohort: int
    held: int
    """Of the cohort, with credit held for review."""
    left_out: tuple[str, ...]
    mean: float | None
    """Organic points a client; a client whose credit is held counts at most 0."""
    shown: dict[Causes, float]
    """Means by cause that are shown and not counted."""


def growth(clients: Sequence[Year], policy: BookPolicy) -> Growth:
    """Like for like over the cohort."""
    cohort = [one for one in clients if one.in_cohort(policy.coverage)]
    held = [one for one in cohort if one.flags]
    count = len(cohort)
    counted = [min(0.0, one.organic) if one.flags else one.organic for one in cohort]
    return Growth(
        cohort=count,
        held=len(held),
        left_out=tuple(sorted(one.client for one in clients if not one.in_cohort(policy.coverage))),
        mean=summed(counted) / count if count else None,
        shown={
            cause: summed(one.by_cause.get(cause, 0.0) for one in cohort) / count
            for cause in _SHOWN
            if count
        },
    )


class PayOut(msgspec.Struct, frozen=True):
    """What the book earned, or why nothing."""

    share: float
    reached: tuple[str, ...]
    refused: tuple[str, ...]


def pay_out(found: Growth, policy: BookPolicy, *, violations: int, complaints: int) -> PayOut:
    """Stages reached pay only with violations and complaints within the limits."""
    mean = found.mean
    reached = [stage for stage in policy.stages if mean is not None and mean >= stage.points]
    refused = []
    if violations > policy.violations_most:
        refused.append("suitability_violations")
    if complaints > policy.complaints_most:
        refused.append("complaints_over_limit")
    if mean is None:
        refused.append("no_cohort")
    share = 0.0 if refused else summed(stage.pays for stage in reached)
    return PayOut(share, tuple(stage.name for stage in reached), tuple(refused))
