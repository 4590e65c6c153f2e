"""A regression test for each trap of engine.md, section 3, by its number.

Trap 4 with two processes, and what a real group does of trap 2, stand in `test_members.py`; trap
10 is `test_contract.py`.
"""

import ast
import asyncio
import gc
import io
import json
import logging
import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import OffsetAndMetadata
from faust.types import TP
from typing_extensions import override

from streams.clock import WallClock
from streams.kafka import app as app_module
from streams.kafka.app import AppMembership, attach, make_app, transport_of
from streams.kafka.held import Row
from streams.kafka.membership import Commit, Member, MemberThread
from streams.kafka.tuning import Tuning
from streams.kafka.writer import BatchWriter
from streams.logs import Level, make_logger, relay_libraries
from tests.kafka.fakes import Stopped, World, _stop, turns
from tests.kafka.test_checkpoint import busy

SOURCE = TP("client-events", 0)


class Asked:
    """A checkpointer that counts, and may hang."""

    def __init__(self, *, hangs=False):
        self.count, self.hangs, self.suspended = 0, hangs, False

    async def checkpoint(self):
        self.count += 1
        if self.hangs:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        return True

    def suspend(self):
        self.suspended = True


def an_app(*, instance=None, **tuning):
    app = make_app("client", "127.0.0.1:1", Tuning(**tuning), _stop, instance=instance)
    transport_of(app).checkpointer = Asked()
    app.finalize()
    return app


@pytest.fixture
async def app():
    return an_app(session_s=0.2)


def records(*offsets):
    return [SimpleNamespace(offset=n, timestamp=0, timestamp_type=0) for n in offsets]


def listening(app):
    """The queue of the agent's channel, as the conductor would feed it."""
    queue = app.FlowControlQueue(maxsize=100, clear_on_resume=True)
    app.flow_control.resume()
    app.topics._tp_index[SOURCE] = {Channel(queue)}
    return queue


class Channel:
    """What the conductor keeps for each reader of a partition."""

    def __init__(self, queue):
        self.queue = queue


class Message:
    """A message that Faust tracks by weak reference."""

    acked = False


# -- 1 --------------------------------------------------------------------------------------------


async def test_trap_1_a_revoke_while_the_queue_is_full_does_not_kill_the_fetcher(app):
    """`queue.put` would be cancelled by the clearing of queues, and with it whoever waits in it."""
    queue, consumer = listening(app), app.consumer
    for at in range(transport_of(app).tuning.queued_batches):
        assert await consumer._deliver(SOURCE, records(at), app.consumer_generation_id)
    waiting = asyncio.create_task(consumer._deliver(SOURCE, records(9), app.consumer_generation_id))
    await asyncio.sleep(0.01)
    consumer.stop_flow()
    app.flow_control.suspend()
    app.flow_control.clear()
    assert await asyncio.wait_for(waiting, 30) is False
    assert queue.empty()


async def test_trap_1_records_of_an_old_generation_are_not_delivered(app):
    """Fetched before a rebalance, they may lie beyond the commit from which is read again."""
    queue, consumer, sought = listening(app), app.consumer, []

    async def fetched(_):
        app.consumer_generation_id += 1
        return {SOURCE: records(7)}, {SOURCE}

    async def seek():
        sought.append(True)

    consumer._wait_next_records, consumer.perform_seek = fetched, seek
    await consumer._poll()
    assert queue.empty()
    assert sought == [True]


async def test_trap_1_where_nothing_is_committed_the_seek_goes_to_the_beginning(app):
    """aiokafka seeks to no commit: the worker would go on behind the records it dropped."""
    consumer, places = app.consumer, [TP("client-events", number) for number in range(3)]
    sought = []

    async def committed():
        return dict(zip(places, [None, 0, 7], strict=True))

    async def start_over(partitions):
        sought.extend(partitions)

    consumer.seek_to_committed = committed
    consumer._thread = SimpleNamespace(assignment=lambda: set(places), start_over=start_over)
    await consumer._seek_back()
    assert sorted(sought) == places[:2]


async def test_trap_1_nothing_is_fetched_before_the_flow_resumes(app):
    consumer, polled = app.consumer, []

    async def fetched(_):
        polled.append(True)
        return {}, set()

    consumer._wait_next_records = fetched
    consumer.stop_flow()
    task = asyncio.create_task(consumer._poll())
    await turns()
    consumer.resume_flow()
    await asyncio.wait_for(task, 30)
    assert polled == []
    await consumer._poll()
    assert polled == [True]


