"""The committed mix of what happens in the synthetic bank."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

Mix = Mapping[str, Mapping[str, Any]]
"""Tables of `mix.toml` by name, numbers only."""

SHIPPED: Final = Path(__file__).with_name("mix.toml")
_ABOUT: Final = frozenset({"unit", "source"})


def read_mix(path: Path = SHIPPED) -> Mix:
    """The mix of a file; the shipped one unless told otherwise.

    Raises:
        ValueError: a table does not say its unit and its source.
    """
    with path.open("rb") as file:
        tables = tomllib.load(file)
    for name, table in tables.items():
        if not table.keys() >= _ABOUT:
            raise ValueError(f"{path.name}: table '{name}' needs 'unit' and 'source'")
    return {
        name: {key: value for key, value in table.items() if key not in _ABOUT}
        for name, table in tables.items()
    }
