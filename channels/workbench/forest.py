"""Differences against control as lines that a template draws: plain numbers, no script."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from journeys.measures.rules import Measure
from streams.readmodel.measuring.figure import Figure

WIDTH: Final = 640
ROW: Final = 28
TOP: Final = 24
"""Room for the scale's words."""
_LEFT, _RIGHT = 250, 20
"""Room for the names; air behind the longest interval."""
_AIR: Final = 1.1
_LEAST: Final = 0.02
"""Half of the scale is never shorter than two points, or noise would fill the drawing."""


class Whisker(NamedTuple):
    """One difference: its interval as a line, itself as a mark. Pixels from the top left."""

    figure: Figure
    y: float
    low: float
    middle: float
    high: float
    side: str
    """`above` or `below` nothing with 95 %, else `unclear`."""


class Forest(NamedTuple):
    """The drawing."""

    rows: Sequence[Whisker]
    height: int
    zero: float
    """Where no difference stands."""
    edge: float
    """Half of the scale, as a share: what its ends are called."""
    ends: tuple[float, float]


def forest(figures: Sequence[Figure], rules: Mapping[str, Measure]) -> Forest | None:
    """Every difference of shares that is shown; `None` if there is none."""
    told = [
        (each, each.lift)
        for each in figures
        if each.lift is not None and rules[each.measure].unit == "share"  # one scale
    ]
    if not told:
        return None
    reach = max(max(abs(lift.low), abs(lift.high)) for _, lift in told)
    edge = max(_LEAST, reach) * _AIR
    half = (WIDTH - _LEFT - _RIGHT) / 2

    def across(share: float) -> float:
        return round(_LEFT + half * (1 + share / edge), 1)

    rows = [
        Whisker(
            figure,
            TOP + ROW * (at + 0.5),
            across(lift.low),
            across(lift.difference),
            across(lift.high),
            "above" if lift.low > 0 else "below" if lift.high < 0 else "unclear",
        )
        for at, (figure, lift) in enumerate(told)
    ]
    height = TOP + ROW * len(rows) + 8
    return Forest(rows, height, across(0.0), edge, (across(-edge), across(edge)))
