"""The fold of a log, plainly: a dictionary of states and nothing else.

This is the oracle for the hosts: no cache, no header, no batch, no restart. It shares the folds
and the contracts with them, and none of their machinery.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from journeys.reference import Reference
from journeys.step import Fold, Output, Place, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.errors import Code, ContractError
from schemas.signals.engine import ReferenceAdvanced
from streams import dead_letters
from streams.errors import TransientError, WorkerStopError
from streams.ports import Record
from streams.topics import key_pattern

Decode = Callable[[bytes, str | None], Envelope]
"""Reads an event under its record's key; raises what the contracts raise."""


class References(Protocol):
    """The reference as it stood at each offset."""

    def at(self, offset: int) -> Reference:
        """The reference up to an offset."""
        ...


class Said(NamedTuple):
    """One output: where it goes, under which key, what it says, and from which record it came."""

    topic: str
    key: str
    value: bytes
    src: tuple[int, int, int]
    """Partition, offset and number of the output."""


class PlainFold:
    """One fold over a log, record by record."""

    def __init__(
        self, fold: Fold[Any], references: References, *, decode: Decode | None = None
    ) -> None:
        self._fold, self._references = fold, references
        self._decode = decode or codec.reader(fold.kinds)
        self._markers: dict[int, int] = {}
        self._pattern = key_pattern(fold.name)
        self.states: dict[str, Any] = {}
        self.buried: list[str] = []
        """Where records stand that could not be applied: `topic/partition/offset`."""
        self.touched: dict[str, int] = {}
        """By key: the offset of the last record that its state holds."""
        self.applied: dict[int, int] = {}
        """By partition: how many records it holds."""

    def live(self, records: Iterable[Record]) -> Iterator[Said]:
        """Apply records in order; what each says."""
        for record in records:
            for number, output in enumerate(self.step(record)):
                src = (record.partition, record.offset, number)
                yield Said(output.route.value, output.key, codec.encode(output.event), src)

    def frozen(self) -> dict[str, bytes]:
        """Every state as bytes."""
        return {key: self._fold.encode(state) for key, state in self.states.items()}

    def step(self, record: Record) -> tuple[Output, ...]:
        """Apply one record; what it says, as events."""
        self.applied[record.partition] = record.offset + 1
        try:
            event = self._read(record)
            if isinstance(event, ReferenceAdvanced):
                before = self._markers.get(record.partition, 0)
                self._markers[record.partition] = max(before, event.data.offset)
                return ()
            return self._applied(record, event)
        except (TransientError, WorkerStopError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it becomes a dead letter
            self.bury(record, error)
            return self._hole(record)

    def bury(self, record: Record, _error: Exception) -> None:
        """Note a record that could not be applied."""
        self.buried.append(f"{record.topic}/{record.partition}/{record.offset}")

    def _read(self, record: Record) -> Envelope:
        dead_letters.check_refused(record)
        key = None if record.key is None else record.key.decode("utf-8", "replace")
        event = self._decode(record.value, key)
        if key is None and not isinstance(event, ReferenceAdvanced):
            raise ContractError(Code.KEY_MISMATCH)
        return event

    def _applied(self, record: Record, event: Envelope) -> tuple[Output, ...]:
        key = event.partitionkey
        step: Step[Any] = self._fold.apply(
            self._state(key),
            event,
            self._reference(record),
            requeue_of=dead_letters.requeue_of(record),
        )
        if self._is_too_large(record, step.state):
            raise ValueError("the state would be too large")
        self.states[key], self.touched[key] = step.state, record.offset
        return step.outputs

    def _is_too_large(self, _record: Record, state: Any) -> bool:  # noqa: ANN401 - the fold's own
        """Asked of every state in full: an oracle does not guess."""
        return len(self._fold.encode(state)) > self._fold.max_state_bytes

    def _hole(self, record: Record) -> tuple[Output, ...]:
        key = "" if record.key is None else record.key.decode("utf-8", "replace")
        if not self._pattern.fullmatch(key):
            return ()
        step: Step[Any] = self._fold.open_hole(
            self._state(key),
            Place(record.partition, record.offset),
            family=codec.family_of(record.value, self._fold.kinds),
            at=dead_letters.opened_at(record),
            reference=self._reference(record),
        )
        self.states[key], self.touched[key] = step.state, record.offset
        return step.outputs

    def _state(self, key: str) -> Any:  # noqa: ANN401 - the fold's own type
        return self.states[key] if key in self.states else self._fold.begin(key)

    def _reference(self, record: Record) -> Reference:
        if record.partition not in self._markers:
            raise WorkerStopError(
                f"partition {record.partition} of {record.topic} has events before any marker"
            )
        return self._references.at(self._markers[record.partition])
