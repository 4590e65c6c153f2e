"""Take-over on fakes: what is kept, what is loaded, what is refused, what is suppressed."""

import asyncio

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaTimeoutError,
)

from streams.errors import TransientError, WorkerStopError
from streams.frame import FORMAT, Frame, pack
from streams.kafka import metadata
from streams.kafka.held import Row
from streams.kafka.membership import Commit
from streams.kafka.metadata import Metadata
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, TASKS
from tests.kafka.fakes import EPOCH, STATE, FakeBroker, Stopped, World, turns
from tests.kafka.test_checkpoint import busy, zombie


def src(offset, number=0, epoch=EPOCH):
    return f"{epoch}:{offset}:{number}"


async def lived(*keys):
    """A worker that made a log durable, and one more event beyond its commit."""
    world = await busy(*keys or ("ann", "ann"))
    await world.host.checkpoint()
    return world


# -- what is kept ---------------------------------------------------------------------------------


async def test_a_partition_is_kept_at_the_next_generation_of_the_same_member():
    world = await lived()
    await world.rebalance(0, 1)
    assert [args[0].held.number for args in world.noted.of("loaded")] == [0, 1]


@pytest.mark.parametrize("skipped", [1, 3])
async def test_a_generation_that_passed_without_us_makes_memory_void(skipped):
    world = await lived()
    world.broker.generation += skipped
    await world.rebalance(0)
    assert [args[0].held.number for args in world.noted.of("loaded")] == [0, 0]


async def test_a_new_member_id_makes_memory_void():
    world = await lived()
    await world.rebalance(0, name="w2")
    assert [args[0].held.number for args in world.noted.of("loaded")] == [0, 0]


async def test_a_partition_that_went_away_and_came_back_is_loaded_again():
    world = await lived()
    await world.rebalance(1)
    await world.rebalance(0)
    assert [args[0].held.number for args in world.noted.of("loaded")] == [0, 1, 0]


async def test_a_worker_with_nothing_assigned_is_well_and_takes_over_later():
    world = World()
    world.group.join(())
    await world.host.take_over()
    assert not await world.host.checkpoint()
    await world.rebalance(0)
    await world.host.process(world.broker.feed(0, "ann"))
    assert await world.host.checkpoint()


async def test_a_worker_with_nothing_assigned_sees_that_the_topic_is_gone():
    world = World()
    world.group.join(())
    world.cluster.error = WorkerStopError("topic client-events is missing")
    with pytest.raises(Stopped, match="refused: topic client-events is missing"):
        await world.host.take_over()


# -- what a successor makes of it -----------------------------------------------------------------


async def test_a_successor_goes_on_where_the_states_are():
    world = await lived("ann", "ann")
    heir = await world.successor().owning()
    await heir.host.process(heir.broker.feed(0, "ann"))
    await heir.host.checkpoint()
    assert heir.broker.last_states(0) == {"ann": 3}
    assert heir.broker.outputs(CLIENT_FACTS, 0) == [src(0), src(1), src(2)]


async def test_outputs_beyond_the_commit_are_made_again_and_suppressed():
    world = await lived("ann", "ann")
    await world.host.process(world.broker.feed(0, "ann"))
    await turns()
    heir = await world.successor().owning()
    await heir.host.process(heir.unread())
    await heir.host.checkpoint()
    assert heir.broker.outputs(CLIENT_FACTS, 0) == [src(0), src(1), src(2)]
    assert heir.broker.outputs(TASKS, 0) == [src(2, 1)]
    told = [args[0] for args in heir.noted.of("suppressed")], heir.noted.of("suppressed")[0][-1]
    assert told == ([CLIENT_FACTS, TASKS], True)


async def test_a_suppressed_output_that_differs_is_an_incident():
    world = await lived("ann")
    await world.host.process(world.broker.feed(0, "ann"))
    await turns()
    heir = world.successor()
    heir.processor.says = "now says"
    await heir.owning()
    await heir.host.process(heir.unread())
    assert [args[-1] for args in heir.noted.of("suppressed")] == [False]


async def test_a_tail_is_read_again_by_every_successor_until_it_is_passed():
    """The first heir commits in the middle of the tail: the old place stands in its metadata."""
    world = await lived("ann")
    await world.host.process(world.broker.feed(0, "ann", "ann", "ann"))
    await turns()
    heir = await world.successor().owning()
    await heir.host.process(heir.unread()[:1])
    await heir.host.checkpoint()
    told = metadata.decode(heir.broker.commits[0].metadata)
    assert told is not None
    assert told.tails[CLIENT_FACTS] == 1
    last = await heir.successor().owning()
    await last.host.process(last.unread())
    await last.host.checkpoint()
    assert last.broker.outputs(CLIENT_FACTS, 0) == [src(n) for n in range(4)]
    told = metadata.decode(last.broker.commits[0].metadata)
    assert told is not None
    assert told.tails[CLIENT_FACTS] == 4


