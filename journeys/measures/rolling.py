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
    outlet: str | None = None
    """Of this outlet's clients alone; `None`: of everybody."""


class Touched(NamedTuple):
    """A marketing contact that reached a client."""

    at: Instant
    method: str
    granted: Instant | None = None
    """When its slot was given, if that was told."""


class Stay(NamedTuple):
    """An outlet that serves a client, from a time on."""

    since: Instant
    outlet: str | None


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


def busiest(touches: Iterable[Touched], cap: Cap, stays: Sequence[Stay] = ()) -> int:
    """The most touches of one client that a cap counts within any of its windows.

    A cap of an outlet is asked of the windows that end with a touch of its own: whose slot was
    given, and which was made, while the client was there. What was before was lawful elsewhere.

    Args:
        touches: in any order.
        cap: of the bank or of an outlet.
        stays: which outlets served the client, in order of time.
    """
    mine = sorted((touch for touch in touches if cap.method in (None, touch.method)), key=_at)
    times = [touch.at for touch in mine]
    if cap.outlet is None:
        return most_within(times, cap.window)
    own = (touch.at for touch in mine if _outlets_of(touch, stays) == {cap.outlet})
    return max((sum(at - cap.window < each <= at for each in times) for at in own), default=0)


def _at(touch: Touched) -> Instant:
    return touch.at


def _outlets_of(touch: Touched, stays: Sequence[Stay]) -> set[str | None]:
    """Where the client was served from the grant of a slot until its touch."""
    ends = sorted((touch.at, touch.at if touch.granted is None else touch.granted))
    before = [stay.outlet for stay in stays if stay.since <= ends[0]]
    return {*before[-1:], *(stay.outlet for stay in stays if ends[0] < stay.since <= ends[1])}


class Move(NamedTuple):
    """A move of a marketing contact's slot, as a fact said it."""

    client: str
    task: str | None
    change: str
    """`held`, `spent`, `returned`, or `outside`: a contact without the right to it."""
    method: str
    at: Instant
    """When the contact was."""
    told: Instant | None = None
    """When the engine said so: a slot is given then."""


def reached_by_client(moves: Iterable[Move]) -> Mapping[str, list[Touched]]:
    """By client the contacts that happened, out of moves in the order of the log.

    A slot that is returned after it was spent was none: the client was not reached after all.

    Example:
        >>> spent = Move("ct_1", "t_1", "spent", "call", Instant(5))
        >>> reached_by_client([spent, spent._replace(change="returned")])
        {}
    """
    found: dict[str, dict[object, Touched]] = defaultdict(dict)
    granted: dict[str, Instant | None] = {}
    for number, move in enumerate(moves):
        key = number if move.task is None else move.task
        if move.change == "held" and move.task is not None:
            granted[move.task] = move.told
        elif move.change in ("spent", "outside"):
            given = granted.pop(move.task or "", move.told)
            found[move.client][key] = Touched(move.at, move.method, given)
        elif move.change == "returned":
            granted.pop(move.task or "", None)
            found[move.client].pop(key, None)
    return {client: list(mine.values()) for client, mine in found.items() if mine}
