"""The processes that channels and people talk to: gateway, workbench, and their projector."""

import random
import threading
from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from channels.gateway.app import create_app as create_gateway
from channels.gateway.counting import DoorMetrics
from channels.gateway.orders import OrderDesk
from channels.gateway.turns import TurnDesk
from channels.process import Process
from channels.serving import Check, answers, serve_app, wait_for_views
from channels.workbench.app import attach, create_app
from channels.workbench.shell import Pages
from streams.clock import WallClock
from streams.errors import TransientError, WorkerStopError
from streams.kafka.lag import LagMeter
from streams.kafka.logs import epochs
from streams.kafka.progress import Groups, KafkaProgress
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaFeed, KafkaReader
from streams.readmodel.database import address, open_database
from streams.readmodel.following import Following
from streams.readmodel.freshness import Freshness
from streams.readmodel.projector import PROJECTED, Projector
from streams.readmodel.queries import Views
from streams.readmodel.visibility import Visibility
from streams.released import ReleasedCatalogue
from streams.settings import channel_of
from streams.topics import CLIENT_EVENTS, DESK_EVENTS

_PUBLISH_S: Final = 5.0
"""After so long without an acknowledgement a door answers 503."""
_ANSWER_S: Final = 3.0
_MEASURE_S: Final = 5.0
_FOLLOW_S: Final = 1.0


class _Parts:
    """What both doors work with."""

    def __init__(self, process: Process, engine: Engine) -> None:
        self.process, self.engine = process, engine
        self.publisher = KafkaPublisher(process.bootstrap, answer_s=_PUBLISH_S)
        self.reader = KafkaReader(process.bootstrap, answer_s=_ANSWER_S)
        self.groups = Groups(process.bootstrap, answer_s=_ANSWER_S)
        self.views = Views(self.engine, KafkaProgress(self.groups))
        self.released = ReleasedCatalogue(self.reader)
        self.followed = self.released
        """Refreshed with what orders are judged on, once there is an order desk."""

    def gateway(self, orders: OrderDesk) -> FastAPI:
        process = self.process
        watch = DoorMetrics(process.metrics, process.settings.channels)
        turns = TurnDesk(self.publisher, self.views, process.clock, self.followed)
        return create_gateway(
            self.publisher, process.clock, self.views, watch, orders=orders, turns=turns
        )

    def order_desk(self, reader: KafkaReader, groups: Groups) -> OrderDesk:
        """On connections of its own: it is refreshed by a thread of its own."""
        fresh = Freshness(reader, KafkaProgress(groups), self.views, self.process.clock)
        self.followed = ReleasedCatalogue(reader)
        return OrderDesk(self.views, self.followed, fresh, self.process.clock)

    def pages(self) -> Pages:
        listening, log = self.process.metrics.sse_clients.inc, self.process.log
        return Pages(
            self.views,
            self.publisher,
            self.process.clock,
            self.released,
            self.released.product,
            listening=listening,
            is_ending=self.process.stop.is_set,
            failed=lambda error_id, error: log.error(
                "figures_unread", error_id=error_id, reason=type(error).__name__
            ),
        )

    def checks(self, *, pages: bool) -> Sequence[Check]:
        """Of what must be there; the event logs for both doors."""
        logs: Check = lambda: self.reader.ends((CLIENT_EVENTS, DESK_EVENTS))  # noqa: E731
        return (logs, answers(self.engine), self.released.refresh) if pages else (logs,)

    def close(self) -> None:
        for part in (self.publisher, self.reader, self.groups):
            part.close()
        self.engine.dispose()


