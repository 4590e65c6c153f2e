"""What was found of each client last, kept at hand: most events change few parts of a client.

It is a memory and never a part of the state: whoever keeps something here keeps with it what it was
found from, and looks whether that still stands. So a worker that starts anew finds the same.
"""

from typing import Final, TypeVar

T = TypeVar("T")

_MOST: Final = 1 << 15
"""Clients: about as many as a worker has at hand."""


class Lately(dict[str, T]):
    """By client, what was found last."""

    __slots__ = ()

    def make_room(self) -> None:
        """Before a client is kept who is not there yet: beyond the most, all are found anew."""
        # Asked of a new client alone: a look at every keeping would cost each event a call.
        if len(self) >= _MOST:
            self.clear()
