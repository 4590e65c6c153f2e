"""The shipped policies, to be changed in one place and loaded again."""

from pathlib import Path

import pytest

import journeys.catalogue
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.load import load
from journeys.errors import DefinitionError

FOLDER = Path(next(iter(journeys.catalogue.__path__))) / "policies"
HEAD = 'version = 1\nvalid_from = 2026-01-01\nowner = "desk"\nsource = "test"\n'


def files() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))}


def changed(name: str, old: str, new: str) -> dict[str, str]:
    text = files()[name]
    assert old in text, f"{name} no longer says {old!r}"
    return {**files(), name: text.replace(old, new, 1)}


def added(name: str, text: str) -> dict[str, str]:
    return {**files(), name: files()[name] + "\n" + text}


def loaded(texts: dict[str, str]) -> Catalogue:
    return load(texts, version="test")


def faults(texts: dict[str, str]) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        loaded(texts)
    return str(caught.value).splitlines()


def fault(texts: dict[str, str]) -> str:
    found = faults(texts)
    assert len(found) == 1, found
    return found[0]


def line_of(texts: dict[str, str], name: str, words: str) -> str:
    """`file:line` of the first line that holds some words."""
    lines = texts[name].splitlines()
    return f"{name}:{1 + next(at for at, line in enumerate(lines) if words in line)}"
