"""Where an active return came from: allocation, selection, interaction (Brinson and Fachler)."""

from collections.abc import Sequence

import msgspec

from journeys.summed import summed


class Attributed(msgspec.Struct, frozen=True):
    """Both returns, and the three effects, which add up to their difference in one period."""

    portfolio: float
    benchmark: float
    allocation: float
    selection: float
    interaction: float

    @property
    def total(self) -> float:
        """The three effects together."""
        return self.allocation + self.selection + self.interaction


Segment = tuple[float, float, float, float]
"""Weight held, weight in the benchmark, return held, return in the benchmark."""


def attribute(segments: Sequence[Segment]) -> Attributed:
    """Attribute one period; weights of each side add up to 1.

    Example:
        >>> found = attribute([(0.6, 0.5, 0.10, 0.08), (0.4, 0.5, 0.02, 0.02)])
        >>> round(found.total, 12) == round(found.portfolio - found.benchmark, 12)
        True
    """
    benchmark = summed(wb * rb for _, wb, _, rb in segments)
    return Attributed(
        portfolio=summed(wp * rp for wp, _, rp, _ in segments),
        benchmark=benchmark,
        allocation=summed((wp - wb) * (rb - benchmark) for wp, wb, _, rb in segments),
        selection=summed(wb * (rp - rb) for _, wb, rp, rb in segments),
        interaction=summed((wp - wb) * (rp - rb) for wp, wb, rp, rb in segments),
    )
