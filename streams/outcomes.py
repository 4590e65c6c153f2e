"""A log's decisions, tasks and reached goals: what models are learned from."""

from collections.abc import Iterator
from typing import Final

from journeys.client.fold import ClientFold
from journeys.learning.joining import KINDS
from schemas import codec
from schemas.envelope import Envelope
from streams import recording
from streams.plain import PlainFold
from streams.ports import LogReader
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, TASKS

_NAMES: Final = tuple(f'"type":"{codec.wire_type(kind)}"'.encode() for kind in KINDS)


def written(reader: LogReader) -> Iterator[Envelope]:
    """As the engine wrote them, partition by partition: in order of time only within one."""
    for topic in (CLIENT_FACTS, TASKS):
        for partition in range(reader.partitions(topic)):
            for record in recording.records_of(reader, topic, partition):
                if any(name in record.value for name in _NAMES):
                    yield codec.decode(record.value, KINDS)


def again(reader: LogReader) -> Iterator[Envelope]:
    """As they come out of the events of a log that holds no conclusions."""
    fold = PlainFold(ClientFold(), ReferenceLog(reader))
    for partition in range(reader.partitions(CLIENT_EVENTS)):
        for record in recording.records_of(reader, CLIENT_EVENTS, partition):
            for output in fold.step(record):
                if isinstance(output.event, KINDS):
                    yield output.event
