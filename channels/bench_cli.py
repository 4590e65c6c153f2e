"""`suishen bench`: what this machine does, by command; benchmarks/README.md explains each.

Exit codes: 0 fine, 1 a figure is below its floor, 2 bad input, 70 machinery.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

_FINE: Final = 0
_BELOW: Final = 1
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_broker = click.option(
    "--bootstrap", help="An empty Kafka, host:port,…; a temporary one of our own unless given."
)


@click.group("bench")
def bench() -> None:
    """Measure on this machine; see benchmarks/README.md. Each ends within ten minutes."""


@bench.command("embedded")
@click.option("--seconds", default=21, show_default=True, type=click.IntRange(5, 600))
@click.option("--rate", default=300, show_default=True, help="Offered events a second.")
@_json
def embedded(seconds: int, rate: int, *, as_json: bool) -> int:
    """Throughput, latency and state size of the embedded host with synchronous=FULL."""
    from channels.bench.embedded import embedded as measure

    with tempfile.TemporaryDirectory() as folder:
        _tell("embedded host")
        found = measure(Path(folder), seconds=seconds, rate=rate)
    return _judged(found, as_json=as_json)


@bench.command("host")
@click.option("--events", default=1_000_000, show_default=True, type=click.IntRange(1000))
@click.option("--clients", default=20_000, show_default=True, type=click.IntRange(1))
@click.option("--many", default=1_000_000, show_default=True, help="Clients of the second run.")
@click.option("--stock-events", default=40_000, show_default=True, type=click.IntRange(1000))
@_broker
@_json
def host(bootstrap: str | None, *, as_json: bool, **sizes: int) -> int:
    """The Kafka host alone with a toy fold, beside stock Faust."""
    from channels.bench.host import Sizes
    from channels.bench.host import host as measure

    work = Sizes(sizes["events"], sizes["clients"], sizes["many"], sizes["stock_events"])
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), work, tell=_tell, bootstrap=bootstrap)
    return _judged(found, as_json=as_json)


@bench.command("fold")
@click.option("--clients", default=200, show_default=True, type=click.IntRange(2))
@click.option("--days", default=365, show_default=True, type=click.IntRange(1))
@click.option(
    "--rounds",
    default=3,
    show_default=True,
    type=click.IntRange(1, 10),
    help="Runs through the same log; the one that took least CPU counts.",
)
@_broker
@_json
def fold(clients: int, days: int, rounds: int, bootstrap: str | None, *, as_json: bool) -> int:
    """The whole client fold on the simulator's mix over Kafka."""
    from channels.bench.fold import Sizes
    from channels.bench.fold import fold as measure

    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), Sizes(clients, days, rounds), tell=_tell, bootstrap=bootstrap)
    return _judged(found, as_json=as_json)


@bench.command("recovery")
@click.option("--states", default=1_000_000, show_default=True, type=click.IntRange(8))
@click.option("--versions", default=4, show_default=True, type=click.IntRange(1, 100))
@click.option("--days", default=365, show_default=True, type=click.IntRange(1))
@_broker
@_json
def recovery(bootstrap: str | None, *, as_json: bool, **sizes: int) -> int:
    """From a worker's start to its first event, with states of a true size to load."""
    from channels.bench.recovery import Sizes
    from channels.bench.recovery import recovery as measure

    work = Sizes(sizes["states"], sizes["versions"], sizes["days"])
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), work, tell=_tell, bootstrap=bootstrap)
    return _judged(found, as_json=as_json)


@bench.command("wealth")
@click.option("--events", default=20_000, show_default=True, type=click.IntRange(1000))
@click.option("--batch", default=5_000, show_default=True, type=click.IntRange(100))
@_json
def wealth(events: int, batch: int, *, as_json: bool) -> int:
    """The wealth room alone: events, fresh scores, book size, advice, batch diagnoses."""
    from channels.bench.wealth import wealth as measure

    _tell("wealth room")
    return _judged(measure(events=events, batch=batch), as_json=as_json)


@bench.command("decision")
@click.option("--decisions", default=400, show_default=True, type=click.IntRange(100))
@click.option("--clients", default=100, show_default=True, type=click.IntRange(10))
@click.option("--days", default=30, show_default=True, type=click.IntRange(1))
@_json
def decision(decisions: int, clients: int, days: int, *, as_json: bool) -> int:
    """One decision over 300 actions and 5,000 products, written down; and those of a life."""
    from channels.bench.decision import Sizes
    from channels.bench.decision import decision as measure

    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), Sizes(decisions, clients, days), tell=_tell)
    return _judged(found, as_json=as_json)


@bench.command("propensity")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json
def propensity(file: Path, *, as_json: bool) -> int:
    """The model of a goal's chance on FILE, a bank's public contacts, in order of date."""
    from channels.bench.propensity import propensity as measure

    return _judged(measure(file), as_json=as_json)


@bench.command("replay")
@click.option("--clients", default=200, show_default=True, type=click.IntRange(2))
@click.option("--days", default=60, show_default=True, type=click.IntRange(1))
@_json
def replay(clients: int, days: int, *, as_json: bool) -> int:
    """A recorded life folded under two catalogues in one process, twice."""
    from channels.bench.replay import Sizes, measure

    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), Sizes(clients, days), tell=_tell)
    return _judged(found, as_json=as_json)


@bench.command("recall")
@click.option("--clients", default=10_000, show_default=True, type=click.IntRange(1))
@_json
def recall(clients: int, *, as_json: bool) -> int:
    """From a re-grade to the last open sale recalled, over the embedded host."""
    from channels.bench.recall import Sizes, measure

    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), Sizes(clients), tell=_tell)
    return _judged(found, as_json=as_json)


@bench.command("latency")
@click.option("--rate", default=1000, show_default=True, type=click.IntRange(10, 100_000))
@click.option("--seconds", default=40, show_default=True, type=click.IntRange(1, 300))
@click.option(
    "--every", default=16, show_default=True, type=click.IntRange(1),
    help="One event of so many leads to a task.",
)  # fmt: skip
@click.option(
    "--per-request", default=10, show_default=True, type=click.IntRange(1, 500),
    help="Events in each request to the gateway.",
)  # fmt: skip
@click.option("--warm-seconds", default=5, show_default=True, type=click.IntRange(0, 60))
@click.option("--database", help="An empty read model; else a PostgreSQL of our own, or SQLite.")
@_broker
@_json
def latency(bootstrap: str | None, database: str | None, *, as_json: bool, **shape: int) -> int:
    """From the gateway's acknowledgement to the task in the read model, open loop."""
    from channels.bench.latency import latency as measure
    from channels.bench.load import Shape

    with tempfile.TemporaryDirectory() as folder:
        found = measure(
            Path(folder), Shape(**shape), tell=_tell, bootstrap=bootstrap, database=database
        )
    return _judged(found, as_json=as_json)


def _judged(found: Mapping[str, Any], *, as_json: bool) -> int:
    """Print the figures; is one below its floor?"""
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, value in found.items():
            click.echo(f"{name}: {json.dumps(value)}")
    return _FINE if found["passes"] else _BELOW


def _tell(what: str) -> None:
    """A sign of life."""
    click.echo(f"{what} …", err=True)
