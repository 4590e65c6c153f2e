"""Logs: one JSON line per batch and per decision, and nothing in it that names a person.

Nothing is configured globally: `make_logger` builds a logger over a stream, and whoever logs is
given one.
"""

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Final, TextIO, cast

import structlog
from pydantic import SecretStr
from structlog.typing import FilteringBoundLogger, Processor, WrappedLogger
from typing_extensions import override

from schemas.time import format_instant
from streams.ports import Clock

FIELDS: Final = frozenset(
    {
        "action", "batch_events", "client_ref", "code", "dead", "decision_id", "duration_s",
        "error.type", "event", "event_id", "fold", "journey", "level", "logger", "offset",
        "outputs", "partition", "reason", "remedy", "result", "seed", "service", "skipped",
        "span_id", "state_format", "topic", "trace_id", "trigger", "ts", "version",
    }
)  # fmt: skip
"""All that a line may hold; another field is dropped and named in `dropped`."""
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
HIDDEN: Final = "[hidden]"
_NUMBER: Final = r"(?<![0-9a-f])\+?\d[\d \-]{9,22}[\dXx](?![0-9a-f])"
"""Phone, card, identity number."""
_PERSONAL: Final = re.compile(
    r"ct_[0-9a-f]{8,}|ac_[0-9a-f]{8,}"  # clients and accounts, pseudonymous as they are
    r"|[^\s@]+@[^\s@]+\.[^\s@]+"  # mail
    rf"|{_NUMBER}"
    r"|[\u4e00-\u9fff]"  # a name or an utterance: our own words are English
)
_NUMBERS: Final = re.compile(_NUMBER)
_FREE: Final = frozenset({"ts"})
"""Made here; its digits look like a number to the filter."""


class Level:
    """The lowest level that is written; may be changed while the worker runs."""

    def __init__(self, name: str) -> None:
        self.set(name)

    def set(self, name: str) -> None:
        """Write from this level on.

        Raises:
            KeyError: no such level.
        """
        self._least = LEVELS[name]

    def __call__(
        self, _logger: WrappedLogger, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Drop what is below the level; a link in structlog's chain."""
        if LEVELS.get(method, LEVELS["critical"]) < self._least:
            raise structlog.DropEvent
        return event


class ClientRefs:
    """Keyed names of clients: the same client, the same name, and no way back without the key."""

    def __init__(self, key: SecretStr | None) -> None:
        self._key = None if key is None else key.get_secret_value().encode()[:64]

    def of(self, token: str) -> str | None:
        """16 hex digits for a client or desk, or `None` without a key."""
        if self._key is None:
            return None
        return blake2b(token.encode(), key=self._key, digest_size=8).hexdigest()


class Lines:
    """A stream that is flushed after each line, or once after lines that belong together.

    A flush gives the interpreter away to another thread: one for each decision is dear.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._is_held = stream, False

    def write(self, text: str) -> int:
        """Write a line."""
        return self._stream.write(text)

    def flush(self) -> None:
        """Let it be seen, unless more belongs to it."""
        if not self._is_held:
            self._stream.flush()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Flush once at the end of the block. For one thread; what others write waits for it."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            self.flush()


def make_logger(
    stream: TextIO | Lines, *, clock: Clock, level: Level, version: str
) -> FilteringBoundLogger:
    """A logger that writes JSON lines to a stream.

    Args:
        stream: flushed after each line.
        clock: stamps `ts`.
        level: kept by the caller, who may change it.
        version: of the product, in every line.
    """

    def stamp(
        _logger: WrappedLogger, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        now = format_instant(clock.now())
        return {"ts": now, "level": method, "service": "suishen", "version": version, **event}

    chain: list[Processor] = [level, stamp, without_persons, structlog.processors.JSONRenderer()]
    return cast(
        "FilteringBoundLogger",
        structlog.wrap_logger(
            structlog.WriteLogger(cast("TextIO", stream)),
            processors=chain,
            wrapper_class=structlog.make_filtering_bound_logger(0),
            cache_logger_on_first_use=True,
        ),
    )


def without_persons(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The last link before JSON: only known fields pass, and only values that name nobody."""
    kept = {name: _harmless(name, value) for name, value in event.items() if name in FIELDS}
    if len(kept) < len(event):
        kept["dropped"] = len(event) - len(kept)
    return kept


def _harmless(name: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float) or name in _FREE:
        return value
    if isinstance(value, str):
        # To look for mail where there is no @ takes the square of the length.
        is_plain = value.isascii() and not ("@" in value or "ct_" in value or "ac_" in value)
        return (_NUMBERS if is_plain else _PERSONAL).sub(HIDDEN, value)
    # Anything richer could carry anything: its kind is all that is told.
    return f"[{type(value).__name__}]"


class _Relay(logging.Handler):
    """Hands what libraries log to the house's log, as text and without a traceback."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    @override
    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(self._log, level)("library", logger=record.name, reason=record.getMessage()[:300])


def relay_libraries(log: FilteringBoundLogger) -> None:
    """Warnings of libraries go to our log; Faust's own setup would log every send (trap 7)."""
    root = logging.getLogger()
    root.handlers[:] = [_Relay(log)]
    root.setLevel(logging.WARNING)
