"""Where a test lets a worker die: one named point before each await of the protocol."""

import os
from typing import Final, Protocol

from typing_extensions import override

_KILLED: Final = 9


class Fault(Protocol):
    """Is told of every point that a worker reaches."""

    def at(self, point: str) -> None:
        """Do what a test wants to happen here; usually nothing."""
        ...


class NoFault(Fault):
    """The production one."""

    @override
    def at(self, point: str) -> None:
        """Go on."""


NO_FAULT: Final = NoFault()


class CrashAt(Fault):
    """Ends the process at the n-th arrival at one point, as kill -9 would."""

    def __init__(self, point: str, arrival: int) -> None:
        self._point, self._left = point, arrival

    @override
    def at(self, point: str) -> None:
        """Die here if this is the one."""
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                os._exit(_KILLED)


def parse(text: str | None) -> Fault:
    """A fault from `POINT:N` on a command line; none without a text.

    Raises:
        ValueError: not of that form.

    Example:
        >>> type(parse("commit:2")).__name__, type(parse(None)).__name__
        ('CrashAt', 'NoFault')
    """
    if text is None:
        return NoFault()
    point, colon, arrival = text.rpartition(":")
    if not colon or not arrival.isdigit():
        raise ValueError(f"crash point {text!r}: write POINT:N, such as checkpoint.commit:2")
    return CrashAt(point, int(arrival))
