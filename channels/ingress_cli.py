"""`suishen run ingress`: what channels write to topics of their own goes to the event logs."""

import click


@click.command("ingress")
@click.option("--instance", type=click.IntRange(0), help="Number of a static member, its own each.")
@click.option("--crash-at", metavar="POINT:N", hidden=True, help="For tests: end there by force.")
def ingress(instance: int | None, crash_at: str | None) -> int:
    """Check and forward `client-events.<channel>` of every row of SUISHEN_CHANNELS.

    Settings: SUISHEN_KAFKA_BOOTSTRAP, SUISHEN_CHANNELS, SUISHEN_INGRESS_BATCH. Several processes
    share the partitions.
    """
    from channels.ingress.forward import run_ingress
    from channels.process import run_process
    from streams.kafka.faults import parse

    fault = parse(crash_at)
    return run_process("ingress", lambda process: run_ingress(process, fault, instance))
