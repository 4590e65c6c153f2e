"""How many events failed in a fold of late: too many are a broken release, not broken records."""

from collections import deque
from typing import Final

from streams.errors import WorkerStopError

MAX_IN_A_ROW: Final = 20
RECENT: Final = 1000
MAX_RECENT: Final = 50
"""Of the last 1,000 events."""


class Failures:
    """The events that were judged, as far as they are recent."""

    def __init__(self) -> None:
        self._judged = 0
        self._failed: deque[int] = deque()
        """Which of those judged failed."""
        self._in_a_row = 0

    def note_successes(self, count: int) -> None:
        """Events were applied, one after the other."""
        if count:
            self._judged += count
            self._in_a_row = 0

    def note_failure(self) -> None:
        """An event failed in the fold.

        Raises:
            WorkerStopError: too many in a row, or too many of late.
        """
        self._judged += 1
        self._in_a_row += 1
        self._failed.append(self._judged)
        while self._failed[0] <= self._judged - RECENT:
            self._failed.popleft()
        failed = len(self._failed)
        if self._in_a_row >= MAX_IN_A_ROW or failed > MAX_RECENT:
            raise WorkerStopError(
                f"{self._in_a_row} events in a row or {failed} of the last "
                f"{min(self._judged, RECENT)} failed in the fold: a broken release, not broken "
                "records; roll back, then requeue the dead letters"
            )
