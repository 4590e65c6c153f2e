"""A part that a test can look through: `a_part.py MODE`; it serves the real probes."""

import os
import signal
import sys
import threading
from pathlib import Path

from prometheus_client import CollectorRegistry

from streams.health import Health, serve
from streams.metrics import Metrics


def main(mode):
    if mode == "bad":
        sys.stdout.write("SUISHEN_PORT: not a number\n")
        return 2
    if mode.startswith("once:"):
        been = Path(mode.removeprefix("once:"))
        if not been.exists():
            been.touch()
            return 70
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: None if mode == "deaf" else stop.set())
    health = Health()
    port = int(os.environ["SUISHEN_METRICS_PORT"])
    serve(health, Metrics(CollectorRegistry()), host="127.0.0.1", port=port)
    if mode == "waiting":
        health.not_ready("Kafka is away")
    else:
        health.ready()
    stop.wait(120)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
