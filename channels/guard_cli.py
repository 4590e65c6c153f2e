"""`suishen run guard`: what runs into a guard is frozen, until a person lifts it."""

from contextlib import closing
from functools import partial
from typing import Final

import click
from sqlalchemy.exc import DBAPIError

from channels.online import release_stops
from channels.process import Process, run_process
from streams.errors import TransientError
from streams.guarding import Guarding
from streams.kafka.reader import KafkaReader
from streams.readmodel.database import address, open_database
from streams.readmodel.stops import StopSwitch

_ROUND_S: Final = 1.0


@click.command("guard")
def guard() -> int:
    """Watch what is concluded, and stop an action that runs into a guard.

    Settings: SUISHEN_KAFKA_BOOTSTRAP, SUISHEN_DATABASE. One process is enough; two are harmless.
    """
    return run_process("guard", run_guard)


def run_guard(process: Process) -> None:
    """Watch until told to stop.

    Raises:
        WorkerStopError: a topic is missing, access is refused, a fact cannot be read.
    """
    engine = open_database(address(process.settings), migrated=False)
    with closing(KafkaReader(process.bootstrap)) as reader:
        tell = partial(release_stops, process.bootstrap)
        guarding = Guarding(reader, StopSwitch(engine), tell, process.clock)
        try:
            _run(process, guarding)
        finally:
            engine.dispose()


def _run(process: Process, guarding: Guarding) -> None:
    while not process.stop.is_set():
        try:
            frozen = guarding.step()
        except (TransientError, DBAPIError) as error:
            process.health.not_ready(blind(error))
            process.log.warning("guard_blind", reason=type(error).__name__)
        else:
            process.health.ready()
            for trip in frozen:
                process.metrics.guard_freezes.labels(trip.guard.measure).inc()
                process.log.warning("frozen", action=trip.action, code=trip.guard.id)
        process.health.beat()
        process.stop.wait(_ROUND_S)


def blind(error: TransientError | DBAPIError) -> str:
    """Why nothing can be watched, for whoever waits for it; a statement stays out of sight."""
    if isinstance(error, TransientError):
        return str(error)
    kind = type(error.orig).__name__
    return f"the database does not answer, or its projector has made no tables yet ({kind})"
