"""A host that kills itself at a named point of its n-th commit: `dying.py FILE POINT N`.

Points: `before_outputs`, `after_outputs`, `before_states`, `after_states`, `before_offset`,
`after_offset`, `before_commit`, `after_commit`.
"""

import os
import signal
import sys
from pathlib import Path

from streams.embedded import drain
from streams.embedded.file import EngineFile

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


if __name__ == "__main__":
    arm(sys.argv[2], int(sys.argv[3]))
    sys.exit(drain.main(Path(sys.argv[1]), limit=5))
