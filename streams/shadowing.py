"""Decisions of life and of a shadow, read from the log side by side."""

from collections.abc import Callable
from typing import Final

from journeys.shadowing import Comparison
from schemas import codec
from schemas.facts import DecisionMade, DecisionShadowed
from streams.once import Once, fact_of
from streams.ports import LogReader
from streams.recording import records_of
from streams.topics import CLIENT_FACTS

_TOLD_EACH: Final = 10_000
_KINDS: Final = tuple(
    f'"type":"{codec.wire_type(kind)}"'.encode() for kind in (DecisionMade, DecisionShadowed)
)


def compare(reader: LogReader, version: str, told: Callable[[int, int], None]) -> Comparison:
    """What a catalogue in shadow would have done so far.

    Args:
        reader: of the log of conclusions; what it holds no more is not counted.
        version: of the catalogue.
        told: hears how many records of how many are read, now and then.

    Raises:
        WorkerStopError: a decision that this version cannot read.
    """
    found, once, done = Comparison(version), Once(), 0
    partitions = range(reader.partitions(CLIENT_FACTS))
    whole = sum(reader.end(CLIENT_FACTS, partition) for partition in partitions)
    for partition in partitions:
        for record in records_of(reader, CLIENT_FACTS, partition):
            done += 1
            if done % _TOLD_EACH == 0:
                told(done, whole)
            if once.is_new(record) and any(kind in record.value for kind in _KINDS):
                found.see(fact_of(record))
    return found
