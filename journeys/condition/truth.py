"""Tests over a lookup, in three values: true, false, and `None` for unknown (Kleene).

Each function builds a closure once, at load; running it allocates nothing.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from journeys.condition.literals import Value

Lookup = Callable[[str], Value | None]
"""The value of a word, or `None`: money in fen, instants and spans in microseconds, shares 0..1."""
Test = Callable[[Lookup], "bool | None"]
Compare = Callable[[Any, Any], bool]


def every(tests: tuple[Test, ...]) -> Test:
    """Every test true; false if one is false; else unknown."""

    def test(lookup: Lookup) -> bool | None:
        answer: bool | None = True
        for each in tests:
            found = each(lookup)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return test


def some(tests: tuple[Test, ...]) -> Test:
    """Some test true; false if all are false; else unknown."""

    def test(lookup: Lookup) -> bool | None:
        answer: bool | None = False
        for each in tests:
            found = each(lookup)
            if found:
                return True
            if found is None:
                answer = None
        return answer

    return test


def opposite(inner: Test) -> Test:
    """True for false and false for true."""
    return lambda lookup: None if (found := inner(lookup)) is None else not found


def flag(word: str) -> Test:
    """The flag itself."""
    return lambda lookup: None if (value := lookup(word)) is None else bool(value)


def within(word: str, span: int) -> Test:
    """An instant not before now and at most `span` microseconds after it."""

    def test(lookup: Lookup) -> bool | None:
        value: Any = lookup(word)
        now: Any = lookup("now")
        return None if value is None or now is None else 0 <= value - now <= span

    return test


def among(word: str, options: frozenset[Value]) -> Test:
    """A value out of a list."""
    return lambda lookup: None if (value := lookup(word)) is None else value in options


def limited(word: str, compare: Compare, limit: Value) -> Test:
    """A value against a limit."""
    return lambda lookup: None if (value := lookup(word)) is None else compare(value, limit)


def against(word: str, compare: Compare, scale: Fraction, other: str) -> Test:
    """Both sides times the denominator: whole fen compare exactly, without a rounded product."""
    times, over = scale.numerator, scale.denominator

    def test(lookup: Lookup) -> bool | None:
        value: Any = lookup(word)
        whole: Any = lookup(other)
        if value is None or whole is None:
            return None
        if over == 1 and times == 1:
            return compare(value, whole)
        return compare(value * over, whole * times)

    return test
