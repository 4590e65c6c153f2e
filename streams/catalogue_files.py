"""Reads the catalogue's files; the domain only ever sees their texts."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.load import load
from journeys.catalogue.signing import diff_digest, digest_of
from schemas.reference import CatalogueFiles, Signed
from schemas.time import parse_instant

SHIPPED = Path(__file__).parent.parent / "journeys" / "catalogue" / "policies"
_NAMES = SHIPPED.with_name("shipped.toml")


def read_files(folder: Path = SHIPPED) -> dict[str, str]:
    """Every TOML file of a folder by name, in order of name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}


def version_of(files: Mapping[str, str]) -> str:
    """A short name that changes whenever a byte of the files does."""
    return digest_of(files)[:12]


def shipped() -> CatalogueFiles:
    """The shipped catalogue as it is released first, with the names that stand for it."""
    files = read_files()
    names = tomllib.loads(_NAMES.read_text(encoding="utf-8"))
    said = {
        name: parse_instant(value.isoformat()) if isinstance(value, datetime) else value
        for name, value in names.items()
    }
    digests = {"catalogue": digest_of(files), "diff": diff_digest({}, files, 0)}
    signed = Signed.model_validate(digests | said)
    return CatalogueFiles(version=version_of(files), files=files, signed=signed)


def read_catalogue(folder: Path = SHIPPED, *, signed: bool = False) -> Catalogue:
    """The catalogue of a folder; `signed` refuses rules that nobody has signed.

    Raises:
        DefinitionError: with every fault, its file, line and remedy.
    """
    files = read_files(folder)
    return load(files, version=version_of(files), signed=signed)
