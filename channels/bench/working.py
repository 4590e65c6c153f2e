"""Worker processes as production starts them, watched from outside: their log and their CPU."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.errors import WorkerStopError
from streams.kafka.cluster import GROUP, topics_of
from streams.kafka.logs import admin
from streams.kafka.reader import KafkaReader

_LOOK_S: Final = 0.02
_ASK_S: Final = 0.1
_START_S: Final = 120.0
_END_S: Final = 60.0


class Spent(NamedTuple):
    """What a process has used up to a moment."""

    cpu_s: float
    """All its threads, and children that ended."""
    at: float
    """`time.perf_counter`."""


class Cost(NamedTuple):
    """What a run took."""

    events: int
    cpu_s: float
    wall_s: float

    @property
    def per_core(self) -> float:
        """Events a second and core."""
        return self.events / self.cpu_s

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU per event."""
        return 1e6 * self.cpu_s / self.events

    @property
    def per_second(self) -> float:
        """Events a second by the clock on the wall."""
        return self.events / self.wall_s


class Process:
    """A process whose standard output goes to a file, as JSON lines."""

    def __init__(
        self, command: Sequence[str], log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self._log, self._read = log, 0
        self.began = time.perf_counter()
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(settings or {})},
            )

    def wait_for(self, event: str, *, seconds: float = _START_S) -> dict[str, Any]:
        """The next line of that event.

        Raises:
            WorkerStopError: the process ended, or the line did not come.
        """
        deadline = time.monotonic() + seconds
        while True:
            for line in self.lines():
                if line.get("event") == event:
                    return line
            self.check()
            if time.monotonic() > deadline:
                raise WorkerStopError(f"no '{event}' within {seconds:.0f} s; {self._last_words()}")
            time.sleep(_LOOK_S)

    def check(self) -> None:
        """It still runs.

        Raises:
            WorkerStopError: it does not.
        """
        if self._process.poll() is not None:
            raise WorkerStopError(f"a process of the bench ended; {self._last_words()}")

    def spent(self) -> Spent:
        """CPU up to now, in steps of the kernel's clock tick."""
        return Spent(cpu_s(self._process.pid), time.perf_counter())

    @property
    def lives_s(self) -> float:
        """Seconds since its start."""
        return time.perf_counter() - self.began

    def rss_bytes(self) -> int:
        """Memory that it holds now."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """SIGTERM, and SIGKILL if that does not do."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Whole lines written since the last look."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                if line.startswith(b"{"):
                    yield json.loads(line)

    def _last_words(self) -> str:
        said = self._log.read_text("utf-8", "replace").splitlines()
        return "it said: " + " | ".join(said[-3:])


def cpu_s(pid: int) -> float:
    """CPU of a process with all its threads, and of its children that ended."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    # After the name, which may hold spaces: utime, stime, and both of children.
    times = stat.rpartition(")")[2].split()[11:15]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    command: Sequence[str], log: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """A process until the block ends; settings go on top of our own environment."""
    process = Process(command, log, settings)
    try:
        yield process
    finally:
        process.end()


def worker(fold: str, bootstrap: str, *more: str) -> list[str]:
    """The command of a worker as production runs it; its outputs do not re-enter."""
    module = [sys.executable, "-m", "streams.kafka.worker"]
    return [*module, "--fold", fold, "--bootstrap", bootstrap, "--no-feedback", *more]


def drain(command: Sequence[str], bootstrap: str, fold: str, log: Path) -> Cost:
    """Run one worker through all that stands on its log.

    Measured from the end of its take-over, when states are loaded and partitions are its own, to
    the commit of the last record. Start-up and imports come before that and do not count.
    """
    with progress_of(bootstrap, fold) as progress, running(command, log) as process:
        process.wait_for("taken_over")
        start = process.spent()
        while not progress.is_done():
            process.check()
            time.sleep(_ASK_S)
        end = process.spent()
    return Cost(progress.records, end.cpu_s - start.cpu_s, end.at - start.at)


class Progress:
    """How far a fold's group has come on a log that grows no more."""

    def __init__(self, client: KafkaAdminClient, fold: str, ends: Mapping[int, int]) -> None:
        self._client, self._group, self._ends = client, GROUP + fold, ends

    @property
    def records(self) -> int:
        """On the log, markers included."""
        return sum(self._ends.values())

    def is_done(self) -> bool:
        """Is everything committed?"""
        try:
            found = self._client.list_group_offsets([self._group])[self._group]
        except (KafkaError, KeyError):
            return False  # the group is not there yet
        offsets = {tp.partition: meta.offset for tp, meta in found.items()}
        return all(offsets.get(number, 0) >= end for number, end in self._ends.items())


@contextmanager
def progress_of(bootstrap: str, fold: str) -> Iterator[Progress]:
    """Ask for a fold's progress, within the block."""
    topic = topics_of(fold).source
    reader = KafkaReader(bootstrap)
    try:
        ends = {number: reader.end(topic, number) for number in range(reader.partitions(topic))}
    finally:
        reader.close()
    with admin(bootstrap) as client:
        yield Progress(client, fold, ends)
