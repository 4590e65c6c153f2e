"""How a recorded file stands on the logs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas import codec
from schemas.facts import DESK_FOLD
from streams import recording, timers
from streams.ports import LogReader, Outgoing, Record
from streams.recorded import Recorded


class Standing(NamedTuple):
    """How a file stands on the logs, and what else does."""

    unpublished: int
    """Lines that are missing, or out of order within their partition."""
    releases: int
    """Reference offsets that a marker names in every partition."""
    ticks: int
    claims: int
    """Records of the desk fold on the clients' log."""


def standing(recorded: Recorded, reader: LogReader) -> Standing:
    """Find every line of a file on the logs, in order; others may have written between them."""
    missing, named, speakers = 0, list[set[int]](), Counter[str | None]()
    for log in recorded.logs:
        wanted, offsets = _Wanted(recorded.lines(log)), set[int]()
        for record in recording.records_of(reader, *log):
            offset = recording.marker_offset(record)
            if offset is None:
                wanted.meet(record)
            else:
                wanted.markers -= 1
                offsets.add(offset)
            speakers[codec.name_of(record.value)[1]] += 1
        missing += wanted.missing()
        named.append(offsets)
    releases = len(set.intersection(*named))
    return Standing(missing, releases, speakers[timers.SOURCE], speakers[DESK_FOLD])


class _Wanted:
    """Lines that are still to be met on their log."""

    def __init__(self, lines: Iterable[Outgoing]) -> None:
        self.markers = 0
        """More in the file than met; they are counted, for their offsets are other ones."""
        self._lines = self._events(lines)
        self._next = next(self._lines, None)

    def meet(self, record: Record) -> None:
        """If this is the next line, wait for the one after it."""
        want = self._next
        if want is not None and (record.key, record.value) == (want.key, want.value):
            self._next = next(self._lines, None)

    def missing(self) -> int:
        """How many lines were never met."""
        rest = (self._next is not None) + sum(1 for _ in self._lines)
        return rest + max(0, self.markers)

    def _events(self, lines: Iterable[Outgoing]) -> Iterator[Outgoing]:
        for line in lines:
            if recording.marker_offset(line) is None:
                yield line
            else:
                self.markers += 1
