"""Decode, fold, publish, remember; and the one place where errors are judged.

The processor knows no broker and no database. A back end hands it records of one partition in
order, and makes what comes back durable: outputs first, then states, then the offset.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from journeys.reference import Reference
from journeys.step import Fold, Output, Place, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.errors import ContractError
from schemas.facts import DecisionMade
from schemas.growth import new_in
from schemas.signals.engine import ReferenceAdvanced
from schemas.surprises import surprises
from schemas.time import Instant
from streams import dead_letters
from streams.batch import Batch, Watch
from streams.by_key import Folded, fold_by_key
from streams.errors import TransientError, WorkerStopError
from streams.failures import Failures
from streams.frame import Frame, pack, unpack
from streams.ports import Outgoing, Record
from streams.reading import Decode, Found, event_of, read_from
from streams.reference import ReferenceLog
from streams.topics import FOLLOWING, key_pattern, topic_of

S = TypeVar("S")


@dataclass(slots=True)
class Entry(Generic[S]):
    """A decoded state, the last offset in it, and how large it may have grown."""

    state: S
    applied: int
    size: int


@dataclass(slots=True)
class Partition(Generic[S]):
    """What a worker holds of one partition of a fold's log."""

    number: int
    next_offset: int
    marker: int
    """The reference offset named by the last marker; 0 before the first."""
    entries: dict[str, Entry[S]] = field(default_factory=dict)
    dirty: dict[str, Entry[S]] = field(default_factory=dict)


class StateTooLargeError(Exception):
    """An event grew its key's state beyond what may be stored."""


