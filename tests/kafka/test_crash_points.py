"""A worker dies at every await of checkpoint and take-over, and nothing is lost or doubled.

The awaits are listed from the source: a new one without a crash point before it fails here, and so
does a point at which nobody dies.
"""

import asyncio
from collections import Counter
from itertools import islice

import pytest

from streams.kafka.recovery import Loader
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS
from tests.kafka import running
from tests.kafka.awaits import awaits
from tests.kafka.conftest import QUICK
from tests.kafka.fakes import STATE, World, turns
from tests.kafka.test_checkpoint import zombie

IN_A_REPAIR = {"repair.read", "repair.open", "repair.records", "repair.send", "repair.ack"}
AWAY = {"takeover.pause", "return.open", "return.bounds", "return.pause"}
FOREIGN = {"return.refused", "return.spread"}
DROPPED = {"takeover.dropped_turn", "takeover.dropped_ack"}
BROKEN = {"loader.broken"}
ON_FAKES = AWAY | FOREIGN | DROPPED
FOUND = [one.point for one in awaits()]
ON_A_BROKER = [point for point in FOUND if point not in ON_FAKES | BROKEN]

LATER = [
    "drain.send:3", "checkpoint.output_ack:4", "checkpoint.state_send:3", "checkpoint.state_ack:2",
]  # fmt: skip
"""In the middle of what the first arrival only begins."""


def test_every_await_of_checkpoint_and_take_over_has_a_crash_point_before_it():
    assert [one.place for one in awaits() if one.point is None] == []


def test_no_two_awaits_share_a_crash_point():
    assert [point for point, count in Counter(FOUND).items() if count > 1] == []


def test_every_named_point_is_in_the_source():
    assert set(FOUND) >= ON_FAKES | BROKEN | IN_A_REPAIR
    assert {point.split(":")[0] for point in LATER} <= set(FOUND)


# -- on a real broker -----------------------------------------------------------------------------


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.untraced
def test_a_worker_that_dies_at_any_point_is_followed_by_one_that_loses_and_doubles_nothing(
    empty_logs, workers, small_life
):
    reference, events = small_life
    events = [message for message in events if message.topic == CLIENT_EVENTS]
    running.publish(empty_logs, reference)
    running.move_group(empty_logs, dict.fromkeys(range(running.PLAN.clients), 0))
    feed = _Feed(empty_logs, events)
    for death in sorted((f"{point}:1" for point in ON_A_BROKER), key=_turn) + LATER:
        _die(empty_logs, workers, death, feed)
    feed.publish(len(events))
    last = workers.worker(empty_logs, **QUICK)
    running.until_applied(empty_logs)
    assert last.term() == 0
    verdict = running.judge(empty_logs, "client")
    assert (verdict.lost, verdict.doubled, verdict.different) == (0, 0, 0)
    assert verdict.outputs > 300


def _turn(death):
    """The survey first: it looks at a commit that no worker of ours wrote. Repairs need states."""
    return ("survey" not in death, "repair." in death and "checkpoint" not in death)


class _Feed:
    """Publishes the events of a life, some at a time."""

    def __init__(self, bootstrap, events):
        self._bootstrap, self._events, self.left = bootstrap, iter(events), len(events)

    def publish(self, count):
        self.left -= running.publish(self._bootstrap, islice(self._events, count))


def _die(bootstrap, workers, death, feed):
    is_repair = death.split(":")[0] in IN_A_REPAIR
    if not is_repair:
        feed.publish(6)
    worker = workers.worker(bootstrap, "client", "--crash-at", death, **QUICK)
    if is_repair:
        worker.until("taken_over")
        _write_as_a_zombie(bootstrap)
        feed.publish(6)
    while not worker.ends_within(4) and feed.left:
        if is_repair:  # what the zombie wrote may have been written over in the same checkpoint
            _write_as_a_zombie(bootstrap)
        feed.publish(6)  # more checkpoints, until one gets there
    worker.ends_within(60)  # the life is told to its end: what a slow machine has not reached yet
    assert worker.poll() == 9, f"{death} was not reached\n{worker.tail()}"


def _write_as_a_zombie(bootstrap):
    """An older state of a client in every partition, behind the newer one."""
    first, last = {}, {}
    for record in running.read_all(bootstrap, STATE):
        first.setdefault(record.key, record)
        last[record.key] = record
    older = {r.partition: r for key, r in first.items() if last[key].value != r.value}
    running.publish(
        bootstrap, [Outgoing(STATE, r.key, r.value, r.headers, r.partition) for r in older.values()]
    )


# -- on fakes -------------------------------------------------------------------------------------


class Died(BaseException):
    """kill -9."""


async def _survived(world, keys):
    """A successor ends where a plain count does, with each output once."""
    heir = await world.successor().owning()
    await heir.host.process(heir.unread())
    await heir.host.checkpoint()
    assert heir.broker.last_states(0) == dict(Counter(keys))
    outputs = heir.broker.outputs(CLIENT_FACTS, 0)
    assert len(outputs) == len(set(outputs)) == len(keys)


def _dying_at(world, point):
    def die():
        raise Died

    world.points.then[point] = die


async def _until_dead(task):
    with pytest.raises(Died):
        await asyncio.wait_for(task, 30)


@pytest.mark.parametrize("point", sorted(DROPPED))
async def test_death_while_a_lost_partition_is_let_go(point):
    world = await World().owning()
    world.writer.is_manual = True
    await world.host.process(world.broker.feed(0, "ann", "bob"))
    world.host.suspend()
    world.group.join((0,), name="w2")
    _dying_at(world, point)
    await _until_dead(world.host.take_over())
    await _survived(world, ["ann", "bob"])


@pytest.mark.parametrize("point", sorted(AWAY - {"takeover.pause"}))
async def test_death_during_the_look_round_after_an_absence(point):
    world = await World().owning()
    await world.host.process(world.broker.feed(0, "ann", "bob"))
    world.group.lease_s = -1.0
    task = asyncio.create_task(world.host.process(world.broker.feed(0, "ann")))
    await turns()
    _dying_at(world, point)
    world.broker.is_away = point == "return.pause"
    world.group.lease_s = 1.0
    await _until_dead(task)
    world.broker.is_away = False
    await _survived(world, ["ann", "bob", "ann"])


@pytest.mark.parametrize("point", sorted(FOREIGN))
async def test_death_when_somebody_has_written_meanwhile(point):
    world = await World().owning()
    await world.host.process(world.broker.feed(0, "ann", "bob"))
    await world.host.checkpoint()
    world.group.lease_s = -1.0
    task = asyncio.create_task(world.host.process(world.broker.feed(0, "ann")))
    await turns()
    zombie(world, "ann", 1, 0)
    _dying_at(world, point)
    world.group.lease_s = 1.0
    await _until_dead(task)
    await _survived(world, ["ann", "bob", "ann"])


async def test_death_while_a_take_over_waits_for_the_broker():
    world = World()
    world.broker.feed(0, "ann")
    world.broker.is_away = True
    world.group.join((0,))
    _dying_at(world, "takeover.pause")
    await _until_dead(world.host.take_over())
    world.broker.is_away = False
    await _survived(world, ["ann"])


async def test_death_at_a_broker_that_cannot_be_reached():
    fault = World().points
    fault.then["loader.broken"] = lambda: (_ for _ in ()).throw(Died())
    loader = Loader("127.0.0.1:1", fault=fault)
    with pytest.raises(Died):
        async with loader:
            pass
    await loader._consumer.stop()
