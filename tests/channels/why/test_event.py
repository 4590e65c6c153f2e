"""`suishen event` on events drawn from a life: the story is what the logs say."""

import json
import random

import pytest

from channels import offline, recorded
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


@pytest.mark.parametrize("topic", [CLIENT_EVENTS, DESK_EVENTS])
def test_a_recording_tells_the_story_that_the_folder_tells(life, drawn, topic):
    mine = [json.loads(record.value) for record in drawn if record.topic == topic][:12]
    with offline.open_views(life) as views:
        for event in mine:
            asked = recorded.Asked(life / "log.jsonl", event["id"])
            with recorded.open_views(asked) as others:
                story, other = (one.story(event["id"], event["source"]) for one in (views, others))
                assert other == story
                assert others.effects(other) == views.effects(story)


def test_a_recording_is_asked_as_its_sisters_are(suishen, life, drawn):
    event = json.loads(drawn[0].value)
    words = ("event", event["id"], "--source", event["source"])
    told = [
        suishen(*words, *log, "--lang", "en")
        for log in (("--events", life / "log.jsonl"), ("--data", life))
    ]
    assert told[0] == told[1]
    code, _, err = suishen("event", "none", "--events", life / "log.jsonl")
    assert (code, "no event 'none' in" in err) == (1, True)
    both = ("--events", life / "log.jsonl", "--bootstrap", "localhost:1")
    code, _, err = suishen("event", "none", *both)
    assert (code, "name two logs; give one" in err) == (2, True)


def test_a_recorded_event_that_cannot_be_applied_is_a_dead_letter(suishen, life, tmp_path):
    lines = (life / "log.jsonl").read_text().splitlines()
    of_a_page = (at for at, one in enumerate(lines) if '"type":"org.suishen.app.page_viewed' in one)
    at = next(of_a_page)
    line = json.loads(lines[at])
    line["value"] |= {"id": "bad-1", "data": {"page": 7}}
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join([*lines[: at + 1], json.dumps(line), *lines[at + 1 :]]) + "\n")
    code, out, _ = suishen("event", "bad-1", "--events", log, "--lang", "en")
    assert (code, "Dead letter client-events/" in out) == (0, True)
    assert "/data/page" in out


def test_no_two_facts_of_a_life_have_one_name(concluded):
    """A repeated event concludes under its own name, not that of what its first led to."""
    names = {}
    for facts in concluded.values():
        for fact in facts:
            assert names.setdefault(fact["id"], fact["type"]) == fact["type"]
