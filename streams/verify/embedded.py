"""The embedded host under kill -9.

Open mode: the file holds ticks and claims, so the host's own timers and feedback are off.
"""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from journeys.identity import derive
from schemas.time import Instant
from streams import recording
from streams.embedded.file import EngineFile, FileReader
from streams.errors import WorkerStopError
from streams.frame import Frame, unpack
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, DEAD_LETTERS, DESK_EVENTS, SOURCE_OF
from streams.verify import comparison
from streams.verify.comparison import ONE_OWNER
from streams.verify.report import Report

_CHUNK: Final = 1000
_PARTITIONS: Final = 4
_PATIENCE_S: Final = 1800
_MOST_AT_ONCE: Final = 100
"""Records of a partition in one commit of the host; fewer where the file is small."""
_COMMITS_PER_LIFE: Final = 10
"""So many commits at least lie between two kills, whatever the size of the file."""
_LONGEST_DELAY_S: Final = 0.03
_LOOK_EVERY_S: Final = 0.0002
"""Per record of a commit: often enough to hit any, without taking the host's core."""


def verify_embedded(events: Path, folder: Path, *, kills: int, seed: int) -> Report:
    """Publish a recorded file, run the embedded host under kill -9, and compare.

    Args:
        events: JSON lines, see `streams.recording`.
        folder: an empty folder for the engine file.
        kills: how often the host is killed, each time while events are unapplied.
        seed: of the moments.

    Raises:
        ValueError: the file is no recording.
        WorkerStopError: the host stopped by itself; the message is its own.
    """
    began = time.perf_counter()
    path = folder / "engine.db"
    report = Report(seed=seed, events=publish(events, path))
    report.kills_under_load = run_under_kills(path, kills, random.Random(seed))  # noqa: S311
    compare(path, report)
    report.unpublished = report.events - _held(path)
    report.seconds = round(time.perf_counter() - began, 1)
    return report


def publish(events: Path, path: Path) -> int:
    """Write a recorded file into a fresh engine file, partitions as recorded; how many events."""
    count, written = _partitions_of(events), 0
    file = EngineFile(path, epoch=derive("verify", events.name), partitions=count)
    for chunk in _chunks(recording.read(events)):
        file.begin()
        file.append(chunk, now=Instant(0))
        file.commit()
        written += sum(message.topic in SOURCE_OF.values() for message in chunk)
    file.close()
    return written


def _partitions_of(events: Path) -> int:
    """As many as the file names; markers stand in every one."""
    named = [m.partition for m in recording.read(events) if m.topic in SOURCE_OF.values()]
    return 1 + max((part for part in named if part is not None), default=_PARTITIONS - 1)


def _chunks(messages: Iterator[Outgoing]) -> Iterator[list[Outgoing]]:
    while chunk := [message for _, message in zip(range(_CHUNK), messages, strict=False)]:
        yield chunk


def run_under_kills(path: Path, kills: int, draw: random.Random) -> int:
    """Run the host to the end; how many kills hit it while it had work.

    Raises:
        WorkerStopError: the host stopped by itself.
    """
    total, hit = _unapplied(path), 0
    reader = FileReader(path)
    lives = len(SOURCE_OF) * reader.partitions(CLIENT_EVENTS) * _COMMITS_PER_LIFE * (kills + 1)
    reader.close()
    limit = max(1, min(_MOST_AT_ONCE, total // lives))
    for life in range(kills):
        # One mark in each stretch of the log, so that every life gets somewhere.
        passed = (life + draw.random()) / (kills + 1)
        hit += _kill(path, limit, left=int(total * (1 - passed)), delay=draw.random())
    _finish(_start(path, limit))
    return hit


def _kill(path: Path, limit: int, *, left: int, delay: float) -> bool:
    """Kill a host that has begun and has at most `left` to do; was it at work?"""
    waiting = _unapplied(path)
    host = _start(path, limit)
    while _unapplied(path) > min(left, waiting - 1) and host.poll() is None:
        time.sleep(limit * _LOOK_EVERY_S)
    time.sleep(delay * min(_LONGEST_DELAY_S, limit / 1000))
    is_busy = _unapplied(path) > 0
    host.kill()
    host.wait()
    if host.returncode not in (0, -signal.SIGKILL):
        _finish(host)
    return is_busy and host.returncode == -signal.SIGKILL


def _start(path: Path, limit: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "streams.embedded.drain", str(path), str(limit)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603


def _finish(host: subprocess.Popen[str]) -> None:
    _, said = host.communicate(timeout=_PATIENCE_S)
    if host.returncode != 0:
        last = said.strip().splitlines()[-1:] or ["it said nothing"]
        raise WorkerStopError(f"the host ended with code {host.returncode}: {last[0]}")


def _unapplied(path: Path) -> int:
    reader = FileReader(path)
    try:
        return sum(
            reader.end(topic, part) - reader.applied(topic, part)
            for topic in SOURCE_OF.values()
            for part in range(reader.partitions(topic))
        )
    finally:
        reader.close()


def _held(path: Path) -> int:
    reader = FileReader(path)
    logs = [(t, part) for t in SOURCE_OF.values() for part in range(reader.partitions(t))]
    held = sum(reader.end(*log) for log in logs)
    reader.close()
    return held


def compare(path: Path, report: Report) -> None:
    """Hold every output, dead letter and state of the host against the plain fold of its log."""
    reader = FileReader(path)
    file = EngineFile(path, epoch="", partitions=0)

    def states(fold: str, partition: int) -> Iterator[tuple[str, Frame]]:
        end = reader.end(SOURCE_OF[fold], partition)
        for number, key, blob in file.states(fold):
            if number == partition:
                yield key, unpack(blob, epoch=file.epoch, end=end)

    everywhere = ONE_OWNER | {CLIENT_EVENTS, DESK_EVENTS, DEAD_LETTERS}
    comparison.compare(reader, states, report, unfed=True, strict=everywhere)
    reader.close()
    file.close()
