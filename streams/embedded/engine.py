"""Both folds in one process over one file.

A batch is: what the doors handed in, what is due, one run of each fold, one commit. A caller's
`publish` returns after that commit. With a virtual clock the commit is cut by count instead.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Final

from journeys.client.fold import ClientFold
from journeys.desk.fold import DeskFold
from journeys.identity import derive
from journeys.step import Fold, Place
from schemas.time import Instant
from schemas.wire import Wire
from streams import reference, timers
from streams.embedded.file import EngineFile
from streams.errors import TransientError, WorkerStopError
from streams.ports import Clock, Outgoing, Record
from streams.processor import Batch, Partition, Processor
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE, SOURCE_OF

BATCH: Final = 500
_NAP_S: Final = 0.02
_MOST_STATES: Final = 100_000
UNFED: Final = ".unfed"
"""Suffix of the logs that take re-entering outputs when feedback is off."""

Listener = Callable[[Sequence[Outgoing]], None]


class EmbeddedEngine:
    """The engine over one SQLite file. One thread drives it; any thread may `submit`."""

    def __init__(  # noqa: PLR0913 - the choices of one engine, named
        self,
        path: Path,
        clock: Clock,
        *,
        folds: Sequence[Fold[Any]] | None = None,
        partitions: int = 4,
        synchronous: str = "FULL",
        feedback: bool = True,
        timers: bool = True,
    ) -> None:
        """Open the file and both folds.

        Args:
            path: the engine file; made if missing.
            clock: stamps records and decides what is due.
            folds: what to run; both folds unless given.
            partitions: of each log, when the file is made.
            synchronous: SQLite's own word; `FULL` keeps every acknowledged record.
            feedback: do claims and offers re-enter the logs?
            timers: are ticks sent?
        """
        epoch = derive("epoch", str(path.name), clock.now())
        self.file = EngineFile(path, epoch=epoch, partitions=partitions, synchronous=synchronous)
        self._clock = clock
        self._feedback, self._timers = feedback, timers
        self.references = reference.ReferenceLog(self.file)
        both: Sequence[Fold[Any]] = (ClientFold(), DeskFold())
        self._runs = [_Run(fold, self.file, self.references) for fold in folds or both]
        self._waiting: list[tuple[Sequence[Outgoing], Future[list[Place]]]] = []
        self._wake = threading.Condition()
        self._error: BaseException | None = None
        self.listeners: list[Listener] = []
        self.totals = Batch()

    # -- driven by one thread ---------------------------------------------------------------

    def release(self, payloads: Sequence[Wire]) -> None:
        """Release catalogues and products, and mark every partition."""
        now = self._clock.now()
        self.append(reference.releases(payloads, now=now))
        offset = self.file.end(REFERENCE, 0)
        self.references.at(offset)  # a release that cannot be read is refused here
        self.append(reference.markers(self.file, offset=offset, now=now))

    def append(self, messages: Sequence[Outgoing]) -> list[Place]:
        """Write records; durable at the next commit."""
        self.file.begin()
        return [Place(*place) for place in self.file.append(messages, now=self._clock.now())]

    def fire_timers(self, now: Instant) -> int:
        """Send a tick to every key whose earliest timer is due; how many."""
        if not self._timers:
            return 0
        sent = 0
        for run in self._runs:
            ticks = timers.ticks(run.topic, run.take_due(now))
            if ticks:
                self.append(ticks)
                sent += len(ticks)
        return sent

    def next_due(self) -> Instant | None:
        """When the earliest timer of all is due."""
        return min((due for run in self._runs if (due := run.next_due()) is not None), default=None)

    def step(self, limit: int = BATCH) -> int:
        """One run of each fold over what is waiting; how many records were applied."""
        done = 0
        for run in self._runs:
            for batch, records in run.step(limit):
                done += records
                self._write(batch)
        return done

    def drain(self) -> int:
        """Run until nothing is left to apply; how many records were applied."""
        done = 0
        while (count := self.step()) > 0:
            done += count
        return done

    def commit(self) -> None:
        """Make states, offsets and records durable in one transaction."""
        self.file.begin()
        for run in self._runs:
            run.save()
        self.file.commit()

    def close(self) -> None:
        """Commit and close the file."""
        self.commit()
        self.file.close()

    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """Records, those not yet committed too."""
        return self.file.read(topic, partition, offset, limit)

    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        return self.file.end(topic, partition)

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        return self.file.partitions(topic)

    # -- live -------------------------------------------------------------------------------

    def submit(self, messages: Sequence[Outgoing]) -> "Future[list[Place]]":
        """Hand records in from any thread; the future is done when they are durable."""
        future: Future[list[Place]] = Future()
        with self._wake:
            if self._error is not None:
                future.set_exception(TransientError("the engine has stopped"))
                return future
            self._waiting.append((messages, future))
            self._wake.notify()
        return future

    async def publish(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """The same, to be awaited; see `streams.ports.Publisher`."""
        return await asyncio.wrap_future(self.submit(messages))

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop.

        Raises:
            WorkerStopError: the machinery must not go on; nothing half-done is kept.
        """
        try:
            while not stop.is_set():
                if self._turn() == 0:
                    self._sleep()
        except BaseException as error:
            self._fail(error)
            raise
        self.commit()
        self._fail(WorkerStopError("stopped"))

    def _turn(self) -> int:
        """One batch: hand in, fire, apply, commit, acknowledge."""
        with self._wake:
            taken, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        self.file.begin()
        places = [self.append(messages) for messages, _ in taken]
        done = self.fire_timers(self._clock.now()) + self.step()
        if taken or done:
            self.commit()
        for (_, future), place in zip(taken, places, strict=True):
            future.set_result(place)
        return len(taken) + done

    def _sleep(self) -> None:
        self.file.commit()
        with self._wake:
            if not self._waiting:
                self._wake.wait(_NAP_S)

    def _fail(self, error: BaseException) -> None:
        with self._wake:
            self._error = error
            waiting, self._waiting = self._waiting, []
        for _, future in waiting:
            future.set_exception(TransientError("the engine has stopped"))

    def _write(self, batch: Batch) -> None:
        outputs = batch.outputs
        if not self._feedback:
            outputs = [
                message._replace(topic=message.topic + UNFED)
                if message.topic in (CLIENT_EVENTS, DESK_EVENTS)
                else message
                for message in outputs
            ]
        if outputs:
            self.append(outputs)
        _add(self.totals, batch)
        for listener in self.listeners:
            listener(outputs)


