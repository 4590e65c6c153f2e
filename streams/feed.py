"""A reader by place, followed as a feed: for an engine file, and for logs in memory."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from typing_extensions import override

from streams.ports import LogFeed, LogReader, Record

_OF_ONE: Final = 500
"""Records of one partition in one poll, so that a long backlog does not hold up the others."""


class ReaderFeed(LogFeed):
    """Asks one partition after the other."""

    def __init__(self, reader: LogReader, *, wait_s: float = 0.0) -> None:
        """Follow a reader.

        Args:
            reader: of the same logs.
            wait_s: how long `poll` waits where nothing has arrived.
        """
        self._reader, self._wait_s = reader, wait_s
        self._turn = 0

    @override
    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        return self._reader.partitions(topic)

    @override
    def poll(
        self, starts: Mapping[tuple[str, int], int], limit: int
    ) -> Mapping[tuple[str, int], Sequence[Record]]:
        """What stands from each partition's start on, `limit` records in all."""
        found: dict[tuple[str, int], Sequence[Record]] = {}
        left = limit
        places = list(starts)
        # Where the last poll ran out of room the next one begins.
        for step in range(len(places)):
            place = places[(self._turn + step) % len(places)]
            records = self._reader.read(*place, starts[place], min(_OF_ONE, left))
            if records:
                found[place] = records
                left -= len(records)
            if left == 0:
                self._turn = (self._turn + step + 1) % len(places)
                break
        if not found:
            time.sleep(self._wait_s)
        return found
