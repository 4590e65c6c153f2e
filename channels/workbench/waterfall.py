"""A score's movement as bars that a template draws: plain numbers, no script, no colour alone."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from journeys.client.wealth.attribution import Causes

WIDTH: Final = 640
HEIGHT: Final = 240
_TOP, _BOTTOM, _GAP = 28, 44, 14
"""Room for the figures above and the words below; between two bars."""
_LEAST: Final = 2.0
"""A bar is never thinner, or nobody would see it. Pixels."""
_AIR: Final = 0.15
"""Of the span, below the lowest bar: the ends stand on the scale's floor, not on zero."""

Counts = Literal["counts", "if_confirmed", "shown"]
COUNTS: Final[Mapping[str, Counts]] = {
    Causes.TRADE.value: "counts",
    Causes.PROFILE.value: "if_confirmed",
}
"""What counts for the adviser (`journeys/desk/book`); all other causes are shown only."""


class Line(NamedTuple):
    """One cause, as the table says it."""

    cause: str
    points: float
    counts: Counts


class Bar(NamedTuple):
    """A rectangle in the drawing, pixels from the top left, and what it stands for."""

    name: str
    """A cause, `rest`, `opening` or `closing`."""
    points: float
    """The change; of the two ends the score itself."""
    kind: Literal["end", "up", "down"]
    counts: Counts
    x: float
    y: float
    width: float
    height: float
    level: float
    """Where the next bar begins, from the top."""


def lines(movement: Mapping[str, Any]) -> list[Line]:
    """The causes that moved the score, in one order for every client; then what none explains."""
    sums = movement["by_cause"]
    known = [cause.value for cause in Causes if cause.value in sums]
    names = known + sorted(set(sums) - set(known))
    found = [Line(name, sums[name], COUNTS.get(name, "shown")) for name in names]
    # Sums of floats miss by a hair; half a cent of a point is more than a hair.
    rest = movement["rest"]
    return [*found, Line("rest", rest, "shown")] if abs(rest) >= 0.005 else found  # noqa: PLR2004


def bars(movement: Mapping[str, Any]) -> list[Bar]:
    """The waterfall: opening, each cause from where the one before it ended, closing."""
    opening, closing = movement["opening"]["total"], movement["closing"]["total"]
    steps = lines(movement)
    levels = [opening]
    for step in steps:
        levels.append(levels[-1] + step.points)
    scale = _Scale(min(levels), max(levels))
    width = (WIDTH - _GAP) / (len(steps) + 2) - _GAP
    found = [_end("opening", opening, _GAP, width, scale)]
    for at, step in enumerate(steps):
        x = _GAP + (at + 1) * (width + _GAP)
        found.append(_step(step, (levels[at], levels[at + 1]), (x, width), scale))
    last = _GAP + (len(steps) + 1) * (width + _GAP)
    return [*found, _end("closing", closing, last, width, scale)]


class _Scale:
    def __init__(self, lowest: float, highest: float) -> None:
        span = max(highest - lowest, 1.0)
        self._floor, self._span = lowest - _AIR * span, span * (1 + _AIR)

    def __call__(self, points: float) -> float:
        """Pixels from the top."""
        share = (points - self._floor) / self._span
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def _end(name: str, points: float, x: float, width: float, scale: _Scale) -> Bar:
    top = scale(points)
    height = HEIGHT - _BOTTOM - top
    return Bar(name, points, "end", "shown", round(x, 1), top, round(width, 1), height, top)


def _step(step: Line, span: tuple[float, float], place: tuple[float, float], scale: _Scale) -> Bar:
    before, after = scale(span[0]), scale(span[1])
    return Bar(
        step.cause,
        step.points,
        "up" if step.points > 0 else "down",
        step.counts,
        round(place[0], 1),
        min(before, after),
        round(place[1], 1),
        max(_LEAST, round(abs(before - after), 1)),
        after,
    )
