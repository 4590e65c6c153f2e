"""Answers: what a row says (a verdict, joined with others), and why a candidate may not go on.

Verdicts are ordered BLOCK > SUPPRESS > DEFER > STEPS > ALLOW. The join takes the stronger one; two
STEPS unite, two DEFER take the later time. It is commutative, associative and idempotent, ALLOW is
its identity and BLOCK absorbs: one more row never weakens an answer.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, NamedTuple

import msgspec

from schemas.decisions import Stage, WithheldReason
from schemas.time import Instant


class Withheld(NamedTuple):
    """Why a candidate may not go on. `until` is set where waiting helps."""

    stage: Stage
    reason: WithheldReason
    rule: str | None = None
    value: str | int | float | None = None
    limit: str | int | float | None = None
    until: Instant | None = None


class Ruling(msgspec.Struct, frozen=True):
    """What one row answers of a sale, with what it read."""

    rule: str
    version: str
    verdict: Literal["allow", "steps", "block"]
    reason: WithheldReason | None = None
    value: str | int | float | None = None
    limit: str | int | float | None = None
    steps: tuple[str, ...] = ()


class Sale(msgspec.Struct, frozen=True):
    """What a selling action proposes: so much of one holding into a product, and what it passed."""

    sell: str
    """Account and product of the lot that pays."""
    buy: str
    version: int
    """Of the product's facts."""
    sold_fen: int
    bought_fen: int
    gain_points: float
    rulings: tuple[Ruling, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """What has to be proved before the order, in order of name."""
        return tuple(sorted({step for one in self.rulings for step in one.steps}))


class Kind(StrEnum):
    """What a verdict says, weakest first."""

    ALLOW = "allow"
    STEPS = "steps"
    DEFER = "defer"
    SUPPRESS = "suppress"
    BLOCK = "block"


_STRENGTH = tuple(Kind)


class Verdict(msgspec.Struct, frozen=True):
    """An answer in normal form: `steps` only in STEPS, `until` only in DEFER."""

    kind: Kind
    steps: frozenset[str] = frozenset()
    until: Instant | None = None
    """When a DEFER is judged again."""


ALLOW = Verdict(Kind.ALLOW)
SUPPRESS = Verdict(Kind.SUPPRESS)
BLOCK = Verdict(Kind.BLOCK)


def steps(*names: str) -> Verdict:
    """What has to be proved first; nothing to prove is ALLOW.

    Example:
        >>> steps().kind.value, sorted(steps("explain", "advise_stop").steps)
        ('allow', ['advise_stop', 'explain'])
    """
    return Verdict(Kind.STEPS, frozenset(names)) if names else ALLOW


def defer(until: Instant) -> Verdict:
    """Not now; judged again then."""
    return Verdict(Kind.DEFER, until=until)


def join(one: Verdict, other: Verdict) -> Verdict:
    """Both have to be obeyed."""
    if one.kind is not other.kind:
        return max(one, other, key=lambda verdict: _STRENGTH.index(verdict.kind))
    if one.kind is Kind.STEPS:
        return steps(*one.steps, *other.steps)
    if one.until is None or other.until is None:
        return one
    return one if one.until >= other.until else other


def joined(verdicts: Iterable[Verdict]) -> Verdict:
    """All have to be obeyed; of none, ALLOW."""
    found = ALLOW
    for verdict in verdicts:
        found = join(found, verdict)
    return found
