"""`suishen epoch`: what to do when a log was made anew or lost records.

Exit codes: 0 done or nothing to do, 2 bad input, 70 machinery.
"""

import json
import os

import click

from streams.kafka.epoch import Outlook, advance, survey
from streams.settings import read_settings
from streams.topics import SOURCE_OF


@click.group("epoch")
def epoch() -> None:
    """The identity of a log: offsets mean something in one log only."""


@epoch.command("advance")
@click.option("--fold", type=click.Choice(sorted(SOURCE_OF)), required=True)
@click.option("--bootstrap", help="host:port,…; else SUISHEN_KAFKA_BOOTSTRAP.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def advance_fold(fold: str, bootstrap: str | None, *, yes: bool, as_json: bool) -> int:
    """Carry a fold's memory over to its log as it is now. Stop its workers first.

    What stood on the old log and was not applied is lost, unless it is written to the new one.
    """
    broker = bootstrap or read_settings(os.environ).kafka_bootstrap
    if broker is None:
        raise click.UsageError("no broker: --bootstrap or SUISHEN_KAFKA_BOOTSTRAP")
    outlook = survey(broker, fold)
    if not yes:
        click.confirm(_said(outlook), abort=True, err=True)
    done = advance(broker, outlook)
    found = {
        "fold": done.fold,
        "epoch": done.epoch,
        "states": done.states,
        "rewritten": done.rewritten,
        "commits": {str(number): offset for number, offset in done.commits.items()},
    }
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, value in found.items():
            click.echo(f"{name}: {json.dumps(value)}")
    return 0


def _said(outlook: Outlook) -> str:
    records = sum(bounds.end - bounds.start for bounds in outlook.bounds.values())
    return (
        f"{outlook.topics.source} is log {outlook.epoch} with {records} records in "
        f"{len(outlook.bounds)} partitions; {len(outlook.foreign)} have no commit of this log. "
        f"The {outlook.fold} fold's states will be carried over to it. Go on?"
    )
