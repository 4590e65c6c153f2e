"""Dead letters: written by the processor, listed, requeued and waived by an operator."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from journeys.identity import derive
from journeys.step import Place
from schemas import codec
from schemas.dead_letter import DeadFault, DeadLetter
from schemas.errors import ContractError
from schemas.signals.engine import HoleWaived, Waiver
from schemas.time import Instant, parse_instant
from streams.ports import LogReader, Outgoing, Record
from streams.topics import DEAD_LETTERS, partition_of

REQUEUE_OF: Final = "requeue-of"
SOURCE: Final = "/suishen/operator"
_RECEIVED = re.compile(rb'"receivedat"\s*:\s*"([0-9TtZz:.+-]{20,40})"')
_READ_AT_ONCE: Final = 500


class Buried(NamedTuple):
    """A dead letter before it is known what it may have said."""

    record: Record
    fold: str
    error: str
    code: str
    faults: tuple[DeadFault, ...]

    def message(self, family: str, *, src: bytes) -> Outgoing:
        """The record for the dead-letter log: the raw bytes, and never a value as text."""
        record = self.record
        event_id, source = codec.name_of(record.value)
        letter = {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "fold": self.fold,
            "error": self.error,
            "code": self.code,
            "faults": self.faults,
            "family": family,
            "event_id": event_id,
            "event_source": source,
            "received_at": received_at(record.value),
            "raw_key": None if record.key is None else b64encode(record.key),
            "raw": b64encode(record.value),
        }
        key = f"{record.topic}/{record.partition}/{record.offset}".encode()
        value = DeadLetter.model_validate(letter).model_dump_json(exclude_none=True)
        return Outgoing(DEAD_LETTERS, key, value.encode(), (("src", src),), 0)


def of_contract(record: Record, fold: str, error: ContractError) -> Buried:
    """A record that breaks its contract."""
    faults = tuple(DeadFault(pointer=f.pointer, expected=f.expected) for f in error.faults)
    return Buried(record, fold, "contract", str(error.code), faults)


def of_bug(record: Record, fold: str, error: Exception) -> Buried:
    """A record that the fold failed on; the class says enough, a message might hold values."""
    return Buried(record, fold, "bug", type(error).__name__, ())


def received_at(raw: bytes) -> Instant:
    """When an unreadable record was received, if that can be made out; else 0."""
    found = _RECEIVED.search(raw)
    try:
        return Instant(0) if found is None else parse_instant(found.group(1).decode())
    except ValueError:
        return Instant(0)


def requeue_of(record: Record) -> Place | None:
    """The dead letter that a record makes good, by its header."""
    for name, value in record.headers:
        if name == REQUEUE_OF:
            partition, _, offset = value.decode().partition(":")
            return Place(int(partition), int(offset))
    return None


def read_all(reader: LogReader) -> Iterator[DeadLetter]:
    """Every dead letter, oldest first."""
    for partition in range(reader.partitions(DEAD_LETTERS)):
        offset = 0
        while records := reader.read(DEAD_LETTERS, partition, offset, _READ_AT_ONCE):
            for record in records:
                yield DeadLetter.model_validate_json(record.value)
            offset = records[-1].offset + 1


def find(reader: LogReader, name: str) -> DeadLetter | None:
    """The dead letter of `topic/partition/offset`."""
    return next((letter for letter in read_all(reader) if name_of(letter) == name), None)


def name_of(letter: DeadLetter) -> str:
    """`topic/partition/offset`: where the broken record stands."""
    return f"{letter.topic}/{letter.partition}/{letter.offset}"


def requeue(letter: DeadLetter) -> Outgoing:
    """The same bytes once more on their own log; the event keeps its time."""
    place = f"{letter.partition}:{letter.offset}".encode()
    return Outgoing(letter.topic, letter.raw_key, letter.raw, ((REQUEUE_OF, place),))


def waive(letter: DeadLetter, *, reason: str, now: Instant, partitions: int) -> Sequence[Outgoing]:
    """Close the hole without its event; nothing to do for a record without a key."""
    if letter.raw_key is None:
        return ()
    key = letter.raw_key.decode("ascii", "replace")
    event = codec.build(
        HoleWaived,
        Waiver(partition=letter.partition, offset=letter.offset, reason=reason),
        event_id=derive("waive", name_of(letter)),
        source=SOURCE,
        key=key,
        time=now,
        receivedat=now,
    )
    home = partition_of(letter.raw_key, partitions)
    return (Outgoing(letter.topic, letter.raw_key, codec.encode(event), (), home),)
