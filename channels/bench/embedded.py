"""Measures the embedded host on this machine: throughput, latency and state, with full syncs."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Engine, func, select

from channels.bench.life import CLIENTS, DAYS, live
from channels.bench.load import COMPLAINT
from channels.gateway.door import accept
from channels.simulator.bank import Bank
from channels.simulator.headless import VirtualClock
from channels.simulator.mix import read_mix
from schemas.reference import Product
from schemas.time import HOUR, Instant
from streams.catalogue_files import shipped
from streams.clock import WallClock
from streams.embedded.engine import EmbeddedEngine
from streams.embedded.file import FileReader
from streams.feed import ReaderFeed
from streams.frame import unpack
from streams.ports import Outgoing
from streams.readmodel import tables
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS

FLOOR_EVENTS_PER_SECOND: Final = 3000
CEILING_P99_MS: Final = 200.0
CEILING_STATE_BYTES: Final = {"state_bytes_p50": 3000, "state_bytes_p99": 6000}
_SHARDS: Final = 60
"""Remote queues that share the tasks of the latency run."""


def embedded(folder: Path, *, seconds: int, rate: int) -> dict[str, Any]:
    """All figures of the embedded host.

    Args:
        folder: empty.
        seconds: of the open-loop latency run.
        rate: offered events a second in it.
    """
    found = throughput(folder) | latency(folder, seconds=seconds, rate=rate)
    fast = found["events_per_second"] >= FLOOR_EVENTS_PER_SECOND
    small = all(found[name] <= most for name, most in CEILING_STATE_BYTES.items())
    found["passes"] = fast and small and found["p99_ms"] < CEILING_P99_MS
    return found


def throughput(folder: Path) -> dict[str, Any]:
    """Fill a log with the bank's mix, then time the host alone through it, committing as live."""
    path = folder / "throughput.db"
    recorded = live(folder, clients=CLIENTS, days=DAYS).log
    clock = VirtualClock(Instant(0))
    engine = EmbeddedEngine(path, clock, partitions=4, feedback=False, timers=False)
    engine.append(recorded)
    engine.commit()
    began = time.perf_counter()
    while engine.step() > 0:
        engine.commit()
    seconds = time.perf_counter() - began
    shares = _shares(engine, len(recorded))
    sizes = _sizes(engine)
    engine.close()
    return {"events": len(recorded), "events_per_second": round(len(recorded) / seconds, 1)} | (
        shares | sizes
    )


def _shares(engine: EmbeddedEngine, events: int) -> dict[str, float]:
    """What part of the mix decided, scored anew, or was a timer."""
    counted = {"decision_made": 0, "wealth_scored": 0}
    for partition in range(engine.partitions(CLIENT_FACTS)):
        for record in engine.read(CLIENT_FACTS, partition, 0, 10_000_000):
            for name in counted:
                counted[name] += f'fact.{name}.v1"'.encode() in record.value
    ticks = rescores = 0
    for partition in range(engine.partitions(CLIENT_EVENTS)):
        for record in engine.read(CLIENT_EVENTS, partition, 0, 10_000_000):
            ticks += b'engine.ticked.v1"' in record.value
            rescores += b'corebank.position_reported.v1"' in record.value
    return {
        "share_deciding": round(counted["decision_made"] / events, 4),
        "share_rescoring": round(rescores / events, 4),
        "share_publishing_a_score": round(counted["wealth_scored"] / events, 4),
        "share_timers": round(ticks / events, 4),
    }


def _sizes(engine: EmbeddedEngine) -> dict[str, int]:
    file = engine.file
    states = [
        len(unpack(blob, epoch=file.epoch, end=2**62).state) for _, _, blob in file.states("client")
    ]
    cuts = quantiles(states, n=100)
    return {"state_bytes_p50": round(cuts[49]), "state_bytes_p99": round(cuts[98])}


