"""What to do while something is away for now, and nothing is wrong."""

import asyncio
import time
from typing import Final

from aiokafka.errors import KafkaError, KafkaTimeoutError

from streams.errors import TransientError, WorkerStopError

FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 2.0


def is_away(error: Exception) -> bool:
    """May the same call succeed in a while, with nothing changed on our side?

    Example:
        >>> is_away(KafkaTimeoutError()), is_away(ValueError())
        (True, False)
    """
    if isinstance(error, KafkaError):
        # aiokafka holds its own time-outs for final.
        return bool(error.retriable) or isinstance(error, KafkaTimeoutError)
    return isinstance(error, TransientError)


class Patience:
    """Longer and longer pauses while something is away, up to a deadline."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._pause_s = seconds, FIRST_PAUSE_S
        self._deadline = time.monotonic() + seconds

    async def wait(self, away: Exception) -> None:
        """One pause.

        Raises:
            WorkerStopError: the deadline has passed.
        """
        if time.monotonic() > self._deadline:
            raise WorkerStopError(f"given up after {self._seconds:.0f} s: {away}") from away
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
