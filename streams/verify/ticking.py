"""Ticks for a closed-loop run, in the file's own time.

`suishen run timers` goes by the broker's time and the wall's: to it a recorded month is long past,
and every timer in it due at once. Here a tick goes when the event log's partition has come past it.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Final

from schemas.time import DAY, Instant
from streams import dead_letters, timers
from streams.errors import TransientError
from streams.frame import due_of
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaFeed
from streams.ports import Record
from streams.recorded import Log
from streams.timers import DueTimes
from streams.topics import SOURCE_OF, STATE

_AT_ONCE: Final = 2000
_PAUSE_S: Final = 0.5
_NEVER: Final = 10_000 * DAY
"""A tick that was acknowledged is not sent again."""


def start_timers(bootstrap: str) -> "Ticker":
    """Whatever sends ticks in a closed-loop run, until it is closed."""
    return Ticker(bootstrap)


class Ticker:
    """Runs from the moment it is made until it is closed."""

    def __init__(self, bootstrap: str) -> None:
        self._feed, self._publisher = KafkaFeed(bootstrap), KafkaPublisher(bootstrap)
        self._at: dict[Log, int] = {}
        """Where to read on."""
        self._watched: dict[Log, Timers] = {}
        """By log of events and by log of states: the same timers."""
        for fold, source in SOURCE_OF.items():
            for number in range(self._feed.partitions(source)):
                both = (source, number), (STATE + fold, number)
                self._at |= dict.fromkeys(both, 0)
                self._watched |= dict.fromkeys(both, Timers(source))
        self._is_idle = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        self._thread.start()

    def is_idle(self) -> bool:
        """Has it read everything, and told everything that is due?"""
        return self._is_idle

    def close(self) -> None:
        """Send nothing more."""
        self._stop.set()
        self._thread.join()
        self._feed.close()
        self._publisher.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._turn(self._feed.poll(self._at, _AT_ONCE))
            except TransientError:
                self._stop.wait(_PAUSE_S)

    def _turn(self, found: Mapping[Log, Sequence[Record]]) -> None:
        for log, records in found.items():
            watched = self._watched[log]
            for record in records:
                watched.see(record)
            self._at[log] = records[-1].offset + 1
        sent = 0
        for watched in {id(one): one for one in self._watched.values()}.values():
            sent += self._tell(watched)
        self._is_idle = not found and not sent

    def _tell(self, watched: "Timers") -> int:
        due = watched.due()
        while due:
            try:
                self._publisher.write(timers.ticks(watched.source, due))
                break
            except TransientError:
                if self._stop.wait(_PAUSE_S):
                    break
        return len(due)


class Timers:
    """Due times of one partition's keys, and how far its log has come."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._now = Instant(0)
        self._times = DueTimes(again=_NEVER)

    def see(self, record: Record) -> None:
        """An event moves the time, a state its key's timer."""
        if record.topic == self.source:
            self._now = max(self._now, dead_letters.received_at(record.value))
        else:
            self._times.put(record.key or b"", due_of(record.value))

    def due(self) -> list[tuple[str, Instant]]:
        """Keys whose timer the log has come past, not told yet; now they count as told."""
        found = self._times.pick(self._now, now=self._now, limit=_AT_ONCE)
        return [(timer.key.decode("ascii"), timer.due) for timer in found]
