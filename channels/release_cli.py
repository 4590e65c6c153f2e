"""`suishen catalogue sign` and `release`: policy into force, by two people and one marker.

Exit codes: 0 released, 2 bad input, 70 machinery; the same command again finishes what was begun.
"""

import json
from pathlib import Path
from typing import Any, Final

import click
from pydantic import TypeAdapter, ValidationError

from channels.release_told import say, signing
from channels.releases import at_cluster, at_folder, open_releases, over_cut
from channels.telling import in_language, tell
from schemas.reference import Person, Product

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MOST_SHOWN: Final = 40
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("release")
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--products", type=_FILE, help="A product in each line, as JSON.")
@at_folder
@at_cluster
@click.option("--signed", is_flag=True, help="Refuse rules that nobody has signed.")
@over_cut
@in_language
@_json
def release(folder: Path | None, products: Path | None, **chosen: Any) -> int:  # noqa: ANN401
    """Check and release a FOLDER of TOML files that two people have signed, and products.

    Without FOLDER the shipped catalogue goes out, unless products are given and a catalogue stands.
    """
    from streams.catalogue_files import SHIPPED, read_catalogue
    from streams.clock import WallClock

    wares = [] if products is None else read_products(products)
    if chosen["signed"]:
        read_catalogue(folder or SHIPPED, signed=True)
    with open_releases(chosen["data"], chosen["bootstrap"]) as releases:
        stands = folder is None and wares and releases.releasing.has_catalogue()
        policy = [] if stands else [releases.signed(folder)]
        done = releases.releasing.release(
            [*policy, *wares], now=WallClock().now(), over=chosen["over"]
        )
    if chosen["as_json"]:
        click.echo(json.dumps(done._asdict()))
    else:
        click.echo(say("released", chosen["lang"], **done._asdict()))
    return 0


@click.command("sign")
@click.argument("folder", type=_FOLDER)
@click.option("--by", required=True, help="Your name in the bank's directory.")
@at_folder
@at_cluster
@in_language
@_json
def sign(folder: Path, by: str, **chosen: Any) -> int:  # noqa: ANN401 - click's options
    """Sign the catalogue in FOLDER over what it changes, which is shown.

    Its author signs first, then somebody else.
    """
    from journeys.catalogue.difference import differences, shown
    from streams.catalogue_files import read_catalogue, read_files
    from streams.clock import WallClock

    read_catalogue(folder)
    files = read_files(folder)
    with open_releases(chosen["data"], chosen["bootstrap"]) as releases:
        standing = releases.in_force()
        change = releases.change_to(files)
        found = releases.book().sign(change, by=person(by), now=WallClock().now())
    rows = [shown(one) for one in differences(standing, files)]
    said = {
        "catalogue": change.catalogue,
        "diff": change.diff,
        "differences": len(rows),
        "author": found.author,
        "releaser": found.releaser,
    }
    if chosen["as_json"]:
        tell(said | {"changes": rows}, as_json=True)
        return 0
    for row in rows[:_MOST_SHOWN]:
        click.echo(row)
    if len(rows) > _MOST_SHOWN:
        click.echo(say("more", chosen["lang"], many=len(rows) - _MOST_SHOWN))
    click.echo(signing(said, chosen["lang"]))
    return 0


def person(name: str) -> str:
    """A name as the directory gives it.

    Raises:
        UsageError: it is none.
    """
    try:
        return TypeAdapter(Person).validate_python(name)
    except ValidationError:
        raise click.UsageError(
            f"'{name}' is no name of a person; write small letters, digits, '.', '_' and '-'"
        ) from None


def read_products(path: Path) -> list[Product]:
    """The products of a file of JSON lines.

    Raises:
        ValueError: a line is no product; the message names the line and what is wrong.
    """
    found = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                found.append(Product.model_validate_json(line))
            except ValidationError as error:
                fault = error.errors(include_url=False, include_input=False)[0]
                where = "/".join(map(str, fault["loc"])) or "the line"
                raise ValueError(f"{path.name}:{number}: {where}: {fault['msg']}") from None
    return found
