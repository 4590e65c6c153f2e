"""Sums of floats whose last bit is the same under every Python."""

from collections.abc import Iterable
from functools import reduce
from operator import add


def summed(values: Iterable[float]) -> float:
    """The sum from left to right, each step rounded once; 0 of nothing.

    The builtin `sum` does so up to Python 3.11 and compensates its rounding from 3.12 on. Two
    workers of one fold must write the same bytes, and a fact must be reckoned again to the last bit
    by a later Python. Whole numbers may be given to `sum`: they are exact.

    >>> summed([0.1] * 10)
    0.9999999999999999
    """
    return reduce(add, values, 0)
