"""The synthetic bank against the running product: over HTTP, and over its own topics."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic_core import to_json

from channels.corebank.overhttp import create_app
from channels.corebank.port import Done
from channels.publishing import send
from channels.simulator.bank import Bank
from channels.simulator.ears import HEARD, hear
from channels.simulator.voice import Message
from schemas.cases import StepRequest
from streams.clock import ShiftedClock
from streams.errors import TransientError
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaFeed
from streams.ports import Outgoing
from streams.settings import ChannelRow
from streams.topics import channel_topic

_BATCH: Final = 200
_HEARD_AT_ONCE: Final = 2000
_LONGEST_REST_S: Final = 0.25
_PAUSE_S: Final = 1.0


class BankOverKafka:
    """Speaks and listens until told to stop; what is away for a while is said again."""

    def __init__(
        self,
        bank: Bank,
        clock: ShiftedClock,
        *,
        gateway: str,
        bootstrap: str,
        rows: Iterable[ChannelRow],
        core_port: int,
    ) -> None:
        """Name both ways in.

        Args:
            bank: what to say, and who listens.
            clock: its time.
            gateway: URL of the gateway.
            bootstrap: of Kafka.
            rows: channels with a topic of their own.
            core_port: where its core listens; what it is asked there it does not hear besides.
        """
        bank.casework.answers = False
        self._core_port, self._lock = core_port, threading.Lock()
        self._bank, self._clock, self._rows = bank, clock, tuple(rows)
        self._client = httpx.Client(base_url=gateway, timeout=30)
        self._publisher = KafkaPublisher(bootstrap)
        self._feed = KafkaFeed(bootstrap, wait_s=0.02)
        self._starts: dict[tuple[str, int], int] = {}
        self.said = {"http": 0, "topics": 0}

    def run(self, stop: threading.Event) -> None:
        """Live: the opening first, then minute by minute."""
        try:
            self._starts = {
                (topic, number): 0
                for topic in HEARD
                for number in range(self._feed.partitions(topic))
            }
            waiting = self._bank.opening()
            with serving(create_app(self._carry_out), self._core_port):
                while not stop.is_set():
                    with self._lock:
                        waiting += self._bank.emit(self._clock.now())
                    waiting = self._say(waiting, stop)
                    with self._lock:
                        self._listen()
                    stop.wait(self._rest_s())
        finally:
            self._client.close()
            self._publisher.close()
            self._feed.close()

    def _carry_out(self, request: StepRequest) -> Done:
        with self._lock:
            return self._bank.casework.carry_out(request, self._clock.now())

    def _rest_s(self) -> float:
        soonest = self._bank.next_time()
        rest = _LONGEST_REST_S if soonest is None else self._clock.seconds_until(soonest)
        return min(_LONGEST_REST_S, max(0.02, rest))

    def _say(self, messages: list[Message], stop: threading.Event) -> list[Message]:
        """Say them in order; what could not be said, for the next time."""
        while messages and not stop.is_set():
            some = messages[:_BATCH]
            try:
                self._send(some)
            except TransientError:
                stop.wait(_PAUSE_S)
                return messages
            messages = messages[_BATCH:]
        return messages

    def _send(self, messages: list[Message]) -> None:
        own = [(message, topic) for message in messages if (topic := self._topic(message))]
        self._publisher.write(
            [Outgoing(topic, m.key.encode(), to_json(m.body)) for m, topic in own]
        )
        spoken = {id(message) for message, _ in own}
        rest = [message.body for message in messages if id(message) not in spoken]
        if rest:
            send(self._client, rest)
        self.said["topics"] += len(own)
        self.said["http"] += len(rest)

    def _topic(self, message: Message) -> str | None:
        source = message.body["source"]
        return next((channel_topic(r.name) for r in self._rows if r.may_say(source)), None)

    def _listen(self) -> None:
        with suppress(TransientError):
            now = self._clock.now()
            for place, records in self._feed.poll(self._starts, _HEARD_AT_ONCE).items():
                for record in records:
                    hear(self._bank, Outgoing(record.topic, record.key, record.value), now)
                self._starts[place] = records[-1].offset + 1


@contextmanager
def serving(app: FastAPI, port: int) -> Iterator[None]:
    """An application on a loopback port, in a thread of its own."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="core bank", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
