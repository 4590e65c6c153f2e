"""The checkpoint on fakes: its order, what it gives up, and what it puts back."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from streams.frame import Frame, pack
from streams.kafka import metadata
from streams.kafka.held import Row
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DESK_EVENTS, TASKS
from tests.kafka.fakes import EPOCH, STATE, Stopped, World, turns


async def busy(*keys, partitions=(0,), **tuning):
    """A host that has applied one event of each key, and sent what they say."""
    world = await World(**tuning).owning(*partitions)
    await world.host.process(world.broker.feed(0, *keys or ("ann", "ann", "ann", "bob")))
    return world


async def test_outputs_are_durable_before_states_and_states_before_the_commit():
    world = await busy()
    assert await world.host.checkpoint()
    names = [name for name, _ in world.broker.journal if name != CLIENT_EVENTS]
    outputs = {CLIENT_FACTS, TASKS, DESK_EVENTS}
    last_output = max(at for at, name in enumerate(names) if name in outputs)
    assert last_output < names.index(STATE) < names.index("commit")


async def test_states_wait_for_outputs_and_the_commit_for_states():
    world = await World().owning()
    world.writer.is_manual = True
    await world.host.process(world.broker.feed(0, "ann"))
    task = asyncio.create_task(world.host.checkpoint())
    await turns()
    assert not world.writer.flying[STATE, 0]
    world.writer.land((CLIENT_FACTS, 0))
    await turns()
    assert world.writer.flying[STATE, 0]
    assert not world.broker.commits
    world.writer.land((STATE, 0))
    assert await task
    assert world.broker.commits[0].offset == 1


async def test_a_checkpoint_with_nothing_to_do_writes_nothing():
    world = await busy()
    await world.host.checkpoint()
    before = list(world.broker.journal)
    assert not await world.host.checkpoint()
    assert world.broker.journal == before


async def test_one_commit_holds_every_partition_that_moved():
    world = await World().owning(0, 1)
    for number in (0, 1):
        await world.host.process(world.broker.feed(number, "ann"))
    await world.host.checkpoint()
    commits = [told for name, told in world.broker.journal if name == "commit"]
    assert [sorted(told) for told in commits] == [[0, 1]]


async def test_a_cut_holds_no_event_whose_outputs_still_wait():
    """Applied while the drain waits for room: its outputs go out before its state is durable."""
    world = await World().owning()
    host, broker, writer = world.host, world.broker, world.writer
    writer.is_manual = True
    held = host.partitions[0]

    def apply(*keys):
        batch = world.processor.apply(held.part, broker.feed(0, *keys))
        host._take_outputs(held, batch.outputs)

    apply("ann", "ann", "ann")
    for _ in range(2):  # the way to the tasks is full
        await writer.send(TASKS, 0, [Row(b"x", b"x", (("src", b""),))])
    task = asyncio.create_task(host.checkpoint())
    await turns()
    apply("bob")  # the facts' turn is over in the drain under way
    for _ in range(20):
        for place in writer.places():
            writer.land(place)
        await turns(5)
    assert await task
    assert broker.last_states(0) == {"ann": 3, "bob": 1}
    assert len(broker.outputs(CLIENT_FACTS, 0)) == 4


async def test_what_is_applied_during_a_checkpoint_belongs_to_the_next():
    world = await busy("ann")
    world.points.then["checkpoint.commit"] = lambda: world.processor.apply(
        world.host.partitions[0].part, world.broker.feed(0, "bob")
    )
    await world.host.checkpoint()
    assert world.broker.commits[0].offset == 1
    assert world.broker.last_states(0) == {"ann": 1}
    world.points.then.clear()
    await world.host.checkpoint()
    assert world.broker.commits[0].offset == 2
    assert world.broker.last_states(0) == {"ann": 1, "bob": 1}


@pytest.mark.parametrize(
    "point", ["checkpoint.drain", "checkpoint.outputs", "checkpoint.states", "checkpoint.commit"]
)
async def test_a_lease_lost_between_phases_gives_up_and_the_next_checkpoint_does_it_all(point):
    world = await busy()
    world.points.then[point] = lambda: setattr(world.group, "lease_s", -1.0)
    assert not await world.host.checkpoint()
    assert not world.broker.commits
    assert world.noted.of("given_up") == [("no heartbeat confirmed in time",)]
    world.points.then.clear()
    world.group.lease_s = 1.0
    assert await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 3, "bob": 1}
    assert world.broker.commits[0].offset == 4


async def test_a_lease_lost_before_the_states_writes_none_of_them():
    world = await busy()
    world.points.then["checkpoint.outputs"] = lambda: setattr(world.group, "lease_s", -1.0)
    await world.host.checkpoint()
    assert not world.broker.logs[STATE, 0]


async def test_a_refused_commit_puts_everything_back():
    world = await busy()
    world.group.refuses = 1
    assert not await world.host.checkpoint()
    held = world.host.partitions[0]
    assert set(held.part.dirty) == {"ann", "bob"}
    assert await world.host.checkpoint()
    assert world.broker.commits[0].offset == 4


async def test_a_newer_state_is_not_replaced_by_one_that_is_put_back():
    world = await busy("ann")
    world.group.before_commit = lambda: world.processor.apply(
        world.host.partitions[0].part, world.broker.feed(0, "ann")
    )
    world.group.refuses = 1
    await world.host.checkpoint()
    world.group.before_commit = None
    await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 2}


@pytest.mark.parametrize("place", [(CLIENT_FACTS, 0), (STATE, 0)])
async def test_a_cancelled_checkpoint_is_done_again_with_the_same_acknowledgements(place):
    """Faust cancels it when a revoke takes too long; the next one must not die of that."""
    world = await World().owning()
    world.writer.is_manual = True
    await world.host.process(world.broker.feed(0, "ann"))
    task = asyncio.create_task(world.host.checkpoint())
    await turns()
    while not world.writer.flying[place]:
        for other in world.writer.places():
            world.writer.land(other)
        await turns()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    world.writer.is_manual = False
    world.writer.land_all()
    assert await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 1}
    assert world.broker.outputs(CLIENT_FACTS, 0) == [f"{'ab' * 16}:0:0"]


async def test_a_broker_that_is_away_during_the_commit_is_no_error():
    world = await busy()
    world.points.then["checkpoint.commit_all"] = lambda: setattr(world.broker, "is_away", True)
    assert not await world.host.checkpoint()
    assert world.noted.of("given_up") == [("KafkaConnectionError",)]
    world.points.then.clear()
    world.broker.is_away = False
    assert await world.host.checkpoint()


async def test_a_batch_that_the_broker_refuses_ends_the_worker_and_says_which():
    world = await World().owning()
    world.writer.refuses = MessageSizeTooLargeError()
    await world.host.process(world.broker.feed(0, "ann"))
    with pytest.raises(Stopped, match=r"refused: .*client-facts/0: MessageSizeTooLargeError"):
        await world.host.checkpoint()


async def test_an_unforeseen_error_ends_the_worker_and_names_its_place_only():
    world = await busy()

    def fail():
        raise ValueError("ct_secret")

    world.points.then["checkpoint.states"] = fail
    with pytest.raises(Stopped, match=r"machinery: ValueError in fail, test_checkpoint\.py:\d+$"):
        await world.host.checkpoint()


async def test_a_revoke_ends_a_checkpoint_that_is_still_under_way():
    """It outlived the patience of the revoke; what it holds may be another's by now."""
    world = await busy()
    world.points.then["checkpoint.outputs"] = world.host.suspend
    assert not await world.host.checkpoint()
    assert not world.broker.logs[STATE, 0]
    assert not world.broker.commits


