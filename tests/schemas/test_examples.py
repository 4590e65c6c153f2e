"""The published examples: what is valid is, what is not fails as it says."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas import codec
from schemas.errors import ContractError
from schemas.logs import ALL_KINDS, LOGS, short_name
from schemas.publish import schema_of
from schemas.surprises import surprises

pytestmark = pytest.mark.untraced

EXAMPLES = Path(__file__).parents[2] / "schemas" / "published" / "examples"
BY_TYPE = {codec.wire_type(kind): kind for kind in ALL_KINDS}
BY_LOG = {log.name: log.kinds for log in LOGS}


def lines(name):
    return [json.loads(line) for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines()]


VALID, INVALID = lines("valid.jsonl"), lines("invalid.jsonl")


def body_of(example):
    if "base64" in example:
        return b64decode(example["base64"])
    parts = example.get("raw_parts") or [[example["raw"], 1]]
    return "".join(text * times for text, times in parts).encode()


@pytest.mark.parametrize("example", VALID, ids=lambda it: f"{it['id']}-{it['type']}")
def test_a_valid_example_is_valid_for_the_codec_and_the_schema(example):
    kind = BY_TYPE[example["type"]]
    event = codec.decode(json.dumps(example).encode(), ALL_KINDS, key=example["partitionkey"])
    assert surprises(event) == (0, 0)
    Draft202012Validator(schema_of(kind)).validate(example)
    Draft202012Validator(schema_of(kind)).validate(json.loads(codec.encode(event)))


def test_every_type_has_a_valid_example():
    shown = {example["type"] for example in VALID}
    assert [short_name(kind) for kind in ALL_KINDS if codec.wire_type(kind) not in shown] == []


@pytest.mark.parametrize("example", INVALID, ids=lambda it: it["title"])
def test_an_invalid_example_fails_as_it_says(example):
    with pytest.raises(ContractError) as caught:
        codec.decode(body_of(example), BY_LOG[example["log"]], key=example.get("key"))
    assert caught.value.code == example["code"]
    assert [fault.pointer for fault in caught.value.faults] == example["pointers"]


BROKEN = [it for it in INVALID if it["code"] == "contract-violation" and it["raw"].startswith("{")]
SCHEMA_CANNOT_TELL = {"30 February", "before 1970", "beyond the year 9999 in UTC"}
"""Shapes are right; only a calendar knows."""


@pytest.mark.parametrize("example", BROKEN, ids=lambda it: it["title"])
def test_the_schema_refuses_it_too(example):
    event = json.loads(example["raw"])
    accepts = Draft202012Validator(schema_of(BY_TYPE[event["type"]])).is_valid(event)
    assert accepts == (example["title"] in SCHEMA_CANNOT_TELL)


def test_there_are_forty_invalid_examples_with_titles_of_their_own():
    assert len({example["title"] for example in INVALID}) == len(INVALID) >= 40
