"""`suishen event` on events drawn from a life: the story is what the logs say."""

import json
import random

import pytest

from channels import offline
from channels.offline import ENGINE
from streams import recording
from streams.embedded.file import FileReader
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DESK_EVENTS, DESK_FACTS, TASKS

SEED = 20261127
DRAWN = 200


FACTS = {CLIENT_EVENTS: (CLIENT_FACTS, TASKS), DESK_EVENTS: (DESK_FACTS,)}


@pytest.fixture(scope="module")
def concluded(life):
    """What stands on the fact logs, by the log, partition and offset that it came from."""
    reader, found = FileReader(life / ENGINE), {}
    for source, topics in FACTS.items():
        for topic in topics:
            for partition in range(reader.partitions(topic)):
                for record in recording.records_of(reader, topic, partition):
                    _, offset, _ = dict(record.headers)["src"].decode().split(":")
                    place = (source, partition, int(offset))
                    found.setdefault(place, []).append(json.loads(record.value))
    return found


@pytest.fixture(scope="module")
def drawn(life):
    """Two hundred events of both logs by a seed: no markers, the first of what came again."""
    reader, first = FileReader(life / ENGINE), {}
    for topic in (CLIENT_EVENTS, DESK_EVENTS):
        for partition in range(reader.partitions(topic)):
            for record in recording.records_of(reader, topic, partition):
                if record.key is not None:
                    event = json.loads(record.value)
                    first.setdefault((event["source"], event["id"]), record)
    return random.Random(SEED).sample(list(first.values()), DRAWN)  # noqa: S311 - to be repeated


def test_the_story_of_any_event_is_what_the_logs_say(life, drawn, concluded):
    caused = 0
    with offline.open_views(life) as views:
        for record in drawn:
            event = json.loads(record.value)
            story = views.story(event["id"], event["source"])
            place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            assert story["logged"] == place, f"seed {SEED}"
            assert event["type"].endswith(story["type"])
            facts = concluded.get((record.topic, record.partition, record.offset), [])
            aside = [f["data"]["effect"] for f in facts if "signal_set_aside" in f["type"]]
            assert story["state"] == (aside[-1] if aside else "applied")
            mine = [f for f in facts if f.get("causeid") == event["id"]]
            named = {(one["id"], one["type"]) for one in story["caused"]}
            due = {(f["id"], f["type"].removeprefix("org.suishen.")) for f in mine}
            assert named >= due, f"seed {SEED}"
            caused += len(named)
    assert caused > DRAWN / 20


def test_no_two_facts_of_a_life_have_one_name(concluded):
    """A repeated event concludes under its own name, not that of what its first led to."""
    names = {}
    for facts in concluded.values():
        for fact in facts:
            assert names.setdefault(fact["id"], fact["type"]) == fact["type"]
