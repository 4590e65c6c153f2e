"""The fixed header before every stored state: what must be known without decoding it."""

from struct import Struct
from typing import Final, NamedTuple

from schemas.time import Instant
from streams.errors import WorkerStopError

FORMAT: Final = 3
"""Of the header and the states behind it: rises with every change of either. 2: parts by column.

3: a client's re-grades that wait, written only where there are any.
"""
_OLDEST: Final = 2
"""What is read as it is: nothing of it was moved since, and what it lacks is nothing."""
_HEADER = Struct(">B16sqq")
_NEVER: Final = -1


class Frame(NamedTuple):
    """A state as it is stored."""

    epoch: str
    """32 hex digits: the log that `applied` counts in."""
    applied: int
    """Offset of the last event in it."""
    due: Instant | None
    state: bytes


def pack(frame: Frame) -> bytes:
    """A state with its header."""
    due = _NEVER if frame.due is None else frame.due
    return _HEADER.pack(FORMAT, bytes.fromhex(frame.epoch), frame.applied, due) + frame.state


def peek(blob: bytes) -> Frame:
    """A stored state as it is, whatever log it belongs to.

    Raises:
        WorkerStopError: another format.
    """
    kind, log, applied, due = _HEADER.unpack_from(blob)
    _check_format(kind)
    never = due == _NEVER
    return Frame(log.hex(), applied, None if never else Instant(due), blob[_HEADER.size :])


def due_of(blob: bytes) -> Instant | None:
    """When a stored state is due, from its header alone, whatever log it belongs to.

    Raises:
        WorkerStopError: another format.
    """
    kind, _, _, due = _HEADER.unpack_from(blob)
    _check_format(kind)
    return None if due == _NEVER else Instant(due)


def state_of(blob: bytes) -> bytes:
    """The state behind its header, whatever log it belongs to.

    Raises:
        WorkerStopError: another format.
    """
    _check_format(blob[0])
    return blob[_HEADER.size :]


def _check_format(kind: int) -> None:
    if kind > FORMAT:
        raise WorkerStopError(
            f"state format {kind} is newer than this worker knows ({FORMAT}); "
            "run the version that wrote it, or a newer one"
        )
    if kind < _OLDEST:
        raise WorkerStopError(f"state format {kind} is older than {_OLDEST}; upcast it first")


def unpack(blob: bytes, *, epoch: str, end: int) -> Frame:
    """Read a stored state and check that it belongs to this log.

    Args:
        blob: header and state.
        epoch: the log's epoch.
        end: the offset that the log's next record will get.

    Raises:
        WorkerStopError: another format, another epoch, or an offset the log never had.
    """
    kind, log, applied, due = _HEADER.unpack_from(blob)
    _check_format(kind)
    if log.hex() != epoch:
        raise WorkerStopError(
            f"state belongs to log epoch {log.hex()}, the log is {epoch}; "
            "was the topic made anew? 'suishen epoch advance' starts from a rebuilt state"
        )
    if applied >= end:
        raise WorkerStopError(
            f"state has applied offset {applied}, the log ends at {end}; "
            "the log lost records: restore it, or 'suishen epoch advance'"
        )
    return Frame(epoch, applied, None if due == _NEVER else Instant(due), blob[_HEADER.size :])
