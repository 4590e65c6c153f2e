"""`suishen catalogue stage`, `rollback` and `stages`: a signed catalogue to some clients first.

Exit codes: 0 done, 2 bad input, 70 machinery; the same command again finishes what was begun.
"""

import re
from pathlib import Path
from typing import Any, Final

import click

from channels.release_cli import person
from channels.releases import Releases, at_cluster, at_folder, open_releases
from channels.telling import tell
from journeys.reference import Reference
from schemas.reference import Activation, CatalogueDraft
from schemas.wire import Wire
from streams.clock import WallClock

_SHARE: Final = re.compile(r"share:(\d{1,3}(?:\.\d{1,2})?)%")
_OUTLET: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
_MOST_BP: Final = 10_000
_by = click.option("--by", required=True, help="Who decides this, by the directory's name.")
_reason = click.option("--reason", help="Why, for whoever looks at the log.")


@click.command("stage")
@click.argument("what", metavar="FOLDER|VERSION")
@click.option("--to", required=True, help="shadow, branch:ID[,ID], share:10% or all.")
@_by
@_reason
@at_folder
@at_cluster
def stage(
    what: str, to: str, by: str, reason: str | None, data: Path | None, bootstrap: str | None
) -> int:
    """Bring a catalogue that two people have signed one stage further.

    With a FOLDER it is written to the log first, unless it is there; a VERSION is there already.
    """
    said, who = _target(to), person(by)
    with open_releases(data, bootstrap) as releases:
        view = releases.view()
        draft: list[Wire] = []
        version = what
        if Path(what).is_dir():
            catalogue = releases.signed(Path(what))
            version, stands = catalogue.version, releases.standing(catalogue.version)
            is_new = stands is None or stands.signed != catalogue.signed
            if is_new and catalogue.signed is not None:
                draft = [CatalogueDraft(**dict(catalogue))]
        asked = Activation(
            version=view.activations + 1, catalogue=version, by=who, reason=reason, **said
        )
        releases.releasing.release([*draft, asked], now=WallClock().now())
    click.echo(f"done: '{version}' {told(asked)}, from the next event on")
    return 0


@click.command("rollback")
@_by
@click.option("--reason", required=True, help="Why, for whoever looks at the log.")
@at_folder
@at_cluster
def rollback(by: str, reason: str, data: Path | None, bootstrap: str | None) -> int:
    """Take back what is staged; if nothing is, bring back what was in force before.

    Runs that the other catalogue began are migrated as at any release: they end where the one in
    force does not know them.
    """
    who = person(by)
    with open_releases(data, bootstrap) as releases:
        view = releases.view()
        if view.staged is not None:
            version, to = view.staged.catalogue.version, "none"
        elif view.before is not None:
            version, to = view.before, "all"
        else:
            raise click.UsageError("nothing is staged, and nothing was in force before")
        asked = Activation(
            version=view.activations + 1,
            catalogue=version,
            stage=to,  # type: ignore[arg-type]  # one of two words
            by=who,
            reason=reason,
        )
        releases.releasing.release([asked], now=WallClock().now())
    click.echo(f"done: '{version}' {told(asked)}, from the next event on")
    return 0


@click.command("stages")
@at_folder
@at_cluster
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stages(data: Path | None, bootstrap: str | None, *, as_json: bool) -> int:
    """What is in force, what is staged and for whom, and what a roll-back would bring back."""
    with open_releases(data, bootstrap) as releases:
        found = standing(releases.view(), releases)
    tell(found, as_json=as_json)
    return 0


def standing(view: Reference, releases: Releases) -> dict[str, Any]:
    """Where catalogues stand and who signed them, as plain values."""
    staged = view.staged
    return {
        "in_force": view.catalogue.version,
        "in_force_signed": _names(releases, view.catalogue.version),
        "before": view.before,
        "staged": None if staged is None else staged.catalogue.version,
        "stage": None if staged is None else told(staged.activation),
        "by": None if staged is None else staged.activation.by,
        "staged_signed": None if staged is None else _names(releases, staged.catalogue.version),
        "known": sorted({*view.known, view.catalogue.version}),
    }


def _names(releases: Releases, version: str) -> list[str]:
    """Author and releaser; nobody of a first catalogue that went without."""
    found = releases.standing(version)
    signed = None if found is None else found.signed
    return [] if signed is None else [signed.author, signed.releaser]


def told(asked: Activation) -> str:
    """For whom, in words."""
    if asked.stage == "outlets":
        return f"for the clients of {', '.join(asked.outlets)}"
    if asked.stage == "share":
        return f"for {(asked.share_bp or 0) / 100:g} % of clients"
    words = {"shadow": "in shadow: decides and issues nothing", "all": "for all clients"}
    return words.get(asked.stage, "taken back")


def _target(to: str) -> dict[str, Any]:
    if to in ("shadow", "all"):
        return {"stage": to}
    share = _SHARE.fullmatch(to)
    if share is not None and 0 < (parts := round(float(share[1]) * 100)) <= _MOST_BP:
        return {"stage": "share", "share_bp": parts}
    kind, _, names = to.partition(":")
    outlets = tuple(dict.fromkeys(names.split(",")))
    if kind == "branch" and all(_OUTLET.fullmatch(name) for name in outlets):
        return {"stage": "outlets", "outlets": outlets}
    raise click.UsageError(f"'{to}' is no stage; write shadow, branch:ID, share:10% or all")
