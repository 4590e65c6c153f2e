"""Dead letters: written by the processor, listed, requeued and waived by an operator."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError

from journeys.identity import derive
from journeys.step import Place
from schemas import codec
from schemas.dead_letter import DeadFault, DeadLetter, Refusal
from schemas.errors import Code, ContractError, Fault
from schemas.signals.engine import HoleWaived, Waiver
from schemas.time import Instant, parse_instant
from streams.ports import Headers, LogReader, Outgoing, Record
from streams.topics import DEAD_LETTERS, key_pattern

REQUEUE_OF: Final = "requeue-of"
REFUSED: Final = "refused"
"""The header of a record that a door refused and forwarded to be buried."""
KEPT: Final = frozenset({REQUEUE_OF, REFUSED})
"""Headers that belong to the input: a copy of a log without them would live another life."""
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

    @property
    def reason(self) -> str:
        """A word from a closed set, for counting."""
        return self.code if self.error == "contract" else self.error

    def message(self, family: str, *, src: bytes) -> Outgoing:
        """The record for the dead-letter log: the raw bytes, and never a value as text."""
        record = self.record
        event_id, source = codec.name_of(record.value)
        refusal = refusal_of(record)
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
            "received_at": opened_at(record),
            "origin": None if refusal is None else refusal.origin,
            "raw_key": None if record.key is None else b64encode(record.key),
            "raw": b64encode(record.value),
        }
        key = f"{record.topic}/{record.partition}/{record.offset}".encode()
        value = DeadLetter.model_validate(letter).model_dump_json(exclude_none=True)
        return Outgoing(DEAD_LETTERS, key, value.encode(), (("src", src),))


def of_contract(record: Record, fold: str, error: ContractError) -> Buried:
    """A record that breaks its contract."""
    faults = tuple(DeadFault(pointer=f.pointer, expected=f.expected) for f in error.faults)
    return Buried(record, fold, "contract", str(error.code), faults)


def of_bug(record: Record, fold: str, error: Exception) -> Buried:
    """A record that the fold failed on; the class says enough, a message might hold values."""
    return Buried(record, fold, "bug", type(error).__name__, ())


def refused(refusal: Refusal) -> Headers:
    """The header that makes the processor bury a record."""
    return ((REFUSED, refusal.model_dump_json(exclude_none=True).encode()),)


def is_refused(headers: Headers) -> bool:
    """Was a record refused at a door? Then nothing in it may be believed, not even its type."""
    return any(name == REFUSED for name, _ in headers)


def check_refused(record: Record) -> None:
    """Judge a record as the door did that let it through.

    Raises:
        ContractError: it was refused there, for the reason in its header.
    """
    if record.headers and is_refused(record.headers):
        refusal = refusal_of(record)
        faults = () if refusal is None else refusal.faults
        said = (Fault(fault.pointer, fault.expected) for fault in faults)
        raise ContractError(_code(refusal), *said)


def refusal_of(record: Record) -> Refusal | None:
    """What a door said of a record; `None` if nothing, or nothing that can be read."""
    said = next((value for name, value in record.headers if name == REFUSED), None)
    try:
        return None if said is None else Refusal.model_validate_json(said)
    except ValidationError:
        return None


def _code(refusal: Refusal | None) -> Code:
    """The code; a door of tomorrow may say one that we do not know."""
    if refusal is None or refusal.code not in set(Code):
        return Code.CONTRACT_VIOLATION
    return Code(refusal.code)


def opened_at(record: Record) -> Instant:
    """When a record was received that opens a hole: as its door says, or as it says itself."""
    refusal = refusal_of(record)
    return received_at(record.value) if refusal is None else refusal.received_at


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


def requeue(letter: DeadLetter, *, value: bytes | None = None) -> Outgoing:
    """The same bytes once more on their own log; the event keeps its time.

    Args:
        letter: what to send again.
        value: the event as a door accepts and stamps it now, if a door had refused it.

    Raises:
        ValueError: a door refused it, and no door has judged it again.
    """
    if letter.origin is not None and value is None:
        raise ValueError(f"'{name_of(letter)}' was refused at a door, which must judge it again")
    place = f"{letter.partition}:{letter.offset}".encode()
    headers = ((REQUEUE_OF, place),)
    sent = letter.raw if value is None else value
    return Outgoing(letter.topic, letter.raw_key, sent, headers, letter.partition)


def waive(letter: DeadLetter, *, reason: str, now: Instant) -> Sequence[Outgoing]:
    """Close the hole without its event; nothing to do where the key is none, or no fold's."""
    key = "" if letter.raw_key is None else letter.raw_key.decode("ascii", "replace")
    if not key_pattern(letter.fold).fullmatch(key):
        return ()
    event = codec.build(
        HoleWaived,
        Waiver(partition=letter.partition, offset=letter.offset, reason=reason),
        event_id=derive("waive", name_of(letter)),
        source=SOURCE,
        key=key,
        time=now,
        receivedat=now,
    )
    return (Outgoing(letter.topic, key.encode(), codec.encode(event), (), letter.partition),)
