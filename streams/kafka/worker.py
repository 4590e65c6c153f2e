"""`python -m streams.kafka.worker`: one process that runs one fold over its share of a log.

It ends with 0 after SIGTERM and a last checkpoint, and with 70 at once whenever the machinery must
not go on; the supervisor starts it again.
"""

import argparse
import os
import random
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import faust
from prometheus_client import CollectorRegistry
from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from journeys.client.fold import ClientFold
from journeys.desk.fold import DeskFold
from journeys.step import Fold
from streams.clock import WallClock
from streams.errors import TransientError, WorkerStopError
from streams.health import Health, serve
from streams.kafka import faults
from streams.kafka.app import FoldApp, attach, make_app
from streams.kafka.cluster import KafkaCluster, topics_of
from streams.kafka.exits import Stop, leave, stopper
from streams.kafka.faults import Fault, NoFault
from streams.kafka.host import Host
from streams.kafka.means import Means
from streams.kafka.observing import Telling
from streams.kafka.recovery import Loader
from streams.kafka.reference_tail import ReferenceTail
from streams.kafka.tuning import Tuning
from streams.kafka.writer import BatchWriter
from streams.logs import ClientRefs, Level, Lines, make_logger, relay_libraries
from streams.metrics import Metrics
from streams.processor import Processor
from streams.reading import Decode
from streams.reference import ReferenceLog
from streams.settings import Settings, read_settings
from streams.watch import Observed

FOLDS: Final[dict[str, type[Fold[Any]]]] = {"client": ClientFold, "desk": DeskFold}
_START_S: Final = 60.0
_LOOK_S: Final = 1.0
_NO_END: Final = sys.maxsize


@dataclass(frozen=True, slots=True)
class Options:
    """What one worker process is told."""

    fold: str
    bootstrap: str
    instance: int | None = None
    feedback: bool = True
    fault: Fault = field(default_factory=NoFault)
    tuning: Tuning = field(default_factory=Tuning)
    faust: dict[str, Any] = field(default_factory=dict)
    """More settings of Faust, such as credentials."""
    kafka: dict[str, Any] = field(default_factory=dict)
    """The same for kafka-python."""
    aiokafka: dict[str, Any] = field(default_factory=dict)
    """The same for aiokafka."""


def run_worker(
    settings: Settings,
    options: Options,
    *,
    fold: Fold[Any] | None = None,
    decode: Decode | None = None,
) -> int:
    """Run until SIGTERM.

    Args:
        settings: of the process: logs and metrics.
        options: what to run and where.
        fold: another fold under the same name, for a test or a bench.
        decode: how that fold's events are read, if not by their contracts.

    Returns:
        0. Whatever must end the worker otherwise ends the process with 70.
    """
    lines = Lines(sys.stdout)
    log = make_logger(
        lines,
        clock=WallClock(),
        level=Level(settings.log_level),
        version=version("suishen"),
    )
    relay_libraries(log)
    metrics = Metrics(CollectorRegistry())
    stop_now = stopper(log, lambda code: metrics.worker_stops.labels(code).inc())
    refs = ClientRefs(settings.log_key)
    watch = Observed(metrics, log, refs, together=lines.together)
    telling = Telling(options.fold, metrics, log, clock=WallClock(), watch=watch)
    tail = ReferenceTail(options.bootstrap, **options.kafka)
    app = make_app(
        options.fold,
        options.bootstrap,
        options.tuning,
        stop_now,
        instance=options.instance,
        settings=options.faust,
    )
    health = Health()
    try:
        if settings.metrics_port is not None:
            serve(health, metrics, host=settings.host, port=settings.metrics_port)
        tail.start(_START_S)
        host = _attach(
            app, options, fold or FOLDS[options.fold](), tail, telling, watch, stop_now, decode
        )
    except (WorkerStopError, TransientError) as error:
        stop_now("refused", str(error))
    app.timer(_LOOK_S)(_look(health, host))
    worker = _Worker(app, host, options.tuning, stop_now, log, health=health)
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        tail.stop()
        if end.code:
            stop_now("machinery", "Faust ended by an error")
    return 0


def _look(health: Health, host: Host[Any]) -> Callable[[], Awaitable[None]]:
    """From the event loop: a sign of life, and whether the worker can do its work."""

    async def look() -> None:
        waiting = host.waiting_for()
        if waiting is None:
            health.ready()
        else:
            health.not_ready(waiting)

    return look


