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