async def test_trap_1_a_failed_seek_during_a_rebalance_is_only_told(app):
    consumer = app.consumer

    async def seek():
        raise IllegalStateError

    consumer.perform_seek = seek
    await consumer._seek_back()


async def test_trap_1_an_error_in_the_fetcher_ends_the_worker(app):
    consumer = app.consumer

    async def fail():
        raise ValueError("ct_secret")

    consumer._poll = fail
    with pytest.raises(Stopped, match="machinery: the consumer failed: ValueError in fail"):
        await consumer._drain_messages(SimpleNamespace(should_stop=False))


async def test_trap_1_a_cancelled_fetcher_is_cancelled_unless_the_app_stops(app):
    async def cancelled():
        raise asyncio.CancelledError

    app.consumer._poll = cancelled
    with pytest.raises(asyncio.CancelledError):
        await app.consumer._drain_messages(SimpleNamespace(should_stop=False))


async def test_trap_1_records_below_the_read_offset_and_empty_polls_are_dropped(app):
    queue, consumer = listening(app), app.consumer
    consumer._read_offset[SOURCE] = 3
    generation = app.consumer_generation_id
    assert await consumer._deliver(SOURCE, records(1, 2), generation)
    assert queue.empty()
    assert await consumer._deliver(SOURCE, records(2, 3, 4), generation)
    assert [record.offset for record in queue.get_nowait().value] == [3, 4]
    assert consumer._read_offset[SOURCE] == 5


# -- 2 --------------------------------------------------------------------------------------------


async def test_trap_2_the_assignor_is_sticky_and_a_fetch_waits_20_ms(app):
    thread = app.consumer._thread
    consumer = thread._create_worker_consumer(app.transport)
    assert consumer._partition_assignment_strategy == (StickyPartitionAssignor,)
    assert consumer._fetch_max_wait_ms == 20
    assert consumer._max_partition_fetch_bytes == 4 << 20


class FakeThread(MemberThread):
    """A thread whose calls are made at once, on a coordinator of our own."""

    def __init__(self, app, coordinator, *, jitter_s=0.0, **consumer):
        self._tuning, self._stop_now = Tuning(session_s=10.0, jitter_s=jitter_s), _stop
        self._consumer = SimpleNamespace(_coordinator=coordinator, **consumer)
        self.consumer = SimpleNamespace(app=app)

    @property
    @override
    def app(self):
        return self.consumer.app

    @override
    def _ensure_consumer(self):
        return self._consumer

    @override
    async def call_thread(self, call, *args):
        return await call(*args)


async def test_trap_2_commits_come_with_their_metadata(app):
    async def fetch(partitions):
        assert [tuple(tp) for tp in partitions] == [("client-events", 0), ("client-events", 1)]
        return {
            TP("client-events", 0): OffsetAndMetadata(7, "told"),
            TP("client-events", 1): OffsetAndMetadata(-1, ""),
        }

    thread = FakeThread(app, SimpleNamespace(fetch_committed_offsets=fetch))
    assert await thread.committed("client-events", [0, 1]) == {0: Commit(7, "told")}


# -- 3 --------------------------------------------------------------------------------------------


async def test_trap_3_a_second_caller_of_commit_gets_a_full_round_of_its_own():
    world = await busy("ann")
    world.writer.is_manual = True
    first = asyncio.create_task(world.host.checkpoint())
    await turns()
    await world.host.process(world.broker.feed(0, "bob"))
    second = asyncio.create_task(world.host.checkpoint())
    for _ in range(5):
        await turns()
        world.writer.land_all()
    assert (await first, await second) == (True, True)
    assert world.broker.commits[0].offset == 2


async def test_trap_3_every_commit_of_faust_is_a_checkpoint(app):
    checkpointer = transport_of(app).checkpointer
    await asyncio.gather(app.consumer.commit(), app.consumer.commit(topics=[SOURCE]))
    await app.consumer.wait_empty()
    assert checkpointer.count == 3


