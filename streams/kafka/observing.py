"""Tells metrics and logs what the Kafka host does, besides what `streams.watch` tells."""

from typing import Protocol

from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from streams.batch import Watch
from streams.kafka.takeover import Taken
from streams.metrics import Metrics
from streams.ports import Clock


class Observer(Protocol):
    """Whoever wants to know of a host's life."""

    def halted(self, part: int, offset: int) -> None:
        """The fold waits for something that is away."""
        ...

    def suppressed(self, topic: str, part: int, src: bytes, *, is_same: bool) -> None:
        """An output that a predecessor wrote was made again; it must be the same."""
        ...

    def repaired(self, count: int) -> None:
        """States are written again because a zombie wrote after us."""
        ...

    def given_up(self, reason: str) -> None:
        """A checkpoint wrote no commit."""
        ...

    def committed(self, seconds: float) -> None:
        """A checkpoint is durable."""
        ...

    def loaded(self, taken: Taken) -> None:
        """A partition was loaded."""
        ...

    def taken(self, assigned: list[int], missing: list[int], seconds: float) -> None:
        """All assigned partitions are ours; `missing` were not in memory."""
        ...

    def away(self, error: str) -> None:
        """The broker does not answer."""
        ...

    def returned(self) -> None:
        """It answers again, and everything is still ours."""
        ...


class Telling(Observer):
    """Metrics and logs."""

    def __init__(
        self,
        fold: str,
        metrics: Metrics,
        log: FilteringBoundLogger,
        *,
        clock: Clock,
        watch: Watch | None,
    ) -> None:
        self._fold, self._metrics, self._log = fold, metrics, log.bind(fold=fold)
        self._clock, self._watch = clock, watch

    @override
    def halted(self, part: int, offset: int) -> None:
        self._log.warning("held_up", partition=part, offset=offset)

    @override
    def suppressed(self, topic: str, part: int, src: bytes, *, is_same: bool) -> None:
        self._metrics.outputs_suppressed.labels(topic).inc()
        if not is_same:
            self._metrics.outputs_differing.labels(topic).inc()
            offset = src.split(b":")[1].decode()
            self._log.critical(
                "output_differs",
                topic=topic,
                partition=part,
                offset=int(offset),
                remedy="the fold is not deterministic, or another release wrote the tail",
            )

    @override
    def repaired(self, count: int) -> None:
        self._metrics.states_rewritten.inc(count)
        self._log.warning("foreign_writes", result="repaired", batch_events=count)

    @override
    def given_up(self, reason: str) -> None:
        self._metrics.checkpoints.labels("given_up").inc()
        self._log.warning("checkpoint", result="given_up", reason=reason)

    @override
    def committed(self, seconds: float) -> None:
        self._metrics.checkpoints.labels("committed").inc()
        self._metrics.stage_seconds.labels("checkpoint").observe(seconds)
        if self._watch is not None:
            self._watch.committed(self._clock.now())

    @override
    def loaded(self, taken: Taken) -> None:
        if taken.stale:
            self._metrics.states_rewritten.inc(taken.stale)
        if taken.is_reset:
            self._log.warning(
                "group_reset",
                partition=taken.held.number,
                offset=taken.held.committed,
                remedy="applied events are skipped; nothing to do",
            )
        self._log.info(
            "loaded",
            partition=taken.held.number,
            offset=taken.held.committed,
            batch_events=taken.records,
        )

    @override
    def taken(self, assigned: list[int], missing: list[int], seconds: float) -> None:
        self._metrics.state_restore_seconds.set(seconds)
        self._log.info(
            "taken_over",
            result=f"{len(assigned)} assigned, {len(missing)} loaded",
            duration_s=round(seconds, 3),
        )

    @override
    def away(self, error: str) -> None:
        self._log.warning("broker_away", reason=error)

    @override
    def returned(self) -> None:
        self._log.info("broker_back")
