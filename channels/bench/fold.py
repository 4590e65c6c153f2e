"""The whole client fold on the simulator's mix, over a real broker."""

from pathlib import Path
from statistics import quantiles
from typing import Any, Final, NamedTuple

from channels.bench.ground import Tell, a_broker, count_of, renew, states
from channels.bench.life import CLIENTS, DAYS, live
from channels.bench.working import Cost, drain, worker
from schemas import codec
from schemas.facts import DecisionMade
from streams.kafka.bulk import fill
from streams.kafka.logs import Plan
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, REFERENCE

FLOOR_PER_CORE: Final = 10_000.0
PARTITIONS: Final = 4
"""As the engine file that the life is recorded from."""
_DECIDED: Final = f'"type":"{codec.wire_type(DecisionMade)}"'.encode()


class Sizes(NamedTuple):
    """How much life there is, and how often it is run through."""

    clients: int = CLIENTS
    days: int = DAYS
    rounds: int = 3
    """Runs through it; what else the machine has to do can only add to one."""


def fold(
    folder: Path, sizes: Sizes, *, tell: Tell = lambda _: None, bootstrap: str | None = None
) -> dict[str, Any]:
    """All figures; `passes` says whether none is below its floor.

    Args:
        folder: empty; for the recording and the worker's log.
        sizes: of the life, and how often it is run through; the round that took least counts.
        tell: hears what is under way.
        bootstrap: an empty broker; one of our own unless given.
    """
    tell(f"living {sizes.days} days of {sizes.clients} clients")
    lived = live(folder, clients=sizes.clients, days=sizes.days).log
    costs: list[Cost] = []
    with a_broker(bootstrap) as broker:
        for number in range(sizes.rounds):
            tell(f"round {number + 1} of {sizes.rounds}: one worker runs through it")
            renew(broker, Plan(PARTITIONS, PARTITIONS, unfed=True))
            fill(broker, (m for m in lived if m.topic in {REFERENCE, CLIENT_EVENTS}))
            costs.append(drain(worker("client", broker), broker, "client", folder / "fold.log"))
        decided = count_of(broker, CLIENT_FACTS, lambda value: _DECIDED in value)
        sizes_bytes = sorted(len(frame.state) for frame in states(broker, "client").values())
    cuts = quantiles(sizes_bytes, n=100)
    cost = min(costs, key=lambda one: one.cpu_s)
    return {
        "events": cost.events,
        "kafka_events_per_second_per_core": round(cost.per_core),
        "kafka_events_per_second_per_core_by_round": [round(one.per_core) for one in costs],
        "cpu_us_per_event": round(cost.cpu_us, 1),
        "wall_events_per_second": round(cost.per_second),
        "states": len(sizes_bytes),
        "state_bytes_p50": round(cuts[49]),
        "state_bytes_p99": round(cuts[98]),
        "share_deciding": round(decided / cost.events, 4),
        "passes": cost.per_core >= FLOOR_PER_CORE,
    }
