"""Piecewise-linear curves, held level at both ends."""

Curve = tuple[tuple[float, float], ...]
"""Knots (x, y) in ascending x, at least two."""


def read(curve: Curve, x: float) -> float:
    """The curve's height at `x`; exactly the knot's own height at a knot.

    Example:
        >>> knots = ((0.0, 1.0), (0.5, 0.6), (1.0, 0.0))
        >>> read(knots, -3), read(knots, 0.25), read(knots, 1.0)
        (1.0, 0.8, 0.0)
    """
    left, height = curve[0]
    if x <= left:
        return height
    for right, next_height in curve:
        if x < right:
            return height + (next_height - height) * (x - left) / (right - left)
        left, height = right, next_height
    return height


def leaves_top(curve: Curve) -> float:
    """How far a falling curve may be followed at its full height.

    Example:
        >>> leaves_top(((0.05, 1.0), (0.15, 0.75), (0.6, 0.0)))
        0.05
    """
    top = curve[0][1]
    for (x, _), (_, after) in zip(curve, (*curve[1:], curve[-1]), strict=True):
        if after < top:
            return x
    return curve[-1][0]


def reaches_top(curve: Curve) -> float:
    """Where a rising curve first has its full height.

    Example:
        >>> reaches_top(((0.0, 0.0), (0.5, 0.6), (1.0, 1.0)))
        1.0
    """
    top = curve[-1][1]
    return next(x for x, y in curve if y >= top)