def latency(folder: Path, *, seconds: int, rate: int) -> dict[str, Any]:
    """Open loop: from the acknowledgement at the door to the task in the read model.

    Every third event is a complaint said in so many words, by another client each time, which
    leads to a task: far more than in the bank's mix. The others are page views.
    """
    path = folder / "latency.db"
    engine = EmbeddedEngine(path, WallClock())
    count = rate * seconds
    _prepare(engine, count)
    views = open_database(f"sqlite:///{folder / 'views.db'}")
    reader = FileReader(path)
    projector = Projector(views, ReaderFeed(reader))
    projector.catch_up()
    stop = threading.Event()
    seen: dict[str, float] = {}
    threads = [
        threading.Thread(target=work, args=(stop,), daemon=True)
        for work in (engine.run, lambda halt: _watch(projector, views, seen, halt))
    ]
    for thread in threads:
        thread.start()
    acknowledged = asyncio.run(_offer(engine, count, rate))
    _settle(seen, len(acknowledged))
    stop.set()
    for thread in threads:
        thread.join()
    views.dispose()
    waits = [1000 * (seen[key] - at) for key, at in acknowledged.items() if key in seen]
    cuts = quantiles([max(0.0, wait) for wait in waits], n=100)
    return {
        "offered_per_second": rate,
        "samples": len(waits),
        "unseen": len(acknowledged) - len(waits),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
    }


def _prepare(engine: EmbeddedEngine, count: int) -> None:
    now = WallClock().now()
    products = [Product(**row) for row in Bank.products()]
    engine.release([shipped(), *products])
    bank = Bank(seed=1, clients=count, start=Instant(now - HOUR), mix=read_mix())
    for number, client in enumerate(bank.clients):
        client.desks = {"remote": f"remote-{number % _SHARDS}"}
    baselines = [message for message in bank.opening() if message.log == CLIENT_EVENTS]
    engine.append([accept(to_json(m.body), now=now).message for m in baselines])
    engine.drain()
    engine.commit()


async def _offer(engine: EmbeddedEngine, count: int, rate: int) -> dict[str, float]:
    """Offer events at a fixed pace, never waiting for the one before."""
    acknowledged: dict[str, float] = {}

    async def one(message: Outgoing, is_sample: bool) -> None:  # noqa: FBT001 - as offered
        await engine.publish([message])
        if is_sample:
            acknowledged[(message.key or b"").decode()] = time.perf_counter()

    running = []
    offered = list(_offered(count))
    began = time.perf_counter()
    for number, message in enumerate(offered):
        ahead = began + number / rate - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        running.append(asyncio.create_task(one(*message)))
    await asyncio.gather(*running)
    return acknowledged


def _offered(count: int) -> Iterator[tuple[Outgoing, bool]]:
    """Events to offer, and whether each leads to a task."""
    now = WallClock().now()
    bank = Bank(seed=1, clients=count, start=Instant(now - HOUR), mix=read_mix())
    for number, client in enumerate(bank.clients):
        if number % _EVERY == 0:
            kind, data = "conversation.utterance_understood", COMPLAINT
        else:
            kind, data = "app.page_viewed", {"page": "holdings"}
        event = client.tell(kind, data, source="/bench/load", at=now)
        yield accept(to_json(event.body), now=now).message, number % _EVERY == 0


_EVERY: Final = 3


def _watch(
    projector: Projector,
    views: Engine,
    seen: dict[str, float],
    stop: threading.Event,
) -> None:
    """Follow the logs, and note when a client's first task can be read."""
    last = 0
    c = tables.changes.c
    while not stop.is_set():
        if projector.step() == 0:
            stop.wait(0.005)
            continue
        with views.connect() as connection:
            now = time.perf_counter()
            newest = connection.scalar(select(func.max(c.sequence))) or 0
            statement = select(c.client).where(c.sequence > last, c.kind == "task")
            for client in connection.scalars(statement):
                seen.setdefault(client, now)
        last = newest


def _settle(seen: dict[str, float], count: int, *, patience_s: float = 15.0) -> None:
    until = time.perf_counter() + patience_s
    while len(seen) < count and time.perf_counter() < until:
        time.sleep(0.05)