async def test_outputs_of_another_epoch_are_none_of_ours():
    broker = FakeBroker()
    row = Row(b"ann", b"old", (("src", src(900, epoch="cd" * 16).encode()),))
    broker.append(CLIENT_FACTS, 0, [row, Row(b"ann", b"foreign", (("src", b"??"),))])
    world = await World(broker).owning()
    assert world.host.partitions[0].is_settled
    await world.host.process(broker.feed(0, "ann"))
    await world.host.checkpoint()
    told = metadata.decode(broker.commits[0].metadata)
    assert told is not None
    assert told.tails[CLIENT_FACTS] == 3


async def test_a_zombies_stale_state_is_written_again_by_the_successor():
    world = await lived("ann", "ann")
    zombie(world, "ann", 1, 0)
    heir = await world.successor().owning()
    await heir.host.checkpoint()
    assert heir.broker.last_states(0) == {"ann": 2}


async def test_a_state_that_was_deleted_begins_anew():
    world = await lived("ann")
    world.broker.append(STATE, 0, [Row(b"ann", None, ())])
    heir = await world.successor().owning()
    assert not heir.host.partitions[0].store


# -- overtaken ------------------------------------------------------------------------------------


async def test_a_take_over_that_a_revoke_overtakes_is_void():
    """Else a worker would apply between a revoke and the join that follows it."""
    world = await lived()
    world.group.join((0, 1))
    world.points.then["takeover.bounds"] = world.host.suspend
    await world.host.take_over()
    await world.host.process(world.broker.feed(0, "bob"))
    assert "bob" not in world.host.partitions[0].part.entries
    world.points.then.clear()
    await world.rebalance(0, 1)
    await world.host.process(world.unread())
    assert "bob" in world.host.partitions[0].part.entries


async def test_a_take_over_of_a_membership_that_is_gone_is_void():
    world = await lived()
    world.host.suspend()
    world.group.join((0, 1))
    world.points.then["takeover.lock"] = lambda: world.group.join((1,))
    await world.host.take_over()
    assert not world.host._is_active


async def test_a_dropped_partition_sends_nothing_more_before_its_tail_is_read():
    """What waits in its outbox is made again by the new owner, which may be ourselves."""
    world = await World().owning()
    world.writer.is_manual = True
    batch = asyncio.create_task(world.host.process(world.broker.feed(0, *"abcdefghijkl")))
    await turns()
    assert world.host.partitions[0].outbox
    world.host.suspend()
    world.group.join((0,), name="w2")
    take_over = asyncio.create_task(world.host.take_over())
    for _ in range(8):
        await turns()
        for place in world.writer.places():
            world.writer.land(place)
    await take_over
    await batch
    assert len(world.broker.outputs(CLIENT_FACTS, 0)) < 12
    world.writer.is_manual = False
    await world.host.process(world.unread())
    await world.host.checkpoint()
    assert world.broker.outputs(CLIENT_FACTS, 0) == [src(n) for n in range(12)]


async def test_batches_on_their_way_are_waited_for_however_long_it_takes():
    world = await World(session_s=0.02).owning()
    world.writer.is_manual = True
    await world.host.process(world.broker.feed(0, "ann"))
    world.host.suspend()
    world.group.join((0,), name="w2")
    take_over = asyncio.create_task(world.host.take_over())
    await asyncio.sleep(0.1)
    assert not take_over.done()
    world.writer.land_all()
    await take_over
    await world.host.process(world.unread())
    assert world.broker.outputs(CLIENT_FACTS, 0) == [src(0)]


# -- while the broker is away ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [KafkaConnectionError("away"), KafkaTimeoutError("late"), TransientError("no answer")]
)
async def test_a_load_is_tried_again_while_the_broker_is_away(error):
    world = World()
    tries = iter([error, error])

    def fail():
        found = next(tries, None)
        if found is not None:
            raise found

    world.points.then["takeover.load"] = fail
    await world.owning()
    assert world.noted.of("away") == [(type(error).__name__,)] * 2
    assert list(world.host.partitions) == [0]


async def test_a_load_ends_when_a_rebalance_overtakes_it():
    world = World()
    world.broker.is_away = True
    world.points.then["takeover.pause"] = world.host.suspend
    world.group.join((0,))
    await asyncio.wait_for(world.host.take_over(), 2)
    assert not world.host._is_active


async def test_a_load_that_is_not_allowed_ends_the_worker():
    world = World()
    world.group.join((0,))

    def fail():
        raise GroupAuthorizationFailedError("suishen-client")

    world.points.then["takeover.load"] = fail
    with pytest.raises(Stopped, match="machinery: GroupAuthorizationFailedError"):
        await world.host.take_over()


