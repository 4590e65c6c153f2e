"""Publishes a recorded file bit by bit, all partitions side by side, with releases in between."""

import time
from collections.abc import Sequence
from typing import Final

from journeys.step import Place
from schemas import codec
from schemas.signals.engine import Advance, ReferenceAdvanced
from schemas.time import Instant
from streams import recording, reference
from streams.errors import TransientError
from streams.kafka.publisher import KafkaPublisher
from streams.ports import LogReader, Outgoing
from streams.recorded import Log, Recorded
from streams.verify.releases import Releases

_AT_ONCE: Final = 1000
_PATIENCE_S: Final = 120.0
_PAUSE_S: Final = 0.5


class Feed:
    """How far a file has been published."""

    def __init__(
        self,
        recorded: Recorded,
        publisher: KafkaPublisher,
        reader: LogReader,
        release_at: Sequence[float],
    ) -> None:
        """Begin at the file's beginning.

        Args:
            recorded: what to publish.
            publisher: to where.
            reader: tells how many partitions there are.
            release_at: shares of the file after which a release of our own goes out, in order.
        """
        self._recorded, self._publisher, self._reader = recorded, publisher, reader
        self._release_at = list(release_at)
        self._releases = Releases(map(recorded.at, recorded.references))
        self._done = dict.fromkeys(recorded.logs, 0)
        self._references: list[int] = []
        """Where the file's reference records stand now: by their offset in the file's log, the
        offset after theirs in ours."""
        self.share = 0.0
        self.ends: dict[Log, int] = dict.fromkeys(recorded.logs, 0)
        """The offset after the last record that we wrote."""

    @property
    def events(self) -> int:
        """Lines of the whole file."""
        return self._recorded.events

    def advance(self, share: float) -> None:
        """Publish up to a share of every partition.

        Raises:
            TransientError: the broker stays away.
        """
        step = _AT_ONCE / max(_AT_ONCE, self._recorded.events)
        while self.share < share:
            self.share = min(share, self.share + step)
            self._write(self._fresh())
            while self._references and self._release_at and self._release_at[0] <= self.share:
                del self._release_at[0]
                self._release()

    def _fresh(self) -> list[Outgoing]:
        """The lines that are due, partition by partition; what their markers name is out."""
        messages = []
        for log, positions in self._recorded.logs.items():
            upto = int(len(positions) * self.share)
            for position in positions[self._done[log] : upto]:
                message = self._recorded.at(position)._replace(partition=log[1])
                messages.append(self._marked(message))
            self._done[log] = upto
        return messages

    def _marked(self, message: Outgoing) -> Outgoing:
        """A marker names where its release stands on our log, which has more than the file's."""
        offset = recording.marker_offset(message)
        if offset is None:
            return message
        fresh = self._recorded.references[len(self._references) : offset]
        places = self._write([self._recorded.at(position) for position in fresh])
        self._references += [place.offset + 1 for place in places]
        event = codec.decode(message.value, (ReferenceAdvanced,))
        moved = Advance(offset=self._references[offset - 1])
        return message._replace(value=codec.encode(event.model_copy(update={"data": moved})))

    def _release(self) -> None:
        places = self._write(self._releases.next())
        if places:
            offset = places[-1].offset + 1
            self._write(reference.markers(self._reader, offset=offset, now=Instant(0)))

    def _write(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """Write, and again while the broker is away: in doubt a record stands there twice."""
        places = self._placed(messages)
        for message, place in zip(messages, places, strict=True):
            log = (message.topic, place.partition)
            if log in self.ends:
                self.ends[log] = place.offset + 1
        return places

    def _placed(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self._publisher.write(messages)
            except TransientError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_S)
