"""Tells metrics and logs what a worker did: once per batch, and one line per decision."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from structlog.typing import FilteringBoundLogger
from typing_extensions import override

from schemas.facts import DecisionMade
from schemas.time import SECOND, Instant
from streams.batch import Batch, Watch
from streams.logs import ClientRefs
from streams.metrics import Metrics
from streams.topics import SOURCE_OF

NO_JOURNEY = "none"


class Observed(Watch):
    """A watch over all folds of a process."""

    def __init__(
        self,
        metrics: Metrics,
        log: FilteringBoundLogger,
        refs: ClientRefs,
        *,
        together: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Name who is told.

        Args:
            metrics: counted into.
            log: a line for each decision and each batch.
            refs: names clients.
            together: the lines of a batch are written within this.
        """
        self._metrics, self._log, self._refs = metrics, log, refs
        self._together = together

    @override
    def applied(self, fold: str, part: int, batch: Batch, *, offset: int, seconds: float) -> None:
        """Count a batch and write its lines."""
        self._count(fold, batch, seconds)
        with self._together():
            self._tell(fold, part, batch, offset=offset, seconds=seconds)

    def _tell(self, fold: str, part: int, batch: Batch, *, offset: int, seconds: float) -> None:
        for decision in batch.decided:
            self._tell_decision(decision)
        self._log.info(
            "applied",
            fold=fold,
            topic=SOURCE_OF.get(fold),
            partition=part,
            offset=offset,
            batch_events=batch.events,
            skipped=batch.skipped,
            dead=sum(batch.dead.values()),
            outputs=len(batch.outputs),
            duration_s=round(seconds, 6),
        )
        if batch.halted is not None:
            self._log.warning("halted", fold=fold, partition=part, offset=offset)

    @override
    def committed(self, now: Instant) -> None:
        """Note the time."""
        self._metrics.last_commit_timestamp_seconds.set(now / SECOND)

    def lags(self, unapplied: Mapping[tuple[str, int], int]) -> None:
        """What no fold has applied yet, by topic and partition."""
        for (topic, part), records in unapplied.items():
            self._metrics.consumer_lag_records.labels(topic, str(part)).set(records)

    def stopped(self, error: BaseException) -> None:
        """The worker ends; the reason is the error's class, the remedy its words."""
        self._metrics.worker_stops.labels(type(error).__name__).inc()
        self._log.error("stopped", **{"error.type": type(error).__name__}, remedy=str(error))

    def _count(self, fold: str, batch: Batch, seconds: float) -> None:
        metrics = self._metrics
        metrics.stage_seconds.labels(f"apply_{fold}").observe(seconds)
        metrics.events_applied.labels(fold).inc(batch.events)
        metrics.events_surprising.labels(fold).inc(batch.surprises)
        for reason, count in batch.dead.items():
            metrics.dead_letters.labels(reason).inc(count)
        # A label is dear to find: once for all decisions that came out alike.
        for labels, count in Counter(map(_outcome_of, batch.decided)).items():
            metrics.decisions.labels(*labels).inc(count)

    def _tell_decision(self, decision: DecisionMade) -> None:
        made = decision.data
        journey, result = _outcome_of(decision)
        chosen = next((one.action for one in made.candidates if one.chosen), None)
        self._log.info(
            "decided",
            event_id=decision.causeid,
            decision_id=made.decision_id,
            client_ref=self._refs.of(decision.partitionkey),
            trigger=made.trigger,
            journey=journey,
            result=result,
            action=chosen,
        )


def _outcome_of(decision: DecisionMade) -> tuple[str, str]:
    """The journey of what was chosen, and what came of it."""
    made = decision.data
    journey = NO_JOURNEY if made.subject is None else made.subject.split("/", 1)[0]
    return journey, "issued" if made.task_ids else "withheld"
