"""The watcher of guards: reads what was concluded, and freezes what runs into one.

It stands outside the folds, as the sweeper does. What it sets is a stop like an operator's, with
the guard as its author: doors obey at once, decisions from the next marker on. It never lifts one.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from journeys.catalogue.edition import Edition
from journeys.guards import Tally, Trip
from schemas.envelope import Envelope
from schemas.reference import Stop, Stops
from schemas.time import Instant
from streams.once import Once, fact_of
from streams.ports import Clock, LogReader, Record
from streams.readmodel.stops import GUARD, StopSwitch
from streams.released import ReleasedCatalogue
from streams.topics import CLIENT_FACTS, TASKS

LOOK_BACK: Final = 20_000
"""Records of a partition that a watcher reads again when it starts."""
_READ_AT_ONCE: Final = 1000
_WEEK: Final = 7 * 24 * 3600 * 1_000_000


class Guarding:
    """Follows the conclusions of every client, and turns the switch."""

    def __init__(
        self,
        reader: LogReader,
        switch: StopSwitch,
        release: Callable[[Stops], None],
        clock: Clock,
        *,
        look_back: int = LOOK_BACK,
    ) -> None:
        """Prepare to watch.

        Args:
            reader: of the logs of conclusions, and of the reference log.
            switch: what the doors obey.
            release: tells the engine what is stopped.
            clock: stamps a stop.
            look_back: how much of a partition is read again at the start.
        """
        self._reader, self._switch, self._clock = reader, switch, clock
        self._released, self._release = ReleasedCatalogue(reader), release
        self._tally = Tally()
        self._next: dict[tuple[str, int], int] = {}
        self._once = Once()
        self._look_back = look_back
        self._lifted: dict[str, Instant] = {}
        self._is_at_work = False

    def step(self) -> Sequence[Trip]:
        """Read on, and freeze what ran into a guard; what was frozen now.

        Raises:
            TransientError: log or engine is away; doors obey what was set already.
            WorkerStopError: a fact that this version cannot read.
        """
        self._released.refresh()
        reference = self._released.reference
        self._read(reference.catalogue.at(self._now()))
        edition = reference.catalogue.at(self._now())
        self._forget_lifted()
        frozen = [trip for trip in self._tally.trips(edition.guards.values()) if self._set(trip)]
        # Also what an operator set while the log was away, or we before a crash.
        if reference.stops != self._switch.in_force():
            self._release(self._switch.release())
        return frozen

    def _now(self) -> Instant:
        return self._tally.now or self._clock.now()

    def _set(self, trip: Trip) -> bool:
        stop = Stop(scope="action", name=trip.action, reason=trip.reason)
        return self._switch.set(stop, by=f"{GUARD}{trip.guard.id}", now=self._clock.now())

    def _forget_lifted(self) -> None:
        """Who lifted a stop has looked at what led to it: only what came later counts."""
        for kept in self._switch.history():
            name, at = kept.stop.name, kept.lifted_at
            if name is None or at is None or not kept.set_by.startswith(GUARD):
                continue
            if at > self._lifted.get(name, 0):
                self._lifted[name] = at
                # A demonstration's clock is not the wall's: what was read by then is past.
                self._tally.forget(name, max(at, self._tally.now) if self._is_at_work else at)
        self._is_at_work = True

    def _read(self, edition: Edition) -> None:
        complaints = frozenset(
            each.id for each in edition.journeys.values() if each.trigger == "complaint"
        )
        spans = [each.within for each in edition.guards.values() if each.measure == "complaints"]
        within = max(spans, default=_WEEK)
        for fact in self._facts():
            self._tally.see(fact, complaints=complaints, within=within)

    def _facts(self) -> Iterator[Envelope]:
        for topic in (TASKS, CLIENT_FACTS):
            for partition in range(self._reader.partitions(topic)):
                yield from map(fact_of, self._fresh(topic, partition))

    def _fresh(self, topic: str, partition: int) -> Iterator[Record]:
        place = (topic, partition)
        if place not in self._next:
            self._next[place] = max(0, self._reader.end(topic, partition) - self._look_back)
        while records := self._reader.read(*place, self._next[place], _READ_AT_ONCE):
            for record in records:
                if self._once.is_new(record):
                    yield record
            self._next[place] = records[-1].offset + 1
