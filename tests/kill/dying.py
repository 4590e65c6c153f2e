"""A host that kills itself at a named point of its n-th commit: `dying.py FILE POINT N…`.

With several N one host after the other, each in a process of its own.

Points: `before_outputs`, `after_outputs`, `before_states`, `after_states`, `before_offset`,
`after_offset`, `before_commit`, `after_commit`.
"""

import os
import signal
import sys
from functools import partial
from pathlib import Path

from streams.embedded import drain
from streams.embedded.file import EngineFile
from tests.kill.forking import tell_deaths

METHODS = {
    "outputs": "append",
    "states": "remember",
    "offset": "advance",
    "commit": "commit",
}
POINTS = [f"{when}_{what}" for what in METHODS for when in ("before", "after")]


def arm(point, count):
    """Make the n-th call of a step of the file end the process, before or after it is done."""
    when, _, what = point.partition("_")
    true_call, calls = getattr(EngineFile, METHODS[what]), [0]

    def dying(*arguments, **named):
        calls[0] += 1
        is_last = calls[0] == count
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = true_call(*arguments, **named)
        if is_last and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(EngineFile, METHODS[what], dying)


def die(path, point, count):
    arm(point, count)
    return drain.main(path, limit=5)


if __name__ == "__main__":
    path, point, *counts = sys.argv[1:]
    tell_deaths(partial(die, Path(path), point, int(count)) for count in counts)
