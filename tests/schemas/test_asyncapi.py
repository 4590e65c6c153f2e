import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from schemas.asyncapi import SPEAKERS
from schemas.logs import ALL_KINDS, LOGS, short_name, speaker

FOLDER = Path(__file__).parents[2] / "schemas" / "published" / "asyncapi"
DOCUMENTS = {
    name: json.loads((FOLDER / f"{name}.asyncapi.json").read_text(encoding="utf-8"))
    for name in SPEAKERS
}
each = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=list(DOCUMENTS))


def parts(node, key):
    """Every value under `key`, at any depth outside examples."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            if name != "examples":
                yield from parts(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value, key)


def target(document, reference):
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_every_speaker_has_a_document():
    assert set(map(speaker, ALL_KINDS)) == set(SPEAKERS)


@each
def test_a_document_has_what_asyncapi_3_asks_for(document):
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    assert set(document) <= {
        "asyncapi", "id", "info", "defaultContentType", "channels", "operations", "components",
    }  # fmt: skip
    for section in (document["channels"], document["operations"], *document["components"].values()):
        assert all(re.fullmatch(r"[A-Za-z0-9_\-]+", name) for name in section)


@each
def test_every_reference_leads_somewhere(document):
    references = set(parts(document, "$ref"))
    assert references
    assert all(target(document, reference) for reference in references)


@each
def test_an_operation_sends_only_messages_of_its_channel(document):
    for operation in document["operations"].values():
        assert operation["action"] == "send"
        channel = operation["channel"]["$ref"]
        sent = {message["$ref"] for message in operation["messages"]}
        assert sent == {
            f"{channel}/messages/{name}" for name in target(document, channel)["messages"]
        }


@each
def test_channels_are_our_logs(document):
    assert {channel["address"] for channel in document["channels"].values()} <= {
        log.name for log in LOGS
    }


@each
def test_schemas_stay_inside_draft_7_and_examples_keep_them(document):
    assert not list(parts(document["components"]["schemas"], "prefixItems"))
    assert not list(parts(document["components"]["schemas"], "$defs"))
    for message in document["components"]["messages"].values():
        validator = Draft7Validator({**message["payload"], "components": document["components"]})
        validator.check_schema(target(document, message["payload"]["$ref"]))
        for example in message["examples"]:
            validator.validate(example["payload"])


def test_every_type_is_a_message_of_its_speaker():
    for kind in ALL_KINDS:
        messages = DOCUMENTS[speaker(kind)]["components"]["messages"]
        assert short_name(kind) in {message["name"] for message in messages.values()}


def test_two_schemas_of_one_name_are_one_schema():
    for document in DOCUMENTS.values():
        for name, schema in document["components"]["schemas"].items():
            assert schema["title"] == name