def _attach(  # noqa: PLR0913, PLR0917 - the parts of a worker, put together once
    app: FoldApp,
    options: Options,
    fold: Fold[Any],
    tail: ReferenceTail,
    telling: Telling,
    watch: Observed,
    stop_now: Stop,
    decode: Decode | None,
) -> Host[Any]:
    topics = topics_of(options.fold, feedback=options.feedback)
    cluster = KafkaCluster(options.bootstrap, **options.kafka)
    layout = cluster.layout(topics)
    hosts: list[Host[Any]] = []
    processor: Processor[Any] = Processor(
        fold,
        topics.source,
        ReferenceLog(tail),
        epoch=layout.epoch,
        stored=lambda partition, key: hosts[0].stored(partition, key),  # noqa: PLW0108 - made below
        end=lambda _: _NO_END,  # every state was held against the log's end at take-over
        watch=watch,
        decode=decode,
    )
    means = Means(
        options.fold,
        topics,
        layout,
        cluster,
        processor,
        BatchWriter(lambda: app.producer._producer),  # type: ignore[attr-defined]  # the driver's
        lambda: Loader(options.bootstrap, fault=options.fault, **options.aiokafka),
        telling,
        options.fault,
        options.tuning,
        stop_now,
        jitter=random.Random(os.getpid()).random,  # noqa: S311 - spreads load, decides nothing
        feedback=options.feedback,
    )
    hosts.append(attach(app, means))
    return hosts[0]


class _Worker(faust.Worker):
    """Faust's worker without its own logging, and with a deadline after SIGTERM."""

    def __init__(
        self,
        app: FoldApp,
        host: Host[Any],
        tuning: Tuning,
        stop_now: Stop,
        log: FilteringBoundLogger,
        *,
        health: Health,
    ) -> None:
        super().__init__(
            app, quiet=True, loglevel="INFO", redirect_stdouts=False, override_logging=False
        )
        self.spinner = None
        self._host, self._tuning, self._stop_now, self._log = host, tuning, stop_now, log
        self._health = health

    @override
    def _on_sigterm(self) -> None:
        self._health.not_ready("stopping")
        tuning = self._tuning
        self._after(min(tuning.session_s, tuning.shutdown_s), self._leave_if_away)
        self._after(tuning.shutdown_s, self._give_up)
        super()._on_sigterm()

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, call)
        timer.daemon = True
        timer.start()

    def _leave_if_away(self) -> None:
        """Without a broker there is no last checkpoint; the successor repeats its events."""
        if self._host.is_away:
            leave(self._log, "the broker is away")

    def _give_up(self) -> None:
        self._leave_if_away()
        self._stop_now("shutdown", "no end in good order within the time")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m streams.kafka.worker", description=__doc__)
    parser.add_argument("--fold", choices=sorted(FOLDS), required=True)
    parser.add_argument("--bootstrap", help="host:port,…; else SUISHEN_KAFKA_BOOTSTRAP")
    parser.add_argument("--instance", type=int, help="number of a static member, its own each")
    parser.add_argument("--no-feedback", action="store_true", help="outputs do not re-enter")
    parser.add_argument("--crash-at", metavar="POINT:N", help="for tests: end there by force")
    given = parser.parse_args(arguments)
    settings = read_settings(os.environ)
    bootstrap = given.bootstrap or settings.kafka_bootstrap
    if bootstrap is None:
        parser.error("no broker: --bootstrap or SUISHEN_KAFKA_BOOTSTRAP")
    options = Options(
        given.fold,
        bootstrap,
        instance=given.instance,
        feedback=not given.no_feedback,
        fault=faults.parse(given.crash_at),
        tuning=tuning_of(settings),
    )
    return run_worker(settings, options)


def tuning_of(settings: Settings) -> Tuning:
    """What a deployment has set of the numbers; the rest as they are."""
    return Tuning(
        session_s=settings.kafka_session_s,
        heartbeat_s=min(settings.kafka_heartbeat_s, settings.kafka_session_s / 3),
        checkpoint_s=settings.kafka_checkpoint_s,
    )


if __name__ == "__main__":
    sys.exit(main())
