"""`suishen run operations`: steps that are asked for go to the core bank, and its word back."""

import click


@click.command("operations")
@click.option("--instance", type=click.IntRange(0), help="Number of a static member, its own each.")
@click.option("--crash-at", metavar="POINT:N", hidden=True, help="For tests: end there by force.")
def operations(instance: int | None, crash_at: str | None) -> int:
    """Have every step asked for on client-facts carried out, once for its key.

    Settings: SUISHEN_KAFKA_BOOTSTRAP, SUISHEN_COREBANK_URL. Several processes share the partitions.
    """
    from channels.corebank.following import run_operations
    from channels.process import run_process
    from streams.kafka.faults import parse

    fault = parse(crash_at)
    return run_process("operations", lambda process: run_operations(process, fault, instance))
