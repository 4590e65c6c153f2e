"""What a decision would have chosen: without its first choice, or with every lever at 0.

From the recorded parts of a priority alone, so that any decision can be asked long after it.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Rival(NamedTuple):
    """An action that was ranked; duties are not."""

    action: str
    priority: float
    """`P x V x C x L`, as recorded."""
    unlevered: float
    """`P x V x C`: every lever at 0 multiplies by 1."""
    expires: int
    """Of two alike the earlier deadline wins."""


def first(rivals: Iterable[Rival], *, cost: float) -> str | None:
    """The action that is chosen; `None` where none is worth a contact."""
    return _best(((one.priority, one) for one in rivals), cost)


def first_without_levers(rivals: Iterable[Rival], *, cost: float) -> str | None:
    """The action that would be chosen if every lever were 0.

    Example:
        >>> pushed, other = Rival("a", 0.6, 0.4, 1), Rival("b", 0.5, 0.5, 1)
        >>> first([pushed, other], cost=0.05), first_without_levers([pushed, other], cost=0.05)
        ('a', 'b')
    """
    return _best(((one.unlevered, one) for one in rivals), cost)


def _best(weighed: Iterable[tuple[float, Rival]], cost: float) -> str | None:
    ordered = min(
        ((-weight, one.expires, one.action) for weight, one in weighed if weight > cost),
        default=None,
    )
    return None if ordered is None else ordered[2]
