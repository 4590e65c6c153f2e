"""`suishen`: every command of the product.

Exit codes: 0 fine, 1 a difference was found, 2 bad input, 70 machinery.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from channels.lazy import LazyGroup
from channels.telling import ClientToken, in_language, tell
from journeys.errors import DefinitionError
from schemas.time import parse_instant
from streams.collector import look_seldom
from streams.errors import TransientError, WorkerStopError

DIFFERENCE, BAD_INPUT, MACHINERY = 1, 2, 70
_MONDAY = "2026-12-07T00:00:00+08:00"
"""A month from here holds the last of December, by which private clients are owed a diagnosis."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def main() -> None:
    """Run a command and end with its code; what went wrong is said in one line."""
    look_seldom()
    try:
        code = commands.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = BAD_INPUT
    except (DefinitionError, ValueError) as error:
        click.echo(str(error), err=True)
        code = BAD_INPUT
    except (WorkerStopError, TransientError, RuntimeError) as error:
        click.echo(str(error), err=True)
        code = MACHINERY
    sys.exit(code or 0)


_ELSEWHERE: Final = {
    "bench": "channels.bench_cli:bench",
    "case": "channels.operator_cli:case",
    "dead-letters": "channels.operator_cli:dead_letters",
    "event": "channels.operator_cli:event",
    "explain": "channels.why.command:explain",
    "replay": "channels.why.replay_command:replay_log",
    "recompute": "channels.why.command:recompute",
    "why-not": "channels.why.asking:why_not",
    "epoch": "channels.epoch_cli:epoch",
    "advise": "channels.assess.people_cli:advise",
    "assess": "channels.assess.command:assess",
    "book": "channels.assess.people_cli:book",
    "diagnose": "channels.assess.people_cli:diagnose",
    "journey": "channels.why.journey_command:journey",
    "kafka": "channels.kafka_cli:kafka",
    "measures": "channels.measuring.command:measures",
    "models": "channels.models.command:models",
    "revenue": "channels.measuring.command:revenue",
    "overrides": "channels.overrides_cli:overrides",
    "run": "channels.run_cli:run",
    "stop": "channels.stop_cli:stop",
    "up": "channels.up.command:up",
    "verify": "channels.verify_cli:verify",
}
"""Commands that live in modules of their own; one row each."""
_OF_CATALOGUE: Final = {
    "check": "channels.catalogue_cli:check",
    "copy": "channels.catalogue_cli:copy",
    "diff": "channels.catalogue_cli:diff",
    "impact": "channels.impact_cli:impact",
    "release": "channels.release_cli:release",
    "shadow": "channels.shadow_cli:shadow",
    "rollback": "channels.stage_cli:rollback",
    "sign": "channels.release_cli:sign",
    "stage": "channels.stage_cli:stage",
    "stages": "channels.stage_cli:stages",
}


@click.group(
    cls=LazyGroup,
    elsewhere=_ELSEWHERE,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option("0.1.0", prog_name="suishen")
def commands() -> None:
    """An event-driven client-journey engine for banks.

    Start with `suishen demo`: a synthetic bank, the engine and the inbox in one process.
    """


@commands.command()
@click.option("--headless", is_flag=True, help="Virtual clock, no pages: as fast as it goes.")
@click.option("--clients", default=2000, show_default=True, type=click.IntRange(1, 200_000))
@click.option(
    "--days",
    default=30,
    show_default=True,
    type=click.IntRange(1, 3660),
    help="Headless: how long the life is; a live demo goes on until it is stopped.",
)
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--record",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Headless: keep the life here; read it with explain, why-not or replay --events PATH.",
)
@click.option(
    "--truth",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Headless: write the wall of truth here.",
)
@click.option("--speed", default=60, show_default=True, help="Live: bank seconds per second.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@_json
def demo(**chosen: Any) -> int:  # noqa: ANN401 - click's options
    """A synthetic bank on one machine: live with pages, or headless.

    Headless it ends with 1 if any client had more marketing contacts than a cap allows. It keeps
    nothing but what --record and --truth name.
    """
    if not chosen["headless"]:
        _refuse_headless_only()
        from channels.live import run_demo

        return run_demo(chosen["clients"], chosen["seed"], chosen["speed"], chosen["port"])
    from channels.simulator.funnel import cap_lines, lines
    from channels.simulator.headless import Plan, run
    from channels.simulator.mix import read_mix

    plan = Plan(
        chosen["seed"], chosen["clients"], chosen["days"], parse_instant(_MONDAY), read_mix()
    )
    what = f"{plan.clients} clients, {plan.days} days"
    with tempfile.TemporaryDirectory() as folder, _patience(what):
        found = run(plan, Path(folder), record=chosen["record"], truth=chosen["truth"])
    code = DIFFERENCE if any(cap["over"] for cap in found["contacts"]["caps"]) else 0
    if chosen["as_json"]:
        tell(found, as_json=True)
        return code
    journeys, caps = found.pop("journeys"), found["contacts"].pop("caps")
    tell(found, as_json=False)
    said = ("journeys:", *lines(journeys), "contacts, counted anew:", *cap_lines(caps))
    click.echo("\n".join(said))
    return code


def _refuse_headless_only() -> None:
    """A live demo has no last day and writes no file: better said than passed over."""
    context = click.get_current_context()
    given = [
        f"--{name}"
        for name in ("days", "record", "truth")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"{', '.join(given)} belongs to a demo with --headless")


@commands.command()
@click.argument("file", type=_FILE)
@click.option("--to", default="http://127.0.0.1:8080", show_default=True, help="A gateway.")
@click.option("--now", "as_now", is_flag=True, help="As if each happened now, by the bank's time.")
@click.option(
    "--client",
    metavar="CT",
    type=ClientToken(),
    help="With --now: of this client, not the file's own.",
)
@click.option("--pages", help="With --now: the workbench's URL, where it is not the gateway's.")
@in_language
@_json
def publish(file: Path, to: str, **chosen: Any) -> int:  # noqa: ANN401 - click's options
    """Send the events of a JSON-lines file to a gateway; exit 1 if any was refused."""
    from channels.publish_told import lines
    from channels.publishing import Try, now_of, publish_file

    as_now, client, pages = chosen["as_now"], chosen["client"], chosen["pages"]
    if client is not None and not as_now:
        raise click.UsageError("--client goes with --now: who an event is of is part of it")
    if pages is not None and not as_now:
        raise click.UsageError("--pages goes with --now: only then links are printed")
    found = publish_file(file, to, Try(now_of(to), client)) if as_now else publish_file(file, to)
    if chosen["as_json"]:
        tell(found, as_json=True)
    else:
        click.echo("\n".join(lines(found, file, (pages or to) if as_now else None, chosen["lang"])))
    return DIFFERENCE if found["refused"] else 0


@commands.group(cls=LazyGroup, elsewhere=_OF_CATALOGUE)
def catalogue() -> None:
    """Policy as data: check it, compare it, release it."""


def _patience(what: str) -> Any:  # noqa: ANN401 - rich's own context manager
    """A sign of life on the terminal; nothing where output is not one."""
    from rich.console import Console

    return Console(stderr=True).status(what)
