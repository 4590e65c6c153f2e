"""Both folds in one process over one file.

A batch is: what the doors handed in, what is due, one run of each fold, one commit. A caller's
`publish` returns after that commit. With a virtual clock the commit is cut by count instead.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, Final

from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from journeys.client.steps.recheck import is_outdated
from journeys.desk.fold import DeskFold
from journeys.identity import derive
from journeys.step import Fold, Place
from schemas.time import Instant
from schemas.wire import Wire
from streams import reference, timers
from streams.batch import Batch, Watch
from streams.embedded.file import EngineFile, clients_of
from streams.errors import TransientError, WorkerStopError
from streams.frame import state_of
from streams.ports import Clock, Outgoing, Record
from streams.processor import Partition, Processor
from streams.reference import rechecks
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE, SOURCE_OF, UNFED

BATCH: Final = 500
"""Records of one partition that a run applies at most, and what a live commit holds in all."""
_NAP_S: Final = 0.02
_MOST_STATES: Final = 100_000
_PATIENCE_S: Final = 60.0
"""How long something may be away before the engine gives up."""
_FIRST_PAUSE_S: Final = 0.05

_STOPPED: Final = "the engine has stopped"

Listener = Callable[[Sequence[Outgoing]], None]
_Submitted = tuple[Sequence[Outgoing], "Future[list[Place]]"]


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
        watch: Watch | None = None,
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
            watch: is told of every batch.
        """
        epoch = derive("epoch", str(path.name), clock.now())
        self.file = EngineFile(path, epoch=epoch, partitions=partitions, synchronous=synchronous)
        self._clock = clock
        self._feedback, self._timers = feedback, timers
        self.references = reference.ReferenceLog(self.file)
        both: Sequence[Fold[Any]] = (ClientFold(), DeskFold())
        self._runs = [_Run(fold, self.file, self.references, watch) for fold in folds or both]
        self._waiting: list[_Submitted] = []
        self._wake = threading.Condition()
        self._error: BaseException | None = None
        self._watch = watch
        self._stopped = False
        self._halted: TransientError | None = None
        self._pause_s = _FIRST_PAUSE_S
        self.listeners: list[Listener] = []
        self.totals = Batch()

    # -- driven by one thread ---------------------------------------------------------------

    def release(self, payloads: Sequence[Wire]) -> None:
        """Release catalogues and products, and mark every partition.

        Raises:
            DefinitionError: a broken catalogue, one that leaves what runs without a way on, or a
                product version with other facts; nothing was written.
        """
        now = self._clock.now()
        self.references.check(payloads, states=self._states, now=now)
        self.append(reference.releases(payloads, now=now))
        offset = self.file.end(REFERENCE, 0)
        self.append(reference.markers(self.file, offset=offset, now=now))

    def _states(self) -> Iterator[ClientState]:
        """Every client's, as of what was applied."""
        self.commit()
        yield from clients_of(self.file)

    def sweep(self) -> int:
        """Ask every client whom what was released concerns to be looked at again; how many.

        `release` touches nobody by itself. Asked again, whom it has reached is found no more.
        """
        self.commit()
        offset, now = self.file.end(REFERENCE, 0), self._clock.now()
        reference, fold = self.references.at(offset), ClientFold()
        clients = [
            key
            for _, key, frame in self.file.states(fold.name)
            if is_outdated(fold.decode(state_of(frame)), reference, now)
        ]
        self.append(rechecks(sorted(clients), offset=offset, now=now))
        return len(clients)

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
        """One run of each fold over what is waiting; how many records were applied.

        Raises:
            WorkerStopError: nothing since the last commit may be kept; `close` will not.
        """
        done, self._halted = 0, None
        try:
            for run in self._runs:
                for batch, records in run.step(limit):
                    done += records
                    self._write(batch)
                    self._halted = batch.halted or self._halted
            self._pause(self._halted)
        except BaseException as error:
            self._error = error
            raise
        return done

    def drain(self) -> int:
        """Run until nothing is left to apply; how many records were applied."""
        done = 0
        while (count := self.step()) > 0 or self._halted is not None:
            done += count
        return done

    def commit(self) -> None:
        """Make states, offsets and records durable in one transaction.

        Raises:
            WorkerStopError: the engine has failed; what it holds is half-done.
        """
        if self._error is not None:
            raise WorkerStopError("the engine has failed; open the file again") from self._error
        self.file.begin()
        for run in self._runs:
            run.save()
        self.file.commit()
        if self._watch is not None:
            self._watch.committed(self._clock.now())

    def close(self) -> None:
        """Commit, unless the engine has failed, and close the file."""
        if self._error is None:
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
            if self._stopped:
                future.set_exception(TransientError(_STOPPED))
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
                try:
                    busy = self._turn() > 0
                except TransientError as error:
                    self._pause(error)
                    continue
                if not busy:
                    self._sleep()
            self.commit()
        except BaseException as error:
            self._refuse(error)
            raise
        self._refuse(None)

    def _turn(self) -> int:
        """One batch: hand in, fire, apply, commit, acknowledge."""
        self.file.begin()
        taken = self._take()
        try:
            places = [self.append(messages) for messages, _ in taken]
            done = self.fire_timers(self._clock.now()) + self.step(self._share)
            if taken or done:
                self.commit()
        except BaseException as error:
            self._error = error
            _fail(taken)
            raise
        for (_, future), place in zip(taken, places, strict=True):
            future.set_result(place)
        return len(taken) + done

    @property
    def _share(self) -> int:
        """Of one partition in one turn, so that a commit holds no more than a batch."""
        return max(1, BATCH // sum(run.width for run in self._runs))

    def _take(self) -> list[_Submitted]:
        """What was handed in, without what its caller has given up."""
        with self._wake:
            taken, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        return [one for one in taken if one[1].set_running_or_notify_cancel()]

    def _sleep(self) -> None:
        self.file.commit()
        with self._wake:
            if not self._waiting:
                self._wake.wait(_NAP_S)

    def _pause(self, away: TransientError | None) -> None:
        """Wait longer each time in a row that something is away, up to a limit.

        Raises:
            WorkerStopError: it stays away.
        """
        if away is None:
            self._pause_s = _FIRST_PAUSE_S
        elif self._pause_s > _PATIENCE_S:
            raise WorkerStopError(f"given up after {_PATIENCE_S:.0f} s: {away}") from away
        else:
            time.sleep(self._pause_s)
            self._pause_s *= 2

    def _refuse(self, error: BaseException | None) -> None:
        """Take nothing more, and tell those who wait."""
        with self._wake:
            self._error = error
            self._stopped = True
            waiting, self._waiting = self._waiting, []
        _fail([one for one in waiting if one[1].set_running_or_notify_cancel()])

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
        self,
        fold: Fold[Any],
        file: EngineFile,
        references: reference.ReferenceLog,
        watch: Watch | None,
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
            watch=watch,
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

    @property
    def width(self) -> int:
        """How many partitions it runs over."""
        return len(self._parts)

    def step(self, limit: int) -> Iterator[tuple[Batch, int]]:
        """Apply what waits in each partition, at most `limit` records of each.

        Gives each partition's batch, and how many records it went through.
        """
        for part in self._parts:
            start = part.next_offset
            if start >= self._file.end(self.topic, part.number):
                continue
            records = self._file.read(self.topic, part.number, start, limit)
            batch = self._processor.apply(part, records)
            for record in records:
                if record.key is not None:
                    self._look_at(part, record.key.decode("ascii", "replace"))
            yield batch, part.next_offset - start

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


def _fail(submitted: Sequence[_Submitted]) -> None:
    for _, future in submitted:
        future.set_exception(TransientError(_STOPPED))
