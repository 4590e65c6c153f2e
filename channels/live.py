"""Everything in one process on loopback: engine, read model, gateway, workbench, and the bank."""

import socket
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Final

import click
import httpx
import uvicorn
from fastapi import FastAPI

from channels import begin_told
from channels.gateway.app import create_app as create_gateway
from channels.gateway.orders import OrderDesk
from channels.gateway.turns import TurnDesk
from channels.offline import ENGINE, release_stops
from channels.publishing import send
from channels.simulator.bank import Bank
from channels.simulator.ears import HEARD, hear
from channels.simulator.headless import Headless
from channels.simulator.mix import read_mix
from channels.simulator.story import Story, tokens
from channels.simulator.voice import Message
from channels.workbench.app import attach
from channels.workbench.shell import Pages
from journeys.catalogue.edition import Edition
from schemas.time import DAY, HOUR, MINUTE, Instant, parse_instant
from streams.catalogue_files import shipped
from streams.clock import FastClock, WallClock
from streams.embedded.engine import EmbeddedEngine
from streams.embedded.file import FileReader
from streams.errors import TransientError, WorkerStopError
from streams.feed import ReaderFeed
from streams.guarding import Guarding
from streams.ports import Clock, Outgoing
from streams.readmodel.database import VIEWS, open_database
from streams.readmodel.freshness import Freshness
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views
from streams.readmodel.stops import StopSwitch
from streams.released import ReleasedCatalogue
from streams.topics import REFERENCE

HOST: Final = "127.0.0.1"
_BATCH: Final = 200
_NAP_S: Final = 0.03
_FOLLOW_S: Final = 0.2
_GUARD_S: Final = 1.0
PORTS_TRIED = 20
_A_WEEKDAY: Final = "2026-11-24T00:00:00+08:00"
_OPENING: Final = 8 * HOUR + 30 * MINUTE
_DAYS_BEFORE: Final = 4
YOURS: Final = "remote-2"
"""The desk that the synthetic bank leaves to whoever tries the demonstration."""


class Service:
    """The engine with its doors over a folder; one process, one port."""

    def __init__(self, folder: Path, clock: Clock, port: int, *, yours: str | None = None) -> None:
        self._folder, self._clock, self._yours = folder, clock, yours
        self.engine = EmbeddedEngine(folder / ENGINE, clock)
        self._release_if_new()
        self.engine.commit()
        self._reader = FileReader(folder / ENGINE)
        self._views = open_database(f"sqlite:///{folder / VIEWS}")
        self._orders_reader = FileReader(folder / ENGINE)
        self._released = ReleasedCatalogue(self._orders_reader)
        self._released.refresh()
        self._orders = self._order_desk(clock)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.failure: BaseException | None = None
        self.url = f"http://{HOST}:{port}"
        self._server = uvicorn.Server(self._config(clock, port))

    def run(self, *more: Callable[[threading.Event], None]) -> int:
        """Serve until a signal, or until something fails; 0 or 70."""
        self._spawn(self.engine.run)
        self._spawn(Projector(self._views, ReaderFeed(self._reader, wait_s=_NAP_S)).run)
        self._spawn(self._follow)
        self._spawn(self._guard)
        for work in more:
            self._spawn(work)
        with suppress(KeyboardInterrupt):
            self._server.run()
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
        self._views.dispose()
        self._reader.close()
        self._orders_reader.close()
        if self.failure is not None:
            click.echo(f"stopped: {self.failure}", err=True)
            return 70
        return 0

    def edition(self) -> Edition:
        """The catalogue in force now."""
        return self._released.at(self._clock.now())

    def stop(self) -> None:
        """End from another thread, as a signal would."""
        self._server.should_exit = True

    def _order_desk(self, clock: Clock) -> OrderDesk:
        """On a reader of its own: two threads do not share one."""
        reader = self._orders_reader
        views = Views(self._views, reader)
        fresh = Freshness(reader, reader, views, clock)
        return OrderDesk(views, self._released, fresh, clock)

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(_FOLLOW_S):
            with suppress(TransientError):  # then no order is judged
                self._orders.refresh()

    def _guard(self, stop: threading.Event) -> None:
        """Watch the guards, on a connection of its own."""
        with closing(FileReader(self._folder / ENGINE)) as reader:
            tell = partial(release_stops, self._folder)
            guarding = Guarding(reader, StopSwitch(self._views), tell, self._clock)
            while not stop.wait(_GUARD_S):
                with suppress(TransientError):  # the same again in a second
                    guarding.step()

    def _config(self, clock: Clock, port: int) -> uvicorn.Config:
        views = Views(self._views, self._reader)
        turns = TurnDesk(self.engine, views, clock, self._released)
        app: FastAPI = create_gateway(
            self.engine, clock, views, durability="local", orders=self._orders, turns=turns
        )
        released = self._released
        pages = Pages(
            views,
            self.engine,
            clock,
            released,
            released.product,
            is_ending=self._is_ending,
            yours=self._yours,
        )
        attach(app, pages)
        return uvicorn.Config(
            app, host=HOST, port=port, log_level="warning", timeout_graceful_shutdown=2
        )

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        self._server.should_exit = True
        self._stop.set()

    def _is_ending(self) -> bool:
        return bool(self._server.should_exit)

    def _release_if_new(self) -> None:
        """A new folder starts with the shipped catalogue; a used one keeps its own."""
        if self.engine.end(REFERENCE, 0) == 0:
            self.engine.release([shipped()])

    def _spawn(self, work: Callable[[threading.Event], None]) -> None:
        def guarded() -> None:
            try:
                work(self._stop)
            except TransientError as error:
                if not self._is_ending():  # else the gateway went first, as it should
                    self._fail(error)
            except BaseException as error:  # noqa: BLE001 - a thread's end must end the process
                self._fail(error)

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        self._threads.append(thread)


