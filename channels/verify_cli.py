"""`suishen verify`: the proof by kill.

Exit codes: 0 clean, 1 a difference was found, 2 bad input, 70 machinery.
"""

import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from rich.console import Console

if TYPE_CHECKING:
    from streams.verify.report import Report

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_CLEAN, _DIFFERENCE = 0, 1
_KAFKA_ONLY = ("bootstrap", "nodes", "workers", "closed_loop", "freeze", "broker_kills")


@click.command()
@click.option("--events", "file", type=_FILE, required=True, help="Written by --record.")
@click.option(
    "--host", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True
)
@click.option("--kills", default=10, show_default=True, type=click.IntRange(0, 1000))
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 32),
    help="Kafka: processes of each fold.",
)
@click.option("--bootstrap", help="Kafka: host:port,… of a cluster for this alone; else our own.")
@click.option(
    "--nodes",
    type=click.Choice(["1", "3"]),
    default="1",
    show_default=True,
    help="Kafka: of our own cluster; 3 replicate.",
)
@click.option(
    "--closed-loop",
    is_flag=True,
    help="Kafka: timers and feedback on; only what came from outside is published.",
)
@click.option(
    "--freeze",
    default=0.0,
    type=click.FloatRange(0, 300),
    help="Kafka: stop a worker once for so many seconds, then let it go on.",
)
@click.option(
    "--broker-kills",
    default=0,
    type=click.IntRange(0, 100),
    help="Kafka: kill -9 a broker that leads something, so many times; needs 3 nodes.",
)
@click.option("--keep", type=_FOLDER, help="Work here and leave it: logs, broker.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(file: Path, *, keep: Path | None, as_json: bool, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Kill a host again and again, and hold what it wrote against the plain fold of its log."""
    _check(given)
    what = Console(stderr=True).status(f"{given['host']} host, {given['kills']} kills")
    with _folder(keep) as folder, what:
        if given["host"] == "kafka":
            report = _on_kafka(file, folder, given)
        else:
            report = _embedded(file, folder, given)
    _print(report.data(), as_json=as_json)
    return _CLEAN if report.is_clean else _DIFFERENCE


def _check(given: Mapping[str, Any]) -> None:
    context = click.get_current_context()
    if given["host"] != "kafka":
        for name in _KAFKA_ONLY:
            if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise click.UsageError(f"--{name.replace('_', '-')} needs --host kafka")
    if given["broker_kills"] and (given["nodes"] == "1" or given["bootstrap"]):
        raise click.UsageError("--broker-kills needs --nodes 3 and no --bootstrap")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="suishen-verify-") as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        raise click.UsageError(f"{keep} is not empty")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _embedded(file: Path, folder: Path, given: Mapping[str, Any]) -> "Report":
    from streams.verify.embedded import verify_embedded

    return verify_embedded(file, folder, kills=given["kills"], seed=given["seed"])


def _on_kafka(file: Path, folder: Path, given: Mapping[str, Any]) -> "Report":
    from streams.verify.choice import Choice
    from streams.verify.kafka import verify_kafka

    # What a run has started ends with it, whoever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    choice = Choice(
        file,
        workers=given["workers"],
        kills=given["kills"],
        seed=given["seed"],
        bootstrap=given["bootstrap"],
        nodes=int(given["nodes"]),
        is_closed=given["closed_loop"],
        freeze_s=given["freeze"],
        broker_kills=given["broker_kills"],
    )
    return verify_kafka(choice, folder)


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")
