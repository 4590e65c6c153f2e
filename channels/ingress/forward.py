"""Ingress: from `client-events.<channel>` to the event logs, in order per key, at least once.

Published, then committed: a crash between the two repeats records, under the same ids and with the
same bytes, and folds drop them. Records of one key are never under way together, so that one which
the broker failed to take cannot be overtaken by the next.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol, TypeVar

from channels.ingress.judge import Judged, judge
from channels.membership import follower_of
from channels.process import Process
from schemas import codec
from schemas.envelope import TYPE_PREFIX
from schemas.logs import ALL_KINDS, short_name
from streams.errors import TransientError, WorkerStopError
from streams.kafka.faults import Fault
from streams.kafka.follower import Follower
from streams.kafka.publisher import KafkaPublisher
from streams.ports import Outgoing, Record
from streams.settings import ChannelRow
from streams.topics import INGRESS_GROUP, channel_topic

T = TypeVar("T")
POLL_S: Final = 0.2
LOOK_S: Final = 2.0
"""How often ingress looks how far it is behind, and whether the broker is there at all."""
_LONGEST_PAUSE_S: Final = 2.0
_FIRST_PAUSE_S: Final = 0.05
_KNOWN: Final = frozenset(short_name(kind) for kind in ALL_KINDS)


class Writer(Protocol):
    """Writes records that are durable when the call returns."""

    def write(self, messages: Sequence[Outgoing]) -> object:
        """Write all.

        Raises:
            TransientError: the broker is away; the same records may be sent again.
        """
        ...


def run_ingress(process: Process, fault: Fault, instance: int | None) -> None:
    """Forward until told to stop.

    Raises:
        WorkerStopError: no channel is named, a topic is missing, or access is refused.
    """
    settings = process.settings
    rows = {channel_topic(row.name): row for row in settings.channels}
    if not rows:
        raise WorkerStopError("no channels; set SUISHEN_CHANNELS to name=/source,…")
    follower = follower_of(process, list(rows), INGRESS_GROUP, instance)
    publisher = KafkaPublisher(process.bootstrap)
    try:
        Ingress(process, rows, follower, publisher, fault).run()
    finally:
        follower.close()
        publisher.close()


class Ingress:
    """One process of ingress."""

    def __init__(
        self,
        process: Process,
        rows: Mapping[str, ChannelRow],
        follower: Follower,
        writer: Writer,
        fault: Fault,
    ) -> None:
        """Prepare to forward.

        Args:
            process: settings, logs, metrics, health.
            rows: by topic: the channel that writes it.
            follower: of these topics.
            writer: to the event logs.
            fault: where a test lets it die.
        """
        self._process, self._rows, self._follower = process, rows, follower
        self._writer, self._fault = writer, fault
        self._look_at = 0.0

    def run(self) -> None:
        """Forward until told to stop."""
        pause_s = _FIRST_PAUSE_S
        while not self._process.stop.is_set():
            try:
                self.step()
                pause_s = _FIRST_PAUSE_S
            except TransientError as error:
                self._away(error, pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def step(self) -> int:
        """Forward what has arrived; how many records.

        Raises:
            TransientError: the broker is away. What was not committed comes again.
        """
        records = self._follower.poll(POLL_S, self._process.settings.ingress_batch)
        if records:
            self._forward(records)
        self._look()
        return len(records)

    def _forward(self, records: Sequence[Record]) -> None:
        began = time.perf_counter()
        judged = [judge(record, self._rows[record.topic]) for record in records]
        for wave in waves([one.message for one in judged]):
            self._until_there(partial(self._write, wave))
        self._fault.at("ingress.commit")
        is_ours = self._until_there(self._follower.commit)
        self._tell(records, judged, time.perf_counter() - began, is_ours=is_ours)

    def _write(self, wave: Sequence[Outgoing]) -> None:
        self._fault.at("ingress.write")
        self._writer.write(wave)

    def _until_there(self, call: Callable[[], T]) -> T:
        """Try until it is done: the next record of a key waits for this one."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return call()
            except TransientError as error:
                if self._process.stop.is_set():
                    raise
                self._away(error, pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _away(self, error: TransientError, pause_s: float) -> None:
        self._process.health.not_ready(str(error))
        self._process.log.warning("broker_away", reason=str(error))
        self._process.stop.wait(pause_s)

    def _look(self) -> None:
        """Lag and readiness, every now and then."""
        health = self._process.health
        health.beat()
        if time.monotonic() < self._look_at:
            return
        progress = self._follower.progress()
        for (topic, partition), at in progress.items():
            gauge = self._process.metrics.consumer_lag_records.labels(topic, str(partition))
            gauge.set(at.end - at.position)
        if self._follower.is_member:
            if health.why_not("readyz") is not None:
                self._process.log.info("joined", batch_events=len(progress))
            health.ready()
            self._look_at = time.monotonic() + LOOK_S

    def _tell(
        self, records: Sequence[Record], judged: Sequence[Judged], seconds: float, *, is_ours: bool
    ) -> None:
        metrics = self._process.metrics
        metrics.stage_seconds.labels("ingress").observe(seconds)
        refused = 0
        for record, one in zip(records, judged, strict=True):
            if one.refused is None:
                channel = self._rows[record.topic].name
                metrics.events_received.labels(channel, _type_of(one.message.value)).inc()
            else:
                refused += 1
                metrics.events_rejected.labels(str(one.refused)).inc()
        self._process.log.info(
            "forwarded",
            batch_events=len(records),
            dead=refused,
            duration_s=round(seconds, 4),
            result="committed" if is_ours else "others will repeat it",
        )


def waves(messages: Sequence[Outgoing]) -> list[list[Outgoing]]:
    """Split so that no key stands twice in a wave, and each key's records keep their order.

    What has no key has no order to keep.
    """
    found: list[list[Outgoing]] = []
    depths: dict[tuple[str, bytes], int] = {}
    for message in messages:
        depth = 0
        if message.key is not None:
            name = (message.topic, message.key)
            depth = depths.get(name, 0)
            depths[name] = depth + 1
        if depth == len(found):
            found.append([])
        found[depth].append(message)
    return found


def _type_of(raw: bytes) -> str:
    name = (codec.type_of(raw) or "").removeprefix(TYPE_PREFIX)
    return name if name in _KNOWN else "other"
