"""A projector for as long as its process lives: whatever goes away is waited for."""

import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from structlog.typing import FilteringBoundLogger

from streams.errors import TransientError, WorkerStopError
from streams.health import Health
from streams.readmodel.projector import ClaimedError, Projector

_REFUSALS: Final = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""A database that says so will say so again."""
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 5.0
_LOOK_S: Final = 2.0
"""A log that has said nothing for so long is asked whether it is there."""


class Following:
    """Runs a projector, tries again with jitter, and says what it waits for."""

    def __init__(
        self,
        begin: Callable[[], Projector],
        health: Health,
        log: FilteringBoundLogger,
        *,
        probe: Callable[[], object] = lambda: None,
        jitter: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Prepare to follow.

        Args:
            begin: opens the database and makes sure that it belongs to these logs.
            health: not ready while something is away.
            log: told once what is away, and once that it is back.
            probe: raises `TransientError` if the log is away; a silent consumer does not.
            jitter: a share in [0, 1) by which pauses grow, its own in every process.
        """
        self._begin, self._health, self._log = begin, health, log
        self._probe, self._jitter = probe, jitter
        self._projector: Projector | None = None
        self._pause_s, self._away = _FIRST_PAUSE_S, ""
        self._heard = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Follow until told to stop.

        Raises:
            WorkerStopError: a record or a database that no patience will mend.
        """
        try:
            while not stop.is_set():
                self._turn(stop)
        finally:
            self._let_go()

    def _turn(self, stop: threading.Event) -> None:
        try:
            if self._projector is None:
                self._projector = self._begin()
            self._look(self._projector.step())
        except ClaimedError as error:
            self._let_go()
            self._wait(stop, str(error))
        except TransientError as error:
            self._wait(stop, str(error))
        except _REFUSALS as error:
            raise WorkerStopError(
                f"the database refuses what the projector writes ({type(error.orig).__name__}); "
                "'suishen run projector --rebuild' empties the tables and builds them again"
            ) from error
        except DBAPIError as error:
            # The claim went with the connection: another projector may write by now.
            self._let_go()
            self._wait(stop, f"the database does not answer ({type(error.orig).__name__})")
        else:
            self._fine()

    def _look(self, records: int) -> None:
        now = time.monotonic()
        if records == 0 and now - self._heard > _LOOK_S:
            self._probe()
        if records > 0 or now - self._heard > _LOOK_S:
            self._heard = now

    def _fine(self) -> None:
        if self._away:
            self._log.info("back", reason=self._away)
        self._pause_s, self._away = _FIRST_PAUSE_S, ""
        self._health.ready()

    def _wait(self, stop: threading.Event, why: str) -> None:
        if why != self._away:
            self._log.warning("waiting", reason=why)
        self._away = why
        self._health.not_ready(why)
        stop.wait(self._pause_s * (1 + self._jitter()))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _let_go(self) -> None:
        projector, self._projector = self._projector, None
        if projector is not None:
            projector.close()
