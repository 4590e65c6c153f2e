"""Short lives of the synthetic bank for tests, without and with an engine."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from typing_extensions import override

from channels.simulator.bank import Bank
from channels.simulator.headless import Headless, VirtualClock, summarise
from channels.simulator.mix import read_mix
from channels.simulator.voice import Message
from schemas import codec
from schemas.facts import TaskChanged
from schemas.tasks import Task
from schemas.time import DAY, Instant, parse_instant
from streams.embedded.engine import EmbeddedEngine
from streams.ports import Outgoing

MONDAY = parse_instant("2026-11-02T00:00:00+08:00")
CLIENT = "ct_" + "0" * 31 + "1"


class Said(NamedTuple):
    """An event and the instant at which it was emitted."""

    at: Instant
    message: Message

    @property
    def kind(self) -> str:
        return str(self.message.body["type"]).removeprefix("org.suishen.").removesuffix(".v1")

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.message.body["data"])


def a_bank(*, seed=7, clients=40, start=MONDAY, mixed=None, **more) -> Bank:
    """A bank of the shipped mix; `mixed` says by table what differs."""
    mix = read_mix()
    changed = {name: {**mix[name], **table} for name, table in (mixed or {}).items()}
    return Bank(seed=seed, clients=clients, start=start, mix={**mix, **changed}, **more)


def alone(bank: Bank, *, days: float, start: Instant = MONDAY) -> list[Said]:
    """A life in which no engine answers."""
    bank.tell_fall()
    said = [Said(start, message) for message in bank.opening()]
    while (at := bank.next_time()) is not None and at <= start + days * DAY:
        said += [Said(at, message) for message in bank.emit(at)]
    return said


@cache
def a_month() -> tuple[Said, ...]:
    """400 clients, 20 days: enough to meet what is rare."""
    return tuple(alone(a_bank(clients=400), days=20))


def digest(said) -> str:
    text = "\n".join(json.dumps(one.message.body) for one in said)
    return sha256(text.encode()).hexdigest()


class Life(NamedTuple):
    """A headless run: what the bank said, what the engine wrote, and its summary."""

    said: list[Said]
    written: list[Outgoing]
    bank: Bank
    summary: dict[str, Any]


def with_engine(
    *, days: float, start: Instant = MONDAY, unmanned=(), skip: str | None = None, **more
) -> Life:
    """A life with the engine; `skip` names one event that gets lost on its way."""
    clock = VirtualClock(start)
    said: list[Said] = []
    written: list[Outgoing] = []

    class Heard(Headless):
        @override
        def _take(self, messages):
            kept = [m for m in messages if m.body["id"] != skip]
            said.extend(Said(clock.now(), message) for message in kept)
            super()._take(kept)

    with TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Path(folder) / "engine.db", clock, synchronous="OFF")
        bank = a_bank(start=start, **more)
        bank.desks.unmanned.update(unmanned)
        life = Heard(bank, engine, clock)
        engine.listeners.append(written.extend)
        life.open()
        life.run(Instant(start + int(days * DAY)))
        summary = summarise(life, 1.0)
        engine.close()
    return Life(said, written, bank, summary)


@cache
def a_week() -> Life:
    """90 clients and the engine for nine days."""
    return with_engine(clients=90, days=9)


def tasks_of(life: Life) -> list[Task]:
    """Every version of every task, in order."""
    raw = (m.value for m in life.written if m.topic == "tasks")
    facts = [codec.decode(value, codec.CLIENT_FACTS) for value in raw]
    return [fact.data for fact in facts if isinstance(fact, TaskChanged)]
