"""Processes of the product as they are started in production, with their probes and their lines."""

import itertools
import json
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.kafka.nursery import nursery
from tests.services import free_port, free_port_from

_ports = itertools.count(free_port(30000))


def a_port() -> int:
    """Another free port each time: one that was given out may not be bound yet."""
    return free_port_from(next(_ports))


class Suishen:
    """`suishen …` as a process; on the way out it is ended."""

    def __init__(self, *words: str, **environment: Any) -> None:
        self.path = Path(tempfile.mkstemp(prefix="suishen-", suffix=".log")[1])
        port = a_port()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5)
        settings = {f"SUISHEN_{k.upper()}": str(v) for k, v in environment.items()}
        environment = {**os.environ, **settings, "SUISHEN_METRICS_PORT": str(port)}
        self.process = nursery().start("suishen", words, self.path, environment)

    def probe(self, name: str) -> tuple[int, str]:
        """A probe's status and what it says; 0 where nobody answers."""
        try:
            answer = self.http.get(f"/{name}")
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def is_ready(self) -> bool:
        return self.probe("readyz")[0] == 200

    def metric(self, name: str, **labels: str) -> float:
        """The sum over all series of a metric that have these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        total = 0.0
        for line in self.probe("metrics")[1].splitlines():
            series, _, value = line.rpartition(" ")
            if series.split("{")[0] == name and all(one in series for one in wanted):
                total += float(value)
        return total

    def until(self, condition: Any, seconds: float = 60) -> None:
        """Wait for something; fail with what the process said if it does not come or ends."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"not within {seconds} s: {self.said()[-3000:]}")
            time.sleep(0.1)

    def ready(self, seconds: float = 90) -> "Suishen":
        self.until(self.is_ready, seconds)
        return self

    def said(self) -> str:
        return self.path.read_text()

    def lines(self, event: str) -> list[dict[str, Any]]:
        whole = [line for line in self.said().splitlines() if line[:1] + line[-1:] == "{}"]
        return [line for line in map(json.loads, whole) if line.get("event") == event]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(60)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def end(self, seconds: float = 40) -> int:
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self.http.close()
        self.path.unlink(missing_ok=True)
