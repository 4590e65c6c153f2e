"""Processes that feed the event logs of a real broker, and channels that write to it."""

import io
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from channels.ingress.forward import run_ingress
from channels.process import Process as Frame
from schemas.reference import CatalogueFiles
from schemas.time import Instant
from streams.catalogue_files import read_files, version_of
from streams.clock import WallClock
from streams.errors import TransientError
from streams.health import Health
from streams.kafka.faults import NoFault
from streams.kafka.logs import Plan
from streams.kafka.reader import KafkaReader
from streams.kafka.standing import Standing
from streams.logs import Level, make_logger
from streams.metrics import Metrics
from streams.ports import Outgoing
from streams.reference import markers, releases
from streams.settings import ChannelRow, Settings
from streams.topics import INGRESS_GROUP, REFERENCE, SOURCE_OF, channel_topic
from tests.builders import CURRENT, TERM, a_product
from tests.kafka.nursery import nursery
from tests.kafka.running import publish

CHANNELS = ("app", "corebank")
PLAN = Plan(clients=2, desks=2, channels=CHANNELS, unfed=True)
ROWS = "app=/app,corebank=/corebank"
NOW = WallClock().now


class Process:
    """`suishen run NAME`, with its log lines kept."""

    def __init__(self, bootstrap: str, name: str, *more: str, **environment: str) -> None:
        self.path = Path(tempfile.mkstemp(prefix=f"suishen-{name}-", suffix=".log")[1])
        settings = {
            **os.environ,
            "SUISHEN_KAFKA_BOOTSTRAP": bootstrap,
            "SUISHEN_KAFKA_SESSION_S": "6",
            "SUISHEN_CHANNELS": ROWS,
            **environment,
        }
        self.process = nursery().start("suishen", ["run", name, *more], self.path, settings)

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        whole = [
            line for line in self.path.read_text().splitlines() if line[:1] + line[-1:] == "{}"
        ]
        found = [json.loads(line) for line in whole]
        return [line for line in found if event is None or line.get("event") == event]

    def wait(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)

    def kill(self) -> int:
        self.process.kill()
        return self.process.wait(60)

    def term(self, seconds: float = 30) -> int:
        self.process.terminate()
        return self.process.wait(seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self.path.unlink()


@contextmanager
def running(bootstrap: str, name: str, *more: str, **environment: str) -> Iterator[Process]:
    process = Process(bootstrap, name, *more, **environment)
    try:
        yield process
    except BaseException:
        sys.stdout.write(process.path.read_text()[-4000:])
        raise
    finally:
        process.close()


def release(bootstrap: str, *payloads: Any) -> int:
    """Append a catalogue and products, or what is given, then a marker to every partition."""
    files = read_files()
    first = [CatalogueFiles(version=version_of(files), files=files), CURRENT, TERM, a_product()]
    publish(bootstrap, releases(payloads or first, now=NOW()))
    reader = KafkaReader(bootstrap)
    end = reader.end(REFERENCE, 0)
    publish(bootstrap, markers(reader, offset=end, now=NOW()))
    reader.close()
    return end


def said(topic: str, document: dict[str, Any], *, key: bytes | None = None) -> Outgoing:
    """An event as a channel writes it; its key chooses the partition."""
    raw = json.dumps(document).encode()
    return Outgoing(topic, document["partitionkey"].encode() if key is None else key, raw)


class Groups:
    """Where groups stand, over one connection."""

    def __init__(self, bootstrap: str) -> None:
        self._standing = Standing(bootstrap)

    def is_applied(self, fold: str = "client") -> bool:
        """Has a fold committed everything that is there?"""
        return self._is_done(f"suishen-{fold}", SOURCE_OF[fold])

    def is_forwarded(self) -> bool:
        """Has ingress committed everything that channels wrote?"""
        return self._is_done(INGRESS_GROUP, *map(channel_topic, CHANNELS))

    def reached(self, group: str, topic: str) -> dict[int, int]:
        """By partition: where a group has committed."""
        try:
            found = self._standing.reached(group, [topic])
        except TransientError:  # a broker without any group yet makes its log of offsets now
            return {}
        return {part: at for (_, part), (at, _) in found.items()}

    def close(self) -> None:
        self._standing.close()

    def _is_done(self, group: str, *topics: str) -> bool:
        try:
            return not any(self._standing.behind(group, topics).values())
        except TransientError:
            return False


class Threaded:
    """A process of ours in a thread of this one."""

    def __init__(self, bootstrap: str, work: Callable[[Frame], None], **settings: Any) -> None:
        self._out = io.StringIO()
        clock, rows = WallClock(), tuple(ChannelRow(n, f"/{n}") for n in CHANNELS)
        log = make_logger(self._out, clock=clock, level=Level("info"), version="t")
        metrics, self._stop = Metrics(CollectorRegistry()), threading.Event()
        self.health = Health()
        told = Settings(**({"channels": rows, "kafka_session_s": 6.0} | settings))
        frame = Frame(told, bootstrap, log, metrics, self.health, clock, self._stop)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(work, frame))
        self._thread.start()

    def text(self) -> str:
        """All that it has logged, and what ended it."""
        return f"{self._out.getvalue()}\n{self._error!r}\n"

    def lines(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self._out.getvalue().splitlines()]
        return [line for line in found if line["event"] == event]

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error

    def _run(self, work: Callable[[Frame], None], frame: Frame) -> None:
        try:
            work(frame)
        except Exception as error:  # noqa: BLE001 - told to the test
            self._error = error


@contextmanager
def in_thread(bootstrap: str, work: Callable[[Frame], None], **settings: Any) -> Iterator[Threaded]:
    """Run until the block ends; an error in it is the test's."""
    threaded = Threaded(bootstrap, work, **settings)
    try:
        yield threaded
    except BaseException:
        sys.stdout.write(threaded.text()[-4000:])
        raise
    finally:
        threaded.stop()


def ingress_work(frame: Frame) -> None:
    """Ingress, as a dynamic member."""
    run_ingress(frame, NoFault(), None)


def ago(seconds: float) -> Instant:
    """An instant so long before now."""
    return Instant(NOW() - int(seconds * 1_000_000))
