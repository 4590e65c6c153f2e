"""`suishen catalogue stage`, `rollback` and `stages`: a signed catalogue to some clients first.

Exit codes: 0 done, 2 bad input, 70 machinery; the same command again finishes what was begun.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from channels.release_cli import person
from channels.release_told import for_whom, say
from channels.release_told import stages as stages_told
from channels.releases import Releases, at_cluster, at_folder, open_releases, over_cut
from channels.telling import in_language, tell
from journeys.reference import Reference
from schemas.reference import Activation, CatalogueDraft
from streams.clock import WallClock
from streams.gate import Signable

_SHARE: Final = re.compile(r"share:(\d{1,3}(?:\.\d{1,2})?)%")
_OUTLET: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
_MOST_BP: Final = 10_000
_by = click.option("--by", required=True, help="Who decides this, by the directory's name.")
_reason = click.option("--reason", help="Why, for whoever looks at the log.")


@click.command("stage")
@click.argument("what", metavar="FOLDER|VERSION")
@click.option(
    "--to", required=True, help="shadow, branch:ID[,ID], outlet:ID[,ID], share:10% or all."
)
@_by
@_reason
@over_cut
@at_folder
@at_cluster
@in_language
def stage(what: str, **chosen: Any) -> int:  # noqa: ANN401
    """Bring a catalogue that two people have signed one stage further.

    With a FOLDER it is written to the log first, unless it is there; a VERSION is there already.
    A branch is the outlets that its own outlets.toml gives it now.
    """
    said, who = _target(chosen["to"]), person(chosen["by"])
    with open_releases(chosen["data"], chosen["bootstrap"]) as releases:
        view = releases.view()
        version, draft = _draft(releases, Path(what)) if Path(what).is_dir() else (what, [])
        branches = said.pop("branches", ())
        if branches:
            said["outlets"] = _outlets(draft[0] if draft else releases.standing(version), branches)
        number, reason = view.activations + 1, chosen["reason"]
        new = Activation(version=number, catalogue=version, by=who, reason=reason, **said)
        asked = view.or_last(new)
        releases.releasing.release([*draft, asked], now=WallClock().now(), over=chosen["over"])
    whom = for_whom(asked, chosen["lang"])
    click.echo(say("staged", chosen["lang"], version=version, whom=whom))
    return 0


def _outlets(catalogue: Signable | None, branches: Iterable[str]) -> tuple[str, ...]:
    """The outlets of branches, as the catalogue to be staged has them now."""
    from journeys.catalogue.load import load

    files = {} if catalogue is None else catalogue.files
    version = "" if catalogue is None else catalogue.version
    known = load(files, version=version).at(WallClock().now()).branches if files else {}
    for name in branches:
        if name not in known:
            raise click.UsageError(
                f"no branch '{name}' in this catalogue; it knows {', '.join(known) or 'none'}: "
                "write a [[branch]] in outlets.toml, or name outlets with outlet:ID[,ID]"
            )
    return tuple(outlet for name in branches for outlet in known[name].outlets)


def _draft(releases: Releases, folder: Path) -> tuple[str, list[CatalogueDraft]]:
    """A folder's version, and its draft: one that stands too, for a release is named by all of it.

    A catalogue that was released whole needs none.
    """
    catalogue = releases.signed(folder)
    stands = releases.standing(catalogue.version)
    if catalogue.signed is None or stands == catalogue:
        return catalogue.version, []
    return catalogue.version, [CatalogueDraft(**dict(catalogue))]


@click.command("rollback")
@_by
@click.option("--reason", required=True, help="Why, for whoever looks at the log.")
@over_cut
@at_folder
@at_cluster
@in_language
def rollback(by: str, reason: str, **chosen: Any) -> int:  # noqa: ANN401 - click's options
    """Take back what is staged; if nothing is, bring back what was in force before.

    Given again it only finishes what may have been cut short: further back goes who says to what,
    with 'suishen catalogue stage VERSION --to all'.

    Runs that the other catalogue began are migrated as at any release: they end where the one in
    force does not know them.
    """
    who, lang = person(by), chosen["lang"]
    with open_releases(chosen["data"], chosen["bootstrap"]) as releases:
        view = releases.view()
        asked = view.back(by=who, reason=reason)
        releases.releasing.release([asked], now=WallClock().now(), over=chosen["over"])
    click.echo(say("staged", lang, version=asked.catalogue, whom=for_whom(asked, lang)))
    if asked == view.rolled_back:
        click.echo(say("back_already", lang, by=asked.by))
    return 0


@click.command("stages")
@at_folder
@at_cluster
@in_language
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stages(data: Path | None, bootstrap: str | None, *, lang: str, as_json: bool) -> int:
    """What is in force, what is staged and for whom, and what a roll-back would bring back."""
    with open_releases(data, bootstrap) as releases:
        view = releases.view()
        found = standing(view, releases)
    if as_json:
        tell(found, as_json=True)
        return 0
    activation = None if view.staged is None else view.staged.activation
    click.echo("\n".join(stages_told(found, activation, lang)))
    return 0


def standing(view: Reference, releases: Releases) -> dict[str, Any]:
    """Where catalogues stand and who signed them, as plain values."""
    staged = view.staged
    return {
        "in_force": view.catalogue.version,
        "in_force_signed": _names(releases, view.catalogue.version),
        "before": view.before,
        "staged": None if staged is None else staged.catalogue.version,
        "stage": None if staged is None else for_whom(staged.activation, "en"),
        "by": None if staged is None else staged.activation.by,
        "staged_signed": None if staged is None else _names(releases, staged.catalogue.version),
        "known": sorted({*view.known, view.catalogue.version}),
    }


def _names(releases: Releases, version: str) -> list[str]:
    """Author and releaser; nobody of a first catalogue that went without."""
    found = releases.standing(version)
    signed = None if found is None else found.signed
    return [] if signed is None else [signed.author, signed.releaser]


def _target(to: str) -> dict[str, Any]:
    if to in ("shadow", "all"):
        return {"stage": to}
    share = _SHARE.fullmatch(to)
    if share is not None and 0 < (parts := round(float(share[1]) * 100)) <= _MOST_BP:
        return {"stage": "share", "share_bp": parts}
    kind, _, names = to.partition(":")
    outlets = tuple(dict.fromkeys(names.split(",")))
    if kind in ("branch", "outlet") and all(_OUTLET.fullmatch(name) for name in outlets):
        return {"stage": "outlets", "branches" if kind == "branch" else "outlets": outlets}
    raise click.UsageError(
        f"'{to}' is no stage; write shadow, branch:ID, outlet:ID, share:10% or all"
    )