async def test_trap_3_wait_empty_has_a_deadline_though_a_batch_stays_in_the_agent(app):
    message = Message()
    app.consumer._unacked_messages.add(message)
    transport_of(app).checkpointer = Asked(hangs=True)
    began = time.monotonic()
    await asyncio.wait_for(app.consumer.wait_empty(), 30)
    assert time.monotonic() - began >= 0.2


async def test_trap_3_wait_empty_collects_no_garbage(app):
    turns_before = [generation["collections"] for generation in gc.get_stats()]
    gc.disable()
    try:
        app.consumer._unacked_messages.add(message := Message())
        await app.consumer.wait_empty()
        assert [generation["collections"] for generation in gc.get_stats()] == turns_before
    finally:
        gc.enable()
    assert not message.acked


async def test_trap_3_an_acknowledged_batch_wakes_whoever_waits_for_it(app):
    message = Message()
    app.consumer._unacked_messages.add(message)
    assert app.consumer.ack(message)
    assert not app.consumer.ack(message)
    assert not app.consumer._unacked_messages


async def test_trap_3_after_a_revoke_nothing_is_written(app):
    checkpointer = transport_of(app).checkpointer

    async def revoked(partitions):
        assert not checkpointer.suspended

    app.consumer._on_partitions_revoked = revoked
    await app.consumer.on_partitions_revoked({SOURCE})
    assert checkpointer.suspended


# -- 4 --------------------------------------------------------------------------------------------


async def test_trap_4_every_static_member_has_a_number_of_its_own():
    names = {an_app(instance=number).conf.consumer_group_instance_id for number in (0, 1)}
    assert names == {"suishen-client-0", "suishen-client-1"}
    assert an_app().conf.consumer_group_instance_id is None


def a_member(app, name, *, confirms=True):
    async def beat():
        return confirms

    coordinator = SimpleNamespace(member_id=name, generation=3, _do_heartbeat=beat)
    return FakeThread(app, coordinator), coordinator


async def test_trap_4_a_static_member_that_lost_its_id_ends_and_says_why():
    thread, coordinator = a_member(an_app(instance=0), "m-1")
    thread.confirmed_at = time.monotonic()
    thread._exit_if_replaced()
    coordinator.member_id = ""
    with pytest.raises(Stopped, match=r"replaced: static member replaced or expired; is another"):
        thread._exit_if_replaced()


async def test_members_of_a_group_that_was_away_do_not_all_end_at_once(monkeypatch):
    slept = []
    monkeypatch.setattr("streams.kafka.membership.time.sleep", slept.append)
    thread, _ = a_member(an_app(instance=0), "")
    with pytest.raises(Stopped, match="replaced"):
        thread._exit_if_replaced()
    assert len(slept) == 1


async def test_trap_4_a_dynamic_member_may_join_again_under_a_new_id(app):
    thread, _ = a_member(app, "")
    thread._exit_if_replaced()


@pytest.mark.parametrize("error", [CommitFailedError(), IllegalStateError()])
async def test_trap_4_a_refused_commit_is_no_error_and_one_of_a_replaced_member_the_end(error):
    async def commit(offsets):
        raise error

    app = an_app(instance=0)
    thread, coordinator = a_member(app, "m-1")
    thread._consumer.commit = commit
    assert await thread.commit_all("client-events", {0: Commit(1, "")}) is False
    coordinator.member_id = ""
    with pytest.raises(Stopped, match="replaced"):
        await thread.commit_all("client-events", {0: Commit(1, "")})


async def test_trap_4_a_commit_holds_offsets_and_metadata(app):
    seen = []

    async def commit(offsets):
        seen.append(offsets)

    thread, _ = a_member(app, "m-1")
    thread._consumer.commit = commit
    assert await thread.commit_all("client-events", {0: Commit(5, "told")})
    assert seen == [{TP("client-events", 0): OffsetAndMetadata(5, "told")}]


async def test_a_lease_counts_from_when_a_confirmed_heartbeat_was_sent(app, monkeypatch):
    thread, coordinator = a_member(app, "m-1")
    assert thread.lease_left_s() < 0

    async def started(self):
        pass

    monkeypatch.setattr("faust.transport.drivers.aiokafka.AIOKafkaConsumerThread.on_start", started)
    await thread.on_start()
    assert await coordinator._do_heartbeat()
    assert 0.0 < thread.lease_left_s() <= 8.0
    assert thread.member() == Member("m-1", 3)


