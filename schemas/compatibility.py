"""The gate before a release: what a new set of published schemas would break for today's readers.

A released type only gains optional fields and wider limits. Whatever else must change becomes a
new version of the type beside the old one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_MEANINGS: Final = {
    "x-unit": "unit changed",
    "format": "format changed",
    "pattern": "pattern changed",
    "default": "default changed",
    "allOf": "rule changed",
    "x-family": "family changed",
    "x-data-class": "data class changed",
}
"""Marks that say what a value means: any change is a break, adding a unit or class is not."""
_MAY_APPEAR: Final = {"x-unit", "x-data-class", "x-family"}
_LOWEST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_HIGHEST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


class Break(NamedTuple):
    """One broken promise: in which schema, where in an event, what."""

    schema: str
    pointer: str
    what: str


class Node(NamedTuple):
    """A part of a schema, with the whole that its references point into."""

    whole: Schema
    part: Schema

    def at(self, part: Schema) -> "Node":
        """Another part of the same schema, its reference followed."""
        while "$ref" in part:
            part = self.whole["$defs"][part["$ref"].rsplit("/", 1)[1]] | {
                key: value for key, value in part.items() if key != "$ref"
            }
        return Node(self.whole, part)


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[Break]:
    """Everything that `new` breaks of what `old` promised; drafts promise nothing.

    Args:
        old: the frozen schemas by `$id`.
        new: the schemas about to be published, by `$id`.
    """
    found: list[Break] = []
    for name, promised in old.items():
        if promised["x-status"] == "draft":
            continue
        given = new.get(name)
        if given is None:
            found.append(Break(name, "", "type removed"))
            continue
        if given["x-status"] == "draft":
            found.append(Break(name, "", "released became draft"))
        pairs = _compare(Node(promised, promised), Node(given, given), "")
        found += [Break(name, pointer, what) for pointer, what in pairs]
    return found


Found: TypeAlias = Iterator[tuple[str, str]]


def _compare(old: Node, new: Node, where: str) -> Found:
    if "anyOf" in old.part or "anyOf" in new.part:
        yield from _meanings(old.part, new.part, where)
        yield from _choices(old, new, where)
        return
    if old.part.get("type") != new.part.get("type"):
        yield where, "type changed"
        return
    yield from _meanings(old.part, new.part, where)
    yield from _limits(old.part, new.part, where)
    yield from _values(old.part, new.part, where)
    yield from _fields(old, new, where)
    yield from _entries(old, new, where)


def _choices(old: Node, new: Node, where: str) -> Found:
    """Each alternative of before needs its like; alternatives of one type pair off in order."""
    offered = _by_type(new)
    for kind, parts in _by_type(old).items():
        likes = offered.get(kind, [])
        if len(likes) < len(parts):
            yield where, f"no longer takes {kind}"
        for before, after in zip(parts, likes, strict=False):
            yield from _compare(before, after, where)


def _by_type(node: Node) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for part in node.part.get("anyOf", [node.part]):
        choice = node.at(part)
        found.setdefault(choice.part.get("type", "anything"), []).append(choice)
    return found


def _meanings(old: Schema, new: Schema, where: str) -> Found:
    for key, what in _MEANINGS.items():
        if old.get(key) != new.get(key) and (key in old or key not in _MAY_APPEAR):
            yield where, what


def _limits(old: Schema, new: Schema, where: str) -> Found:
    for keys, tighter in ((_LOWEST, _is_above), (_HIGHEST, _is_below)):
        for key in keys:
            if key in new and (key not in old or tighter(new[key], old[key])):
                yield where, f"{key} narrowed"
    if old.get("additionalProperties") is True and new.get("additionalProperties") is False:
        yield where, "no room for unknown fields"


def _is_above(new: float, old: float) -> bool:
    return new > old


def _is_below(new: float, old: float) -> bool:
    return new < old


def _values(old: Schema, new: Schema, where: str) -> Found:
    before, after = _closed(old), _closed(new)
    if after is not None and (before is None or set(before) - set(after)):
        yield where, "values removed"
    if set(old.get("x-known-values", ())) - set(new.get("x-known-values", ())):
        yield where, "known values removed"


def _closed(schema: Schema) -> Sequence[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _fields(old: Node, new: Node, where: str) -> Found:
    before, after = old.part.get("properties", {}), new.part.get("properties", {})
    needed, needed_now = set(old.part.get("required", ())), set(new.part.get("required", ()))
    for name in sorted(needed_now - needed):
        yield f"{where}/{name}", "made required"
    for name in sorted(needed - needed_now):
        if old.whole["x-family"] == "fact":
            yield f"{where}/{name}", "no longer promised"
    for name, part in before.items():
        if name not in after:
            yield f"{where}/{name}", "removed or renamed"
        else:
            yield from _compare(old.at(part), new.at(after[name]), f"{where}/{name}")


def _entries(old: Node, new: Node, where: str) -> Found:
    before, after = _shapes(old.part), _shapes(new.part)
    if before.keys() != after.keys():
        yield where, "shape of its entries changed"
    for name in sorted(before.keys() & after.keys()):
        yield from _compare(old.at(before[name]), new.at(after[name]), f"{where}/{name}")


def _shapes(schema: Schema) -> dict[str, Schema]:
    """The schemas of a list's entries, of a tuple's places, of a table's values and names."""
    found = {str(place): part for place, part in enumerate(schema.get("prefixItems", ()))}
    found |= schema.get("patternProperties", {})
    for name, key in {"*": "items", "{}": "additionalProperties"}.items():
        if isinstance(schema.get(key), Mapping):
            found[name] = schema[key]
    return found
