"""What a run on Kafka is to try."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

WORKER: Final = (sys.executable, "-m", "streams.kafka.worker")


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
