"""A recorded file by log and partition: where each line stands, so that none need be kept."""

from array import array
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Final

from schemas import codec
from schemas.facts import CLIENT_FOLD, DESK_FOLD
from streams import recording, timers
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE, partition_of

_PARTITIONS: Final = 4
"""Where the file names none."""
_OWN: Final = frozenset({CLIENT_FOLD, DESK_FOLD, timers.SOURCE})
"""Who speaks on the event logs by itself while feedback and timers are on."""
EVENT_LOGS: Final = (CLIENT_EVENTS, DESK_EVENTS)

Log = tuple[str, int]
"""Topic and partition."""


class Recorded:
    """A file's lines."""

    def __init__(self, path: Path, *, is_external: bool = False) -> None:
        """Read the file once.

        Args:
            path: JSON lines, see `streams.recording`.
            is_external: leave out ticks, claims and offers: the run makes its own.

        Raises:
            ValueError: the file is no recording.
        """
        self.references: array[int] = array("Q")
        found: dict[tuple[str, int | None], array[int]] = {}
        with path.open("rb") as file:
            position = 0
            for line, message in zip(file, recording.read(path), strict=True):
                if message.topic == REFERENCE:
                    self.references.append(position)
                elif not (is_external and _is_own(message)):
                    log = (message.topic, message.partition)
                    found.setdefault(log, array("Q")).append(position)
                position += len(line)
        self._path, self._file = path, path.open("rb")
        named = [number for _, number in found if number is not None]
        self.partitions = 1 + max(named, default=_PARTITIONS - 1)
        self.logs: dict[Log, array[int]] = {
            (topic, number): found.get((topic, number), array("Q"))
            for topic in EVENT_LOGS
            for number in range(self.partitions)
        }
        self._spread(found)

    @property
    def events(self) -> int:
        """How many lines belong on an event log."""
        return sum(len(positions) for positions in self.logs.values())

    def at(self, position: int) -> Outgoing:
        """The line that begins there."""
        self._file.seek(position)
        return recording.parse(self._file.readline())

    def lines(self, log: Log) -> Iterator[Outgoing]:
        """Every line of a log's partition, in order."""
        return map(self.at, self.logs[log])

    def reopened(self) -> "Recorded":
        """The same lines over a file of its own."""
        other = copy(self)
        other.reopen()
        return other

    def reopen(self) -> None:
        """Read through a file of one's own from now on; the one before stays open for others."""
        self._file = self._path.open("rb")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _spread(self, found: dict[tuple[str, int | None], "array[int]"]) -> None:
        """Lines that name no partition go to their key's."""
        for topic in EVENT_LOGS:
            for position in found.get((topic, None), ()):
                key = self.at(position).key
                home = 0 if key is None else partition_of(key, self.partitions)
                self.logs[topic, home].append(position)


def _is_own(message: Outgoing) -> bool:
    _, source = codec.name_of(message.value)
    return source in _OWN
