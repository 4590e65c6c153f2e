"""Hypothesis strategies read off the published JSON Schemas: whatever a schema allows."""

import re
from base64 import b64encode
from typing import Any

from hypothesis import strategies as st

from schemas.envelope import Envelope
from schemas.publish import schema_of
from schemas.time import Instant, format_instant

_LAST = 253_402_300_799_999_999
_FEW = 3
_WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
_PIECE = re.compile(
    r"\[(?P<letters>[^\]^]+)\](?:\{(?P<low>\d+)(?:,(?P<high>\d+))?\}|(?P<many>\+))?"
    r"|\((?P<words>\w+(?:\|\w+)*)\)|\((?P<chain>[^()|]+)\)\*|(?P<plain>[\w/-])"
)
"""Of a plain pattern: letters of a class, one of some words, a chain of such pieces, a letter."""
_MANY = 64
INSTANTS = st.integers(0, _LAST).map(Instant)


def documents(kind: type[Envelope]) -> st.SearchStrategy[dict[str, Any]]:
    """Events of a type as JSON data, by its published schema and the three rules beside it."""
    schema = schema_of(kind)
    return values(schema, schema).map(_whole)


def values(node: Any, whole: Any) -> st.SearchStrategy[Any]:
    if "$ref" in node:
        return values(whole["$defs"][node["$ref"].rsplit("/", 1)[1]], whole)
    if "anyOf" in node:
        return st.one_of([values(part, whole) for part in node["anyOf"]])
    if "const" in node or "enum" in node:
        return st.sampled_from(node.get("enum", [node.get("const")]))
    drawn: st.SearchStrategy[Any] = {
        "null": st.none,
        "boolean": st.booleans,
        "integer": lambda: st.integers(*_bounds(node, 2**63 - 1)),
        "number": lambda: _floats(node),
        "string": lambda: _texts(node),
        "array": lambda: _lists(node, whole),
        "object": lambda: _objects(node, whole),
    }[node["type"]]()
    return drawn


def _bounds(node, most):
    return node.get("minimum", -most), node.get("maximum", most)


def _floats(node):
    low, high = _bounds(node, 1e18)
    return st.floats(
        node.get("exclusiveMinimum", low),
        node.get("exclusiveMaximum", high),
        exclude_min="exclusiveMinimum" in node,
        exclude_max="exclusiveMaximum" in node,
        allow_nan=False,
    )


def _texts(node):
    if "x-known-values" in node:
        return st.sampled_from(node["x-known-values"]) | _WORDS
    by_format = {
        "date-time": INSTANTS.map(format_instant),
        "date": st.dates().map(str),
        "base64": st.binary(max_size=99).map(lambda raw: b64encode(raw).decode()),
    }
    if node.get("format") in by_format:
        return by_format[node["format"]]
    if "pattern" in node:
        longest = node.get("maxLength", 999)
        return _matching(node["pattern"]).filter(lambda text: len(text) <= longest)
    return st.text(min_size=node.get("minLength", 0), max_size=min(node.get("maxLength", 20), 20))


def _matching(pattern):
    """A chain of letters is drawn piece by piece: letter by letter takes four times as long."""
    inner = pattern.removeprefix("^").removesuffix("$")
    pieces = list(_PIECE.finditer(inner))
    if "".join(piece[0] for piece in pieces) != inner:
        return st.from_regex(
            re.compile(pattern, re.ASCII), fullmatch=True, alphabet=st.characters()
        )
    return st.tuples(*map(_piece, pieces)).map("".join)


def _piece(piece):
    if piece["plain"] or piece["words"]:
        return st.sampled_from((piece["plain"] or piece["words"]).split("|"))
    if piece["chain"]:
        return st.lists(_matching(piece["chain"]), max_size=_FEW).map("".join)
    low = int(piece["low"] or 1)
    high = _MANY if piece["many"] else int(piece["high"] or low)
    if piece["letters"] == "0-9a-f" and low == high:
        return st.integers(0, 16**low - 1).map(f"{{:0{low}x}}".format)
    one = re.compile(f"[{piece['letters']}]")
    letters = "".join(filter(one.fullmatch, map(chr, range(128))))
    return st.text(letters, min_size=low, max_size=high)


def _lists(node, whole):
    if "prefixItems" in node:
        return st.tuples(*(values(part, whole) for part in node["prefixItems"])).map(list)
    most = min(node.get("maxItems", _FEW), _FEW)
    return st.lists(values(node["items"], whole), min_size=node.get("minItems", 0), max_size=most)


def _objects(node, whole):
    if "properties" in node:
        fields = {name: values(part, whole) for name, part in node["properties"].items()}
        required = {name: fields.pop(name) for name in node.get("required", ())}
        drawn = st.fixed_dictionaries(required, optional=fields)
        return drawn.filter(lambda it: all(_keeps(rule, it) for rule in node.get("allOf", ())))
    if "patternProperties" in node:
        ((names, part),) = node["patternProperties"].items()
        return st.dictionaries(_matching(names), values(part, whole), max_size=_FEW)
    part = node["additionalProperties"]
    return st.dictionaries(st.text(max_size=20), values(part, whole), max_size=_FEW)


def _keeps(rule, drawn):
    (field,) = rule["then"]["required"]
    return drawn["action"] != rule["if"]["properties"]["action"]["const"] or drawn.get(field)


def _whole(event):
    """Subject is key, and an event is received when it happens."""
    key = event["partitionkey"] or "k"
    received = {"receivedat": event["time"]} if event.get("receivedat") else {}
    return event | received | {"subject": key, "partitionkey": key}
