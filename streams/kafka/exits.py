"""How a worker ends when it must not go on: at once, and with a code that says so."""

import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Final, NoReturn

from structlog.typing import FilteringBoundLogger

EXIT_CODE: Final = 70
"""EX_SOFTWARE: the supervisor starts the worker again, and it reloads what is durable."""

Stop = Callable[[str, str], NoReturn]
"""Ends the process; takes a word from a closed set for counting, and the reason in words."""


def stopper(log: FilteringBoundLogger, count: Callable[[str], None]) -> Stop:
    """A stop that logs and counts.

    Never an orderly shutdown: that would checkpoint what may be half-done.
    """

    def stop(code: str, reason: str) -> NoReturn:
        count(code)
        log.critical("worker_stops", code=code, reason=reason)
        _end(EXIT_CODE)

    return stop


def leave(log: FilteringBoundLogger, reason: str) -> NoReturn:
    """End in peace without an orderly shutdown: nobody is there for it."""
    log.warning("stopped", result="without a last checkpoint", reason=reason)
    _end(0)


def _end(code: int) -> NoReturn:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def described(error: BaseException) -> str:
    """An error's kind and place; its text might hold values.

    Example:
        >>> described(ValueError("secret"))
        'ValueError'
    """
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} in {last.name}, {PurePath(last.filename).name}:{last.lineno}"
