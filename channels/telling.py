"""How a command prints what it found."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from rich.cells import cell_len


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