# -- what is refused ------------------------------------------------------------------------------


async def refused(world, said):
    """The worker ends with these words."""
    world.group.join((0,))
    with pytest.raises(Stopped, match="refused: " + said):
        await world.host.take_over()


async def test_a_commit_of_another_epoch_is_refused():
    world = World()
    told = Metadata("cd" * 16, 0, {})
    world.broker.feed(0, "ann")
    world.broker.commits[0] = Commit(1, metadata.encode(told))
    await refused(world, r"the commit of partition 0 .* belongs to log epoch cdcd.*epoch advance")


async def test_a_log_made_anew_is_refused():
    world = World()
    world.broker.epoch = "cd" * 16
    await refused(world, r"client-events was made anew: .*'suishen epoch advance'")


async def test_a_commit_beyond_the_end_is_refused():
    world = await lived("ann", "ann")
    del world.broker.logs[CLIENT_EVENTS, 0][1:]
    await refused(
        world.successor(),
        r"partition 0 of client-events ends at 1, the commit is 2: the log lost records",
    )


async def test_a_commit_before_the_start_is_refused():
    world = await lived("ann")
    world.broker.feed(0, "ann", "ann", "ann")
    world.broker.starts[CLIENT_EVENTS, 0] = 3
    del world.broker.logs[CLIENT_EVENTS, 0][:3]
    await refused(world.successor(), r".*starts at 3, the commit is 1: retention has removed 2")


async def test_a_log_that_begins_late_without_a_commit_is_refused():
    world = World()
    world.broker.starts[CLIENT_EVENTS, 0] = 3
    await refused(world, r".*starts at 3 and this group has no commit")


async def test_a_state_of_another_epoch_is_refused():
    world = World()
    blob = pack(Frame("cd" * 16, 0, None, b"1"))
    world.broker.append(STATE, 0, [Row(b"ann", blob, ())])
    await refused(world, r"state belongs to log epoch cdcd")


async def test_a_state_from_beyond_the_end_is_refused():
    world = World()
    zombie(world, "ann", 1, 7)
    await refused(world, r"state has applied offset 7, the log ends at 0")


async def test_an_output_from_beyond_the_end_is_refused():
    world = World()
    world.broker.feed(0, "ann")
    row = Row(b"ann", b"x", (("src", src(4).encode()),))
    world.broker.append(CLIENT_FACTS, 0, [row])
    await refused(world, r"an output of partition 0 .* made from offset 4, the log ends at 1")


@pytest.mark.parametrize("rest", [b"", b"\xff" * 40])
async def test_a_state_of_a_format_from_the_future_is_refused_wherever_it_stands(rest):
    """Even where it looks older than one that we know: its applied offset may stand elsewhere."""
    world = await lived("ann")
    blob = bytes([FORMAT + 1]) + b"\0" * 24 + rest
    world.broker.append(STATE, 0, [Row(b"ann", blob, ())])
    await refused(world.successor(), r"state format 4 is newer than this worker knows \(3\); run")


@pytest.mark.parametrize("older", range(2))
async def test_a_state_of_an_older_format_is_refused_until_somebody_can_read_it(older):
    world = World()
    blob = bytes([older]) + pack(Frame(EPOCH, 0, None, b"1"))[1:]
    world.broker.feed(0, "ann")
    world.broker.append(STATE, 0, [Row(b"ann", blob, ())])
    await refused(world, rf"state format {older} is older than 2; upcast it first")


async def test_metadata_from_the_future_is_refused():
    world = World()
    world.broker.commits[0] = Commit(0, '{"f":2}')
    await refused(world, r"commit metadata has format 2, this worker knows 1")


# -- a group moved by hand ------------------------------------------------------------------------


async def test_a_group_moved_back_skips_what_it_has_applied():
    world = await lived("ann", "bob", "ann")
    world.broker.commits[0] = Commit(0, "")
    heir = await world.successor().owning()
    assert heir.noted.of("loaded")[0][0].is_reset
    await heir.host.process(heir.unread())
    await heir.host.process(heir.broker.feed(0, "ann"))
    await heir.host.checkpoint()
    assert heir.broker.last_states(0) == {"ann": 3, "bob": 1}
    assert heir.broker.outputs(CLIENT_FACTS, 0) == [src(n) for n in range(4)]


async def test_a_group_moved_forward_over_unapplied_events_is_refused():
    world = await lived("ann")
    world.broker.feed(0, "ct_" + "0" * 32, "ct_" + "1" * 32)
    world.broker.commits[0] = Commit(3, "")
    await refused(
        world.successor(),
        r"the commit of partition 0 .* is not ours and jumps over 2 unapplied events: set the",
    )