async def test_a_checkpoint_of_an_old_generation_commits_nothing():
    world = await busy()
    world.points.then["checkpoint.commit"] = lambda: world.group.join((0,))
    assert not await world.host.checkpoint()
    assert not world.broker.commits


# -- the metadata ---------------------------------------------------------------------------------


async def test_metadata_names_the_epoch_and_the_ends_of_the_outputs():
    world = await busy()
    world.host.partitions[0].part.marker = 7
    await world.host.checkpoint()
    told = metadata.decode(world.broker.commits[0].metadata)
    assert told == ("ab" * 16, 7, {CLIENT_FACTS: 4, TASKS: 1})


async def test_metadata_counts_only_outputs_of_the_cut():
    """Outputs of later events stand in the tail that a successor must read."""
    world = await busy("ann")
    world.points.then["checkpoint.states"] = lambda: world.broker.append(
        CLIENT_FACTS, 0, [Row(b"x", b"x", (("src", b"z"),))]
    )
    await world.host.checkpoint()
    told = metadata.decode(world.broker.commits[0].metadata)
    assert told is not None
    assert told.tails[CLIENT_FACTS] == 1


# -- hot states -----------------------------------------------------------------------------------


async def test_dropping_hot_states_never_drops_one_that_is_not_durable():
    world = await busy("ann", "bob", hot_states=1)
    held = world.host.partitions[0]
    world.group.refuses = 1
    await world.host.checkpoint()
    assert set(held.part.entries) == {"ann", "bob"}
    assert set(held.part.dirty) == {"ann", "bob"}
    await world.host.process(world.broker.feed(0, "cid"))
    await world.host.checkpoint()
    await world.host.process(world.broker.feed(0, "ann"))
    await world.host.checkpoint()
    assert set(held.part.entries) == {"ann"}
    assert world.broker.last_states(0) == {"ann": 2, "bob": 1, "cid": 1}


