"""A life through stages: what the log led to is what its bytes lead to again."""

import pytest

from journeys.catalogue.load import load
from journeys.client.fold import ClientFold
from schemas import codec
from schemas.reference import Activation, CatalogueDraft
from schemas.time import DAY, HOUR, Instant
from streams.plain import PlainFold
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, TASKS
from streams.twofold import TwoFold
from tests.builders import MONDAY_10, a_release
from tests.journeys.catalogue.shipped import files
from tests.journeys.client.living import INFLOW
from tests.journeys.client.test_migration import second
from tests.streams.running import Running

CLIENTS = [f"ct_{number:032x}" for number in range(1, 13)]
NEW = second("move", moves='moves = { plan = "speak" }', plan="speak")


def a_stage(number, stage, **more):
    return Activation(version=number, catalogue="two", stage=stage, by="bo", **more)


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """Twelve clients with a large inflow, while a catalogue goes from shadow to half and back."""
    running = Running(tmp_path_factory.mktemp("staged"))
    running.release()
    running.engine.release([CatalogueDraft(**dict(a_release(NEW, over=files(), version="two")))])
    for client in CLIENTS:
        running.known(client)
        running.say("corebank.flow_posted", INFLOW, key=client, event_id=f"flow-{client}")
    running.live()
    for number, (hours, stage, more) in enumerate(
        (
            (2, "shadow", {}),
            (30, "share", {"share_bp": 5000}),
            (102, "none", {}),
            (126, "all", {}),
        ),
        start=1,
    ):
        until(running, Instant(MONDAY_10 + hours * HOUR))
        running.engine.release([a_stage(number, stage, **more)])
    until(running, Instant(MONDAY_10 + 12 * DAY))
    yield running
    running.engine.close()


def until(running, end):
    while (due := running.engine.next_due()) is not None and due <= end:
        running.clock.moment = Instant(due)
        running.engine.fire_timers(due)
        running.live()
    running.clock.moment = end


def test_the_log_folded_plainly_says_what_was_lived(life):
    plain = PlainFold(ClientFold(), ReferenceLog(life.engine))
    said = list(plain.live(life.all(CLIENT_EVENTS)))
    for topic in (CLIENT_FACTS, TASKS):
        lived = sorted(record.value for record in life.all(topic))
        assert sorted(one.value for one in said if one.topic == topic) == lived
    assert plain.buried == []


def test_every_stage_was_lived_and_told(life):
    kinds = life.kinds(CLIENT_FACTS)
    assert kinds.count("decision_shadowed") > 0
    told = [codec.decode(r.value, codec.CLIENT_FACTS) for r in life.all(CLIENT_FACTS)]
    moves = [f for f in told if f.type.endswith("journey_advanced.v1")]
    migrated = {(f.data.version, f.data.move.value) for f in moves if f.data.reason == "migrated"}
    assert {(2, "stepped"), (2, "ended")} <= migrated
    versions = {f.data.versions.catalogue for f in told if f.type.endswith("decision_made.v1")}
    assert "two" in versions
    assert len(versions) == 2


def test_a_replay_of_a_staged_log_against_itself_and_another_says_what_two_whole_folds_say(life):
    read = codec.reader(codec.CLIENT_LOG)
    other = load(files(), version="other")
    folds = TwoFold(ReferenceLog(life.engine), None, other, decode=read)
    old = PlainFold(ClientFold(), ReferenceLog(life.engine))
    for record in life.all(CLIENT_EVENTS):
        both, was = folds.step(record), old.step(record)
        assert list(both.old) == [one for one in was if not is_shadow(one)]


def is_shadow(output):
    return output.event.type.endswith("decision_shadowed.v1")
