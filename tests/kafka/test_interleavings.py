"""Any order of work, landing, lost leases, cancellations, rebalances, zombies and deaths.

After every step the durable logs are held against what the protocol promises; at the end, against
a plain count of the events.
"""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka import host
from streams.kafka.membership import Commit
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DESK_EVENTS, TASKS, partition_of
from tests.kafka.fakes import World, turns
from tests.kafka.test_checkpoint import zombie

KEYS = ("ann", "bob", "cid")
DESKS = [(DESK_EVENTS, partition_of(key.encode(), 2)) for key in KEYS]

STEPS = st.one_of(
    st.tuples(st.just("feed"), st.lists(st.sampled_from(KEYS), min_size=1, max_size=8)),
    st.tuples(st.sampled_from(["land", "turn", "checkpoint"]), st.integers(0, 9)),
    st.tuples(
        st.sampled_from(["lease", "away", "refuse", "cancel", "revoke", "rejoin", "zombie", "die"]),
        st.integers(0, 9),
    ),
)


class Driver:
    """Does one step after another to a worker and its successors."""

    def __init__(self, world):
        self.world, self.delivered, self.process, self.checkpoint = world, 0, None, None

    async def do(self, step, arg):
        await getattr(self, f"_{step}")(arg)
        await turns(3)
        self._deliver()
        await turns(3)
        self.check()

    def _deliver(self):
        """The agent takes the next batch when it is done with the last."""
        if self.process is not None and not self.process.done():
            return
        if not self.world.host._is_active or not self.world.group.flowing:
            return
        log = self.world.broker.logs[CLIENT_EVENTS, 0]
        if batch := log[self.delivered : self.delivered + 5]:
            self.delivered += len(batch)
            self.process = asyncio.create_task(self.world.host.process(batch))

    async def _feed(self, keys):
        self.world.broker.feed(0, *keys)

    async def _land(self, arg):
        places = sorted(self.world.writer.places())
        if places:
            self.world.writer.land(places[arg % len(places)])

    async def _turn(self, arg):
        await turns(arg)

    async def _checkpoint(self, _):
        if self.checkpoint is None or self.checkpoint.done():
            self.checkpoint = asyncio.create_task(self.world.host.checkpoint())

    async def _lease(self, arg):
        self.world.group.lease_s = 1.0 if arg % 2 else -1.0

    async def _away(self, arg):
        self.world.broker.is_away = arg % 2 == 0

    async def _refuse(self, _):
        self.world.group.refuses = 1

    async def _cancel(self, _):
        """A revoke or the end of the worker runs out of patience."""
        if self.checkpoint is not None:
            self.checkpoint.cancel()
            await asyncio.wait([self.checkpoint])

    async def _revoke(self, arg):
        """A checkpoint that is given so long and no longer."""
        self.world.group.flowing = False
        await self._checkpoint(0)
        await turns(arg * 5)
        await self._cancel(0)
        self.world.host.suspend()

    async def _rejoin(self, arg):
        if self.world.host._is_active:
            await self._revoke(arg)
        self.world.group.join((0,), name="w1" if arg % 3 else f"w{arg}")
        self.world.group.lease_s, self.world.broker.is_away = 1.0, False
        await self._settle(self.world.host.take_over())
        self.delivered = self._committed()
        self.world.group.flowing = True

    async def _zombie(self, arg):
        """A former owner writes an old state of its own."""
        history = self._counts()
        key = KEYS[arg % len(KEYS)]
        durable = self.world.broker.states(0).get(key, 0)
        if durable > 1:
            zombie(self.world, key, durable - 1, history[key][durable - 2])

    async def _die(self, arg):
        """kill -9: of what was on its way, some batches arrive and the rest never do."""
        self._end()
        self.world.broker.is_away = False
        for _ in range(arg):
            await self._land(arg)
        await turns()
        self.world = self.world.successor()
        self.world.writer.is_manual = True
        self.world.group.join((0,))
        await self._settle(self.world.host.take_over())
        self.delivered, self.process, self.checkpoint = self._committed(), None, None

    def _end(self):
        for task in (self.process, self.checkpoint):
            if task is not None:
                task.cancel()

    async def _settle(self, coroutine):
        """A take-over waits for batches on their way: they land."""
        task = asyncio.create_task(coroutine)
        for _ in range(200):
            await turns(5)
            self.world.writer.land_all()
            if task.done():
                break
        assert task.done(), "the take-over stands still"
        await task

    async def finish(self):
        """Everything comes right again and is applied."""
        await self._cancel(0)
        self.world.group.refuses = 0
        await self._rejoin(1)
        end = self.world.broker.end(CLIENT_EVENTS, 0)
        for _ in range(400):
            self._deliver()
            await turns(5)
            self.world.writer.land_all()
            await self._checkpoint(0)
            if self._committed() == end and not self.world.host.partitions[0].has_work:
                break
        self._end()
        self.check()

    def _committed(self):
        return self.world.broker.commits.get(0, Commit(0, "")).offset

    def _counts(self):
        """By key: the offsets of its events."""
        found = {key: [] for key in KEYS}
        for record in self.world.broker.logs[CLIENT_EVENTS, 0]:
            found[record.key.decode()].append(record.offset)
        return found

    def check(self):
        broker, history = self.world.broker, self._counts()
        written = {int(src.split(":")[1]) for src in broker.outputs(CLIENT_FACTS, 0)}
        for key, count in broker.states(0).items():
            # A durable state implies durable outputs.
            assert set(history[key][:count]) <= written
            # A commit implies durable states.
        for key, offsets in history.items():
            below = sum(offset < self._committed() for offset in offsets)
            assert broker.states(0).get(key, 0) >= below


async def _at_once(call, *args):
    return call(*args)


@settings(max_examples=min(300, settings().max_examples))
@given(st.lists(STEPS, max_size=40))
def test_nothing_is_lost_doubled_or_different_in_any_order(steps):
    async def live():
        world = World(session_s=0.05)
        world.writer.is_manual = True
        driver = Driver(await world.owning())
        for step, arg in steps:
            await driver.do(step, arg)
        await driver.finish()
        return driver.world.broker

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "_LEASE_LOOK_S", 0.0)  # time stands still here
        patch.setattr(host, "FIRST_PAUSE_S", 0.0)
        patch.setattr(asyncio, "to_thread", _at_once)
        broker = asyncio.run(live())
    events = [record.key.decode() for record in broker.logs[CLIENT_EVENTS, 0]]
    counts = Counter(events)
    assert broker.states(0) == dict(counts)
    assert broker.last_states(0) == dict(counts)
    facts = Counter(broker.outputs(CLIENT_FACTS, 0))
    assert len(facts) == len(events)
    assert set(facts.values()) <= {1}
    tasks = broker.outputs(TASKS, 0)
    assert len(tasks) == len(set(tasks)) == sum(count // 3 for count in counts.values())
    desk = {src for topic, number in DESKS for src in broker.outputs(topic, number)}
    assert len(desk) == len(tasks)
