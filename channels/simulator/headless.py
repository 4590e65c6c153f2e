"""The bank and the engine on one virtual clock: as fast as the machine goes, same bytes each time.

The bank emits an instant, the engine drains to rest, then the next instant comes.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pydantic_core import to_json

from channels.gateway.door import accept
from channels.simulator.bank import Bank
from channels.simulator.ears import hear
from channels.simulator.funnel import Funnel
from channels.simulator.mix import Mix
from channels.simulator.solving import Solving
from channels.simulator.voice import Message
from journeys.measures.rolling import Cap
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import (
    ClientServed,
    ContactCounted,
    DecisionMade,
    JourneyAdvanced,
    TaskChanged,
)
from schemas.reference import CatalogueFiles, Product
from schemas.tasks import TaskState
from schemas.time import DAY, Instant
from streams import recording
from streams.catalogue_files import shipped
from streams.embedded.engine import EmbeddedEngine
from streams.ports import Clock, Outgoing
from streams.readmodel.measuring.contacts import caps as caps_of
from streams.readmodel.measuring.contacts import caps_of_outlets
from streams.topics import CLIENT_FACTS, DESK_FACTS, REFERENCE, TASKS

COMMIT_EVERY = 2000
_FACT_LOGS = (CLIENT_FACTS, DESK_FACTS, TASKS)
_READ = (JourneyAdvanced, ContactCounted, ClientServed)
_DECIDED, *_MARKS = (
    f'"type":"{codec.wire_type(kind)}"'.encode() for kind in (DecisionMade, *_READ)
)


class Movable(Clock, Protocol):
    """A clock that stands until it is moved."""

    moment: Instant


class VirtualClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: Instant) -> None:
        self.moment = start

    def now(self) -> Instant:
        """Where it stands."""
        return self.moment


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    events: int = 0
    decisions: int = 0
    tasks: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


class Headless:
    """One bank, one engine, one clock."""

    def __init__(self, bank: Bank, engine: EmbeddedEngine, clock: Movable) -> None:
        self.bank, self.engine, self.clock = bank, engine, clock
        self.tally, self.funnel, self.solving = Tally(), Funnel({}), Solving()
        self.caps: tuple[Cap, ...] = ()
        self._uncommitted = 0
        self._fresh: list[Outgoing] = []
        engine.listeners.append(self._fresh.extend)

    def open(self, catalogue: CatalogueFiles | None = None) -> None:
        """Release a catalogue and products, load every client."""
        products = (Product(**row) for row in self.bank.products())
        self.engine.release([catalogue or shipped(), *products])
        released = self.engine.references.at(self.engine.end(REFERENCE, 0)).catalogue
        now = self.clock.now()
        policy = released.at(now)
        self.funnel = Funnel(policy.arbitration.controls)
        self.caps = (*caps_of(policy.contact), *caps_of_outlets(released, now))
        self.bank.tell_fall()
        self._take(self.bank.opening())

    def run(self, until: Instant) -> None:
        """Live until then."""
        while (moment := self._next()) is not None and moment <= until:
            self.clock.moment = moment
            self.engine.fire_timers(moment)
            self._settle()
            self._release(self.bank.releases(moment))
            self._take(self.bank.emit(moment))
        self.engine.commit()

    def _release(self, rows: Sequence[dict[str, Any]]) -> None:
        """New facts of products, and the sweep that follows a release."""
        if rows:
            self.engine.release([Product(**row) for row in rows])
            self._settle()
            self.engine.sweep()
            self._settle()

    def _next(self) -> Instant | None:
        times = (self.bank.next_time(), self.bank.next_release(), self.engine.next_due())
        soonest = min((at for at in times if at is not None), default=None)
        return None if soonest is None else Instant(max(soonest, self.clock.moment))

    def _take(self, messages: Sequence[Message]) -> None:
        """Through the door, as a channel's events go."""
        now = self.clock.now()
        self.engine.append([accept(to_json(m.body), now=now).message for m in messages])
        self.tally.events += len(messages)
        self._settle()

    def _settle(self) -> None:
        """Drain to rest, then let the bank see what its channels and desks would see."""
        self._uncommitted += self.engine.drain()
        fresh, self._fresh[:] = list(self._fresh), []
        for message in fresh:
            self._see(message)
        if self._uncommitted >= COMMIT_EVERY:
            self.engine.commit()
            self._uncommitted = 0

    def _see(self, message: Outgoing) -> None:
        if message.topic == CLIENT_FACTS:
            self.tally.decisions += _DECIDED in message.value
            if any(mark in message.value for mark in _MARKS):
                self._count(codec.decode(message.value, _READ))
        fact = hear(self.bank, message, self.clock.now())
        if isinstance(fact, TaskChanged):
            self._count_task(fact)
        elif fact is not None and message.topic == CLIENT_FACTS:
            self.solving.hear(fact)

    def _count_task(self, fact: TaskChanged) -> None:
        task = fact.data
        if task.version == 1:
            self.tally.tasks[task.channel.value] += 1
        if task.state is TaskState.COMPLETED and task.outcome is not None:
            self.tally.outcomes[task.outcome.value] += 1

    def _count(self, fact: Envelope) -> None:
        if isinstance(fact, JourneyAdvanced):
            self.funnel.hear(fact.partitionkey, fact.data)
        elif isinstance(fact, ContactCounted):
            self.funnel.count(fact.partitionkey, fact.data, fact.time)
        elif isinstance(fact, ClientServed):
            self.funnel.serve(fact.partitionkey, fact.data.outlet, fact.time)


class Plan(NamedTuple):
    """What to run."""

    seed: int
    clients: int
    days: int
    start: Instant
    mix: Mix


def run(
    plan: Plan, folder: Path, *, record: Path | None = None, truth: Path | None = None
) -> dict[str, Any]:
    """A whole run over a fresh engine file in `folder`; its summary as JSON data."""
    clock = VirtualClock(plan.start)
    engine = EmbeddedEngine(folder / "engine.db", clock, synchronous="OFF")
    bank = Bank(seed=plan.seed, clients=plan.clients, start=plan.start, mix=plan.mix)
    life = Headless(bank, engine, clock)
    began = time.perf_counter()
    life.open()
    life.run(Instant(plan.start + plan.days * DAY))
    seconds = time.perf_counter() - began
    if record is not None:
        recording.write(engine, record)
    if truth is not None:
        bank.write_truth(truth)
    summary = summarise(life, seconds)
    engine.close()
    return summary


def summarise(life: Headless, seconds: float) -> dict[str, Any]:
    """What a run came to, as JSON data."""
    tally, totals = life.tally, life.engine.totals
    return {
        "events": tally.events,
        "applied": totals.events,
        "decisions": tally.decisions,
        "tasks": dict(sorted(tally.tasks.items())),
        "outcomes": dict(sorted(tally.outcomes.items())),
        "journeys": life.funnel.told(),
        "contacts": {
            "most_a_week": life.funnel.busiest,
            "overshoot": life.funnel.overshoot,
            "caps": life.funnel.recounted(life.caps),
        },
        **life.solving.told(),
        "dead_letters": sum(totals.dead.values()),
        "facts_sha256": facts_sha256(life.engine),
        "seconds": round(seconds, 2),
        "events_per_second": round(totals.events / seconds, 1),
    }


def facts_sha256(engine: EmbeddedEngine) -> str:
    """One hash over every fact and task; `suishen verify` of the recording says the same."""
    return recording.facts_sha256(engine)
