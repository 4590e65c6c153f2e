"""AsyncAPI 3.0 of one speaker: what it sends, on which logs, under which key."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schemas.envelope import Envelope
from schemas.logs import LOGS, Log, short_name

CONTENT_TYPE: Final = "application/cloudevents+json"
SPEAKERS: Final = {
    "app": "the bank's app and web channels",
    "case": "channels and desks (of cases)",
    "conversation": "the AI and remote channels",
    "corebank": "the core systems",
    "consent": "the consent and complaint systems",
    "partner": "open-bank partners",
    "desk": "desks and showing channels, and the engine about tasks",
    "engine": "the engine to its own folds",
    "fact": "the engine's conclusions",
    "reference": "product facts, catalogues and models",
}
_SCHEMAS: Final = "#/components/schemas/"

Shown = Mapping[type[Envelope], Sequence[Mapping[str, Any]]]


def document(name: str, shown: Shown, *, version: str) -> dict[str, Any]:
    """The document of one speaker.

    Args:
        name: a key of `SPEAKERS`.
        shown: its types with their examples.
        version: of the contracts as a whole.
    """
    spoken = [
        log._replace(kinds=kinds)
        for log in LOGS
        if (kinds := tuple(kind for kind in log.kinds if kind in shown))
    ]
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:suishen:asyncapi:{name}",
        "info": {
            "title": f"Suishen: {name}",
            "version": version,
            "description": f"What {SPEAKERS[name]} say. Records are CloudEvents 1.0 in "
            "structured mode, JSON in UTF-8, at most 64 KiB.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {_id(log.name): _channel(log) for log in spoken},
        "operations": {f"send_{_id(log.name)}": _operation(log) for log in spoken},
        "components": {
            "messages": {_id(short_name(kind)): _message(kind, shown[kind]) for kind in shown},
            "schemas": _schemas(shown),
        },
    }


def _id(name: str) -> str:
    return name.replace("-", "_").replace(".", "_")


def _channel(log: Log) -> dict[str, Any]:
    ids = [_id(short_name(kind)) for kind in log.kinds]
    return {
        "address": log.name,
        "description": f"Key: {log.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in ids},
    }


def _operation(log: Log) -> dict[str, Any]:
    channel = f"#/channels/{_id(log.name)}"
    ids = [_id(short_name(kind)) for kind in log.kinds]
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in ids],
    }


def _message(kind: type[Envelope], examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = [{"name": example["id"], "payload": example} for example in examples]
    return {
        "name": short_name(kind),
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").split("\n", 1)[0],
        "contentType": CONTENT_TYPE,
        "payload": {"$ref": _SCHEMAS + kind.__name__},
        "x-status": kind.status,
        "x-family": kind.family,
        **({"examples": shown} if shown else {}),
    }


def _schemas(kinds: Shown) -> dict[str, Any]:
    """All schemas side by side; a class has one name in the house, so none hides another."""
    found: dict[str, Any] = {}
    for kind in kinds:
        whole = kind.model_json_schema(ref_template=_SCHEMAS + "{model}")
        found |= {name: _as_draft_7(part) for name, part in whole.pop("$defs", {}).items()}
        found[kind.__name__] = _as_draft_7(whole)
    return dict(sorted(found.items()))


def _as_draft_7(node: Any) -> Any:  # noqa: ANN401 - JSON data
    """AsyncAPI's own schema format is a superset of draft 7: `prefixItems` was `items` there."""
    if isinstance(node, list):
        return [_as_draft_7(part) for part in node]
    if not isinstance(node, dict):
        return node
    names = {"prefixItems": "items"}
    return {names.get(key, key): _as_draft_7(value) for key, value in node.items()}
