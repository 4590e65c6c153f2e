"""The host on fakes: batches, leases, absences, and the end of a process that must not go on."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from streams.errors import TransientError, WorkerStopError
from streams.kafka.held import Row
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS
from tests.kafka.fakes import STATE, FakeLoader, Points, Rec, Stopped, World, turns
from tests.kafka.test_checkpoint import busy


async def test_a_batch_is_applied_in_slices_and_its_outputs_are_sent_after_each():
    world = await World().owning()
    await world.host.process(world.broker.feed(0, *"abcdefg"))
    await turns()
    assert world.broker.outputs(CLIENT_FACTS, 0) == [f"{'ab' * 16}:{n}:0" for n in range(7)]
    assert world.points.seen.count("drain.turn") == 3


async def test_records_delivered_twice_are_applied_once():
    world = await busy("ann", "ann")
    await world.host.process(world.unread())
    await world.host.checkpoint()
    assert world.broker.last_states(0) == {"ann": 2}


async def test_a_batch_of_a_partition_that_is_not_ours_is_left_alone():
    world = await World().owning(0)
    await world.host.process(world.broker.feed(1, "ann"))
    assert not world.host.partitions[0].part.dirty


async def test_nothing_is_applied_between_revoke_and_take_over():
    world = await World().owning()
    world.host.suspend()
    await world.host.process(world.broker.feed(0, "ann"))
    assert not world.host.partitions[0].part.dirty
    await world.rebalance(0)
    await world.host.process(world.unread())
    assert set(world.host.partitions[0].part.dirty) == {"ann"}


async def test_after_a_batch_left_half_way_the_next_is_not_applied_until_a_take_over():
    world = await World().owning()
    first, second = world.broker.feed(0, *"abcd"), world.broker.feed(0, "ann")
    world.points.then["drain.send"] = world.host.suspend  # a revoke after the first slice
    await world.host.process(first)
    world.points.then.clear()
    assert world.host.partitions[0].is_halfway
    world.host._is_active = True
    await world.host.process(second)
    assert world.host.partitions[0].part.next_offset == 3
    await world.rebalance(0)
    await world.host.process(world.unread())
    assert world.host.partitions[0].part.next_offset == 5


async def test_a_cancelled_batch_stays_half_way():
    world = await World().owning()
    world.writer.is_manual = True
    task = asyncio.create_task(world.host.process(world.broker.feed(0, *"abcdefghijkl")))
    await turns()
    task.cancel()
    await asyncio.wait([task])
    assert world.host.partitions[0].is_halfway


async def test_what_is_away_holds_a_batch_up_and_it_goes_on_by_itself():
    world = await World().owning()
    world.processor.halts = [TransientError("reference"), TransientError("reference")]
    await world.host.process(world.broker.feed(0, "ann"))
    assert world.host.partitions[0].part.next_offset == 1
    assert world.noted.of("halted") == [(0, 0), (0, 0)]


async def test_what_stays_away_ends_the_worker():
    world = await World(patience_s=0.01).owning()
    world.processor.halts = [TransientError("reference 7 is away")] * 50
    with pytest.raises(Stopped, match=r"refused: given up after 0 s: reference 7 is away"):
        await world.host.process(world.broker.feed(0, "ann"))


async def test_a_fold_that_must_not_go_on_ends_the_worker_at_once():
    """Trap 5: an error that left the agent would be acknowledged by Faust."""
    world = await World().owning()
    world.broker.append(CLIENT_EVENTS, 0, [Row(b"ann", b"stop", ())])
    with pytest.raises(Stopped, match="refused: the machinery must not go on"):
        await world.host.process(world.unread())
    assert not world.broker.logs[CLIENT_FACTS, 0]


# -- leases and absences --------------------------------------------------------------------------


async def away(world, task_of):
    """A broker that falls silent, and work that waits for it."""
    world.group.lease_s = -1.0
    task = asyncio.create_task(task_of())
    await asyncio.sleep(0.12)
    return task


async def test_without_a_lease_nothing_is_applied_and_with_it_work_goes_on_from_memory():
    world = await busy("ann")
    more = world.broker.feed(0, "ann", "bob")
    task = await away(world, lambda: world.host.process(more))
    assert world.host.partitions[0].part.next_offset == 1
    world.group.lease_s = 1.0
    await task
    assert world.host.partitions[0].part.next_offset == 3
    assert world.noted.of("returned") == [()]
    assert len(world.noted.of("loaded")) == 1


async def test_a_lease_lost_again_during_the_look_round_is_waited_for_again():
    world = await busy("ann")
    more = world.broker.feed(0, "bob")
    task = await away(world, lambda: world.host.process(more))
    world.points.then["return.bounds"] = lambda: setattr(world.group, "lease_s", -1.0)
    world.broker.is_away = True
    world.group.lease_s = 1.0
    await asyncio.sleep(0.15)
    assert world.host.partitions[0].part.next_offset == 1
    world.points.then.clear()
    world.broker.is_away = False
    world.group.lease_s = 1.0
    await task
    assert world.host.partitions[0].part.next_offset == 2


async def test_a_rebalance_during_an_absence_ends_the_batch():
    world = await busy("ann")
    task = await away(world, lambda: world.host.process(world.broker.feed(0, "bob")))
    world.group.flowing = False
    await task
    assert world.host.partitions[0].is_halfway
    assert world.host.partitions[0].part.next_offset == 1


async def test_a_revoke_during_the_look_round_ends_the_batch_without_spinning():
    world = await busy("ann")
    task = await away(world, lambda: world.host.process(world.broker.feed(0, "bob")))
    world.broker.is_away = True
    world.group.lease_s = 1.0
    await asyncio.sleep(0.15)
    world.host.suspend()
    await asyncio.wait_for(task, 30)
    assert world.host.partitions[0].part.next_offset == 1


async def test_a_changelog_that_somebody_wrote_to_during_an_absence_ends_the_worker():
    world = await busy("ann")
    await world.host.checkpoint()
    task = await away(world, lambda: world.host.process(world.broker.feed(0, "bob")))
    world.broker.append(STATE, 0, [Row(b"ann", world.broker.logs[STATE, 0][0].value, ())])
    world.group.lease_s = 1.0
    with pytest.raises(Stopped, match=r"refused: somebody wrote to state-client \[0\] while we"):
        await task


async def test_a_checkpoint_after_an_absence_looks_round_first():
    world = await busy("ann")
    world.group.lease_s = -1.0
    assert not await world.host.checkpoint()
    world.group.lease_s = 1.0
    assert await world.host.checkpoint()
    assert world.noted.of("returned") == [()]


# -- jumps of the log -----------------------------------------------------------------------------


async def test_a_log_that_retention_has_overtaken_ends_the_worker():
    world = await busy("ann")
    world.broker.starts[CLIENT_EVENTS, 0] = 5
    late = Rec(CLIENT_EVENTS, 0, 5, b"bob", b"event")
    del world.broker.logs[CLIENT_EVENTS, 0][:]
    with pytest.raises(Stopped, match=r"goes on at 5 instead of 1, and begins at 5: retention"):
        await world.host.process([late])


async def test_records_that_were_not_delivered_end_the_worker():
    world = await busy("ann")
    world.broker.feed(0, "bob")
    with pytest.raises(Stopped, match=r"goes on at 2 instead of 1.*1 were not delivered"):
        await world.host.process(world.broker.feed(0, "cid"))


async def test_offsets_that_no_record_ever_had_are_no_loss():
    world = await busy("ann")
    late = Rec(CLIENT_EVENTS, 0, 3, b"bob", b"event")
    world.broker.logs[CLIENT_EVENTS, 0].append(late)
    await world.host.process([late])
    assert world.host.partitions[0].part.next_offset == 4


async def test_a_log_made_anew_under_a_running_worker_ends_it():
    """aiokafka resets a position beyond the end to the beginning, and says nothing."""
    world = await busy("ann", "bob")
    await world.host.checkpoint()
    world.broker.epoch = "cd" * 16
    with pytest.raises(Stopped, match=r"client-events was made anew: its epoch is cdcd"):
        await world.host.process([Rec(CLIENT_EVENTS, 0, 0, b"ann", b"event")])


async def test_an_idle_worker_finds_out_at_the_second_look_that_its_log_was_made_anew():
    """No event tells it; one look alone may meet a broker that does not know all topics yet."""
    world = await busy("ann")
    await world.host.look_round()
    world.broker.epoch = "cd" * 16
    await world.host.look_round()
    with pytest.raises(Stopped, match="client-events was made anew"):
        await world.host.look_round()


async def test_a_topic_missing_for_a_moment_or_a_broker_away_is_no_log_made_anew():
    world = await busy("ann")
    for error in (WorkerStopError("topic tasks is missing"), TransientError("no metadata")):
        world.cluster.error = error
        await world.host.look_round()
        await world.host.look_round()
    world.host.suspend()
    world.broker.epoch = "cd" * 16
    await world.host.look_round()
    await world.host.look_round()


async def test_a_jump_is_looked_at_again_while_the_broker_is_away():
    world = await busy("ann")
    world.broker.logs[CLIENT_EVENTS, 0].append(Rec(CLIENT_EVENTS, 0, 3, b"bob", b"event"))
    world.cluster.error = TransientError("no metadata")
    tries = Points()

    def once():
        FakeLoader.on_read = None
        tries.at("read")
        raise KafkaConnectionError("away")

    FakeLoader.on_read = once
    await world.host.process(world.broker.logs[CLIENT_EVENTS, 0][-1:])
    assert tries.seen == ["read"]
    assert world.noted.of("away") == [("TransientError",), ("KafkaConnectionError",)]
    assert world.host.partitions[0].part.next_offset == 4


async def test_an_error_of_ours_during_the_look_at_a_jump_ends_the_worker():
    world = await busy("ann")

    def fail():
        FakeLoader.on_read = None
        raise ValueError("bug")

    FakeLoader.on_read = fail
    world.broker.feed(0, "bob")
    with pytest.raises(Stopped, match="machinery: ValueError in fail"):
        await world.host.process(world.broker.feed(0, "cid"))
