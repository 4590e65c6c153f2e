"""`suishen up`: everything on one machine, until Ctrl-C.

Exit codes: 0 an end in good order, 2 bad input, 70 machinery.
"""

import json
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from channels import begin_told, online
from channels.simulator.bank import Bank
from channels.simulator.mix import read_mix
from channels.simulator.story import Story, tokens
from channels.up.bank import BankOverKafka
from channels.up.parts import CHANNELS, core_port, parts
from channels.up.supervisor import Supervisor
from journeys.catalogue.edition import ContactPolicy
from schemas.reference import Product
from schemas.time import DAY, MINUTE, Instant, format_instant, parse_instant
from streams.catalogue_files import shipped
from streams.clock import ShiftedClock, WallClock
from streams.errors import WorkerStopError
from streams.kafka.local.cluster import LocalKafka
from streams.kafka.logs import Plan, declare
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.readmodel.local_postgres import LocalPostgres
from streams.releasing import Releasing
from streams.settings import DemoTime, Settings, read_settings

_MORNING: Final = "2026-11-24T08:30:00+08:00"
YOURS: Final = "remote-2"
"""The desk that the synthetic bank leaves to whoever tries it."""
_READY_S: Final = 120.0
_LOOK_S: Final = 0.25
_SEED: Final = 7
_STARTS: Final = "starts"
"""File that counts them."""
_FOLDER: Final = click.Path(file_okay=False, path_type=Path)


