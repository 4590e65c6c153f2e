"""Many deaths of one program whose imports are made once: each in a process of its own."""

import json
import os
import sys
from collections.abc import Callable, Iterable


def tell_deaths(runs: Iterable[Callable[[], int]]) -> None:
    """Run each in a fork, one after the other, and print their exit codes."""
    json.dump([_forked(run) for run in runs], sys.stdout)


def _forked(run: Callable[[], int]) -> int:
    """Its exit code; minus the signal if one ended it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = run()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
