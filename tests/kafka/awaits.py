"""Every await of checkpoint and take-over in the source, and the crash point before it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from streams.kafka import checkpoint

_FOLDER = Path(checkpoint.__file__).parent
WHOLE = ("checkpoint", "takeover", "recovery")
WORK = {
    "host": {"process", "_apply_all", "_wait_for_lease", "commit_all", "look_round"},
    "jumps": {"check_jump", "_look_until_seen", "_look"},
}
"""Coroutines that neither checkpoint nor take over; `commit_all` hands on a call that has a point
of its own."""


class Await(NamedTuple):
    """A place at which a coroutine may be left for ever."""

    place: str
    point: str | None


def awaits() -> list[Await]:
    """All of them, in the order of the source."""
    found: list[Await] = []
    for module in (*WHOLE, *WORK):
        tree = ast.parse((_FOLDER / f"{module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef) and node.name not in WORK.get(module, ()):
                found += _in_block(node.body, f"{module}.{node.name}")
    return found


def _in_block(block: list[ast.stmt], place: str) -> Iterator[Await]:
    before: ast.stmt | None = None
    for statement in block:
        if _waits(statement):
            yield Await(f"{place}, line {statement.lineno}", _point_in(before))
        for inner in _blocks_in(statement):
            yield from _in_block(inner, place)
        before = statement


def _waits(statement: ast.stmt) -> bool:
    """By its own expressions, not by the statements in it."""
    if isinstance(statement, ast.AsyncWith | ast.AsyncFor):
        return True
    expressions = [
        child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)
    ]
    return any(isinstance(node, ast.Await) for child in expressions for node in ast.walk(child))


def _blocks_in(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def _point_in(statement: ast.stmt | None) -> str | None:
    match statement:
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="at"), args=[ast.Constant(value=str(point))])
        ):
            return point
        case _:
            return None
