"""The reference log, read whole and on and on by a thread of its own.

The fold asks in the middle of a batch and must not wait for a broker: it gets what has been read,
or hears that more is to come, so that the batch is tried again.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from typing_extensions import override

from schemas.time import Instant
from streams.errors import TransientError, WorkerStopError
from streams.kafka.exits import described
from streams.ports import LogReader, Record
from streams.topics import REFERENCE

_POLL_MS: Final = 200
_LONGEST_PAUSE_S: Final = 2.0
_LOOK_S: Final = 0.02
_MILLISECOND: Final = 1000
_LOG: Final = TopicPartition(REFERENCE, 0)


class ReferenceTail(LogReader):
    """The only partition of the reference log, in memory as far as it has been read."""

    def __init__(self, bootstrap: str, **options: Any) -> None:
        self._bootstrap, self._options = bootstrap, options
        self._records: list[Record] = []
        self._error: WorkerStopError | None = None
        self._caught_up = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reference", daemon=True)

    def start(self, patience_s: float) -> None:
        """Read on from now on; returns when everything that stands there now has been read.

        Raises:
            WorkerStopError: the log cannot be read, or not within the time given.
        """
        self._thread.start()
        deadline = time.monotonic() + patience_s
        while not self._caught_up.wait(_LOOK_S) and self._error is None:
            if time.monotonic() > deadline:
                raise WorkerStopError(f"the reference log was not read within {patience_s:.0f} s")
        self._check()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join()

    @override
    def read(self, topic: str, partition: int, offset: int, limit: int) -> Sequence[Record]:
        """Records that have been read.

        Raises:
            TransientError: there are none at this offset yet.
            WorkerStopError: the log cannot be read.
        """
        self._check()
        found = self._records[offset : offset + limit]
        if not found:
            raise TransientError(f"reference offset {offset} has not been read yet")
        return found

    @override
    def end(self, topic: str, partition: int) -> int:
        """How far it has been read."""
        return len(self._records)

    @override
    def partitions(self, topic: str) -> int:
        """One."""
        return 1

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        pause_s = _LOOK_S
        while not self._stop.is_set():
            before = len(self._records)
            try:
                self._follow()
            except KafkaError:
                pause_s = _LOOK_S if len(self._records) > before else pause_s
                self._stop.wait(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            except WorkerStopError as error:
                self._error = error
            except Exception as error:  # noqa: BLE001 - a silent end would hold the fold up
                self._error = WorkerStopError(
                    f"reading the reference log failed: {described(error)}"
                )
            if self._error is not None:
                return

    def _follow(self) -> None:
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            **self._options,
        )
        try:
            consumer.assign([_LOG])
            consumer.seek(_LOG, len(self._records))
            end = consumer.end_offsets([_LOG])[_LOG]
            while not self._stop.is_set():
                if len(self._records) >= end:
                    self._caught_up.set()
                for found in consumer.poll(timeout_ms=_POLL_MS).values():
                    self._add(found)
        finally:
            consumer.close()

    def _add(self, found: Sequence[Any]) -> None:
        for one in found:
            if one.offset != len(self._records):
                raise WorkerStopError(
                    f"the reference log jumps from offset {len(self._records)} to {one.offset}: "
                    "it must be kept for ever, in one partition and uncompacted; restore it"
                )
            self._records.append(
                Record(
                    one.topic,
                    one.partition,
                    one.offset,
                    one.key,
                    one.value,
                    tuple(one.headers),
                    Instant(one.timestamp * _MILLISECOND),
                )
            )
