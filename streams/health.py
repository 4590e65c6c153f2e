"""Probes and metrics of one process over HTTP: `/livez`, `/readyz`, `/startupz`, `/metrics`.

A probe answers 200 with `ok`, or 503 with one line that says why not. Faust's own web is off.
"""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from typing_extensions import override

from streams.errors import WorkerStopError
from streams.metrics import CONTENT_TYPE, Metrics

_TEXT: Final = "text/plain; charset=utf-8"
STARTING: Final = "starting"


class Health:
    """What a process says of itself. Any thread may write, any may read."""

    def __init__(self, *, stalled_after_s: float = 60.0) -> None:
        """Begin as a process that is starting.

        Args:
            stalled_after_s: without a sign of life for so long it is no longer live.
        """
        self._stalled_after_s = stalled_after_s
        self._not_ready: str | None = STARTING
        self._has_started = False
        self._seen = time.monotonic()

    def beat(self) -> None:
        """A sign of life: the main loop has come round, with work or without."""
        self._seen = time.monotonic()

    def ready(self) -> None:
        """Everything that is needed is there."""
        self._not_ready, self._has_started = None, True
        self.beat()

    def not_ready(self, why: str) -> None:
        """Something is away; the process lives and waits for it."""
        self._not_ready = why
        self.beat()

    def why_not(self, probe: str) -> str | None:
        """Why a probe fails; `None` if it holds.

        Args:
            probe: `livez`, `readyz` or `startupz`.
        """
        match probe:
            case "startupz":
                return None if self._has_started else (self._not_ready or STARTING)
            case "readyz":
                return self._not_ready
            case _:
                silent_s = time.monotonic() - self._seen
                return None if silent_s < self._stalled_after_s else f"silent for {silent_s:.0f} s"


def serve(health: Health, metrics: Metrics, *, host: str, port: int) -> ThreadingHTTPServer:
    """Answer from a thread of its own until `shutdown`; port 0 takes a free one.

    Raises:
        WorkerStopError: the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.strip("/")
            if path == "metrics":
                self._answer(200, CONTENT_TYPE, metrics.exposition())
            elif path in ("livez", "readyz", "startupz"):
                why = health.why_not(path)
                self._answer(200 if why is None else 503, _TEXT, (why or "ok").encode())
            else:
                self._answer(404, _TEXT, b"ask /livez, /readyz, /startupz or /metrics")

        def _answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            """Probes are no news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise WorkerStopError(
            f"metrics port {host}:{port} cannot be used ({error.strerror}); "
            "choose another with SUISHEN_METRICS_PORT"
        ) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
