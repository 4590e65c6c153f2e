"""The contracts as JSON Schema 2020-12, one document per type. Pure: names and texts, no files."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from schemas import asyncapi
from schemas.codec import wire_type
from schemas.dead_letter import DeadLetter
from schemas.envelope import SCHEMA_BASE, Envelope, schema_name
from schemas.logs import ALL_KINDS, LOGS, short_name, speaker

VERSION: Final = "1.0"
"""Of the contracts as a whole; a frozen copy stands under `released/`."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DEAD_LETTER: Final = "dead_letter.v1"

DATA_CLASSES: Final = {
    "behaviour": "pseudonymous: behaviour",
    "utterance": "pseudonymous: behaviour",
    "contact": "pseudonymous: contact history",
    "book": "pseudonymous: financial",
    "profile": "pseudonymous: household and financial",
    "risk_test": "pseudonymous: suitability",
    "consent": "pseudonymous: consent",
    "complaint": "pseudonymous: complaint",
    "case": "pseudonymous: service and financial",
    "task": "pseudonymous: contact history",
    "diagnosis": "pseudonymous: financial",
    "book_ledger": "pseudonymous: an adviser's pay",
    "fact": "pseudonymous: derived",
    "engine": "technical",
    "reference": "internal: no client",
}
"""What a type holds, by family: a data protection officer's first question."""

_UNITS: Final = tuple(
    (re.compile(rf"^({names})$"), unit)
    for names, unit in (
        (r".*_fen", "fen"),
        (r"amount_minor", "minor unit of the currency"),
        (r".*_bp", "basis point"),
        (r".*_ms", "millisecond"),
        (r"minutes|.*_minutes|minutes_left", "minute"),
        (r"opens|closes", "local minute of the day"),
        (r"days_.*", "day"),
        (r"years|.*_years|retirement_age", "year"),
        (r"total|points|by_cause|.*_points", "point"),
        (r"worth_per_minute", "point per minute"),
        (r"p|prior|margin|coverage|.*_share|income_stability|tolerable_loss", "share of 1"),
    )
)
"""A unit follows from a field's name: one word, one meaning, in every type."""

Example = Mapping[str, Any]


def publish(examples: Iterable[Example]) -> dict[str, str]:
    """Every generated document by its name; the same input gives the same texts.

    Args:
        examples: CloudEvents as JSON data; each type shows its own.
    """
    by_type: dict[str, list[Example]] = {}
    for example in examples:
        by_type.setdefault(example["type"], []).append(example)
    shown = {kind: by_type.get(wire_type(kind), []) for kind in ALL_KINDS}
    documents: dict[str, Any] = {"index.json": index()}
    documents |= {schema_file(short_name(kind)): schema_of(kind, shown[kind]) for kind in ALL_KINDS}
    documents[schema_file(DEAD_LETTER)] = dead_letter_schema()
    for name in dict.fromkeys(map(speaker, ALL_KINDS)):
        spoken = {kind: shown[kind] for kind in ALL_KINDS if speaker(kind) == name}
        document = asyncapi.document(name, spoken, version=VERSION)
        documents[f"asyncapi/{name}.asyncapi.json"] = document
    return {name: text_of(document) for name, document in documents.items()}


def text_of(document: Any) -> str:  # noqa: ANN401 - JSON data
    """JSON as it is committed: readable, Chinese as Chinese."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def schema_file(name: str) -> str:
    """Where the schema of a short name stands."""
    return f"json/{name}.schema.json"


def index() -> dict[str, Any]:
    """What there is: every type with its logs, family and status."""
    return {
        "version": VERSION,
        "types": [
            {
                "type": wire_type(kind),
                "status": kind.status,
                "speaker": speaker(kind),
                "logs": [log.name for log in LOGS if kind in log.kinds],
                "family": kind.family,
                "data_class": DATA_CLASSES[kind.family],
                "schema": schema_file(short_name(kind)),
            }
            for kind in ALL_KINDS
        ],
    }


def schema_of(kind: type[Envelope], examples: Sequence[Example] = ()) -> dict[str, Any]:
    """The JSON Schema of one event type.

    What a schema cannot say: `subject` equals `partitionkey`, `time` lies at most five minutes
    after `receivedat`, a whole number is never written as `1.0`.
    """
    marks = {
        "x-status": kind.status,
        "x-family": kind.family,
        "x-data-class": DATA_CLASSES[kind.family],
        "x-logs": [log.name for log in LOGS if kind in log.kinds],
    }
    schema = _tidy(kind.model_json_schema())
    shown = {"examples": list(examples)} if examples else {}
    return {"$schema": DIALECT, "$id": schema_name(wire_type(kind)), **marks, **schema, **shown}


def dead_letter_schema() -> dict[str, Any]:
    """The JSON Schema of a dead letter, a plain record without an envelope."""
    marks = {
        "x-status": "released",
        "x-family": "engine",
        "x-data-class": "pseudonymous: whatever the refused record held",
        "x-logs": ["dead-letters"],
    }
    schema = _tidy(DeadLetter.model_json_schema())
    return {"$schema": DIALECT, "$id": SCHEMA_BASE + DEAD_LETTER, **marks, **schema}


def _tidy(node: Any) -> Any:  # noqa: ANN401 - JSON data
    """Without the titles that repeat a field's name, with the units that follow from it."""
    if isinstance(node, list):
        return [_tidy(part) for part in node]
    if not isinstance(node, dict):
        return node
    tidied = {key: _tidy(value) for key, value in node.items()}
    for name, field in tidied.get("properties", {}).items():
        field.pop("title", None)
        if unit := unit_of(name):
            field["x-unit"] = unit
    return tidied


def unit_of(field: str) -> str | None:
    """The unit that a field's name stands for, if it stands for one.

    Example:
        >>> unit_of("dwell_ms")
        'millisecond'
    """
    return next((unit for names, unit in _UNITS if names.match(field)), None)
