"""How far behind the folds and the projector are, measured from the broker itself.

The projector's process measures, so that a fold's lag is known while no worker of it runs.
"""

from collections.abc import Callable, Mapping

from schemas.time import SECOND
from streams.kafka.progress import Groups
from streams.kafka.reader import KafkaReader
from streams.metrics import Metrics
from streams.ports import Clock
from streams.readmodel.projector import PROJECTED, Place
from streams.topics import SOURCE_OF


class LagMeter:
    """Sets the gauges of lag."""

    def __init__(
        self,
        reader: KafkaReader,
        groups: Groups,
        metrics: Metrics,
        clock: Clock,
        projected: Callable[[], Mapping[Place, int]],
    ) -> None:
        """Prepare to measure.

        Args:
            reader: its own: it goes from place to place.
            groups: knows what the folds have committed.
            metrics: of the process.
            clock: the wall's; the broker stamps records with its own.
            projected: where the projector stands, by topic and partition.
        """
        self._reader, self._groups = reader, groups
        self._metrics, self._clock, self._projected = metrics, clock, projected

    def measure(self) -> None:
        """Ask and set. What has never been applied counts from the first record that is kept.

        Raises:
            TransientError: the broker is away; the gauges stay as they are.
        """
        ends, at = self._reader.ends(PROJECTED), dict(self._projected())
        for fold, topic in SOURCE_OF.items():
            committed = self._groups.committed(fold)
            for place in ends:
                if place[0] == topic:
                    at[place] = committed.get(place[1], 0)
        for place, end in ends.items():
            start = min(at.get(place, 0), end)
            labels = (place[0], str(place[1]))
            self._metrics.consumer_lag_records.labels(*labels).set(end - start)
            self._metrics.consumer_lag_seconds.labels(*labels).set(self._age(place, start, end))

    def _age(self, place: Place, start: int, end: int) -> float:
        if start >= end:
            return 0.0
        records = self._reader.read(*place, start, 1)
        if not records:
            return 0.0  # only gaps that compaction left
        return max(0.0, (self._clock.now() - records[0].timestamp) / SECOND)
