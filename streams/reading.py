"""Records read as events, a slice at a time, before the first of them is applied.

To read one after the other takes half of what it takes in between folds: the contracts' code and
what it looks at stay in the processor's caches. What cannot be read is judged in its turn.
"""

from collections.abc import Callable, Iterable

from schemas.envelope import Envelope
from schemas.errors import Code, ContractError, Fault
from schemas.signals.engine import ReferenceAdvanced
from streams import dead_letters
from streams.ports import Record

Decode = Callable[[bytes, str | None], Envelope]
"""Reads an event under its record's key; a `ContractError` makes it a dead letter."""
Found = Envelope | Exception
"""What a record holds, or why that is no event."""


def read_from(offset: int, records: Iterable[Record], decode: Decode) -> list[tuple[Record, Found]]:
    """The records from an offset on, each beyond the one before it, and what it holds.

    Raises nothing.
    """
    pairs: list[tuple[Record, Found]] = []
    for record in records:
        if record.offset >= offset:
            pairs.append((record, _found_in(record, decode)))
            offset = record.offset + 1
    return pairs


def event_of(found: Found) -> Envelope:
    """The event, or else raise why there is none."""
    if isinstance(found, Exception):
        raise found
    return found


def _found_in(record: Record, decode: Decode) -> Found:
    """The event, under its record's key: a client has one partition and one state."""
    try:
        if record.headers:
            dead_letters.check_refused(record)
        if record.key is None:
            return _of_nobody(decode(record.value, None))
        return decode(record.value, record.key.decode("utf-8", "replace"))
    except Exception as error:  # noqa: BLE001 - raised again where errors are judged
        return error


def _of_nobody(event: Envelope) -> Envelope:
    """The one event that has no key."""
    if not isinstance(event, ReferenceAdvanced):
        raise ContractError(Code.KEY_MISMATCH, Fault("/partitionkey", "the record's key"))
    return event
