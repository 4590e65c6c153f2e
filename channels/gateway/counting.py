"""What the gateway tells metrics: labels from closed sets, never an id."""

from collections.abc import Sequence

from typing_extensions import override

from schemas.envelope import TYPE_PREFIX, Envelope
from streams.metrics import Metrics
from streams.settings import ChannelRow, channel_of


class DoorWatch:
    """Hears what a door took and refused; this one does nothing with it."""

    def received(self, event: Envelope) -> None:
        """An event stands on its log."""

    def rejected(self, reason: str) -> None:
        """An event, or a body, was refused; the reason is a problem's code."""

    def answered(self, status: int, seconds: float) -> None:
        """A request was answered."""


class DoorMetrics(DoorWatch):
    """Metrics of one door."""

    def __init__(self, metrics: Metrics, channels: Sequence[ChannelRow]) -> None:
        self._metrics, self._channels = metrics, channels

    @override
    def received(self, event: Envelope) -> None:
        channel = channel_of(self._channels, event.source)
        kind = event.type.removeprefix(TYPE_PREFIX)
        self._metrics.events_received.labels(channel, kind).inc()

    @override
    def rejected(self, reason: str) -> None:
        self._metrics.events_rejected.labels(reason).inc()

    @override
    def answered(self, status: int, seconds: float) -> None:
        self._metrics.publish_requests.labels(str(status)).inc()
        self._metrics.publish_seconds.observe(seconds)
