"""`suishen run`: one process of the product, until SIGTERM or Ctrl-C.

Exit codes: 0 an end in good order, 2 bad input, 70 machinery.
"""

from pathlib import Path
from typing import Final

import click

from channels.lazy import LazyGroup

_DATA: Final = click.Path(file_okay=False, path_type=Path)
_ELSEWHERE: Final[dict[str, str]] = {
    "engine": "channels.doors_cli:engine",
    "gateway": "channels.doors_cli:gateway",
    "projector": "channels.doors_cli:projector",
    "workbench": "channels.doors_cli:workbench",
    "guard": "channels.guard_cli:guard",
    "ingress": "channels.ingress_cli:ingress",
    "operations": "channels.operations_cli:operations",
    "sweeper": "channels.sweeper_cli:sweeper",
    "timers": "channels.timers_cli:timers",
}
"""Processes over Kafka; one row each."""


@click.group("run", cls=LazyGroup, elsewhere=_ELSEWHERE)
def run() -> None:
    """Run one process: everything embedded, or one part of the product over Kafka."""


@run.command("embedded")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", type=_DATA, default=Path("var"), show_default=True, help="Engine's folder.")
def embedded(port: int, data: Path) -> int:
    """The engine with its gateway and pages over a folder, on loopback."""
    from channels.live import run_embedded

    data.mkdir(parents=True, exist_ok=True)
    return run_embedded(data, port)
