"""A recorded file, read like the logs that it was written from."""

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from schemas.time import Instant
from streams.ports import LogReader, Record
from streams.recorded import Recorded
from streams.topics import REFERENCE


class FileLog(LogReader):
    """Event logs and reference of a recording; it holds no conclusions."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded

    @classmethod
    def of(cls, path: Path) -> "FileLog":
        """Read a file once, for where each line stands.

        Raises:
            ValueError: the file is no recording; the message names the line.
        """
        return cls(Recorded(path))

    def again(self) -> "FileLog":
        """The same, with a place in the file of its own: for another process."""
        return FileLog(self._recorded.reopened())

    @override
    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """At most `limit` records from `offset` on, in order; empty at the end."""
        places = self._places(topic, partition)[offset : offset + limit]
        lines = map(self._recorded.at, places)
        return [
            Record(topic, partition, offset + place, line.key, line.value, line.headers, Instant(0))
            for place, line in enumerate(lines)
        ]

    @override
    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record would get."""
        return len(self._places(topic, partition))

    @override
    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        if topic == REFERENCE:
            return 1
        return sum(1 for name, _ in self._recorded.logs if name == topic)

    def close(self) -> None:
        """Close the file."""
        self._recorded.close()

    def _places(self, topic: str, partition: int) -> Sequence[int]:
        if topic == REFERENCE:
            return self._recorded.references
        return self._recorded.logs.get((topic, partition), ())
