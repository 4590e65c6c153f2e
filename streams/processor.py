"""Decode, fold, publish, remember; and the one place where errors are judged.

The processor knows no broker and no database. A back end hands it records of one partition in
order, and makes what comes back durable: outputs first, then states, then the offset.
"""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from journeys.reference import Reference
from journeys.step import Fold, Output, Place, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.errors import ContractError
from schemas.signals.engine import ReferenceAdvanced
from schemas.time import Instant
from schemas.wire import CLIENT_PATTERN, DESK_PATTERN
from streams import dead_letters
from streams.errors import TransientError, WorkerStopError
from streams.frame import MAX_STATE_BYTES, Frame, pack, unpack
from streams.ports import Outgoing, Record
from streams.reference import ReferenceLog
from streams.topics import FOLLOWING, topic_of

S = TypeVar("S")
MAX_IN_A_ROW: Final = 20
MAX_RECENT: Final = 50
"""Of the last 1,000 events: a broken release, not a broken record."""
_KEYS: Final = {"client": re.compile(CLIENT_PATTERN), "desk": re.compile(DESK_PATTERN)}


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


@dataclass(slots=True)
class Batch:
    """What a run of records led to."""

    outputs: list[Outgoing] = field(default_factory=list)
    events: int = 0
    skipped: int = 0
    dead: dict[str, int] = field(default_factory=dict)
    surprises: int = 0


class StateTooLargeError(Exception):
    """An event grew its key's state beyond what may be stored."""


class Processor(Generic[S]):
    """Runs one fold over the partitions of its log."""

    def __init__(
        self,
        fold: Fold[S],
        topic: str,
        references: ReferenceLog,
        *,
        epoch: str,
        stored: Callable[[int, str], bytes | None],
        end: Callable[[int], int],
    ) -> None:
        """Prepare to run a fold.

        Args:
            fold: the pure function.
            topic: its log.
            references: views of the reference log.
            epoch: the log's epoch, 32 hex digits.
            stored: the durable state of a partition's key, with header.
            end: where a partition's log ends.
        """
        self.fold = fold
        self._topic = topic
        self._references = references
        self._epoch = epoch
        self._stored = stored
        self._end = end
        self._in_a_row = 0
        self._recent: deque[bool] = deque(maxlen=1000)

    def apply(self, part: Partition[S], records: Sequence[Record]) -> Batch:
        """Apply records in order. Nothing here is durable yet.

        Raises:
            WorkerStopError: the machinery must not go on.
            TransientError: something is away; the records after the last applied come again.
        """
        batch = Batch()
        for record in records:
            if record.offset >= part.next_offset:
                self._apply_one(part, record, batch)
                part.next_offset = record.offset + 1
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

    def _apply_one(self, part: Partition[S], record: Record, batch: Batch) -> None:
        key = self._key_of(record)
        entry = None if key is None else self._entry(part, key)
        if entry is not None and record.offset <= entry.applied:
            batch.skipped += 1
            return
        try:
            event = codec.decode(record.value, self.fold.kinds, key=key)
            if isinstance(event, ReferenceAdvanced):
                self._advance(part, event.data.offset)
                return
            self._step(part, record, event, batch)
            self._note(failed=False)
        except (TransientError, WorkerStopError):
            raise
        except ContractError as error:
            self._bury(part, record, batch, dead_letters.of_contract(record, self.fold.name, error))
        except Exception as error:  # noqa: BLE001 - judged here: a bug becomes a dead letter
            self._bury(part, record, batch, dead_letters.of_bug(record, self.fold.name, error))
            self._note(failed=True)

    def _step(self, part: Partition[S], record: Record, event: Envelope, batch: Batch) -> None:
        key = event.partitionkey
        entry = self._entry(part, key)
        state = self.fold.begin(key) if entry is None else entry.state
        step = self.fold.apply(
            state,
            event,
            self._reference(part),
            requeue_of=dead_letters.requeue_of(record),
        )
        self._keep(part, record, key, step, batch)
        batch.surprises += sum(codec.surprises(event))

    def _keep(
        self, part: Partition[S], record: Record, key: str, step: Step[S], batch: Batch
    ) -> None:
        old = part.entries.get(key)
        size = (0 if old is None else old.size) + 2 * len(record.value)
        if size > MAX_STATE_BYTES:
            size = len(self.fold.encode(step.state))
            if size > MAX_STATE_BYTES:
                raise StateTooLargeError(f"state would be {size} bytes, at most {MAX_STATE_BYTES}")
        entry = Entry(step.state, record.offset, size)
        part.entries[key] = part.dirty[key] = entry
        self._publish(part, record, step.outputs, batch)
        batch.events += 1

    def _bury(
        self, part: Partition[S], record: Record, batch: Batch, letter: dead_letters.Buried
    ) -> None:
        """Dead letter, and a hole in the key's state where the key can be made out."""
        batch.dead[letter.code] = batch.dead.get(letter.code, 0) + 1
        family = codec.family_of(record.value, self.fold.kinds)
        key = self._key_of(record)
        if key is not None:
            entry = self._entry(part, key)
            state = self.fold.begin(key) if entry is None else entry.state
            step = self.fold.open_hole(
                state,
                Place(part.number, record.offset),
                family=family,
                at=dead_letters.received_at(record.value),
                reference=self._reference(part),
            )
            part.entries[key] = part.dirty[key] = Entry(step.state, record.offset, MAX_STATE_BYTES)
            self._publish(part, record, step.outputs, batch)
        batch.outputs.append(letter.message(family, src=self._src(record, 0)))

    def _publish(
        self, part: Partition[S], record: Record, outputs: Sequence[Output], batch: Batch
    ) -> None:
        for number, output in enumerate(outputs):
            topic = topic_of(output.route)
            batch.outputs.append(
                Outgoing(
                    topic,
                    output.key.encode(),
                    codec.encode(output.event),
                    (("src", self._src(record, number)),),
                    part.number if topic in FOLLOWING else None,
                )
            )

    def _src(self, record: Record, number: int) -> bytes:
        return f"{self._epoch}:{record.offset}:{number}".encode()

    def _entry(self, part: Partition[S], key: str) -> Entry[S] | None:
        entry = part.entries.get(key)
        if entry is None:
            blob = self._stored(part.number, key)
            if blob is None:
                return None
            frame = unpack(blob, epoch=self._epoch, end=self._end(part.number))
            state = self.fold.decode(frame.state)
            entry = part.entries[key] = Entry(state, frame.applied, len(frame.state))
        return entry

    def _key_of(self, record: Record) -> str | None:
        """The record's key if this fold may keep a state under it."""
        if record.key is None:
            return None
        try:
            key = record.key.decode("ascii")
        except UnicodeDecodeError:
            return None
        pattern = _KEYS.get(self.fold.name)
        return key if pattern is None or pattern.match(key) else None

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

    def _note(self, *, failed: bool) -> None:
        self._recent.append(failed)
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if self._in_a_row >= MAX_IN_A_ROW or sum(self._recent) > MAX_RECENT:
            raise WorkerStopError(
                f"{self._in_a_row} events in a row or {sum(self._recent)} of the last "
                f"{len(self._recent)} failed in the fold: a broken release, not broken records; "
                "roll back, then requeue the dead letters"
            )
