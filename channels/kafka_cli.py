"""`suishen kafka`: a real Kafka on this machine, up, down and its status.

Exit codes: 0 fine, 2 bad input, 70 machinery.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from streams.errors import WorkerStopError
from streams.kafka.local.cluster import DEFAULT_PORT, LocalKafka, down, status
from streams.settings import read_settings

_FINE: Final = 0
_NOT_READY: Final = 70
DEFAULT_FOLDER: Final = Path("var") / "kafka"
_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Where the cluster keeps its data and logs.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group("kafka")
def kafka() -> None:
    """A real Kafka on this machine, without containers; it needs Java and Maven."""


@kafka.command("up")
@click.option("--nodes", type=click.IntRange(1, 3), default=1, show_default=True, help="1 or 3.")
@click.option(
    "--port", type=click.IntRange(1024, 32760), default=DEFAULT_PORT, show_default=True,
    help="The first of two ports for each node.",
)  # fmt: skip
@_folder
@_json
def start(nodes: int, port: int, folder: Path, *, as_json: bool) -> int:
    """Start the cluster of a folder, or find it running; the first start makes it."""
    cluster = LocalKafka(folder, nodes, port)
    cluster.up()
    _tell(cluster.status(), as_json=as_json)
    return _FINE


@kafka.command("down")
@_folder
@_json
def stop(folder: Path, *, as_json: bool) -> int:
    """Stop whatever runs of the cluster; its data stay."""
    down(folder)
    _tell(status(folder), as_json=as_json)
    return _FINE


@kafka.command("status")
@_folder
@_json
def show(folder: Path, *, as_json: bool) -> int:
    """What runs, and whether every partition has its leader; exit 70 if not."""
    found = status(folder)
    _tell(found, as_json=as_json)
    return _FINE if found["ready"] else _NOT_READY


@kafka.command("declare")
@click.option("--bootstrap", metavar="HOST:PORT", help="Instead of SUISHEN_KAFKA_BOOTSTRAP.")
@click.option("--unfed", is_flag=True, help="Also the twins that 'verify' needs.")
@_json
def declare_logs(bootstrap: str | None, *, unfed: bool, as_json: bool) -> int:
    """Make the logs that are missing and check those that are there, by the settings."""
    from streams.kafka.logs import Plan, declare

    settings = read_settings(os.environ)
    broker = bootstrap or settings.kafka_bootstrap
    if broker is None:
        raise WorkerStopError("no broker; set SUISHEN_KAFKA_BOOTSTRAP or give --bootstrap")
    plan = Plan.of(settings, unfed=unfed)
    made = declare(broker, plan)
    if as_json:
        click.echo(json.dumps({"made": made, "checked": len(plan.topics())}))
        return _FINE
    for name in made:
        click.echo(f"made {name}")
    click.echo(f"{len(plan.topics())} logs are as they must be")
    return _FINE


def _tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"bootstrap: {found['bootstrap']}")
    for node in found["nodes"]:
        runs = "not running" if node["pid"] is None else f"pid {node['pid']}"
        click.echo(f"node {node['node']}: port {node['port']}, {runs}")
    click.echo("ready" if found["ready"] else f"not ready: {found['why']}")
