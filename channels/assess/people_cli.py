"""`suishen diagnose`, `advise` and `book`: the wealth room for people, in Chinese or English.

Files are score forms (a book has a form of its own). Exit codes: 0 told, 1 nobody of that name,
2 a bad file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from channels.assess import book as books
from channels.assess import people
from channels.assess.reading import FormError, read_form
from channels.assess.wording import Language
from channels.telling import in_language
from streams.catalogue_files import SHIPPED, read_catalogue

BAD_INPUT: Final = 2
_NOBODY: Final = 1
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_name = click.option("--client", help="Only the client of this name.")
_catalogue = click.option(
    "--catalogue",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SHIPPED,
    show_default="the shipped one",
    help="Policies.",
)


@click.command()
@_file
@_name
@in_language
@_catalogue
def diagnose(file: Path, client: str | None, lang: Language, catalogue: Path) -> int:
    """Account and portfolio diagnosis of every client of a score form, with remedies and x-ray."""
    policy = read_catalogue(catalogue).editions[-1]
    return _told(file, lambda: people.diagnoses(read_form(file), policy, lang, client))


@click.command()
@_file
@_name
@in_language
@_catalogue
def advise(file: Path, client: str | None, lang: Language, catalogue: Path) -> int:
    """What every client could sell and buy instead; the form's catalogue is the shelf."""
    policy = read_catalogue(catalogue).editions[-1]
    return _told(file, lambda: people.advice(read_form(file), policy, lang, client))


@click.command()
@_file
@in_language
@_catalogue
def book(file: Path, lang: Language, catalogue: Path) -> int:
    """An adviser's book over a period: organic growth, stages, pay-out, and what is held."""
    policy = read_catalogue(catalogue).editions[-1].book
    return _told(file, lambda: books.lines(read_form(file), policy, lang))


def _told(file: Path, lines: Callable[[], Iterator[str]]) -> int:
    """Print the lines, all of them or none: a bad file says only what is wrong."""
    try:
        found = list(lines())
    except FormError as error:
        click.echo(f"{file.name}: {error}", err=True)
        return BAD_INPUT
    if not found:
        click.echo(
            f"{file.name}: nobody of that name; names are the first of each client", err=True
        )
        return _NOBODY
    click.echo("\n".join(found))
    return 0