async def test_hot_states_are_shared_out_among_the_partitions():
    world = await World(hot_states=4).owning(0, 1)
    await world.host.process(world.broker.feed(0, "ann", "bob"))
    await world.host.checkpoint()
    assert set(world.host.partitions[0].part.entries) == {"ann", "bob"}
    await world.host.process(world.broker.feed(0, "cid"))
    await world.host.checkpoint()
    assert set(world.host.partitions[0].part.entries) == {"cid"}


# -- gap repair -----------------------------------------------------------------------------------


def zombie(world, key, count, applied, number=0):
    """A former owner wakes up and writes what it holds."""
    blob = pack(Frame(EPOCH, applied, None, str(count).encode()))
    world.broker.append(STATE, number, [Row(key.encode(), blob, ())])


async def test_a_zombies_older_state_is_written_over():
    world = await busy("ann", "ann", "bob")
    await world.host.checkpoint()
    zombie(world, "ann", 1, 0)
    await world.host.process(world.broker.feed(0, "cid"))
    await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 2, "bob": 1, "cid": 1}
    assert world.noted.of("repaired") == [(1,)]


async def test_a_zombies_newer_state_is_left_alone():
    world = await busy("ann")
    await world.host.checkpoint()
    zombie(world, "ann", 5, 4)
    await world.host.process(world.broker.feed(0, "bob"))
    await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 5, "bob": 1}
    assert not world.noted.of("repaired")


async def test_a_zombie_that_writes_during_the_repair_is_written_over_too():
    world = await busy("ann", "ann")
    await world.host.checkpoint()
    zombie(world, "ann", 1, 0)
    again = iter([True])
    world.points.then["repair.send"] = lambda: next(again, None) and zombie(world, "ann", 1, 0)
    await world.host.process(world.broker.feed(0, "bob"))
    await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 2, "bob": 1}
    assert world.points.seen.count("repair.read") == 2


@pytest.mark.parametrize("point", ["repair.read", "repair.open", "repair.records", "repair.send"])
async def test_a_repair_that_is_broken_off_is_made_good_by_the_next_checkpoint(point):
    world = await busy("ann", "ann")
    await world.host.checkpoint()
    zombie(world, "ann", 1, 0)

    def away():
        raise KafkaConnectionError("away")

    world.points.then[point] = away
    await world.host.process(world.broker.feed(0, "bob"))
    assert not await world.host.checkpoint()
    world.points.then.clear()
    world.host._was_away = False  # else it ends there: the changelog is not as we left it
    assert await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 2, "bob": 1}


async def test_our_own_late_writes_are_no_zombies():
    """States of a cancelled checkpoint arrive after it."""
    world = await World().owning()
    world.writer.is_manual = True
    await world.host.process(world.broker.feed(0, "ann"))
    task = asyncio.create_task(world.host.checkpoint())
    await turns()
    world.writer.land((CLIENT_FACTS, 0))
    await turns()
    task.cancel()
    await asyncio.wait([task])
    world.writer.land_all()
    world.writer.is_manual = False
    await world.host.checkpoint()
    assert not world.noted.of("repaired")
    assert world.broker.last_states(0) == {"ann": 1}
