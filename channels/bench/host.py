"""The Kafka host alone, beside stock Faust: a count of events by client, over a real broker."""

import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from channels.bench import toy
from channels.bench.ground import OWN, Tell, a_broker, release, renew, states
from channels.bench.working import Cost, drain, running
from streams.errors import WorkerStopError
from streams.kafka.bulk import fill
from streams.kafka.logs import Plan, admin

FLOOR_PER_CORE: Final = 80_000.0
FLOOR_RATIO: Final = 15.0
PARTITIONS: Final = 8
_STOCK: Final = Path(__file__).parents[2] / "benchmarks" / "stock_faust.py"
_STOCK_TOPIC: Final = OWN + "stock"
_STOCK_LIMIT_S: Final = 240.0


class Sizes(NamedTuple):
    """How much work there is."""

    events: int = 1_000_000
    few: int = 20_000
    """Clients of the first run."""
    many: int = 1_000_000
    """Clients of the second."""
    stock_events: int = 40_000


def host(
    folder: Path, sizes: Sizes, *, tell: Tell = lambda _: None, bootstrap: str | None = None
) -> dict[str, Any]:
    """All figures; `passes` says whether none is below its floor.

    Args:
        folder: for the logs of processes.
        sizes: of the work.
        tell: hears what is under way.
        bootstrap: an empty broker; one of our own unless given.

    Raises:
        WorkerStopError: a process ended, or an event was not counted.
    """
    with a_broker(bootstrap) as broker:
        few = _ours(broker, folder, sizes.events, sizes.few, tell)
        stock = _stock(broker, folder, sizes, tell)
        many = _ours(broker, folder, sizes.events, sizes.many, tell)
    ratio = few.per_core / stock.per_core
    return {
        "events": sizes.events,
        "clients": sizes.few,
        "events_per_second_per_core": round(few.per_core),
        "cpu_us_per_event": round(few.cpu_us, 2),
        "wall_events_per_second": round(few.per_second),
        "stock_faust_events": sizes.stock_events,
        "stock_faust_events_per_second_per_core": round(stock.per_core),
        "ratio": round(ratio, 1),
        "many_clients": sizes.many,
        "many_events_per_second_per_core": round(many.per_core),
        "many_cpu_us_per_event": round(many.cpu_us, 2),
        "many_wall_events_per_second": round(many.per_second),
        "passes": few.per_core >= FLOOR_PER_CORE and ratio >= FLOOR_RATIO,
    }


def _ours(broker: str, folder: Path, events: int, clients: int, tell: Tell) -> Cost:
    tell(f"filling {events:,} events of {clients:,} clients")
    renew(broker, Plan(PARTITIONS, PARTITIONS))
    release(broker)
    fill(broker, toy.events(events, clients=clients, partitions=PARTITIONS))
    tell("one worker of ours runs through them")
    command = [sys.executable, "-m", "channels.bench.worker", broker]
    cost = drain(command, broker, "client", folder / f"ours-{clients}.log")
    counted = sum(int(frame.state) for frame in states(broker, "client").values())
    if counted != events:
        raise WorkerStopError(f"{counted} of {events} events are in the states: no figure counts")
    return cost._replace(events=events)


def _stock(broker: str, folder: Path, sizes: Sizes, tell: Tell) -> Cost:
    """Stock Faust over the first events of the same load."""
    if not _STOCK.exists():
        raise WorkerStopError(f"{_STOCK} is missing: run this bench from a clone")
    tell(f"filling {sizes.stock_events:,} events for stock Faust")
    with admin(broker) as client:
        client.create_topics(
            {_STOCK_TOPIC: {"num_partitions": PARTITIONS, "replication_factor": 1}}
        )
        client.wait_for_topics([_STOCK_TOPIC])
    load = toy.events(
        sizes.stock_events, clients=sizes.few, partitions=PARTITIONS, topic=_STOCK_TOPIC
    )
    fill(broker, load)
    tell("one worker of stock Faust runs through them")
    words = (broker, _STOCK_TOPIC, str(PARTITIONS), str(sizes.stock_events))
    with running([sys.executable, str(_STOCK), *words], folder / "stock.log") as process:
        found = process.wait_for("counted", seconds=_STOCK_LIMIT_S)
    return Cost(found["events"], found["cpu_s"], found["wall_s"])
