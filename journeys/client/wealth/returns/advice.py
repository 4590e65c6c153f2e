"""What advised switches were worth, against the portfolio left as it was."""

from collections.abc import Sequence

import msgspec

from journeys.summed import summed


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One advised switch and the twelve months after it; unadvised trades do not count."""

    value: float
    new_return: float
    """Of what was bought."""
    old_return: float
    """Of what was sold, had it been kept."""
    cost: float = 0.0


class Record(msgspec.Struct, frozen=True):
    """Of an adviser or a book: how often advice paid, and how much on average."""

    switches: int
    hit_rate: float | None
    mean: float | None


def worth(switch: Switch) -> float:
    """Money gained or lost by the switch, its cost taken off.

    Example:
        >>> worth(Switch(value=1_000, new_return=0.5, old_return=0.25, cost=50))
        200.0
    """
    return switch.value * (switch.new_return - switch.old_return) - switch.cost


def record(switches: Sequence[Switch]) -> Record:
    """Hit rate and mean; `None` without switches."""
    gains = [worth(switch) for switch in switches]
    if not gains:
        return Record(0, None, None)
    hits = sum(gain > 0 for gain in gains)
    return Record(len(gains), hits / len(gains), summed(gains) / len(gains))
