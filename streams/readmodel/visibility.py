"""The service level: from the moment a client acted until the task that follows can be seen."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pydantic_core import from_json
from typing_extensions import override

from journeys.client.fold import INTERACTIVE
from schemas import codec
from schemas.time import SECOND, Instant
from streams.dead_letters import received_at
from streams.metrics import Metrics
from streams.ports import Clock, Record
from streams.readmodel.projections import named
from streams.readmodel.projector import Place, Watcher
from streams.topics import CLIENT_EVENTS, TASKS

_MOST: Final = 20_000
"""Events remembered: a task follows within seconds, or is not measured."""
_Name = tuple[str, str]
"""Source and id of an event."""
_ALWAYS: Final = Instant(1)
"""Later than the time of an event that says none."""
_TYPES: Final = frozenset(codec.wire_type(kind) for kind in INTERACTIVE)


class Visibility(Watcher):
    """Watches one projector."""

    def __init__(
        self,
        metrics: Metrics,
        clock: Clock,
        channel_of: Callable[[str], str],
        *,
        since: Instant | None = None,
    ) -> None:
        """Watch.

        Args:
            metrics: of the process.
            clock: the wall's.
            channel_of: the channel of an event's source, from a closed set.
            since: what was received before is not measured; the start of a rebuild.
        """
        self._metrics, self._clock, self._channel_of = metrics, clock, channel_of
        self._since = _ALWAYS if since is None else since
        self._received = _Remembered()
        """Events whose task has not been seen."""
        self._seen = _Remembered()
        """Tasks whose event has not been read: logs are read side by side, not in one order."""
        self._coming: list[_Name] = []
        self.positions: Mapping[Place, int] = {}
        """The next offset of each partition, as of the last commit."""

    @override
    def projected(self, records: Sequence[Record]) -> None:
        match records[0].topic:
            case topic if topic == CLIENT_EVENTS:
                for record in records:
                    self._hear(record)
            case topic if topic == TASKS:
                for record in records:
                    self._show(record)
            case _:
                pass

    @override
    def committed(self, starts: Mapping[Place, int]) -> None:
        self.positions = starts
        now = self._clock.now()
        for name in self._coming:
            received = self._received.take(name)
            if received is None:
                self._seen.keep(name, now)
            else:
                self._observe(name, received, now)
        self._coming = []

    def _hear(self, record: Record) -> None:
        if codec.type_of(record.value) not in _TYPES:
            return
        event, received = named(record.value), received_at(record.value)
        if event is None or received < self._since:
            return
        name = (event.source, event.event_id)
        seen = self._seen.take(name)
        if seen is None:
            self._received.keep(name, received)
        else:
            self._observe(name, received, seen)

    def _show(self, record: Record) -> None:
        fact = from_json(record.value)
        self._coming.append((fact["causesource"], fact["causeid"]))

    def _observe(self, name: _Name, received: Instant, seen: Instant) -> None:
        """Once for each event: later versions of its task are no answer to it."""
        waited = max(0.0, (seen - received) / SECOND)
        channel = self._channel_of(name[0])
        self._metrics.event_to_task_seconds.labels(channel).observe(waited)


class _Remembered:
    """When each of the last so many names was told of."""

    def __init__(self) -> None:
        self._when: OrderedDict[_Name, Instant] = OrderedDict()

    def keep(self, name: _Name, when: Instant) -> None:
        self._when.setdefault(name, when)
        if len(self._when) > _MOST:
            self._when.popitem(last=False)

    def take(self, name: _Name) -> Instant | None:
        return self._when.pop(name, None)
