"""Reads the catalogue's files; the domain only ever sees their texts."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.load import load

SHIPPED = Path(__file__).parent.parent / "journeys" / "catalogue" / "policies"


def read_files(folder: Path = SHIPPED) -> dict[str, str]:
    """Every TOML file of a folder by name, in order of name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}


def version_of(files: Mapping[str, str]) -> str:
    """A short name that changes whenever a byte of the files does."""
    digest = sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name].encode() + b"\0")
    return digest.hexdigest()[:12]


def read_catalogue(folder: Path = SHIPPED, *, signed: bool = False) -> Catalogue:
    """The catalogue of a folder; `signed` refuses rules that nobody has signed.

    Raises:
        DefinitionError: with every fault, its file, line and remedy.
    """
    files = read_files(folder)
    return load(files, version=version_of(files), signed=signed)
