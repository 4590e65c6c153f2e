"""How a policy goes live on a real Kafka: two names, a stage, a guard, and the way back."""

import json

import pytest

from tests.journeys.catalogue.shipped import changed
from tests.kafka.world import World, a_client, command
from tests.streams.running import COMPLAINT, SPOKE

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(kafka_bootstrap, postgres_of_module, tmp_path_factory):
    world = World(kafka_bootstrap, postgres_of_module, tmp_path_factory.mktemp("policy"))
    yield world
    world.close()


@pytest.fixture
def suishen(world, monkeypatch, capsys):
    """A command line against the world."""
    monkeypatch.setenv("SUISHEN_DATABASE", world.database)

    def run(*words):
        return command(monkeypatch, capsys, *words, "--bootstrap", world.bootstrap)

    return run


def test_two_people_a_stage_a_guard_and_the_way_back(world, suishen, tmp_path):
    new = tmp_path / "new"
    new.mkdir()
    for name, text in changed("guards.toml", "most = 2000", "most = 1").items():
        (new / name).write_text(text, encoding="utf-8")
    world.known(a_client(1))
    world.send(SPOKE, COMPLAINT, client=a_client(1), event_id="talk-1")
    world.task_of("talk-1")
    code, said = suishen("catalogue", "impact", str(new), "--lang", "en")
    assert (code, "may be released" in said) == (0, True)
    code, said = suishen("catalogue", "stage", str(new), "--to", "all", "--by", "bo")
    assert (code, "not signed by two people" in said) == (2, True)
    for name in ("anna", "bo"):
        assert suishen("catalogue", "sign", str(new), "--by", name)[0] == 0
    for to in ("share:100%", "all"):
        code, said = suishen("catalogue", "stage", str(new), "--to", to, "--by", "bo")
        assert code == 0, said
    world.begin("guard")
    world.processes["guard"].ready()
    for number in (2, 3):
        world.known(a_client(number))
        world.send(SPOKE, COMPLAINT, client=a_client(number), event_id=f"talk-{number}")
        world.task_of(f"talk-{number}")

    def frozen():
        code, said = suishen("stop", "list", "--json")
        stops = json.loads(said)["stops"] if code == 0 else []
        return [(stop["name"], stop["set_by"]) for stop in stops]

    ((action, author),) = world.wait(frozen)
    assert author == "guard:contacts_an_hour"
    world.wait(lambda: world.processes["guard"].metric(
        "suishen_guard_freezes_total", measure="contacts"
    ) == 1)  # fmt: skip
    code, said = suishen("stop", "lift", "action", action, "--by", "lead")
    assert code == 0, said
    code, said = suishen("catalogue", "rollback", "--by", "bo", "--reason", "drill")
    assert code == 0, said
    code, said = suishen("catalogue", "stages", "--json")
    assert (code, json.loads(said)["staged"]) == (0, None)