def run_gateway(process: Process, port: int, *, pages: bool) -> None:
    """Take events over HTTP; with `pages` the workbench too, in one application.

    A gateway without pages takes events while the read model is away: only stories need it.
    """
    engine = open_database(address(process.settings), migrated=False)
    if pages and not wait_for_views(process):
        return
    parts = _Parts(process, engine)
    reader = KafkaReader(process.bootstrap, answer_s=_ANSWER_S)
    groups = Groups(process.bootstrap, answer_s=_ANSWER_S)
    orders = parts.order_desk(reader, groups)
    app = parts.gateway(orders)
    if pages:
        attach(app, parts.pages())
    following = threading.Thread(target=_follow, args=(process, orders), daemon=True)
    following.start()
    try:
        _serve(parts, app, port, parts.checks(pages=pages))
    finally:
        following.join(timeout=_ANSWER_S)
        reader.close()
        groups.close()


def _follow(process: Process, orders: OrderDesk) -> None:
    """Keep what orders are judged on in sight; while anything is away, no order is judged."""
    while not process.stop.wait(_FOLLOW_S):
        try:
            orders.refresh()
        except (TransientError, WorkerStopError, SQLAlchemyError) as error:
            process.log.warning("orders_unjudged", reason=type(error).__name__)


def run_workbench(process: Process, port: int) -> None:
    """Serve advisers' pages."""
    if wait_for_views(process):
        parts = _Parts(process, open_database(address(process.settings)))
        _serve(parts, create_app(parts.pages()), port, parts.checks(pages=True))


def _serve(parts: _Parts, app: FastAPI, port: int, checks: Sequence[Check]) -> None:
    try:
        serve_app(parts.process, app, port, checks)
    finally:
        parts.close()


def run_projector(process: Process, *, rebuild: bool) -> None:
    """Keep the read model in step with the logs; with `rebuild` empty it first."""
    since = process.clock.now() if rebuild else None
    channels = process.settings.channels
    visibility = Visibility(
        process.metrics, process.clock, lambda source: channel_of(channels, source), since=since
    )
    feed = KafkaFeed(process.bootstrap, answer_s=_ANSWER_S)
    reader = KafkaReader(process.bootstrap, answer_s=_ANSWER_S)
    begin = _Beginning(process, feed, visibility, rebuild=rebuild)
    following = Following(
        begin,
        process.health,
        process.log,
        probe=lambda: reader.ends((CLIENT_EVENTS,)),
        jitter=random.random,
    )
    meter = threading.Thread(target=_measure, args=(process, visibility), daemon=True)
    meter.start()
    try:
        following.run(process.stop)
    finally:
        process.stop.set()
        meter.join(timeout=_ANSWER_S)
        begin.close()
        feed.close()
        reader.close()


class _Beginning:
    """Opens the database for a projector, and empties it once if that is asked for."""

    def __init__(
        self, process: Process, feed: KafkaFeed, visibility: Visibility, *, rebuild: bool
    ) -> None:
        self._process, self._feed, self._visibility = process, feed, visibility
        self._rebuild = rebuild
        self._engine: Engine | None = None

    def __call__(self) -> Projector:
        if self._engine is None:
            self._engine = open_database(address(self._process.settings))
        projector = Projector(self._engine, self._feed, watcher=self._visibility)
        try:
            if self._rebuild:
                projector.rebuild()
                self._rebuild = False
            answer_ms = int(_ANSWER_S * 1000)
            projector.bind(epochs(self._process.bootstrap, PROJECTED, answer_ms=answer_ms))
        except BaseException:
            projector.close()
            raise
        return projector

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()


def _measure(process: Process, visibility: Visibility) -> None:
    """Lag, every few seconds; while the broker is away the gauges stay as they are."""
    reader = KafkaReader(process.bootstrap, answer_s=_ANSWER_S)
    groups = Groups(process.bootstrap, answer_s=_ANSWER_S)
    # The broker stamps records with the wall's time, whatever a demonstration shows.
    meter = LagMeter(reader, groups, process.metrics, WallClock(), lambda: visibility.positions)
    while not process.stop.wait(_MEASURE_S):
        try:
            meter.measure()
        except TransientError as error:
            process.log.warning("lag_unknown", reason=str(error))
        except Exception as error:  # noqa: BLE001 - no gauge is worth a projector
            process.log.warning("lag_unknown", reason=type(error).__name__)
    reader.close()
    groups.close()
