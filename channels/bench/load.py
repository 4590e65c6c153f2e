"""An open loop of events at the gateway: offered when they are due, whatever became of the last."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from channels.gateway.door import accept
from channels.simulator.bank import Bank
from channels.simulator.mix import read_mix
from schemas.time import HOUR, Instant
from streams.clock import WallClock
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS

_HEADERS: Final = {"content-type": "application/cloudevents-batch+json"}
_ACCEPTED: Final = 202
_CONNECTIONS: Final = 32
_ANSWER_S: Final = 30.0
_SHARDS: Final = 60
"""Remote queues that share the tasks."""
_VIEWERS: Final = 1000
_SOURCE: Final = "/bench/load"
_VIEW: Final = {"page": "holdings"}
COMPLAINT: Final = {
    "session": "bench",
    "turn": 1,
    "channel": "ai",
    "language": "zh",
    "reading": "accept",
    "guesses": [{"intent": "complain", "p": 0.99}],
    "margin": 0.9,
    "model": "bench",
    "path": "bench",
}
"""Said in so many words: it leads to a task at once."""


class Shape(NamedTuple):
    """What is offered, and how."""

    rate: int
    """Events a second."""
    seconds: int
    every: int
    """One event of so many is a complaint, each by another client, which leads to a task."""
    warm_seconds: int
    """Before the first of them: page views alone."""
    per_request: int

    @property
    def complaints(self) -> int:
        """How many there will be."""
        return self.rate * self.seconds // self.every


class Offered(NamedTuple):
    """What became of the load."""

    due: dict[str, float]
    """By client that complained: when the event was due, on the machine's monotonic clock."""
    acknowledged: dict[str, float]
    accepted: int
    seconds: float


def bank_of(shape: Shape) -> Bank:
    """A bank with a client for every complaint, and those who view pages."""
    clients = shape.complaints + min(_VIEWERS, shape.rate)
    start = Instant(WallClock().now() - HOUR)
    bank = Bank(seed=1, clients=clients, start=start, mix=read_mix())
    for number, client in enumerate(bank.clients):
        client.desks = {"remote": f"remote-{number % _SHARDS}"}
    return bank


def opening(bank: Bank) -> list[Outgoing]:
    """The clients' baselines."""
    now = WallClock().now()
    told = [message for message in bank.opening() if message.log == CLIENT_EVENTS]
    return [accept(to_json(message.body), now=now).message for message in told]


class Request(NamedTuple):
    """Some events for the gateway."""

    body: bytes
    due_s: float
    """After the start: when the last event in it is due."""
    clients: Sequence[str]
    """Those that complain in it."""
    events: int


def requests(bank: Bank, shape: Shape) -> list[Request]:
    """The whole load, made before it is offered."""
    made: list[Request] = []
    waiting: list[tuple[Mapping[str, Any], str | None]] = []
    for number, event in enumerate(_events(bank, shape), start=1):
        waiting.append(event)
        if len(waiting) == shape.per_request:
            clients = [client for _, client in waiting if client is not None]
            body = to_json([document for document, _ in waiting])
            made.append(Request(body, number / shape.rate, clients, len(waiting)))
            waiting = []
    return made


def offer(host: str, port: int, load: Sequence[Request]) -> Offered:
    """Offer a load to a gateway, each request when it is due, and wait for the last answer."""
    offering = _Offering(host, port)
    due: dict[str, float] = {}
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        began = time.monotonic()
        for request in load:
            at = began + request.due_s
            time.sleep(max(0.0, at - time.monotonic()))
            due.update(dict.fromkeys(request.clients, at))
            pool.submit(offering.send, request)
    seconds = time.monotonic() - began
    return Offered(due, offering.acknowledged, offering.accepted, seconds)


class _Offering:
    """Sends from many threads, each over a connection of its own: cheaper than any client."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._own, self._lock = threading.local(), threading.Lock()
        self.acknowledged: dict[str, float] = {}
        self.accepted = 0

    def send(self, request: Request) -> None:
        """One request and its answer; without one its events are not acknowledged."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = HTTPConnection(self._host, self._port, timeout=_ANSWER_S)
            self._own.connection = connection
        connection.request("POST", "/v1/events:batch", request.body, _HEADERS)
        answer = connection.getresponse()
        answer.read()
        now = time.monotonic()
        if answer.status == _ACCEPTED:
            with self._lock:
                self.accepted += request.events
                self.acknowledged.update(dict.fromkeys(request.clients, now))


def _events(bank: Bank, shape: Shape) -> Iterator[tuple[Mapping[str, Any], str | None]]:
    """Events, and the client where one complains: each once, and none of those who view pages."""
    now = WallClock().now()
    complaining = iter(bank.clients[: shape.complaints])
    viewing = bank.clients[shape.complaints :]
    warm = shape.rate * shape.warm_seconds
    for number in range(warm + shape.rate * shape.seconds):
        is_turn = number >= warm and (number - warm) % shape.every == shape.every - 1
        client = next(complaining, None) if is_turn else None
        if client is not None:
            kind = "conversation.utterance_understood"
            event = client.tell(kind, COMPLAINT, source=_SOURCE, at=now)
            yield event.body, event.key
        else:
            client = viewing[number % len(viewing)]
            event = client.tell("app.page_viewed", _VIEW, source=_SOURCE, at=now)
            yield event.body, None
