"""Folds a log under two catalogues, partition by partition, in as many processes as are given."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from journeys.catalogue.catalogue import Catalogue
from journeys.replay import Tally, Whom, merged, note
from journeys.step import Output
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import TaskChanged
from streams import recording
from streams.plain import References
from streams.ports import LogReader
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS
from streams.twofold import TwoFold

_TASK: Final = re.compile(rb'"task_id":"(t_[0-9a-f]{32})"')


class Replayed(NamedTuple):
    """A whole log under both catalogues."""

    tally: Tally
    old_sha256: str
    new_sha256: str
    """Over every fact and task, by partition in order."""


class Part(msgspec.Struct):
    """One partition under both."""

    fingerprint: str
    tally: Tally
    old_sha256: str
    new_sha256: str


class Question(NamedTuple):
    """What is folded, and under what."""

    old: Catalogue | None
    """`None`: as the log's own markers say."""
    new: Catalogue
    fingerprint: str
    """Of log and catalogues: a part kept under another one is not used."""


class _Once:
    """Reads each event once for both sides; one that cannot be read fails on both."""

    def __init__(self) -> None:
        self._read = codec.reader(codec.CLIENT_LOG)
        self._last: tuple[bytes, str | None, Envelope] | None = None

    def __call__(self, raw: bytes, key: str | None) -> Envelope:
        """The event of a record."""
        if self._last is None or self._last[0] is not raw or self._last[1] != key:
            self._last = None
            self._last = raw, key, self._read(raw, key)
        return self._last[2]


def replay(
    opened: Callable[[], LogReader],
    question: Question,
    *,
    processes: int = 1,
    kept: Path | None = None,
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> Replayed:
    """Fold every partition under both catalogues.

    Args:
        opened: opens the log; called once in each process.
        question: the catalogues.
        processes: at most so many at once.
        kept: a folder in which parts are kept, so that a run cut short goes on.
        told: hears how many of how many partitions are done.
    """
    reader = opened()
    count = reader.partitions(CLIENT_EVENTS)
    done = dict(_kept_parts(kept, question, count))
    todo = [number for number in range(count) if number not in done]
    told(len(done), count)
    parts_now: Iterator[tuple[int, Part]]
    if processes == 1 or len(todo) <= 1:
        references = ReferenceLog(reader)
        parts_now = ((number, fold_part(reader, references, number, question)) for number in todo)
    else:
        parts_now = _side_by_side(opened, question, todo, processes)
    for number, part in parts_now:
        done[number] = part
        if kept is not None:
            _keep(kept, number, part)
        told(len(done), count)
    parts = [done[number] for number in range(count)]
    return Replayed(
        merged(part.tally for part in parts),
        _joined(part.old_sha256 for part in parts),
        _joined(part.new_sha256 for part in parts),
    )


def fold_part(
    reader: LogReader, references: References, partition: int, question: Question
) -> Part:
    """One partition under both catalogues.

    Args:
        reader: of the log.
        references: of the same log; those of one process are shared, for to load a catalogue
            costs as much as to fold a thousand events.
        partition: which.
        question: the catalogues.
    """
    tally, digests = Tally(), (sha256(), sha256())
    once = _Once()
    folds = TwoFold(references, question.old, question.new, decode=once)
    issued: set[bytes] = set()
    for record in recording.records_of(reader, CLIENT_EVENTS, partition):
        was, now = folds.step(record)
        if record.key is None:
            continue
        tally.events += 1
        spoken_of = _TASK.search(record.value)
        if spoken_of is not None:
            tally.reports += 1
            tally.assumed += spoken_of.group(1) not in issued
        if not was and not now:
            continue
        for digest, said in zip(digests, _encoded(was, now), strict=True):
            digest.update(said)
        client = record.key.decode()
        events = [output.event for output in now]
        issued |= {e.data.task_id.encode() for e in events if isinstance(e, TaskChanged)}
        served = folds.states[client].served
        whom = Whom(client, served.tier, served.utc_offset_minutes)
        note(tally, whom, [output.event for output in was], events)
    tally.clients = len(folds.states)
    return Part(question.fingerprint, tally, digests[0].hexdigest(), digests[1].hexdigest())


def _encoded(was: Sequence[Output], now: Sequence[Output]) -> tuple[bytes, bytes]:
    """Both as lines; what is one object is written once."""
    old = b"".join(codec.encode(output.event) + b"\n" for output in was)
    if was is now:
        return old, old
    return old, b"".join(codec.encode(output.event) + b"\n" for output in now)


_opened: list[tuple[LogReader, ReferenceLog]] = []
"""The log of a process that folds parts, with its reference."""


def _side_by_side(
    opened: Callable[[], LogReader], question: Question, todo: list[int], processes: int
) -> Iterator[tuple[int, Part]]:
    # Forked: what the log was opened with and the catalogues need not be packed.
    context = get_context("fork")
    with ProcessPoolExecutor(processes, context, _begin, (opened, question)) as pool:
        running = {pool.submit(_fold_here, number): number for number in todo}
        for future in as_completed(running):
            yield running[future], future.result()


_asked: list[Question] = []


def _begin(opened: Callable[[], LogReader], question: Question) -> None:
    reader = opened()
    _opened.append((reader, ReferenceLog(reader)))
    _asked.append(question)


def _fold_here(number: int) -> Part:
    return fold_part(*_opened[0], number, _asked[0])


def _kept_parts(folder: Path | None, question: Question, count: int) -> Iterator[tuple[int, Part]]:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = _place(folder, number)
        if path.exists():
            try:
                part = msgspec.json.decode(path.read_bytes(), type=Part)
            except msgspec.DecodeError:  # kept by a build that counted otherwise
                continue
            if part.fingerprint == question.fingerprint:
                yield number, part


def _keep(folder: Path, number: int, part: Part) -> None:
    """Whole or not at all."""
    half = _place(folder, number).with_suffix(".part")
    half.write_bytes(msgspec.json.encode(part))
    half.replace(_place(folder, number))


def _place(folder: Path, number: int) -> Path:
    return folder / f"partition-{number}.json"


def _joined(digests: Iterator[str] | Mapping[str, str]) -> str:
    return sha256("\n".join(digests).encode()).hexdigest()
