"""Applies all that waits in an engine file, then ends: the process that `verify` kills."""

import sys
from pathlib import Path

from schemas.time import Instant
from streams.embedded.engine import EmbeddedEngine
from streams.errors import WorkerStopError

MACHINERY = 70


class _Still:
    """Nothing here asks for the time: the log carries it."""

    def now(self) -> Instant:
        return Instant(0)


def main(path: Path, *, limit: int) -> int:
    """Drain a file in committed batches; neither ticks nor feedback.

    Args:
        path: an engine file.
        limit: records of a partition in one commit.
    """
    try:
        engine = EmbeddedEngine(path, _Still(), feedback=False, timers=False)
        while engine.step(limit) > 0:
            engine.commit()
        engine.close()
    except WorkerStopError as error:
        sys.stderr.write(f"{error}\n")
        return MACHINERY
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), limit=int(sys.argv[2])))
