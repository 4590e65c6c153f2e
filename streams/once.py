"""Conclusions as the log holds them, each once: after a crash a worker tells again what it told."""

from schemas import codec
from schemas.envelope import Envelope
from schemas.errors import ContractError
from streams.errors import WorkerStopError
from streams.ports import Record


class Once:
    """Tells a record from one that was told before. Each partition is to be read in order."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], tuple[str, int, int]] = {}
        """By partition: the source of the last record."""

    def is_new(self, record: Record) -> bool:
        """Is it news? From now on it is not."""
        place, source = (record.topic, record.partition), _source(record)
        before = self._last.get(place)
        if before is not None and before[0] == source[0] and source <= before:
            return False
        self._last[place] = source
        return True


def fact_of(record: Record) -> Envelope:
    """A conclusion of the client fold, read.

    Raises:
        WorkerStopError: this version cannot read it.
    """
    try:
        return codec.decode(record.value, codec.CLIENT_FACTS)
    except ContractError as error:
        raise WorkerStopError(
            f"{record.topic}/{record.partition}/{record.offset} cannot be read: {error}; run the "
            "version that wrote it, or a newer one"
        ) from error


def _source(record: Record) -> tuple[str, int, int]:
    """The log's epoch, the event, and which of its outputs this is."""
    epoch, offset, number = dict(record.headers)["src"].decode().split(":")
    return epoch, int(offset), int(number)
