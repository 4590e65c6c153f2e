"""`suishen assess MODE FILE`: one JSON object on standard output, in the order of the file.

Exit codes: 0 answered, 2 a bad file (with the JSON pointer of what is wrong) or an unknown mode.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from channels.assess import conduct, lexicon, match, movement, returns, score
from channels.assess.reading import At, FormError, read_form
from journeys.catalogue.edition import Edition
from streams.catalogue_files import SHIPPED, read_catalogue

BAD_INPUT: Final = 2
_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_MODES: Final[Mapping[str, Callable[[At, Edition], list[dict[str, Any]]]]] = {
    "score": lambda form, policy: score.answers(form, policy.wealth),
    "match": lambda form, policy: match.answers(form, policy.wealth, policy.suitability),
    "movement": lambda form, policy: movement.answers(form, policy.wealth),
    "returns": returns.answers,
    "conduct": conduct.answers,
    "lexicon": lambda form, policy: lexicon.answers(form, policy.conduct.lexicon),
}


@click.command()
@click.argument("mode")
@click.argument("file", type=_FILE)
@click.option(
    "--catalogue", type=_FOLDER, default=SHIPPED, show_default="the shipped one", help="Policies."
)
def assess(mode: str, file: Path, catalogue: Path) -> int:
    """Answer every case of a JSON file with the product's own code.

    MODE: score, match, movement, returns, conduct or lexicon.
    """
    if mode not in _MODES:
        click.echo(f"unknown mode '{mode}'; write one of {', '.join(_MODES)}", err=True)
        return BAD_INPUT
    try:
        found = _MODES[mode](read_form(file), read_catalogue(catalogue).editions[-1])
    except FormError as error:
        click.echo(f"{file.name}: {error}", err=True)
        return BAD_INPUT
    # In one piece: `json.dump` would leave the fast encoder aside.
    click.echo(json.dumps({"results": found}, ensure_ascii=False, allow_nan=False))
    return 0
