"""What became of an event of a recording: the same as of a folder, see `channels.offline`.

A recording holds no conclusions. Those about the event's client or desk are folded again, and told
by the same read model as an engine's.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from typing_extensions import override

from journeys.catalogue.catalogue import Catalogue
from journeys.client.fold import ClientFold
from journeys.desk.fold import DeskFold
from schemas import codec
from schemas.errors import ContractError
from streams import dead_letters, recording
from streams.dead_letters import received_at
from streams.feed import ReaderFeed
from streams.file_log import FileLog
from streams.plain import PlainFold
from streams.ports import LogReader, Record
from streams.readmodel.database import VIEWS, open_database
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views
from streams.reference import ReferenceLog
from streams.topics import (
    CLIENT_EVENTS,
    CLIENT_FACTS,
    DEAD_LETTERS,
    DESK_EVENTS,
    DESK_FACTS,
    REFERENCE,
    TASKS,
)

_CONCLUSIONS: Final = frozenset({CLIENT_FACTS, DESK_FACTS, TASKS})
_CLIENT: Final = re.compile(rb"ct_[0-9a-f]{32}")
_TASK: Final = re.compile(rb"t_[0-9a-f]{32}")
_EPOCH: Final = "recording"


class Asked(NamedTuple):
    """A recording, and the event that it is asked about."""

    events: Path
    event_id: str


@contextmanager
def open_views(asked: Asked) -> Iterator[Views]:
    """A read model of whomever the event is about, gone when it is closed.

    Raises:
        ValueError: the file is no recording.
    """
    with closing(FileLog.of(asked.events)) as log, TemporaryDirectory() as folder:
        concluded = Concluded(log, _keys(log, asked.event_id))
        engine = open_database(f"sqlite:///{Path(folder) / VIEWS}")
        Projector(engine, ReaderFeed(concluded)).catch_up()
        try:
            yield Views(engine, concluded)
        finally:
            engine.dispose()


def facts_sha256(events: Path) -> str:
    """Of all that a recording leads to: what its engine's own logs have, byte for byte."""
    with closing(FileLog.of(events)) as log:
        return recording.facts_sha256(Concluded(log, None))


def catalogue(asked: Asked) -> Catalogue:
    """The newest catalogue that the recording knows."""
    with closing(FileLog.of(asked.events)) as log:
        return ReferenceLog(log).at(log.end(REFERENCE, 0)).catalogue


class Concluded(LogReader):
    """The records of some keys, at their own offsets, and what the folds conclude of them."""

    def __init__(self, log: LogReader, keys: Collection[bytes] | None) -> None:
        """Fold them.

        Args:
            log: of events and reference.
            keys: of clients and desks; `None` is all of them.
        """
        self._log, self._logs = log, dict[tuple[str, int], list[Record]]()
        references = ReferenceLog(log)
        for topic, fold in ((CLIENT_EVENTS, ClientFold()), (DESK_EVENTS, DeskFold())):
            for partition in range(log.partitions(topic)):
                mine = [
                    record._replace(timestamp=received_at(record.value))
                    for record in recording.records_of(log, topic, partition)
                    if keys is None or record.key is None or record.key in keys
                ]
                self._logs[topic, partition] = mine
                self._conclude(_Burying(fold, references), mine)

    @override
    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """At most `limit` records from `offset` on."""
        found = self._logs.get((topic, partition), [])
        start = bisect_left(found, offset, key=lambda record: record.offset)
        return found[start : start + limit]

    @override
    def end(self, topic: str, partition: int) -> int:
        """The offset that the next record would get."""
        found = self._logs.get((topic, partition))
        return found[-1].offset + 1 if found else 0

    @override
    def partitions(self, topic: str) -> int:
        """As many as of events; dead letters have one."""
        return 1 if topic == DEAD_LETTERS else self._log.partitions(_SOURCE.get(topic, topic))

    def applied(self, topic: str, partition: int) -> int:
        """Up to where the folds have come: all that there is."""
        return self.end(topic, partition)

    def _conclude(self, fold: "_Burying", records: Sequence[Record]) -> None:
        for said in fold.live(records):
            if said.topic in _CONCLUSIONS:
                src = ":".join(map(str, (_EPOCH, *said.src[1:])))
                self._put(said.topic, said.src[0], said.key.encode(), said.value, src)
        for letter in fold.letters:
            record = letter.record
            family = codec.family_of(record.value, fold.kinds)
            src = f"{_EPOCH}:{record.offset}:0"
            message = letter.message(family, src=src.encode())
            self._put(DEAD_LETTERS, 0, message.key, message.value, src)

    def _put(self, topic: str, partition: int, key: bytes | None, value: bytes, src: str) -> None:
        log = self._logs.setdefault((topic, partition), [])
        headers = (("src", src.encode()),)
        log.append(Record(topic, partition, len(log), key, value, headers, received_at(value)))


class _Burying(PlainFold):
    """A fold that keeps the dead letters."""

    def __init__(self, fold: Any, references: ReferenceLog) -> None:  # noqa: ANN401 - either fold
        super().__init__(fold, references)
        self.kinds = fold.kinds
        self._name: str = fold.name
        self.letters: list[dead_letters.Buried] = []

    @override
    def bury(self, record: Record, error: Exception) -> None:
        """Note a record with what was wrong with it."""
        if isinstance(error, ContractError):
            letter = dead_letters.of_contract(record, self._name, error)
        else:
            letter = dead_letters.of_bug(record, self._name, error)
        self.letters.append(letter)


def _keys(log: LogReader, event_id: str) -> frozenset[bytes]:
    """Whose log the event stands on, and the clients whom it is about."""
    wanted, found = event_id.encode(), set[bytes]()
    for topic in (CLIENT_EVENTS, DESK_EVENTS):
        for partition in range(log.partitions(topic)):
            for record in recording.records_of(log, topic, partition):
                if wanted not in record.value or codec.name_of(record.value)[0] != event_id:
                    continue
                found.update(_CLIENT.findall(record.value))
                if record.key is not None:
                    found.add(record.key)
                    found |= _worked_for(log, record)
    return frozenset(found)


def _worked_for(log: LogReader, record: Record) -> set[bytes]:
    """A desk says which task it works, and was offered it with its client."""
    tasks = set(_TASK.findall(record.value))
    if record.topic != DESK_EVENTS or not tasks:
        return set()
    offered = (
        one.value
        for one in recording.records_of(log, DESK_EVENTS, record.partition)
        if one.key == record.key and not tasks.isdisjoint(_TASK.findall(one.value))
    )
    return {client for value in offered for client in _CLIENT.findall(value)}


_SOURCE: Final[Mapping[str, str]] = {
    CLIENT_FACTS: CLIENT_EVENTS,
    TASKS: CLIENT_EVENTS,
    DESK_FACTS: DESK_EVENTS,
}
"""The log that a log of conclusions is as wide as."""
