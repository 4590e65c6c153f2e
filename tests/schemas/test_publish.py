import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas import publish
from schemas.compatibility import breaks
from schemas.dead_letter import DeadLetter
from schemas.logs import ALL_KINDS, short_name

pytestmark = pytest.mark.untraced

PUBLISHED = Path(__file__).parents[2] / "schemas" / "published"
LINES = (PUBLISHED / "examples" / "valid.jsonl").read_text(encoding="utf-8").splitlines()
TEXTS = publish.publish(map(json.loads, LINES))
AGAIN = "the models say otherwise; run: python -m channels.contract.publish"


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_committed_is_what_the_models_say(name):
    assert (PUBLISHED / name).read_text(encoding="utf-8") == TEXTS[name], AGAIN


def test_nothing_else_is_committed():
    folders = ("json", "asyncapi")
    committed = {
        f"{folder}/{path.name}" for folder in folders for path in (PUBLISHED / folder).iterdir()
    }
    assert committed | {"index.json"} == set(TEXTS)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=short_name)
def test_a_schema_is_sound_and_says_what_it_is(kind):
    schema = publish.schema_of(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:suishen:schema:{short_name(kind)}"
    assert schema["title"] == kind.__name__
    assert schema["description"]
    assert schema["x-status"] == kind.status
    assert schema["x-logs"]


def test_a_schema_shows_examples_of_its_own_type():
    shown = json.loads(TEXTS["json/app.page_viewed.v1.schema.json"])["examples"]
    assert {example["type"] for example in shown} == {"org.suishen.app.page_viewed.v1"}


def test_a_dead_letter_has_a_schema_too():
    schema = publish.dead_letter_schema()
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == set(DeadLetter.model_fields)


def test_a_unit_follows_from_a_name():
    assert publish.unit_of("debt_fen") == "fen"
    assert publish.unit_of("page") is None


def test_every_type_is_in_the_index_once():
    types = json.loads(TEXTS["index.json"])["types"]
    assert len({row["type"] for row in types}) == len(types) == len(ALL_KINDS)
    assert {row["schema"] for row in types} <= set(TEXTS)


@pytest.mark.parametrize(
    "folder", sorted((PUBLISHED / "released").iterdir()), ids=lambda it: it.name
)
def test_no_released_promise_is_broken(folder):
    frozen = {found["$id"]: found for found in map(json_of, folder.iterdir())}
    current = {found["$id"]: found for found in map(json_of, (PUBLISHED / "json").iterdir())}
    assert len(frozen) >= 40
    assert breaks(frozen, current) == []


def json_of(path):
    return json.loads(path.read_text(encoding="utf-8"))