class _Run:
    """One fold over all partitions of its log."""

    def __init__(
        self, fold: Fold[Any], file: EngineFile, references: reference.ReferenceLog
    ) -> None:
        self.topic = SOURCE_OF[fold.name]
        self._fold, self._file = fold, file
        self._processor: Processor[Any] = Processor(
            fold,
            self.topic,
            references,
            epoch=file.epoch,
            stored=lambda partition, key: file.state(fold.name, partition, key),
            end=lambda partition: file.end(self.topic, partition),
        )
        self._parts = [
            Partition[Any](number, *file.progress(fold.name, number))
            for number in range(file.partitions(self.topic))
        ]
        self._saved = {part.number: (part.next_offset, part.marker) for part in self._parts}
        self._due: dict[str, Instant] = {}
        self._heap: list[tuple[Instant, str]] = []
        self._ticked: dict[str, Instant] = {}
        for _, key, due in file.due(fold.name):
            self._set_due(key, due)

    def step(self, limit: int) -> list[tuple[Batch, int]]:
        """Apply what waits in each partition, at most `limit` records of each."""
        done = []
        for part in self._parts:
            if part.next_offset >= self._file.end(self.topic, part.number):
                continue
            records = self._file.read(self.topic, part.number, part.next_offset, limit)
            batch = self._processor.apply(part, records)
            for record in records:
                if record.key is not None:
                    self._look_at(part, record.key.decode("ascii", "replace"))
            done.append((batch, len(records)))
        return done

    def save(self) -> None:
        """Write changed states and offsets."""
        for part in self._parts:
            rows = self._processor.cut(part)
            if rows:
                self._file.remember(self._fold.name, part.number, rows)
            if self._saved[part.number] != (part.next_offset, part.marker):
                self._file.advance(self._fold.name, part.number, part.next_offset, part.marker)
                self._saved[part.number] = (part.next_offset, part.marker)
            if len(part.entries) > _MOST_STATES:
                part.entries.clear()

    def take_due(self, now: Instant) -> list[tuple[str, Instant]]:
        """Keys due by now that have not been told yet."""
        taken = []
        while self._heap and self._heap[0][0] <= now:
            due, key = heappop(self._heap)
            if self._due.get(key) == due and self._ticked.get(key) != due:
                self._ticked[key] = due
                taken.append((key, due))
        return taken

    def next_due(self) -> Instant | None:
        """The earliest time that is still to be told."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _look_at(self, part: Partition[Any], key: str) -> None:
        entry = part.entries.get(key)
        due = None if entry is None else self._fold.next_due(entry.state)
        if due is None:
            self._due.pop(key, None)
        elif self._due.get(key) != due:
            self._set_due(key, due)

    def _set_due(self, key: str, due: Instant) -> None:
        self._due[key] = due
        heappush(self._heap, (due, key))


def _add(totals: Batch, batch: Batch) -> None:
    totals.events += batch.events
    totals.skipped += batch.skipped
    totals.surprises += batch.surprises
    for code, count in batch.dead.items():
        totals.dead[code] = totals.dead.get(code, 0) + count
