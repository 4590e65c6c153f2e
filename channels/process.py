"""What every process over Kafka has in common: settings, logs, probes, and an end in good order."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry
from structlog.typing import FilteringBoundLogger

from schemas.time import Instant
from streams.clock import ShiftedClock, WallClock, clock_of
from streams.errors import TransientError, WorkerStopError
from streams.health import Health, serve
from streams.logs import Level, make_logger, relay_libraries
from streams.metrics import Metrics
from streams.ports import Clock
from streams.settings import Settings, read_settings

MACHINERY: Final = 70


class Process(NamedTuple):
    """What a process is given to work with."""

    settings: Settings
    bootstrap: str
    log: FilteringBoundLogger
    metrics: Metrics
    health: Health
    clock: Clock
    stop: threading.Event
    """Set by SIGTERM or Ctrl-C: finish what is begun and return."""

    def shown(self, wall: Instant) -> Instant:
        """What our clock shows at an instant of the wall: the same, but in a demonstration."""
        return self.clock.at(wall) if isinstance(self.clock, ShiftedClock) else wall


def run_process(name: str, work: Callable[[Process], None]) -> int:
    """Run `work` until it returns after `stop`; 0, or 70 when it fails.

    Raises:
        SettingsError: the environment; the message names what.
        WorkerStopError: no broker is named, or the metrics port is taken.
    """
    settings = read_settings(os.environ)
    if settings.kafka_bootstrap is None:
        raise WorkerStopError(f"{name}: no broker; set SUISHEN_KAFKA_BOOTSTRAP to host:port,…")
    log = make_logger(
        sys.stdout,
        clock=WallClock(),
        level=Level(settings.log_level),
        version=version("suishen"),
    )
    relay_libraries(log)
    metrics, health, stop = Metrics(CollectorRegistry()), Health(), threading.Event()
    if settings.metrics_port is not None:
        serve(health, metrics, host=settings.host, port=settings.metrics_port)
    _obey(stop)
    clock = clock_of(settings)
    given = Process(settings, settings.kafka_bootstrap, log, metrics, health, clock, stop)
    try:
        work(given)
    except (WorkerStopError, TransientError) as error:
        metrics.worker_stops.labels(type(error).__name__).inc()
        log.critical("worker_stops", code=name, reason=str(error))
        return MACHINERY
    return 0


def _obey(stop: threading.Event) -> None:
    """SIGTERM and Ctrl-C set `stop`. In a thread of a test there are no signals."""
    with suppress(ValueError):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
