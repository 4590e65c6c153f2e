"""HTTP doors of one process: uvicorn, an end in good order, and readiness from what they need."""

import random
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from typing_extensions import override

from channels.gateway.problems import problem
from channels.process import Process
from streams.errors import TransientError, WorkerStopError
from streams.readmodel.database import address, open_database

Check = Callable[[], object]
"""Raises `TransientError` while something is away."""
_LOOK_S: Final = 1.0
_GRACE_S: Final = 3
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 5.0
_RETRY_AFTER_S: Final = 2


def serve_app(process: Process, app: FastAPI, port: int, checks: Sequence[Check]) -> None:
    """Serve until the process is told to stop.

    Args:
        process: its health follows the checks.
        app: gets answers for what is away.
        port: on the host of the settings.
        checks: of all that the app needs, asked for again and again.

    Raises:
        WorkerStopError: the port is taken, or a door met something that no patience mends.
    """
    fatal: list[WorkerStopError] = []
    _answer_for_trouble(app, process, fatal)
    listening = _bound(process.settings.host, port)
    config = uvicorn.Config(
        app,
        log_config=None,  # warnings are relayed; paths hold clients' tokens, so no access log
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    watcher = threading.Thread(target=_watch, args=(process, checks, fatal), daemon=True)
    watcher.start()
    try:
        _Server(config, process).run(sockets=[listening])
    finally:
        process.stop.set()
        listening.close()
        watcher.join(timeout=_GRACE_S)
    if fatal:
        raise fatal[0]


def wait_for_views(process: Process) -> bool:
    """Wait until the read model's database answers and has its tables; `False` if told to stop."""
    pause_s, said = _FIRST_PAUSE_S, ""
    while not process.stop.is_set():
        try:
            open_database(address(process.settings)).dispose()
        except OperationalError as error:
            why = f"the database does not answer ({type(error.orig).__name__})"
        else:
            return True
        if why != said:
            process.log.warning("waiting", reason=why)
        said = why
        process.health.not_ready(why)
        process.stop.wait(pause_s * (1 + random.random()))  # noqa: S311 - spreads load
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    return False


def answers(engine: Engine) -> Check:
    """A check that a database answers."""

    def check() -> None:
        try:
            with engine.connect() as connection:
                connection.execute(text("select 1"))
        except DBAPIError as error:
            kind = type(error.orig).__name__
            raise TransientError(f"the database does not answer ({kind})") from error

    return check


class _Server(uvicorn.Server):
    """Tells of its life from the event loop, and stops when the process is told to."""

    def __init__(self, config: uvicorn.Config, process: Process) -> None:
        super().__init__(config)
        self._process = process

    @override
    async def on_tick(self, counter: int) -> bool:
        self._process.health.beat()
        if await super().on_tick(counter):
            self._process.stop.set()  # its own handler of SIGTERM hides ours
        return self._process.stop.is_set()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named asyncio sends at once: an answer in two parts is 40 ms late otherwise.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # who comes before the server runs waits for it: we may be called ready
    except OSError as error:
        listening.close()
        raise WorkerStopError(
            f"port {host}:{port} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    return listening


def _watch(process: Process, checks: Sequence[Check], fatal: list[WorkerStopError]) -> None:
    """Readiness, from a thread: a broker that is away takes seconds to say so."""
    while not process.stop.is_set():
        try:
            for check in checks:
                check()
        except TransientError as error:
            if process.health.why_not("readyz") is None:
                process.log.warning("waiting", reason=str(error))
            process.health.not_ready(str(error))
        except WorkerStopError as error:
            _end(process, fatal, error)
        else:
            process.health.ready()
        process.stop.wait(_LOOK_S)


def _answer_for_trouble(app: FastAPI, process: Process, fatal: list[WorkerStopError]) -> None:
    def away(_request: Request, _error: Exception) -> Response:
        return problem("views-unavailable", status=503, retry_after_s=_RETRY_AFTER_S)

    def over(_request: Request, error: Exception) -> Response:
        if isinstance(error, WorkerStopError):
            _end(process, fatal, error)
        return problem("log-unavailable", status=503, retry_after_s=_RETRY_AFTER_S)

    app.add_exception_handler(DBAPIError, away)
    app.add_exception_handler(PoolTimeoutError, away)
    app.add_exception_handler(TransientError, away)
    app.add_exception_handler(WorkerStopError, over)


def _end(process: Process, fatal: list[WorkerStopError], error: WorkerStopError) -> None:
    fatal.append(error)
    process.health.not_ready(str(error))
    process.stop.set()
