"""`suishen stop`: hold contacts back at once, in every channel, whether the log is there or not.

Exit codes: 0 done, 1 nothing to do, 2 bad input, 70 the channels obey but the engine was not told.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from channels import stop_told
from channels.operator_cli import asked, in_folder, over_cluster
from channels.stopping import Board
from channels.telling import in_language, tell
from journeys.condition import near
from schemas.reference import Stop
from schemas.time import Instant, format_instant

_NOTHING: Final = 1
_UNTOLD: Final = 70
SCOPES: Final = ("all", "channel", "action", "outlet")


def _what(command: Callable[..., int]) -> Callable[..., int]:
    scope = click.argument("scope", type=click.Choice(SCOPES))
    name = click.argument("name", required=False)
    by = click.option("--by", required=True, help="Who decides this: a desk or a duty.")
    return scope(name(by(command)))


@click.group("stop")
def stop() -> None:
    """The stop switch: channels obey at once, decisions from the next event on."""


@stop.command("set")
@_what
@click.option("--reason", required=True, help="Shown to every adviser: why, and until when.")
@in_language
@in_folder
@over_cluster
def set_stop(*, scope: str, name: str | None, by: str, reason: str, **where: Any) -> int:  # noqa: ANN401 - click's options
    """Stop contacts: all, or those of a channel, an action or an outlet by its NAME.

    No task is taken off a desk: it waits, and expires if the stop outlasts it.
    """
    _check(scope, name)
    wanted = Stop(scope=scope, name=name, reason=reason)  # type: ignore[arg-type]  # a choice

    def act(board: Board, now: Instant) -> bool:
        _check_known(board, scope, name, where["lang"])
        return board.switch.set(wanted, by=by, now=now)

    return _turn(act, idle="set_idle", **where)


@stop.command("lift")
@_what
@in_language
@in_folder
@over_cluster
def lift(*, scope: str, name: str | None, by: str, **where: Any) -> int:  # noqa: ANN401 - click's options
    """Let such contacts go on."""
    _check(scope, name)

    def act(board: Board, now: Instant) -> bool:
        return board.switch.lift(scope, name, by=by, now=now)

    return _turn(act, idle="lift_idle", **where)


@stop.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@in_language
@in_folder
@over_cluster
def list_stops(*, as_json: bool, lang: str, data: Path, bootstrap: str | None) -> int:
    """Every stop ever set, by whom and when; those in force first."""
    side, where = asked(data, bootstrap)
    with side.open_board(where) as board:
        history = board.switch.history()
    kept = sorted(history, key=lambda each: (each.lifted_at or 0, -each.set_at))
    rows = [
        {
            **each.stop.model_dump(),
            "set_by": each.set_by,
            "set_at": format_instant(each.set_at),
            "lifted_by": each.lifted_by,
            "lifted_at": None if each.lifted_at is None else format_instant(each.lifted_at),
        }
        for each in kept
    ]
    if as_json:
        tell({"stops": rows}, as_json=True)
        return 0
    for row in rows:
        click.echo(stop_told.line(row, lang))
    if not rows:
        click.echo(stop_told.say("none", lang))
    return 0


def _check(scope: str, name: str | None) -> None:
    if (scope == "all") is not (name is None):
        wants = "takes no name" if name else f"needs the name of the {scope}"
        raise click.UsageError(f"'{scope}' {wants}")


def _check_known(board: Board, scope: str, name: str | None, lang: str) -> None:
    """A misspelt name would stop nothing."""
    known = None if name is None else board.names(scope)
    if known is None and name is not None:
        click.echo(stop_told.unchecked(scope, name, lang), err=True)
    elif name is not None and name not in (known or ()):
        raise click.UsageError(f"no {scope} '{name}'{near(name, known or ())}")


def _turn(
    act: Callable[[Board, Instant], bool],
    *,
    idle: str,
    lang: str,
    data: Path,
    bootstrap: str | None,
) -> int:
    """Turn the switch for the doors, then tell the engine; told twice it hears nothing new."""
    from streams.clock import WallClock
    from streams.errors import TransientError

    side, where = asked(data, bootstrap)
    with side.open_board(where) as board:
        changed = act(board, WallClock().now())
        try:
            board.release(board.switch.release())
        except TransientError as error:
            click.echo(stop_told.say("untold", lang, error=error), err=True)
            return _UNTOLD
    click.echo(stop_told.say("done" if changed else idle, lang))
    return 0 if changed else _NOTHING