class Processor(Generic[S]):
    """Runs one fold over the partitions of its log."""

    def __init__(  # noqa: PLR0913 - what a worker is made of, named
        self,
        fold: Fold[S],
        topic: str,
        references: ReferenceLog,
        *,
        epoch: str,
        stored: Callable[[int, str], bytes | None],
        end: Callable[[int], int],
        watch: Watch | None = None,
        decode: Decode | None = None,
    ) -> None:
        """Prepare to run a fold.

        Args:
            fold: the pure function.
            topic: its log.
            references: views of the reference log.
            epoch: the log's epoch, 32 hex digits.
            stored: the durable state of a partition's key, with header.
            end: where a partition's log ends.
            watch: is told of every batch.
            decode: reads events; by the contracts of the fold's kinds unless given.
        """
        self.fold = fold
        self._read = decode or codec.reader(fold.kinds)
        self._keys = key_pattern(fold.name)
        self._topic = topic
        self._references = references
        self._epoch = epoch
        self._stored = stored
        self._end = end
        self._watch = watch
        self._failures = Failures()

    def apply(self, part: Partition[S], records: Sequence[Record]) -> Batch:
        """Apply records in order. Nothing here is durable yet.

        Something away halts the batch; what was applied before stands, see `Batch.halted`.

        Raises:
            WorkerStopError: the machinery must not go on; what was applied must not be stored,
                for its outputs are lost.
        """
        batch = Batch()
        began = time.perf_counter()
        try:
            self._apply_all(part, records, batch)
        except TransientError as error:
            batch.halted = error
        if self._watch is not None:
            seconds = time.perf_counter() - began
            self._watch.applied(
                self.fold.name, part.number, batch, offset=part.next_offset, seconds=seconds
            )
        return batch

    def cut(self, part: Partition[S]) -> list[tuple[str, bytes, Instant | None]]:
        """The states that changed since the last cut, encoded, with their next due times."""
        rows = []
        for key, entry in part.dirty.items():
            state = self.fold.encode(entry.state)
            entry.size = len(state)
            due = self.fold.next_due(entry.state)
            rows.append((key, pack(Frame(self._epoch, entry.applied, due, state)), due))
        part.dirty = {}
        return rows

    def _apply_all(self, part: Partition[S], records: Sequence[Record], batch: Batch) -> None:
        """Read all, fold all, write all: what one record has warmed the next one finds warm.

        Whatever is no plain event ends a run; it is applied alone, where errors are judged.
        """
        pairs = read_from(part.next_offset, records, self._read)
        at = 0
        while at < len(pairs):
            at += self._keep_run(part, self._fold_run(part, pairs[at:]), batch)
            if at < len(pairs):
                record, found = pairs[at]
                self._apply_one(part, record, found, batch)
                part.next_offset = record.offset + 1
                at += 1

    def _fold_run(
        self, part: Partition[S], pairs: Iterable[tuple[Record, Found]]
    ) -> list[Folded[S]]:
        """As many events as fold without more ado; nothing is kept yet."""
        events: list[tuple[Record, Envelope]] = []
        states: dict[bytes | None, S] = {}
        with suppress(Exception):  # it comes again when its record is applied alone
            reference = self._reference(part)  # one for all: only a marker moves it, which ends us
            for record, found in pairs:
                event = event_of(found)
                if type(event) is ReferenceAdvanced:
                    break
                if record.key not in states:
                    key = self._key_of(part, record)
                    entry = None if key is None else self._entry(part, key)
                    if key is None or (entry is not None and record.offset <= entry.applied):
                        break
                    states[record.key] = self.fold.begin(key) if entry is None else entry.state
                events.append((record, event))
        if not events:
            return []
        return fold_by_key(partial(self._fold_one, reference), events, states)

    def _keep_run(self, part: Partition[S], run: Iterable[Folded[S]], batch: Batch) -> int:
        """Keep what was folded; how many, for what cannot be written ends it."""
        kept = 0
        with suppress(Exception):  # it comes again when its record is applied alone
            for record, event, step in run:
                self._keep(part, record, event, step, batch)
                part.next_offset = record.offset + 1
                kept += 1
        self._failures.note_successes(kept)
        return kept

    def _apply_one(self, part: Partition[S], record: Record, found: Found, batch: Batch) -> None:
        key = self._key_of(part, record)
        entry = None if key is None else self._entry(part, key)
        if entry is not None and record.offset <= entry.applied:
            batch.skipped += 1
            return
        try:
            event = event_of(found)
            if type(event) is ReferenceAdvanced:
                self._advance(part, event.data.offset)
                return
            state = self.fold.begin(event.partitionkey) if entry is None else entry.state
            step = self._fold_one(self._reference(part), record, event, state)
            self._keep(part, record, event, step, batch)
            self._failures.note_successes(1)
        except (TransientError, WorkerStopError):
            raise
        except ContractError as error:
            self._bury(part, record, batch, dead_letters.of_contract(record, self.fold.name, error))
        except Exception as error:  # noqa: BLE001 - judged here: a bug becomes a dead letter
            self._bury(part, record, batch, dead_letters.of_bug(record, self.fold.name, error))
            self._failures.note_failure()

    def _fold_one(self, reference: Reference, record: Record, event: Envelope, state: S) -> Step[S]:
        requeue_of = dead_letters.requeue_of(record) if record.headers else None
        return self.fold.apply(state, event, reference, requeue_of=requeue_of)

    def _keep(
        self, part: Partition[S], record: Record, event: Envelope, step: Step[S], batch: Batch
    ) -> None:
        key, state, concluded = event.partitionkey, step.state, step.outputs
        entry = part.entries.get(key)
        # A state grows by less than what came in and what is said of it: the guess is never below.
        value = len(record.value)
        size = value if entry is None else entry.size + new_in(event, value)
        outputs: list[Outgoing] = []
        if concluded:
            outputs = self._outgoing(part, record, concluded)
            told = zip(concluded, outputs, strict=True)
            size += sum([new_in(one.event, len(output.value)) for one, output in told])
        if size > self.fold.max_state_bytes:
            size = self._true_size(state)
        fields, values = surprises(event)
        # Nothing below can fail: an event is applied whole or not at all.
        if entry is None:
            entry = part.entries[key] = Entry(state, record.offset, size)
        else:
            entry.state, entry.applied, entry.size = state, record.offset, size
        part.dirty[key] = entry
        batch.events += 1
        batch.surprises += fields + values
        if concluded:
            batch.outputs += outputs
            batch.decided += [o.event for o in concluded if type(o.event) is DecisionMade]

    def _true_size(self, state: S) -> int:
        """The state's size, asked for once a guess is beyond the limit.

        Raises:
            StateTooLargeError: beyond the limit in truth.
        """
        most = self.fold.max_state_bytes
        size = len(self.fold.encode(state))
        if size > most:
            raise StateTooLargeError(f"state would be {size} bytes, at most {most}")
        return size

    def _bury(
        self, part: Partition[S], record: Record, batch: Batch, letter: dead_letters.Buried
    ) -> None:
        """Dead letter, and a hole in the key's state where the key can be made out."""
        family = codec.family_of(record.value, self.fold.kinds)
        key = self._key_of(part, record)
        if key is not None:
            self._open_hole(part, record, batch, key, family)
        batch.outputs.append(letter.message(family, src=self._src(record, 0)))
        batch.dead[letter.reason] = batch.dead.get(letter.reason, 0) + 1

    def _open_hole(
        self, part: Partition[S], record: Record, batch: Batch, key: str, family: str
    ) -> None:
        entry = self._entry(part, key)
        reference = self._reference(part)
        try:
            step = self.fold.open_hole(
                self.fold.begin(key) if entry is None else entry.state,
                Place(part.number, record.offset),
                family=family,
                at=dead_letters.opened_at(record),
                reference=reference,
            )
            outputs = self._outgoing(part, record, step.outputs)
        except Exception as error:
            # Without the hole a missing consent would go unnoticed: rather stand still.
            raise WorkerStopError(
                f"the fold cannot mark a hole at {record.topic}/{part.number}/{record.offset} "
                f"({type(error).__name__}); run a release that can"
            ) from error
        # The limit is the next guess, so that the next event measures the state.
        held = Entry(step.state, record.offset, self.fold.max_state_bytes)
        part.entries[key] = part.dirty[key] = held
        batch.outputs += outputs

    def _outgoing(
        self, part: Partition[S], record: Record, outputs: Sequence[Output]
    ) -> list[Outgoing]:
        return [
            Outgoing(
                topic := topic_of(output.route),
                output.key.encode(),
                codec.encode(output.event),
                (("src", self._src(record, number)),),
                part.number if topic in FOLLOWING else None,
            )
            for number, output in enumerate(outputs)
        ]

    def _src(self, record: Record, number: int) -> bytes:
        return f"{self._epoch}:{record.offset}:{number}".encode()

    def _entry(self, part: Partition[S], key: str) -> Entry[S] | None:
        entry = part.entries.get(key)
        if entry is None:
            blob = self._stored(part.number, key)
            if blob is None:
                return None
            frame = unpack(blob, epoch=self._epoch, end=self._end(part.number))
            state = self._thaw(part, frame.state)
            entry = part.entries[key] = Entry(state, frame.applied, len(frame.state))
        return entry

    def _thaw(self, part: Partition[S], blob: bytes) -> S:
        try:
            return self.fold.decode(blob)
        except Exception as error:
            raise WorkerStopError(
                f"a state in partition {part.number} of the {self.fold.name} fold cannot be read "
                f"({type(error).__name__}); run the version that wrote it, or a newer one"
            ) from error

    def _key_of(self, part: Partition[S], record: Record) -> str | None:
        """The record's key if this fold may keep a state under it."""
        if record.key is None:
            return None
        try:
            key = record.key.decode("ascii")
        except UnicodeDecodeError:
            return None
        return key if key in part.entries or self._keys.fullmatch(key) else None

    def _reference(self, part: Partition[S]) -> Reference:
        if part.marker == 0:
            raise WorkerStopError(
                f"partition {part.number} of {self._topic} has events before any reference marker; "
                "release a catalogue first: 'suishen catalogue release'"
            )
        return self._references.at(part.marker)

    def _advance(self, part: Partition[S], offset: int) -> None:
        if offset > part.marker:
            self._references.at(offset)
            part.marker = offset
