"""How long a worker takes from its start to its first event, with all its states to load."""

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean, median
from typing import Any, Final, NamedTuple

from channels.bench.ground import Tell, a_broker, release, renew
from channels.bench.life import live
from channels.bench.toy import token
from channels.bench.working import Process, running, worker
from schemas import codec
from schemas.signals.app import Page, PageView, PageViewed
from schemas.time import Instant
from streams.clock import WallClock
from streams.frame import Frame, pack
from streams.kafka.bulk import fill
from streams.kafka.cluster import KafkaCluster, topics_of
from streams.kafka.logs import Plan
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS

HOPE_S: Final = 30.0
"""No floor: what a state weighs decides."""
PARTITIONS: Final = 8
_FROM: Final = 60
"""Clients whose states, after a year, the others' are made of."""
_LIMIT_S: Final = 300.0
_MB: Final = 1_000_000


class Sizes(NamedTuple):
    """How much there is to load."""

    states: int = 1_000_000
    versions: int = 4
    """Records of each state: the last counts, the others are superseded."""
    days: int = 365
    """Lived by the clients whose states are copied."""


def recovery(
    folder: Path, sizes: Sizes, *, tell: Tell = lambda _: None, bootstrap: str | None = None
) -> dict[str, Any]:
    """All figures. There is no floor, so `passes` is always true.

    Args:
        folder: empty; for a life and the worker's log.
        sizes: of the changelog.
        tell: hears what is under way.
        bootstrap: an empty broker; one of our own unless given.
    """
    tell(f"living {sizes.days} days of {_FROM} clients, for true states")
    lived = live(folder, clients=_FROM, days=sizes.days).states
    with a_broker(bootstrap) as broker:
        tell(f"filling {sizes.states * sizes.versions:,} records of {sizes.states:,} states")
        renew(broker, Plan(PARTITIONS, PARTITIONS, unfed=True))
        release(broker)
        fill(broker, _events(sizes))
        size = fill(broker, _changelog(broker, lived, sizes)).bytes
        tell("starting a worker over them")
        found = _recovered(broker, folder)
    states = [len(state) for state in lived.values()]
    return {
        "states": sizes.states,
        "records": sizes.states * sizes.versions,
        "bytes": size,
        "state_bytes_mean": round(fmean(states)),
        "state_bytes_p50": round(median(states)),
        "mb_per_second": round(size / _MB / found["load_seconds"], 1),
        **found,
        "within_hope": found["seconds"] < HOPE_S,
        "passes": True,
    }


def _recovered(broker: str, folder: Path) -> dict[str, float]:
    with running(worker("client", broker), folder / "recovery.log") as process:
        load_s = process.wait_for("taken_over", seconds=_LIMIT_S)["duration_s"]
        _first_event(process)
        seconds = process.lives_s
        return {
            "load_seconds": round(load_s, 2),
            "seconds": round(seconds, 2),
            "cpu_seconds": round(process.spent().cpu_s, 2),
            "rss_mb": round(process.rss_bytes() / _MB),
        }


def _first_event(process: Process) -> None:
    """Markers come first, and are no events."""
    while not process.wait_for("applied")["batch_events"]:
        pass


def _events(sizes: Sizes) -> Iterator[Outgoing]:
    """So many for one client of each partition that the last is in no state yet."""
    now = WallClock().now()
    for partition in range(PARTITIONS):
        key = token(partition)
        for number in range(sizes.versions):
            page = codec.build(
                PageViewed,
                PageView(page=Page.HOLDINGS),
                event_id=f"{partition}-{number}",
                source="/bench/load",
                key=key.decode(),
                time=Instant(now + number),
                receivedat=Instant(now + number),
            )
            yield Outgoing(CLIENT_EVENTS, key, codec.encode(page), (), partition)


def _changelog(broker: str, lived: dict[str, bytes], sizes: Sizes) -> Iterator[Outgoing]:
    """Every version of every state: copies of true ones, each under its own client's token."""
    topics = topics_of("client")
    epoch = KafkaCluster(broker).layout(topics).epoch
    originals = [(key.encode(), state) for key, state in lived.items()]
    for version in range(sizes.versions):
        for number in range(sizes.states):
            was, state = originals[number % len(originals)]
            key = token(number)
            blob = pack(Frame(epoch, version, None, state.replace(was, key)))
            yield Outgoing(topics.changelog, key, blob, (), number % PARTITIONS)
