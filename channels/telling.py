"""How a command prints what it found."""

import json
from collections.abc import Mapping
from typing import Any

import click


def tell(found: Mapping[str, Any], *, as_json: bool) -> None:
    """One JSON object, or a line for each name."""
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")
