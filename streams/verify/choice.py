"""What a run on Kafka is to try."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

WORKER: Final = (sys.executable, "-m", "streams.kafka.worker")


class Started(Protocol):
    """A worker's process, as `subprocess` gives it: a signal reaches it and no other."""

    def poll(self) -> int | None:
        """The exit code; `None` while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code."""

    def send_signal(self, sig: int) -> None:
        """Any signal."""

    def terminate(self) -> None:
        """SIGTERM."""

    def kill(self) -> None:
        """SIGKILL."""


Start = Callable[[Sequence[str], Path, Mapping[str, str]], Started]
"""Starts a command that adds to a log, in an environment."""


def start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Started:
    """A process as a supervisor starts it."""
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own arguments
            [*command],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
        )


class Choice(NamedTuple):
    """What is to be tried."""

    events: Path
    workers: int = 2
    """Of each fold."""
    kills: int = 10
    seed: int = 1
    bootstrap: str | None = None
    """A cluster that is there; without it one of our own is started."""
    nodes: int = 1
    is_closed: bool = False
    freeze_s: float = 0.0
    broker_kills: int = 0
    session_s: float = 10.0
    """After so long without a sign of life a worker's partitions go to another."""
    worker: Sequence[str] = WORKER
    """Runs a worker; a test may plant a bug in it."""
    start: Start = start
    """Starts it; tests fork one whose imports are made."""