class Site(NamedTuple):
    """What one machine is asked to run."""

    folder: Path
    port: int
    clients: int
    speed: float
    """Bank seconds per second."""

    @property
    def gateway(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def workbench(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def kafka_port(self) -> int:
        """First of Kafka's two."""
        return self.port + 20

    @property
    def postgres_port(self) -> int:
        """Of PostgreSQL."""
        return self.port + 30


@click.command("up")
@click.option(
    "--folder", type=_FOLDER, default=Path("var") / "up", show_default=True,
    help="Data and logs; a second start goes on from there.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1024, 32000), default=18080, show_default=True,
    help="The gateway's; workbench, probes, Kafka and PostgreSQL take the next 32.",
)  # fmt: skip
@click.option(
    "--clients", type=click.IntRange(0, 20_000), default=500, show_default=True,
    help="Of the synthetic bank; 0: no bank, and the wall's clock.",
)  # fmt: skip
@click.option(
    "--speed", type=click.FloatRange(1, 600), default=60, show_default=True,
    help="Bank seconds per second.",
)  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0), help="End by itself after so long.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
def up(
    *, folder: Path, port: int, clients: int, speed: float, seconds: float | None, as_json: bool
) -> int:
    """Start Kafka, PostgreSQL and every process here, show their health, and stop them cleanly.

    With clients, the synthetic bank speaks over HTTP and over topics of its own; desk remote-2 is
    yours. What each process says stands in FOLDER/logs.
    """
    site, stop = Site(folder.resolve(), port, clients, speed), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    found: dict[str, Any] = {}
    with _services(site) as shared:
        live(site, shared, stop, found, seconds)
    if as_json:
        click.echo(json.dumps(found))
    return 0


@contextmanager
def _services(site: Site) -> Iterator[dict[str, str]]:
    """Kafka and PostgreSQL; gives the settings that every process shares."""
    kafka = LocalKafka(site.folder / "kafka", base_port=site.kafka_port)
    postgres = LocalPostgres(site.folder / "postgres", site.postgres_port)
    try:
        _say("starting Kafka and PostgreSQL …")
        yield {
            "SUISHEN_KAFKA_BOOTSTRAP": kafka.up(),
            "SUISHEN_DATABASE": postgres.up(),
            "SUISHEN_CHANNELS": CHANNELS,
        }
    finally:
        postgres.down()
        kafka.down()
        _say("Kafka and PostgreSQL stopped")


def live(
    site: Site,
    shared: dict[str, str],
    stop: threading.Event,
    found: dict[str, Any],
    seconds: float | None,
) -> None:
    """Run every process over Kafka and PostgreSQL; `found` takes what there is to tell."""
    start, time_ = _open(site, shared)
    supervisor = Supervisor(parts(site.port), shared, site.folder / "logs")
    try:
        supervisor.start()
        _wait_ready(supervisor, stop)
        in_force = online.catalogue(shared["SUISHEN_KAFKA_BOOTSTRAP"]).at(start.morning)
        for line in beginning(site, start, shared, in_force.contact):
            _say(line)
        if seconds is not None:
            threading.Timer(seconds, stop.set).start()
        bank = None if time_ is None else _bank(site, start, time_, read_settings(shared))
        _run(supervisor, bank, stop)
        found |= {"said": None if bank is None else bank.said, "health": supervisor.health()}
    finally:
        _say("stopping …")
        found["stopped"] = supervisor.stop()


def _open(site: Site, shared: dict[str, str]) -> tuple["Start", DemoTime | None]:
    """Declare the logs, release a first catalogue, and set the demonstration's clock."""
    start = Start.of(site.folder)
    time_ = None
    if site.clients:
        time_ = DemoTime(start.morning, WallClock().now(), site.speed)
        shows, since = format_instant(time_.shows), format_instant(time_.since)
        shared["SUISHEN_DEMO_CLOCK"] = f"{shows}@{since}*{site.speed:g}"
    bootstrap = shared["SUISHEN_KAFKA_BOOTSTRAP"]
    declare(bootstrap, Plan.of(read_settings(shared)))
    if start.number == 0:
        _release(bootstrap, now=start.morning if time_ else WallClock().now())
    start.note(site.folder)
    return start, time_


def _release(bootstrap: str, *, now: Instant) -> None:
    """The shipped catalogue and the synthetic bank's shelf."""
    shelf = [Product(**row) for row in Bank.products()]
    reader, publisher = KafkaReader(bootstrap), KafkaPublisher(bootstrap)
    try:
        Releasing(reader, publisher.write).release([shipped(), *shelf], now=now)
    finally:
        reader.close()
        publisher.close()


class Start(NamedTuple):
    """Which start of a folder this is: each has new clients and a later morning."""

    number: int

    @classmethod
    def of(cls, folder: Path) -> "Start":
        """The next start of a folder."""
        path = folder / _STARTS
        return cls(int(path.read_text(encoding="ascii")) if path.exists() else 0)

    def note(self, folder: Path) -> None:
        """It has begun well: what is done once is done."""
        (folder / _STARTS).write_text(str(self.number + 1), encoding="ascii")

    @property
    def seed(self) -> int:
        """Of the bank."""
        return _SEED + self.number

    @property
    def morning(self) -> Instant:
        """What the clock shows at first: a week later each time."""
        return Instant(parse_instant(_MORNING) + 7 * self.number * DAY)


def _bank(site: Site, start: Start, time_: DemoTime, settings: Settings) -> BankOverKafka:
    clock = ShiftedClock(WallClock(), time_)
    # Minutes have passed since the clock was set; what is said late leads to no contact.
    begins = Instant(-(-clock.now() // MINUTE) * MINUTE)
    told = Story(begins, YOURS)
    bank = Bank(seed=start.seed, clients=site.clients, start=begins, mix=read_mix(), told=told)
    bank.desks.unmanned.add(YOURS)
    return BankOverKafka(
        bank,
        clock,
        gateway=site.gateway,
        bootstrap=str(settings.kafka_bootstrap),
        rows=settings.channels,
        core_port=core_port(site.port),
    )


def _run(supervisor: Supervisor, bank: BankOverKafka | None, stop: threading.Event) -> None:
    """The bank in a thread of its own, the supervisor in this one."""
    failures: list[BaseException] = []

    def speak() -> None:
        try:
            if bank is not None:
                bank.run(stop)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)
            stop.set()

    thread = threading.Thread(target=speak, name="bank")
    thread.start()
    try:
        supervisor.watch(stop)
    finally:
        stop.set()
        thread.join()
    if failures:
        raise failures[0]


def _wait_ready(supervisor: Supervisor, stop: threading.Event) -> None:
    """Until every part is ready; what is not yet is said as it changes."""
    until, said = time.monotonic() + _READY_S, ""
    while not supervisor.is_ready and not stop.wait(_LOOK_S):
        supervisor.look()
        waits = ", ".join(_unready(supervisor.health()))
        if waits != said:
            said = waits
            _say(f"  waiting for {waits}" if waits else "all ready")
        if time.monotonic() > until:
            raise WorkerStopError(
                f"not ready after {_READY_S:.0f} s: {waits}; see {supervisor.folder}"
            )


def _unready(health: dict[str, str]) -> Sequence[str]:
    return [f"{name} ({why})" for name, why in health.items() if why != "ready"]


def beginning(
    site: Site, start: Start, shared: Mapping[str, str], hours: ContactPolicy
) -> Iterator[str]:
    """Where everything is, and then where to begin."""
    probes = [part.metrics_port for part in parts(site.port)]
    yield f"channels may use their own topics as well: {CHANNELS}"
    yield f"probes and metrics: http://127.0.0.1:{probes[0]}/metrics and the ports to {probes[-1]}"
    yield f"logs of each process: {site.folder / 'logs'}; a next start goes on in this folder"
    if site.clients:
        yield f"a bank minute takes {60 / site.speed:.1f} s"
        yield begin_told.day(hours, site.speed)
    yield from begin_told.lines(_running(site, start, shared))


def _running(site: Site, start: Start, shared: Mapping[str, str]) -> begin_told.Running:
    lived_in = bool(site.clients)
    return begin_told.Running(
        gateway=site.gateway,
        pages=site.workbench,
        asked=f"event ID --bootstrap {shared['SUISHEN_KAFKA_BOOTSTRAP']}",
        settings=f"SUISHEN_DATABASE={shared['SUISHEN_DATABASE']} ",
        desk=YOURS if lived_in else None,
        client=tokens(start.seed)[begin_told.WHO] if lived_in else None,
    )


def _say(text: str) -> None:
    click.echo(text, err=True)
