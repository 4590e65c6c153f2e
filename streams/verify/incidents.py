"""What happens to the workers and brokers of a run, and when."""

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from streams.errors import WorkerStopError
from streams.kafka.local.cluster import LocalKafka
from streams.topics import SOURCE_OF
from streams.verify.broker import Groups
from streams.verify.choice import Choice
from streams.verify.crew import Crew, Worker
from streams.verify.feed import Feed
from streams.verify.pace import Pace
from streams.verify.report import Report
from streams.verify.ticking import Ticker

_PORTIONS: Final = 4
"""Of each stretch between two incidents, kept for the victim; mostly the first one does."""
_PORTION: Final = 0.1
"""Of a stretch, as long as that is not too much."""
_MOST_EVENTS: Final = 1000
"""Of a portion: the victim stands still while it is laid out, and must not lose its lease."""
_CAUGHT_UP: Final = 0.15
"""Of a stretch: so much at most is unapplied when the victim gets the rest."""
_EVENTS_A_SECOND: Final = 4000.0
"""About what a worker applies: only the moment of a kill hangs on it."""
_WHOLE_S: Final = 300.0
"""So long a node that was killed may take until every partition is whole again."""
_LOOK_S: Final = 0.05
_GLANCE_S: Final = 0.001

Incident = Callable[[float], None]
"""Happens while a few more portions of the file are published; is told their size."""


class Parts(NamedTuple):
    """What a run is made of."""

    feed: Feed
    crew: Crew
    groups: Groups
    pace: Pace
    cluster: LocalKafka | None
    """Only one of our own has nodes that may be killed."""


class Run:
    """One life of a crew under its incidents."""

    def __init__(self, choice: Choice, parts: Parts, draw: random.Random, report: Report) -> None:
        self._choice, self._draw, self._report = choice, draw, report
        self._feed, self._crew, self._groups, self._pace, self._cluster = parts

    def live(self, timers: Ticker | None) -> None:
        """From the first event to the last, with every incident between."""
        incidents = self._incidents()
        self._crew.start()
        stretch = 1 / (len(incidents) + 1)
        portion = min(_PORTION * stretch, _MOST_EVENTS / max(1, self._feed.events))
        for number, incident in enumerate(incidents, start=1):
            self._pace.publish(number * stretch - _PORTIONS * portion)
            # Not always the first moments after the last incident: they are to get somewhere.
            self._pace.catch_up(_CAUGHT_UP * stretch)
            incident(portion)
        self._pace.publish(1.0)
        self._pace.drain()
        if timers is not None:
            self._pace.settle(timers)
        self._crew.listen()
        self._crew.end()
        self._report.stops = dict(self._crew.stops)

    def _incidents(self) -> list[Incident]:
        """Kills of both folds' workers, a freeze, brokers that die: in an order that is drawn."""
        choice, draw = self._choice, self._draw
        folds = [list(SOURCE_OF)[number % len(SOURCE_OF)] for number in range(choice.kills)]
        waits = [choice.workers > 1 and number % 3 == 0 for number in range(choice.kills)]
        draw.shuffle(folds)
        draw.shuffle(waits)
        incidents: list[Incident] = [
            partial(self.kill, fold, waits=wait) for fold, wait in zip(folds, waits, strict=True)
        ]
        incidents += [self.freeze] * (choice.freeze_s > 0)
        incidents += [self.kill_broker] * choice.broker_kills
        draw.shuffle(incidents)
        return incidents

    # -- incidents --------------------------------------------------------------------------

    def kill(self, fold: str, portion: float, *, waits: bool) -> None:
        """`kill -9` of a worker with work at hand; it comes back at once, or after a take-over."""
        victim = self._victim(fold)
        parts = self._catch(victim, portion)
        victim.kill()
        self._report.kills_under_load += victim.unapplied(self._feed.ends, parts) > 0
        if waits:
            self._pace.wait_for(
                "another worker to take over", lambda: self._has_lost(victim, parts)
            )
            self._report.takeovers += 1
        self._crew.start(victim)

    def freeze(self, portion: float) -> None:
        """SIGSTOP a worker at its work for so long that another takes over."""
        victim = self._victim("client")
        self._catch(victim, portion)
        victim.hold()
        until = time.monotonic() + self._choice.freeze_s
        while time.monotonic() < until:
            self._crew.listen()
            time.sleep(_LOOK_S)
        victim.go_on()
        self._report.freezes += 1

    def kill_broker(self, portion: float) -> None:
        """`kill -9` of a node that leads; events come in and are applied while it is away."""
        if self._cluster is None:
            raise WorkerStopError("a broker of somebody else's cluster is not killed")
        node = self._draw.choice(self._groups.leaders())
        self._cluster.kill(node)
        self._pace.publish(self._feed.share + _PORTIONS * portion)
        self._cluster.restart(node, wait=False)
        self._cluster.wait_ready(_WHOLE_S)
        self._report.broker_kills += 1

    def _victim(self, fold: str) -> Worker:
        return self._crew.workers[fold, self._draw.randrange(self._choice.workers)]

    def _catch(self, victim: Worker, portion: float) -> set[int]:
        """Give a worker something to do, and return while it is at it; its partitions."""
        parts: set[int] = set()
        for _ in range(_PORTIONS):
            parts = self._parts_of(victim)
            victim.hold()
            self._feed.advance(self._feed.share + portion)
            victim.go_on()
            if self._is_at_work(victim, parts):
                break
        return parts

    def _parts_of(self, victim: Worker) -> set[int]:
        """Its partitions, once it holds some and has loaded them all."""
        found: set[int] = set()

        def is_ready() -> bool:
            nonlocal found
            held = self._groups.held(victim.fold)
            found = held.get(victim.instance, set()) if len(held) == self._choice.workers else set()
            return bool(found) and found <= victim.applied.keys()

        self._pace.wait_for(f"{victim} to hold partitions", is_ready)
        return found

    def _is_at_work(self, victim: Worker, parts: set[int]) -> bool:
        """Let it do a share of its work that is drawn; is there still some left?"""
        ends, share = self._feed.ends, self._draw.random()
        todo = victim.unapplied(ends, parts)
        until = time.monotonic() + share * todo / _EVENTS_A_SECOND
        while time.monotonic() < until and victim.unapplied(ends, parts) > (1 - share) * todo:
            time.sleep(_GLANCE_S)
            victim.listen()
        return victim.unapplied(ends, parts) > 0

    def _has_lost(self, victim: Worker, parts: set[int]) -> bool:
        held = self._groups.held(victim.fold)
        others = set().union(*(mine for number, mine in held.items() if number != victim.instance))
        loaded = {
            part
            for worker in self._crew.workers.values()
            if worker.fold == victim.fold and worker is not victim
            for part in worker.applied
        }
        return parts <= others and parts <= loaded
