"""What two sets of policy files say differently, row by row and key by key."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from journeys.errors import DefinitionError

Tables = Mapping[str, Any]


class Difference(NamedTuple):
    """A key, or a whole row, that differs. `None` where it is not there."""

    file: str
    row: str
    """Such as `action stay_talk v1`."""
    key: str
    """Empty where the whole row came or went."""
    old: Any
    new: Any


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    """Every difference, by file, row and key.

    Args:
        old: texts by file name.
        new: the same of the other set.

    Raises:
        DefinitionError: a file is no TOML.
    """
    for file in sorted({*old, *new}):
        before, after = _rows(file, old.get(file, "")), _rows(file, new.get(file, ""))
        for row in dict.fromkeys([*before, *after]):
            yield from _of_row(file, row, before.get(row), after.get(row))


def shown(one: Difference) -> str:
    """A difference in one line."""
    return f"{one.file}: {one.row}: {one.key or 'the row'}: {one.old} → {one.new}"


def _of_row(file: str, row: str, old: Tables | None, new: Tables | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(file, row, "", old, new)
        return
    for key in sorted({*old, *new}):
        if _written(old.get(key)) != _written(new.get(key)):
            yield Difference(file, row, key, old.get(key), new.get(key))


def _written(value: Any) -> str:  # noqa: ANN401  # whatever TOML holds
    """Apart for 1, 1.0 and true, which Python takes for equal; the order of keys says nothing."""
    return json.dumps(value, default=repr, sort_keys=True)


def _rows(file: str, text: str) -> dict[str, Tables]:
    """Rows by name; tables without a name of their own by their place."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{file}: no TOML: {error}") from None
    rows: dict[str, Tables] = {}
    for kind, found in tables.items():
        for number, said in enumerate(found if isinstance(found, list) else [found], start=1):
            table = said if isinstance(said, dict) else {"value": said}
            name = _name(kind, table, number)
            rows[name if name not in rows else f"{name} #{number}"] = table
    return rows


_NAMES = ("id", "action", "treatment", "name", "evidence", "channel", "branch", "outlet")


def _name(kind: str, table: Tables, number: int) -> str:
    said = [str(table[key]) for key in _NAMES if isinstance(table.get(key), str)]
    version = f" v{table['version']}" if "version" in table else ""
    return f"{kind} {' '.join(said) or number}{version}"
