"""`suishen catalogue impact`, and a release that would leave somebody nowhere."""

import json

import pytest

from journeys.errors import DefinitionError
from schemas.time import DAY, Instant
from streams.embedded.file import FileReader, clients_of
from streams.kafka import states
from streams.ports import Outgoing
from tests.builders import MONDAY_10, a_release
from tests.fakes import FakeLog
from tests.journeys.catalogue.shipped import files
from tests.journeys.catalogue.test_scopes import a_contact, narrowed
from tests.journeys.client.living import INFLOW
from tests.journeys.client.test_migration import second
from tests.streams.running import Running


@pytest.fixture
def running(tmp_path):
    """An engine with one client whose adviser has a talk to hold."""
    running = Running(tmp_path)
    running.release()
    running.known()
    running.say("corebank.flow_posted", INFLOW)
    running.live()
    while (due := running.engine.next_due()) is not None and due <= MONDAY_10 + 5 * DAY:
        running.clock.moment = Instant(due)
        running.engine.fire_timers(due)
        running.live()
    yield running
    running.engine.close()


def released(texts):
    return a_release(texts, over=files(), version="two")


def folder(tmp_path, texts):
    place = tmp_path / "new"
    place.mkdir()
    for name, text in texts.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_an_impact_is_told_in_the_language_asked_for(running, suishen, tmp_path):
    new = folder(tmp_path, second("move", moves='moves = { plan = "speak" }', plan="speak"))
    code, out, _ = suishen("catalogue", "impact", new, "--data", tmp_path, "--lang", "en")
    assert code == 0
    assert "journey large_inflow v1 plan: 1 move → v2 speak" in out
    assert "1 tasks are recalled" in out
    chinese = suishen("catalogue", "impact", new, "--data", tmp_path)[1]
    assert "旅程 large_inflow v1 plan: 1 迁移 → v2 speak" in chinese
    assert "可以发布" in chinese
    assert f"suishen replay --catalogue {new}" in out
    assert "none of the runs" not in out


def test_a_change_of_nothing_that_runs_points_to_what_comes(running, suishen, tmp_path):
    new = folder(tmp_path, narrowed(contact=a_contact()))
    words = ("catalogue", "impact", new, "--data", tmp_path)
    said = suishen(*words, "--lang", "en")[1]
    assert "It changes none of the runs, dates and open tasks of today" in said
    assert "What it does to future contacts: suishen replay" in said
    chinese = suishen(*words)[1]
    assert "不改变任何进行中的旅程、时限和待办" in chinese
    assert "对今后联系的影响" in chinese


def test_an_impact_says_whom_a_row_of_an_outlet_binds(running, suishen, tmp_path):
    new = folder(tmp_path, narrowed(contact=a_contact()))
    words = ("catalogue", "impact", new, "--data", tmp_path)
    said = "contact contact v1 of outlet outlet_1 comes: it binds 0 clients"
    assert said in suishen(*words, "--lang", "en")[1]
    assert "outlet outlet_1 的 contact contact v1 新增：约束客户 0 位" in suishen(*words)[1]


def test_a_release_that_would_be_refused_says_why_and_ends_with_1(running, suishen, tmp_path):
    new = folder(tmp_path, second("move", plan="speak"))
    code, out, _ = suishen("catalogue", "impact", new, "--data", tmp_path, "--json")
    found = json.loads(out)
    assert (code, found["lines"][0]["fate"]) == (1, "ends")
    assert "1 at step 'plan', and nobody says" in found["refused"][0]


def test_an_engine_refuses_what_drops_a_step_that_somebody_is_in(running):
    before = running.engine.end("reference", 0)
    with pytest.raises(DefinitionError, match="1 at step 'plan', and nobody says"):
        running.engine.release([released(second("move", plan="speak"))])
    assert running.engine.end("reference", 0) == before
    running.engine.release([released(second("end"))])


def test_the_changelog_and_the_file_hold_the_same_states(running, tmp_path):
    """Over a changelog the last record of a client counts; a tombstone counts for nobody."""
    reader = FileReader(tmp_path / "engine.db")
    frames = [(key, frame) for _, key, frame in reader.states("client")]
    log = FakeLog()
    log.append([Outgoing("state-client", key.encode(), frame, (), 1) for key, frame in frames] * 2)
    log.append([Outgoing("state-client", b"gone", b"", (), 0)])
    assert list(states.clients_of(log)) == list(clients_of(reader))
    reader.close()