async def test_a_heartbeat_that_is_not_confirmed_renews_no_lease(app, monkeypatch):
    thread, coordinator = a_member(app, "m-1", confirms=False)

    async def started(self):
        pass

    monkeypatch.setattr("faust.transport.drivers.aiokafka.AIOKafkaConsumerThread.on_start", started)
    await thread.on_start()
    assert not await coordinator._do_heartbeat()
    assert thread.lease_left_s() < 0


async def test_a_join_is_as_good_as_a_heartbeat(app, monkeypatch):
    thread, _ = a_member(app, "m-1")

    async def assigned(self, partitions, generation_id=0):
        pass

    monkeypatch.setattr(
        "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread.on_partitions_assigned", assigned
    )
    await thread.on_partitions_assigned({SOURCE}, 4)
    assert thread.lease_left_s() > 0


# -- 5 --------------------------------------------------------------------------------------------


async def test_trap_5_an_error_in_a_take_over_ends_the_worker():
    world = World()
    world.points.then["takeover.lock"] = lambda: 1 / 0
    with pytest.raises(Stopped, match="machinery: ZeroDivisionError"):
        await world.owning()


async def test_trap_5_no_error_leaves_the_agent():
    world = await World().owning()
    world.points.then["drain.turn"] = lambda: 1 / 0
    with pytest.raises(Stopped, match="machinery: ZeroDivisionError"):
        await world.host.process(world.broker.feed(0, "ann"))


async def test_trap_5_whatever_fails_in_faust_ends_the_worker_without_a_checkpoint(app):
    producer, thread = app.producer, app.consumer._thread
    for failing in (app, app.consumer, thread, producer):
        with pytest.raises(Stopped, match="machinery"):
            await failing.crash(ValueError("ct_secret"))
    assert transport_of(app).checkpointer.count == 0


async def test_trap_5_take_over_hangs_on_the_signal_that_comes_before_records_flow(app):
    world, taken = World(), []

    async def take_over(self):
        taken.append(True)

    host = attach(app, world.means())
    host.take_over = take_over.__get__(host)
    await app.on_rebalance_complete.send()
    assert taken == [True]
    assert transport_of(app).checkpointer is host


# -- 6 --------------------------------------------------------------------------------------------


class Producer:
    """aiokafka's batches, and a queue that has no room at first."""

    def __init__(self, *, busy=0):
        self.sent, self._busy = [], busy

    def create_batch(self):
        return BatchBuilder(300, 0)

    async def send_batch(self, batch, topic, *, partition):
        if self._busy:
            self._busy -= 1
            raise KafkaTimeoutError
        self.sent.append(batch)
        return asyncio.get_running_loop().create_future()


async def test_trap_6_what_does_not_fit_a_batch_waits_for_the_next():
    producer = Producer()
    rows = [Row(b"key", bytes(100), ()) for _ in range(5)]
    sent = await BatchWriter(lambda: producer).send("tasks", 0, rows)
    assert (sent.rows, len(rows)) == (2, 3)
    assert producer.sent[0].record_count() == 2


async def test_trap_6_a_first_record_fits_however_large_it_is():
    rows = [Row(b"key", bytes(5000), ())]
    sent = await BatchWriter(Producer).send("tasks", 0, rows)
    assert (sent.rows, rows) == (1, [])


async def test_trap_6_a_batch_waits_for_room_as_long_as_it_takes():
    producer = Producer(busy=3)
    rows = [Row(b"key", b"value", ())]
    await BatchWriter(lambda: producer).send("tasks", 0, rows)
    assert len(producer.sent) == 1


async def test_trap_6_a_cancelled_call_leaves_its_rows():
    class Full(Producer):
        @override
        async def send_batch(self, batch, topic, *, partition):
            await asyncio.Event().wait()

    rows = [Row(b"key", b"value", ())]
    task = asyncio.create_task(BatchWriter(Full).send("tasks", 0, rows))
    await turns()
    task.cancel()
    await asyncio.wait([task])
    assert len(rows) == 1


# -- 7 --------------------------------------------------------------------------------------------


