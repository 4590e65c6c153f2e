"""`suishen run engine|projector|gateway|workbench`: the processes over Kafka that people meet.

Each ends with 0 after SIGTERM or Ctrl-C, with 2 for bad input and with 70 when it must not go on.
"""

import os

import click

from streams.errors import WorkerStopError
from streams.settings import read_settings

_port = click.option(
    "--port", type=click.IntRange(1, 65535), help="Instead of SUISHEN_PORT, to run several."
)


@click.command("engine")
@click.option("--fold", type=click.Choice(["client", "desk"]), required=True)
@click.option("--instance", type=click.IntRange(0), help="Number of a static member, its own each.")
def engine(fold: str, instance: int | None) -> int:
    """One worker of one fold; start as many as there is work, at most one per partition."""
    from streams.kafka.worker import Options, run_worker, tuning_of

    settings = read_settings(os.environ)
    if settings.kafka_bootstrap is None:
        raise WorkerStopError("engine: no broker; set SUISHEN_KAFKA_BOOTSTRAP to host:port,…")
    tuning = tuning_of(settings)
    options = Options(fold, settings.kafka_bootstrap, instance=instance, tuning=tuning)
    return run_worker(settings, options)


@click.command("projector")
@click.option("--rebuild", is_flag=True, help="Empty the tables first; the logs fill them again.")
def projector(*, rebuild: bool) -> int:
    """Keep the read model in step with the logs; a second one waits for the first to end."""
    from channels.doors import run_projector
    from channels.process import run_process

    return run_process("projector", lambda process: run_projector(process, rebuild=rebuild))


@click.command("gateway")
@_port
@click.option("--pages", is_flag=True, help="Serve the workbench in the same application.")
def gateway(port: int | None, *, pages: bool) -> int:
    """Take events over HTTP; an answer of 202 means that every replica has the event."""
    from channels.doors import run_gateway
    from channels.process import run_process

    return run_process(
        "gateway",
        lambda process: run_gateway(process, port or process.settings.port, pages=pages),
    )


@click.command("workbench")
@_port
def workbench(port: int | None) -> int:
    """Serve advisers' pages."""
    from channels.doors import run_workbench
    from channels.process import run_process

    return run_process(
        "workbench", lambda process: run_workbench(process, port or process.settings.port)
    )
