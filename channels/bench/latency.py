"""From the gateway's acknowledgement to the task in the read model, with every process its own."""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any, Final, NamedTuple

from channels.bench.ground import Tell, a_broker, free_ports, release, renew
from channels.bench.load import Offered, Shape, bank_of, offer, opening, requests
from channels.bench.working import Process, cpu_s, progress_of, running
from channels.up.parts import Part
from channels.up.supervisor import Supervisor
from streams.errors import WorkerStopError
from streams.kafka.bulk import fill
from streams.kafka.local.properties import HOST
from streams.kafka.logs import Plan
from streams.readmodel.local_postgres import LocalPostgres, programs

CEILING_P99_MS: Final = 500.0
LEAST_ACHIEVED: Final = 0.95
"""Of the rate that is offered: below it the loop was not open."""
_READY_S: Final = 120.0
_LOOK_S: Final = 0.2
_PATIENCE_S: Final = 30.0
_PORTS: Final = 6


def latency(
    folder: Path,
    shape: Shape,
    *,
    tell: Tell = lambda _: None,
    bootstrap: str | None = None,
    database: str | None = None,
) -> dict[str, Any]:
    """All figures; `passes` says whether the 99th percentile is below its ceiling.

    Args:
        folder: empty; for logs and for a SQLite file.
        shape: of the load.
        tell: hears what is under way.
        bootstrap: an empty broker; one of our own unless given.
        database: an empty read model's URL; a PostgreSQL of our own, or SQLite where there is
            none, unless given.
    """
    with a_broker(bootstrap) as broker, _a_database(folder, database) as url:
        renew(broker, Plan())
        release(broker)
        bank = bank_of(shape)
        fill(broker, opening(bank))
        load = requests(bank, shape)
        tell("starting both folds, the projector and the gateway")
        shared = {
            "SUISHEN_KAFKA_BOOTSTRAP": broker,
            "SUISHEN_DATABASE": url,
            "SUISHEN_DATA": str(folder),
        }
        with _processes(shared, folder) as product, _watching(shared, folder) as watching:
            _wait_applied(broker)
            tell(f"offering {shape.rate} events a second for {shape.seconds} s")
            before = product.cpu_s()
            offered = offer(HOST, product.port, load)
            tell("waiting for the last tasks to be seen")
            seen = _seen(watching, offered)
            spent = {name: cpu - before[name] for name, cpu in product.cpu_s().items()}
        kind = url.partition(":")[0].partition("+")[0]
    per_event = {name: round(1e6 * cpu / offered.accepted) for name, cpu in spent.items()}
    found = _figures(shape, offered, seen)
    return found | {"database": kind, "cpu_us_per_event": per_event}


def _figures(shape: Shape, offered: Offered, seen: Mapping[str, float]) -> dict[str, Any]:
    known = [client for client in offered.acknowledged if client in seen]
    waits = [1000 * max(0.0, seen[c] - offered.acknowledged[c]) for c in known]
    whole = [1000 * (seen[c] - offered.due[c]) for c in known]
    achieved = offered.accepted / offered.seconds
    cuts = quantiles(waits, n=100, method="inclusive")
    is_whole = len(known) == shape.complaints and achieved >= LEAST_ACHIEVED * shape.rate
    return {
        "kafka_p50_ms": round(cuts[49], 1),
        "kafka_p99_ms": round(cuts[98], 1),
        "due_to_visible_p99_ms": round(quantiles(whole, n=100, method="inclusive")[98], 1),
        "samples": len(known),
        "unseen": shape.complaints - len(known),
        "offered": shape.rate,
        "achieved": round(achieved, 1),
        "per_request": shape.per_request,
        "passes": is_whole and cuts[98] < CEILING_P99_MS,
    }


@contextmanager
def _a_database(folder: Path, given: str | None) -> Iterator[str]:
    if given is not None:
        yield given
    elif programs() is None:
        yield f"sqlite:///{folder / 'views.db'}"
    else:
        # A folder of its own: PostgreSQL may run as another user, who cannot enter ours.
        with tempfile.TemporaryDirectory(prefix="suishen-bench-pg-") as own:
            server = LocalPostgres(Path(own), free_ports(1))
            try:
                yield server.up()
            finally:
                server.down()


class _Product(NamedTuple):
    """The product's processes."""

    port: int
    """Of the gateway."""
    supervisor: Supervisor

    def cpu_s(self) -> dict[str, float]:
        """What each has used up, and this process, which offers the load."""
        running = self.supervisor.running
        used = {name: cpu_s(one.process.pid) for name, one in running.items()}
        return used | {"load": time.process_time()}


@contextmanager
def _processes(shared: Mapping[str, str], folder: Path) -> Iterator[_Product]:
    """Start them; they are ready within the block."""
    port = free_ports(_PORTS)
    work = {
        "engine-client": ("engine", "--fold", "client"),
        "engine-desk": ("engine", "--fold", "desk"),
        "projector": ("projector",),
        "gateway": ("gateway", "--port", str(port)),
    }
    parts = [
        Part(name, ("run", *words), port + number, {})
        for number, (name, words) in enumerate(work.items(), start=1)
    ]
    with ExitStack() as stack:
        supervisor = Supervisor(parts, shared, folder / "logs")
        stack.callback(supervisor.stop)
        supervisor.start()
        deadline = time.monotonic() + _READY_S
        while not supervisor.is_ready:
            if time.monotonic() > deadline:
                raise WorkerStopError(f"not ready: {supervisor.health()}; see {folder}/logs")
            time.sleep(_LOOK_S)
            supervisor.look()
        yield _Product(port, supervisor)


@contextmanager
def _watching(shared: Mapping[str, str], folder: Path) -> Iterator[Process]:
    command = [sys.executable, "-m", "channels.bench.watching"]
    with running(command, folder / "watching.log", shared) as process:
        process.wait_for("watching")
        yield process


def _wait_applied(broker: str) -> None:
    deadline = time.monotonic() + _READY_S
    with progress_of(broker, "client") as progress:
        while not progress.is_done():
            if time.monotonic() > deadline:
                raise WorkerStopError("the clients' baselines were not applied in time")
            time.sleep(_LOOK_S)


def _seen(watching: Process, offered: Offered) -> dict[str, float]:
    """When each client's first task could be read; waits until all can, or long enough."""
    seen: dict[str, float] = {}
    deadline = time.monotonic() + _PATIENCE_S
    while not offered.acknowledged.keys() <= seen.keys() and time.monotonic() < deadline:
        for line in watching.lines():
            seen.setdefault(line["client"], line["at"])
        watching.check()
        time.sleep(_LOOK_S)
    return seen
