"""`suishen run sweeper`: a re-grade or a new policy row reaches whom it concerns."""

from collections.abc import Sequence
from typing import Final

import click

from channels.process import Process, run_process
from streams.errors import TransientError
from streams.kafka.faults import Fault, parse
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.kafka.standing import Standing
from streams.kafka.sweeping import Sweeping
from streams.ports import Outgoing

_ROUND_S: Final = 1.0


@click.command("sweeper")
@click.option("--crash-at", metavar="POINT:N", hidden=True, help="For tests: end there by force.")
def sweeper(crash_at: str | None) -> int:
    """Publish one event for every client whom a release concerns.

    Settings: SUISHEN_KAFKA_BOOTSTRAP, SUISHEN_SWEEPER_PER_SECOND, and
    SUISHEN_SWEEPER_SALES_PER_SECOND for those with an open sale, who come first. One process is
    enough; two are harmless.
    """
    fault = parse(crash_at)
    return run_process("sweeper", lambda process: run_sweeper(process, fault))


def run_sweeper(process: Process, fault: Fault) -> None:
    """Sweep until told to stop.

    Raises:
        WorkerStopError: a topic is missing, access is refused, a state cannot be read.
    """
    standing, reader = Standing(process.bootstrap), KafkaReader(process.bootstrap)
    publisher = KafkaPublisher(process.bootstrap)

    def write(messages: Sequence[Outgoing]) -> None:
        publisher.write(messages)
        fault.at("sweeper.written")

    def pause(seconds: float) -> bool:
        process.health.beat()
        return process.stop.wait(seconds)

    sweeping = Sweeping(
        standing,
        reader,
        write,
        clock=process.clock,
        per_second=process.settings.sweeper_per_second,
        sales_per_second=process.settings.sweeper_sales_per_second,
        pause=pause,
    )
    try:
        _run(process, sweeping)
    finally:
        for part in (standing, reader, publisher):
            part.close()


def _run(process: Process, sweeping: Sweeping) -> None:
    while not process.stop.is_set():
        try:
            sent = sweeping.step()
        except TransientError as error:
            process.health.not_ready(str(error))
            process.log.warning("broker_away", reason=str(error))
        else:
            process.health.ready()
            if sent:
                process.metrics.rechecks_asked.inc(sent)
                process.log.info("swept", batch_events=sent)
        process.stop.wait(_ROUND_S)
