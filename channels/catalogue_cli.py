"""`suishen catalogue check`, `copy` and `diff`: folders of policy, before anybody releases one.

Exit codes: 0 fine or alike, 1 a difference was found, 2 bad input, 70 machinery.
"""

import json
from pathlib import Path
from typing import Final

import click

from channels import catalogue_told
from channels.release_told import say
from channels.telling import in_language, tell
from channels.workbench.wording import Words
from journeys.catalogue.difference import differences
from streams.catalogue_files import SHIPPED, read_catalogue, read_files

_DIFFERENCE: Final = 1
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_NEW = click.Path(file_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command("check")
@click.argument("folder", type=_FOLDER, default=SHIPPED, required=False)
@click.option("--signed", is_flag=True, help="Refuse rules that nobody has signed.")
@in_language
@_json
def check(folder: Path, *, signed: bool, lang: str, as_json: bool) -> int:
    """Load a FOLDER of TOML files, the shipped one by default; every fault is named."""
    _want_files(folder)
    found = read_catalogue(folder, signed=signed)
    edition = found.editions[-1]
    rules = [*edition.suitability.rules.values(), *edition.conduct.rules.values()]
    sizes = {
        "version": found.version,
        "editions": len(found.editions),
        "actions": len(edition.actions),
        "journeys": len(edition.journeys),
        "rules": len(rules),
        "unsigned": sum(not rule.signed_by for rule in rules),
    }
    if as_json:
        tell(sizes | {"folder": str(folder)}, as_json=True)
        return 0
    words = Words(lang, edition)
    click.echo("\n".join(catalogue_told.sizes({"folder": folder} | sizes, words)))
    return 0


@click.command("copy")
@click.argument("folder", type=_NEW)
@in_language
def copy(folder: Path, lang: str) -> int:
    """Write the shipped catalogue to a new FOLDER, to be changed there and tried."""
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"'{folder}' is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    files = read_files()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(say("copied", lang, many=len(files), folder=folder))
    click.echo(f"  suishen catalogue check {folder}")
    click.echo(f"  suishen replay --catalogue {folder}")
    return 0


@click.command("diff")
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
@in_language
@_json
def diff(old: Path, new: Path, *, lang: str, as_json: bool) -> int:
    """What NEW says otherwise than OLD, row by row; exit 1 if anything. Both must load."""
    _want_files(old)
    _want_files(new)
    read = {"old": read_catalogue(old), "new": read_catalogue(new)}
    versions = {side: one.version for side, one in read.items()}
    found = list(differences(read_files(old), read_files(new)))
    if as_json:
        rows = [json.loads(json.dumps(one._asdict(), default=str)) for one in found]
        tell(versions | {"differences": rows}, as_json=True)
    else:
        words = Words(lang, read["new"].editions[-1])
        for one in found:
            click.echo(catalogue_told.changed(one, words))
        click.echo(catalogue_told.differing(len(found), versions, words))
    return _DIFFERENCE if found else 0


def _want_files(folder: Path) -> None:
    """A folder of anything else would be told every policy that it lacks."""
    if not any(folder.glob("*.toml")):
        raise click.UsageError(
            f"no TOML files in '{folder}'; 'suishen catalogue copy' writes the shipped ones"
        )
