"""Holds what a host wrote against the plain fold of its own input log, as that stands there.

Contents are kept as digests and one partition at a time, so that memory does not grow with the
run. Each fold's log is folded as written: markers, ticks and claims of this run and no other.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from journeys.client.fold import ClientFold
from journeys.desk.fold import DeskFold
from journeys.step import Fold
from streams import dead_letters, recording
from streams.frame import Frame
from streams.plain import PlainFold
from streams.ports import LogReader, Record
from streams.reference import ReferenceLog
from streams.topics import (
    CLIENT_EVENTS,
    CLIENT_FACTS,
    DEAD_LETTERS,
    DESK_EVENTS,
    DESK_FACTS,
    SOURCE_OF,
    TASKS,
    UNFED,
)
from streams.verify.caps import Caps
from streams.verify.report import Report

FOLDS: Final[tuple[type[Fold[Any]], ...]] = (ClientFold, DeskFold)
FOLLOWING_OF: Final = {"client": (CLIENT_FACTS, TASKS), "desk": (DESK_FACTS,)}
CROSSING_OF: Final = {"client": DESK_EVENTS, "desk": CLIENT_EVENTS}
ONE_OWNER: Final = frozenset({CLIENT_FACTS, TASKS, DESK_FACTS})
"""Logs of one writer per partition: nothing stands there twice, whatever dies."""
_SRC: Final = "src"

States = Callable[[str, int], Iterable[tuple[str, Frame]]]
"""Every durable state of a fold's partition by its key."""


class Name(NamedTuple):
    """What an output is called, whatever it says."""

    offset: int
    number: int
    key: bytes


@dataclass(slots=True)
class Pile:
    """Outputs of one log: those wanted, and those found."""

    topic: str
    wanted: dict[bytes, Name] = field(default_factory=dict)
    """By digest of name and content."""
    met: set[bytes] = field(default_factory=set)
    wrong: list[Name] = field(default_factory=list)
    repeats: int = 0
    found: int = 0

    def want(self, name: Name, value: bytes) -> None:
        """An output that the plain fold says."""
        self.wanted[_digest(name, value)] = name

    def find(self, name: Name, value: bytes) -> bool:
        """An output that stands on the log; is it the first of its name and content?"""
        self.found += 1
        digest = _digest(name, value)
        if digest not in self.wanted:
            self.wrong.append(name)
        elif digest in self.met:
            self.repeats += 1
        else:
            self.met.add(digest)
            return True
        return False

    def judge(self, report: Report, *, is_strict: bool) -> None:
        """Count into a report.

        Args:
            report: added to.
            is_strict: may nothing stand here twice, not even under one name?
        """
        report.outputs += self.found
        report.different += len(self.wrong)
        if is_strict:
            report.doubled += self.repeats
        else:
            report.topic_repeats += self.repeats
        missing = Counter(name for digest, name in self.wanted.items() if digest not in self.met)
        for name in self.wrong:
            report.note(f"extra {self.topic} from offset {name.offset}:{name.number}")
        lost = missing - Counter(self.wrong)  # said, but otherwise
        report.lost += lost.total()
        for name in lost:
            report.note(f"missing {self.topic} from offset {name.offset}:{name.number}")
        if is_strict and self.repeats:
            report.note(f"{self.repeats} doubled in {self.topic}")


def compare(
    reader: LogReader, states: States, report: Report, *, unfed: bool, strict: frozenset[str]
) -> None:
    """Compare outputs, dead letters and states of both folds; find facts over a cap.

    Args:
        reader: of every log.
        states: what is durable.
        report: counted into.
        unfed: did claims and offers go to logs of their own instead of re-entering?
        strict: logs in which nothing may stand twice, not even under one name.
    """
    references, caps, buried = ReferenceLog(reader), Caps(), Counter[str]()
    for fold in (kind() for kind in FOLDS):
        crossing = Pile(CROSSING_OF[fold.name])
        for partition in range(reader.partitions(SOURCE_OF[fold.name])):
            one = _Part(fold, partition, reader, references)
            one.live(crossing)
            one.read(caps)
            for pile in one.piles.values():
                pile.judge(report, is_strict=pile.topic in strict)
            one.judge_states(states(fold.name, partition), report)
            buried.update(one.plain.buried)
        for name, value in _crossed(reader, crossing.topic + (UNFED if unfed else "")):
            crossing.find(name, value)
        crossing.judge(report, is_strict=crossing.topic in strict)
    _judge_letters(buried, reader, report, is_strict=DEAD_LETTERS in strict)
    report.facts_sha256 = recording.facts_sha256(reader)
    report.cap_overshoot = caps.overshoot()


class _Part:
    """One partition of a fold's log, lived plainly."""

    def __init__(
        self, fold: Fold[Any], number: int, reader: LogReader, references: ReferenceLog
    ) -> None:
        self._fold, self._number, self._reader = fold, number, reader
        self.plain = PlainFold(fold, references)
        self.piles = {topic: Pile(topic) for topic in FOLLOWING_OF[fold.name]}

    def live(self, crossing: Pile) -> None:
        """Fold the log; what it says stays here, or goes where it crosses to another key."""
        log = recording.records_of(self._reader, SOURCE_OF[self._fold.name], self._number)
        for said in self.plain.live(log):
            _, offset, number = said.src
            pile = self.piles.get(said.topic, crossing)
            pile.want(Name(offset, number, said.key.encode()), said.value)

    def read(self, caps: Caps) -> None:
        """Read what the host wrote at this partition."""
        for topic, pile in self.piles.items():
            for record in recording.records_of(self._reader, topic, self._number):
                is_first = pile.find(_name_of(record), record.value)
                if is_first and topic == CLIENT_FACTS:
                    caps.see(record)

    def judge_states(self, states: Iterable[tuple[str, Frame]], report: Report) -> None:
        """Every key's state is the plain one, as of the same event, and there is no other."""
        encode, touched = self._fold.encode, self.plain.touched
        wanted = {
            key: (touched[key], _short(encode(state))) for key, state in self.plain.states.items()
        }
        wrong = 0
        for key, frame in states:
            report.states += 1
            wrong += wanted.pop(key, None) != (frame.applied, _short(frame.state))
        wrong += len(wanted)
        report.different += wrong
        if wrong:
            report.note(f"{wrong} states of the {self._fold.name} fold")


def _crossed(reader: LogReader, topic: str) -> Iterator[tuple[Name, bytes]]:
    """Outputs of a fold on a log that others write to as well: those that say their source."""
    for partition in range(reader.partitions(topic)):
        for record in recording.records_of(reader, topic, partition):
            if any(name == _SRC for name, _ in record.headers):
                yield _name_of(record), record.value


def _name_of(record: Record) -> Name:
    _, offset, number = dict(record.headers)[_SRC].split(b":")
    return Name(int(offset), int(number), record.key or b"")


def _judge_letters(
    want: Counter[str], reader: LogReader, report: Report, *, is_strict: bool
) -> None:
    have = Counter(dead_letters.name_of(letter) for letter in dead_letters.read_all(reader))
    report.lost += len(want.keys() - have.keys())
    for name, count in have.items():
        if name not in want:
            report.different += count
        elif is_strict:
            report.doubled += count - 1
        else:
            report.topic_repeats += count - 1
    report.dead_letters = have.total()


def _digest(name: Name, value: bytes) -> bytes:
    digest = blake2b(value, digest_size=16)
    digest.update(b"%d:%d " % name[:2] + name.key)
    return digest.digest()


def _short(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
