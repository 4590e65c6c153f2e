"""Write the published contracts: `python -m channels.contract.publish [DIR] [--freeze VERSION]`."""

import json
from pathlib import Path
from typing import Any, Final

import click

from schemas.publish import publish

PUBLISHED: Final = Path(__file__).parents[2] / "schemas" / "published"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """One JSON object per line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(folder: Path) -> list[Path]:
    """Generate everything under `folder`, from its `examples/valid.jsonl`; the files written."""
    texts = publish(read_lines(folder / "examples" / "valid.jsonl"))
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def freeze(folder: Path, version: str) -> list[Path]:
    """Keep a copy of the released schemas, which later ones are compared with.

    Raises:
        FileExistsError: the version is frozen already; released is frozen.
    """
    kept = folder / "released" / version
    kept.mkdir(parents=True)
    copies = []
    for path in sorted((folder / "json").glob("*.schema.json")):
        text = path.read_text(encoding="utf-8")
        if json.loads(text)["x-status"] == "released":
            copies.append(kept / path.name)
            copies[-1].write_text(text, encoding="utf-8")
    return copies


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=PUBLISHED)
@click.option("--freeze", "version", help="Also keep a copy of the released schemas as VERSION.")
def main(folder: Path, version: str | None) -> None:
    """Generate JSON Schemas and AsyncAPI documents from the models."""
    click.echo(f"{len(write(folder))} documents written to {folder}")
    if version is not None:
        click.echo(f"{len(freeze(folder, version))} schemas frozen as {version}")


if __name__ == "__main__":
    main()