async def test_trap_7_faust_runs_with_our_defaults():
    conf = make_app("client", "127.0.0.1:1", Tuning(), _stop).conf
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval) == (10.0, 2.0)
    assert (conf.producer_request_timeout, conf.producer_linger) == (60.0, 0.0)
    assert (conf.table_standby_replicas, conf.topic_disable_leader) == (0, True)
    assert (conf.web_enabled, conf.topic_allow_declare) == (False, False)
    assert conf.consumer_max_fetch_size == 4 << 20


async def test_trap_7_the_producer_is_idempotent_and_nothing_given_to_it_expires(app):
    producer = app.producer._new_producer()
    assert isinstance(producer, AIOKafkaProducer)
    assert app.producer._settings_extra() == {"acks": "all", "enable_idempotence": True}
    assert producer._message_accumulator._batch_ttl > 365 * 86_400
    assert producer._txn_manager is not None


def test_trap_7_libraries_are_heard_from_warning_on_and_log_no_send():
    out = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        relay_libraries(make_logger(out, clock=WallClock(), level=Level("info"), version="1"))
        logging.getLogger("faust.transport.drivers.aiokafka").info("send: topic='tasks' k=b'ct_1'")
        logging.getLogger("aiokafka").warning("a node is away")
        logging.getLogger("aiokafka").error("a node is gone")
    finally:
        root.handlers[:], root.level = handlers, level
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["level"], line["reason"]) for line in said] == [
        ("warning", "a node is away"),
        ("error", "a node is gone"),
    ]


# -- 8 --------------------------------------------------------------------------------------------


async def test_trap_8_small_polls_are_kept_apart_and_large_ones_are_not(app):
    consumer, now = app.consumer, time.monotonic()
    assert 0.003 < consumer._pause_s(3, now) <= 0.005
    assert consumer._pause_s(500, now) == 0.0


async def test_trap_8_a_poll_that_waited_for_its_records_has_had_its_pause(app):
    assert app.consumer._pause_s(0, time.monotonic() - 0.5) == 0.0


async def test_trap_8_an_idle_fetcher_polls_at_most_every_five_milliseconds(app):
    consumer, polls = app.consumer, []

    async def nothing(_):
        polls.append(True)
        return {}, {SOURCE}

    consumer._wait_next_records = nothing
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        await consumer._poll()
    assert len(polls) <= 21


# -- 9 --------------------------------------------------------------------------------------------

NEVER = ("take", "exactly_once", "confluent", "producer_threaded", "GlobalTable", "use_partitioner")


def test_trap_9_what_must_never_be_used_is_not():
    for path in Path(app_module.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        named = {
            word
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword | ast.Attribute | ast.Name)
            for word in re.findall(r"\w+", _name(node))
        }
        assert not called & set(NEVER), path.name
        assert not named & set(NEVER[1:]) | named & {"concurrency"}, path.name


def _name(node):
    return getattr(node, "arg", None) or getattr(node, "attr", None) or getattr(node, "id", "")


async def test_trap_9_one_agent_reads_one_topic_one_batch_at_a_time(app):
    attach(app, World().means())
    (agent,) = app.agents.values()
    assert agent.concurrency == 1
    assert list(agent.channel.topics) == ["client-events"]
    assert app.conf.processing_guarantee.value == "at_least_once"
    assert app.conf.producer_threaded is False


# -- the group, as the app sees it ----------------------------------------------------------------


async def test_the_group_is_asked_through_the_consumers_thread(app):
    async def fetch(partitions):
        return {TP("client-events", 0): OffsetAndMetadata(7, "told")}

    async def commit(offsets):
        pass

    coordinator = SimpleNamespace(member_id="m-1", generation=3, fetch_committed_offsets=fetch)
    thread = FakeThread(app, coordinator, commit=commit)
    thread.assignment = lambda: {SOURCE, TP("other", 1)}
    app.consumer._thread = thread
    group = AppMembership(app, "client-events")
    assert group.member() == Member("m-1", 3)
    assert group.assigned() == frozenset({0})
    assert group.lease_left_s() < 0
    assert group.is_flowing() is True
    assert await group.committed("client-events", [0]) == {0: Commit(7, "told")}
    assert await group.commit_all("client-events", {0: Commit(8, "")})


async def test_an_app_over_another_transport_is_refused(app):
    app.transport = object()
    with pytest.raises(TypeError, match="does not run over batch://"):
        transport_of(app)
