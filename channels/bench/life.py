"""The load of the benches that run the whole fold: some days of the simulator's bank, recorded."""

from pathlib import Path
from typing import Final, NamedTuple

from channels.simulator.bank import Bank
from channels.simulator.headless import Headless, Plan, VirtualClock, run
from channels.simulator.mix import read_mix
from schemas.time import DAY, Instant, parse_instant
from streams.embedded.engine import EmbeddedEngine
from streams.frame import unpack
from streams.ports import Outgoing

CLIENTS: Final = 200
DAYS: Final = 365
_MONDAY: Final = "2026-11-02T00:00:00+08:00"
_ALL: Final = 10_000_000


class Lived(NamedTuple):
    """What is left of a life."""

    log: list[Outgoing]
    """Everything on the event logs, ticks and claims included, as records to publish; each names
    the partition it stood on. The engine file has four of each log."""
    states: dict[str, bytes]
    """Of every client, without its frame."""


def live(folder: Path, *, clients: int, days: int) -> Lived:
    """Live some days of the bank in an engine file of an empty folder."""
    clock = VirtualClock(parse_instant(_MONDAY))
    engine = EmbeddedEngine(folder / "life.db", clock, synchronous="OFF")
    plan = Plan(7, clients, days, clock.now(), read_mix())
    bank = Bank(seed=plan.seed, clients=plan.clients, start=plan.start, mix=plan.mix)
    life = Headless(bank, engine, clock)
    life.open()
    life.run(Instant(plan.start + plan.days * DAY))
    log = [
        Outgoing(topic, record.key, record.value, (), partition)
        for topic in ("reference", "client-events", "desk-events")
        for partition in range(engine.partitions(topic))
        for record in engine.read(topic, partition, 0, _ALL)
    ]
    epoch = engine.file.epoch
    states = {
        key: unpack(blob, epoch=epoch, end=_ALL).state
        for _, key, blob in engine.file.states("client")
    }
    engine.close()
    return Lived(log, states)


def recorded(folder: Path, *, clients: int, days: int) -> Path:
    """The same as a recording, in an empty folder."""
    file = folder / "life.jsonl"
    run(Plan(7, clients, days, parse_instant(_MONDAY), read_mix()), folder, record=file)
    return file
