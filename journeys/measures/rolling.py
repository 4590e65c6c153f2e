"""Events within rolling windows: the most that any window held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.time import Instant


class Cap(NamedTuple):
    """So many at most within any window of that length; of one method, or of all."""

    id: str
    most: int
    window: int
    """Microseconds."""
    method: str | None = None


class Touched(NamedTuple):
    """A marketing contact that reached a client."""

    at: Instant
    method: str


def most_within(times: Sequence[Instant], window: int) -> int:
    """The most of some times that lie in any window of a length, its beginning left out.

    Args:
        times: ascending.
        window: microseconds, above 0; two times exactly so far apart are in no window together.

    Example:
        >>> most_within([Instant(0), Instant(5), Instant(10)], 10)
        2
    """
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - window:
            first += 1
        most = max(most, last - first + 1)
    return most


def busiest(touches: Iterable[Touched], cap: Cap) -> int:
    """The most touches of one client that a cap counts within any of its windows."""
    times = sorted(touch.at for touch in touches if cap.method in (None, touch.method))
    return most_within(times, cap.window)


class Move(NamedTuple):
    """A move of a marketing contact's slot, as a fact said it."""

    client: str
    task: str | None
    change: str
    """`held`, `spent`, `returned`, or `outside`: a contact without the right to it."""
    method: str
    at: Instant
    """When the contact was."""


def reached_by_client(moves: Iterable[Move]) -> Mapping[str, list[Touched]]:
    """By client the contacts that happened, out of moves in the order of the log.

    A slot that is returned after it was spent was none: the client was not reached after all.

    Example:
        >>> spent = Move("ct_1", "t_1", "spent", "call", Instant(5))
        >>> reached_by_client([spent, spent._replace(change="returned")])
        {}
    """
    found: dict[str, dict[object, Touched]] = defaultdict(dict)
    for number, move in enumerate(moves):
        key = number if move.task is None else move.task
        if move.change in ("spent", "outside"):
            found[move.client][key] = Touched(move.at, move.method)
        elif move.change == "returned":
            found[move.client].pop(key, None)
    return {client: list(mine.values()) for client, mine in found.items() if mine}