class LiveBank:
    """The synthetic bank against a running gateway, at the pace of a clock."""

    def __init__(self, bank: Bank, clock: FastClock, service: Service) -> None:
        self._bank, self._clock, self._url = bank, clock, service.url
        self._seen: list[Outgoing] = []
        self._lock = threading.Lock()
        service.engine.listeners.append(self._hear)

    def run(self, stop: threading.Event) -> None:
        """Speak and listen until told to stop."""
        with httpx.Client(base_url=self._url, timeout=30) as client:
            self._wait_for(client, stop)
            while not stop.is_set():
                self._listen()
                now = self._clock.now()
                self._say(client, self._bank.emit(now))
                soonest = self._bank.next_time()
                rest = 0.25 if soonest is None else self._clock.seconds_until(soonest)
                stop.wait(min(0.25, max(0.02, rest)))

    def _wait_for(self, client: httpx.Client, stop: threading.Event) -> None:
        while not stop.is_set():
            with suppress(httpx.TransportError):
                client.get("/livez")
                return
            stop.wait(0.05)

    def _say(self, client: httpx.Client, messages: list[Message]) -> None:
        for start in range(0, len(messages), _BATCH):
            send(client, [message.body for message in messages[start : start + _BATCH]])

    def _hear(self, outputs: Sequence[Outgoing]) -> None:
        with self._lock:
            self._seen.extend(m for m in outputs if m.topic in HEARD)

    def _listen(self) -> None:
        with self._lock:
            seen, self._seen = self._seen, []
        now = self._clock.now()
        for message in seen:
            hear(self._bank, message, now)


def run_demo(clients: int, seed: int, speed: int, port: int) -> int:
    """A weekday of the bank from 08:30, so many times as fast; pages on a loopback port.

    The days before it are lived first, headless, so that desks have work from the start.
    """
    day = parse_instant(_A_WEEKDAY)
    clock = DemoClock(Instant(day - _DAYS_BEFORE * DAY))
    with tempfile.TemporaryDirectory(prefix="suishen-") as folder:
        service = Service(Path(folder), clock, free_port(port), yours=YOURS)
        told = Story(Instant(day + _OPENING), YOURS)
        bank = Bank(seed=seed, clients=clients, start=clock.now(), mix=read_mix(), told=told)
        click.echo(f"{clients} clients live their last {_DAYS_BEFORE} days first …", err=True)
        past = Headless(bank, service.engine, clock)
        past.open()
        past.run(Instant(day + _OPENING))
        service.engine.listeners.clear()
        bank.desks.unmanned.add(YOURS)
        live = clock.go(Instant(day + _OPENING), speed=speed)
        click.echo(begin_told.day(service.edition().contact, speed))
        click.echo("\n".join(begin_told.lines(_running(service, folder, seed))))
        code = service.run(LiveBank(bank, live, service).run)
    click.echo(begin_told.GONE)
    return code


def _running(service: Service, folder: str, seed: int) -> begin_told.Running:
    return begin_told.Running(
        gateway=service.url,
        pages=service.url,
        asked=f"event ID --data {folder}",
        desk=YOURS,
        client=tokens(seed)[begin_told.WHO],
    )


class DemoClock:
    """Stands and is moved while the past is lived, then runs."""

    def __init__(self, start: Instant) -> None:
        self.moment = start
        self._running: FastClock | None = None

    def now(self) -> Instant:
        """Where it stands or has come to."""
        return self.moment if self._running is None else self._running.now()

    def go(self, start: Instant, *, speed: float) -> FastClock:
        """Run from an instant on."""
        self._running = FastClock(start, speed=speed)
        return self._running


def run_embedded(folder: Path, port: int) -> int:
    """The engine and its doors over a folder, on the wall's clock."""
    service = Service(folder, WallClock(), free_port(port))
    click.echo(f"open {service.url}/ ; events go to {service.url}/v1/events")
    return service.run()


def free_port(wanted: int) -> int:
    """The wanted port, or the next free one above it.

    Raises:
        WorkerStopError: none of the next is free.
    """
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise WorkerStopError(
        f"{PORTS_TRIED} ports from {wanted} on are taken; choose another with --port"
    )
