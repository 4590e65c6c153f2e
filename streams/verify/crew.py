"""Worker processes of both folds: started, killed, frozen, replaced, and what they say."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json
from typing_extensions import override

from streams.errors import WorkerStopError
from streams.kafka.exits import EXIT_CODE
from streams.settings import PREFIX
from streams.topics import SOURCE_OF
from streams.verify.choice import Start, Started

_MOST_STOPS: Final = 3
"""In a row: a worker that ends so often by itself, without applying anything, is broken."""
_MOST_IN_ALL: Final = 20
"""Of all workers, whatever they applied before."""
_END_S: Final = 60.0
_LAST_WORDS: Final = 2000


class Worker:
    """One worker's place: its process, which may be another one after a kill, and its log."""

    def __init__(
        self, fold: str, instance: int, command: Sequence[str], log: Path, start: Start
    ) -> None:
        self.fold, self.instance = fold, instance
        self._command, self._log, self._start = command, log, start
        self._process: Started | None = None
        self._read_to = 0
        self._rest = b""
        self.applied: dict[int, int] = {}
        """By partition: how far this process has come, by its own words."""
        self.reason = ""
        """Why it stopped, by its own words."""
        self.stops_in_a_row = 0
        self.is_down = True
        """Not started yet, or killed by us."""

    def start(self, environment: Mapping[str, str]) -> None:
        """Start a process; what the one before said is forgotten."""
        self.applied, self.reason, self._rest, self.is_down = {}, "", b"", False
        self._log.touch()
        self._read_to = self._log.stat().st_size
        self._process = self._start(self._command, self._log, environment)

    def listen(self) -> None:
        """Take in what it has written since the last time."""
        with self._log.open("rb") as said:
            said.seek(self._read_to)
            fresh = said.read()
        self._read_to += len(fresh)
        *lines, self._rest = (self._rest + fresh).split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                self._hear(from_json(line))

    def _hear(self, line: Mapping[str, Any]) -> None:
        event = line.get("event")
        if event in ("applied", "loaded"):
            self.applied[line["partition"]] = line["offset"]
            if event == "applied":
                self.stops_in_a_row = 0
        elif event == "worker_stops":
            self.reason = f"{line.get('code')}: {line.get('reason')}"

    def unapplied(self, ends: Mapping[tuple[str, int], int], parts: Iterable[int]) -> int:
        """How much of some partitions it has still to do, as far as it has said."""
        source = SOURCE_OF[self.fold]
        return sum(max(0, ends[source, part] - self.applied.get(part, 0)) for part in parts)

    @property
    def ended(self) -> int | None:
        """The exit code; `None` while it runs."""
        return self._there().poll()

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self.is_down = True
        self._there().kill()
        self._there().wait()
        self.listen()

    def hold(self) -> None:
        """Freeze it: SIGSTOP."""
        self._there().send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._there().send_signal(signal.SIGCONT)

    def tell_end(self) -> None:
        """SIGTERM."""
        self._there().terminate()

    def wait(self) -> int:
        """Wait for its end; the exit code.

        Raises:
            WorkerStopError: it does not end.
        """
        try:
            return self._there().wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise WorkerStopError(
                f"{self} did not end within {_END_S:.0f} s; see its log"
            ) from None

    def last_words(self) -> str:
        """Why it ended, as well as can be told."""
        self.listen()
        if self.reason:
            return self.reason
        said = self._log.read_bytes()[-_LAST_WORDS:].decode("utf-8", "replace").strip()
        return (said.splitlines() or ["it said nothing"])[-1]

    @override
    def __str__(self) -> str:
        return f"worker {self.instance} of the {self.fold} fold"

    def _there(self) -> Started:
        if self._process is None:
            raise RuntimeError(f"{self} was never started")
        return self._process


class Crew:
    """All workers of a run."""

    def __init__(
        self,
        command: Sequence[str],
        more: Sequence[str],
        folder: Path,
        workers: int,
        start: Start,
        **setting: str,
    ) -> None:
        """Name them; nothing is started.

        Args:
            command: runs a worker.
            more: arguments for every one.
            folder: for their logs.
            workers: of each fold.
            start: starts one.
            setting: `SUISHEN_*`; those of this process are not theirs.
        """
        mine = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = mine | setting
        self.stops: Counter[str] = Counter()
        self.workers = {
            (fold, number): Worker(
                fold,
                number,
                [*command, "--fold", fold, "--instance", str(number), *more],
                folder / f"{fold}-{number}.log",
                start,
            )
            for fold in SOURCE_OF
            for number in range(workers)
        }

    def start(self, worker: Worker | None = None) -> None:
        """Start one, or all."""
        for one in self.workers.values() if worker is None else [worker]:
            one.start(self._environment)

    def listen(self) -> None:
        """Hear them all, and start again whoever has stopped by itself, as a supervisor does.

        Raises:
            WorkerStopError: one ended otherwise, or again and again.
        """
        for worker in self.workers.values():
            if worker.is_down:
                continue
            worker.listen()
            if worker.ended is not None:
                self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        words = worker.last_words()
        worker.stops_in_a_row += 1
        is_broken = worker.stops_in_a_row >= _MOST_STOPS or self.stops.total() >= _MOST_IN_ALL
        if worker.ended != EXIT_CODE or is_broken:
            raise WorkerStopError(f"{worker} ended with code {worker.ended}: {words}")
        self.stops[words.splitlines()[0]] += 1
        self.start(worker)

    def applied(self, fold: str) -> int:
        """How many records a fold has applied, by the words of those who run."""
        furthest: dict[int, int] = {}
        for worker in self.workers.values():
            if worker.fold == fold:
                for part, offset in worker.applied.items():
                    furthest[part] = max(offset, furthest.get(part, 0))
        return sum(furthest.values())

    def end(self) -> None:
        """Tell all to end in good order, and wait.

        Raises:
            WorkerStopError: one does not, or not in good order.
        """
        for worker in self.workers.values():
            worker.tell_end()
        for worker in self.workers.values():
            if not _is_orderly(worker, worker.wait()):
                raise WorkerStopError(
                    f"{worker} ended with code {worker.ended}: {worker.last_words()}"
                )

    def abandon(self) -> None:
        """Kill whoever still runs."""
        for worker in self.workers.values():
            if not worker.is_down and worker.ended is None:
                worker.kill()


def _is_orderly(worker: Worker, code: int) -> bool:
    """A process that has not begun yet ends by the signal itself."""
    worker.listen()
    return code == 0 or (code == -signal.SIGTERM and not worker.applied)
