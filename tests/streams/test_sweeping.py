"""The sweeper over fakes: whom it finds, when it may, how fast, and where it goes on."""

import json

import pytest
from msgspec.structs import replace

from journeys.client.fold import ClientFold
from schemas.reference import CatalogueFiles
from schemas.time import DAY, Instant
from streams.catalogue_files import read_files
from streams.errors import WorkerStopError
from streams.frame import Frame, pack
from streams.kafka import metadata
from streams.kafka.metadata import Metadata
from streams.kafka.sweeping import Sweeping
from streams.ports import Outgoing
from streams.reference import releases
from streams.topics import CLIENT_EVENTS, REFERENCE, SWEEPER_GROUP
from tests.builders import CURRENT, MONDAY_10, TERM, Life, a_baseline, a_position, a_product
from tests.fakes import FakeLog, StillClock
from tests.journeys.decide.sales import NOTE, an_open_sale
from tests.kafka.names import client_of

NOW = Instant(MONDAY_10 + DAY)
LOG = "state-client"


class FakeGroups:
    """The client fold's markers by partition, and where we stand."""

    def __init__(self, log):
        self.log, self.markers, self.at = log, {0: 99, 1: 99}, 4

    def reached(self, group, topics):
        return {(REFERENCE, 0): (self.at, self.log.end(REFERENCE, 0))}

    def commits(self, group):
        return {
            (CLIENT_EVENTS, part): metadata.encode(Metadata("0" * 32, marker, {}))
            for part, marker in self.markers.items()
        } | {("other", 0): ""}

    def commit(self, group, topic, partition, offset):
        assert (group, topic, partition) == (SWEEPER_GROUP, REFERENCE, 0)
        self.at = offset


class World:
    """Two partitions of clients: four hold the re-graded product, two do not."""

    def __init__(self, per_second=1000):
        self.log, self.sent, self.pauses, self.stops_after = FakeLog(), [], [], 10**9
        first = [CatalogueFiles(version="t", files=read_files()), CURRENT, TERM, a_product()]
        self.log.append(releases(first, now=MONDAY_10))
        self.groups = FakeGroups(self.log)
        for number in range(6):
            held = a_position("wmp1" if number < 4 else "cur", 300_000)
            self.keep(number, a_life(held).state)
        self.sweeping = Sweeping(
            self.groups,
            self.log,
            self.write,
            clock=StillClock(NOW),
            per_second=per_second,
            pause=self.pause,
        )

    def keep(self, number, state):
        blob = pack(Frame("0" * 32, 1, None, ClientFold().encode(state)))
        self.log.append([Outgoing(LOG, client_of(number).encode(), blob, (), number % 2)])

    def release(self, *payloads):
        self.log.append(releases(payloads, now=NOW))

    def write(self, messages):
        self.sent += messages

    def pause(self, seconds):
        self.pauses.append(seconds)
        return len(self.sent) >= self.stops_after

    def asked(self):
        return [message.key.decode() for message in self.sent]


def a_life(*positions):
    life = Life(known=False)
    life.say("corebank.baseline_loaded", a_baseline(positions=list(positions)), at=MONDAY_10)
    return life


def clients(*numbers):
    return sorted(map(client_of, numbers))


REGRADED = a_product(version=2, issuer_level=5)


def test_a_regrade_reaches_everybody_who_holds_the_product_and_nobody_else():
    world = World()
    world.release(REGRADED)
    assert world.sweeping.step() == 4
    assert sorted(world.asked()) == clients(0, 1, 2, 3)
    assert world.groups.at == 5
    assert world.sweeping.step() == 0


def test_an_event_is_named_by_release_and_client_and_says_when_it_was_asked():
    world, other = World(), World()
    for each in (world, other):
        each.release(REGRADED)
        each.sweeping.step()
    assert world.sent == other.sent
    event = json.loads(world.sent[0].value)
    assert (event["source"], event["data"]) == ("/suishen/sweeper", {"offset": 5})


def test_a_new_product_and_the_same_catalogue_touch_nobody():
    world = World()
    world.release(a_product("new"), CatalogueFiles(version="u", files=read_files()))
    assert world.sweeping.step() == 0
    assert world.groups.at == 6


def test_a_new_parameter_set_touches_every_book():
    world = World()
    files = read_files()
    files["wealth.toml"] = renamed(files["wealth.toml"])
    world.release(CatalogueFiles(version="u", files=files))
    assert world.sweeping.step() == 6


def renamed(text):
    name = next(line for line in text.splitlines() if line.startswith("id = "))
    return text.replace(name, 'id = "another"')


def test_partitions_wait_until_their_fold_uses_the_release():
    world = World()
    world.release(REGRADED)
    world.groups.markers = {0: 5, 1: 4}
    assert world.sweeping.step() == 2
    assert (sorted(world.asked()), world.groups.at) == (clients(0, 2), 4)
    assert world.sweeping.step() == 0
    world.groups.markers[1] = 5
    assert world.sweeping.step() == 2
    assert world.groups.at == 5


def test_the_last_state_of_a_client_counts():
    world = World()
    world.keep(0, a_life(a_position("cur", 300_000)).state)
    world.log.append([Outgoing(LOG, client_of(2).encode(), b"", (), 0)])
    world.release(REGRADED)
    world.sweeping.step()
    assert sorted(world.asked()) == clients(1, 3)


def test_events_go_evenly_and_no_faster_than_allowed():
    world = World(per_second=10)
    world.release(REGRADED)
    world.sweeping.step()
    assert [pause for pause in world.pauses if pause] == [0.2, 0.2]
    slow = World(per_second=1)
    slow.release(REGRADED)
    slow.sweeping.step()
    assert [pause for pause in slow.pauses if pause] == [1.0] * 4


def test_whoever_has_an_open_sale_of_it_comes_first_and_fast():
    world = World(per_second=1)
    seller, _ = an_open_sale()
    note = NOTE.model_copy(update={"version": 2, "issuer_level": 5})
    world.release(NOTE)
    world.groups.at = 5
    for number in (6, 7):
        world.keep(number, replace(seller.state, client=client_of(number)))
    world.release(note, REGRADED)
    assert world.sweeping.step() == 6
    assert sorted(world.asked()[:2]) == clients(6, 7)
    assert [pause for pause in world.pauses if pause] == [1 / 4000] * 2 + [1.0] * 4


def test_stopped_midway_it_goes_on_where_it_was():
    world = World(per_second=1)
    world.release(REGRADED)
    world.stops_after = 1
    assert (world.sweeping.step(), world.groups.at) == (1, 4)
    world.stops_after = 99
    world.sweeping.step()
    assert set(world.asked()) == set(clients(0, 1, 2, 3))
    assert world.groups.at == 5
    assert len({message.value for message in world.sent}) == 4


def test_a_reference_log_that_lost_its_end_stops_the_sweeper():
    world = World()
    world.release(REGRADED)
    world.groups.reached = lambda *_: {(REFERENCE, 0): (4, 9)}
    with pytest.raises(WorkerStopError, match="ends at 5, it was 9"):
        world.sweeping.step()
