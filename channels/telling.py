"""How a command prints what it found."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any, Final

import click
from rich.cells import cell_len
from typing_extensions import override

from schemas.wire import CLIENT_PATTERN

LANGUAGES: Final = ("zh", "en")
in_language = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)
"""The language that a command answers in; JSON has none."""


class ClientToken(click.ParamType):
    """A client by the token that pages and events know them by."""

    name = "client"

    @override
    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(CLIENT_PATTERN, value):
            said = (
                f"'{value}' is no client token: that is ct_ and 32 hexadecimal digits. The address "
                "of a client's page ends in it, and an event has it as 'subject'; 'suishen "
                "explain' lists those of a folder or a recording."
            )
            self.fail(said, param, ctx)
        return value


class Sentences(dict[str, tuple[str, str]]):
    """What a command says, by name: Chinese, English."""

    __slots__ = ()

    def say(self, sentence: str, lang: str, **values: object) -> str:
        """One sentence."""
        return self[sentence][LANGUAGES.index(lang)].format(**values)


def listed(names: Iterable[str], lang: str, *, mark: str = ", ") -> str:
    """Several in a row, with a mark between them in English."""
    return ("、" if lang == "zh" else mark).join(names)


def tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    """One JSON object, or a line for each name."""
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of as many cells each, side by side; a Chinese character is two columns wide."""
    if not rows:
        return
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell + " " * (most - cell_len(cell)) for cell, most in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def source(events: Path | None, data: Path | None, bootstrap: str | None) -> str:
    """The option that named the log, to stand in a command that a reader pastes.

    Example:
        >>> source(None, Path("my life"), None), source(None, Path("var"), None)
        (" --data 'my life'", '')
    """
    if events is not None:
        return f" --events {quote(str(events))}"
    if bootstrap is not None:
        return f" --bootstrap {quote(bootstrap)}"
    return "" if data in {None, Path("var")} else f" --data {quote(str(data))}"
