"""Piecewise-linear curves."""

import pytest

from journeys.client.wealth.curve import read

KNOTS = ((0.0, 1.0), (0.1, 0.7), (0.3, 0.0))


@pytest.mark.parametrize(
    ("x", "height"),
    [(-1, 1), (0.0, 1), (0.05, 0.85), (0.1, 0.7), (0.2, 0.35), (0.3, 0), (float("inf"), 0)],
)
def test_a_curve_is_linear_between_its_knots_and_level_beyond(x, height):
    assert read(KNOTS, x) == pytest.approx(height, abs=1e-12)


@pytest.mark.parametrize("knot", KNOTS)
def test_a_curve_passes_exactly_through_its_knots(knot):
    assert read(KNOTS, knot[0]) == knot[1]
