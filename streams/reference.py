"""The reference log, read into frozen views: one for every offset a marker may name.

A release appends versions and then one marker to every partition of the event logs. A fold uses
the reference as of its last marker, so a step repeated after a crash sees the same one.
"""

from collections.abc import Sequence

from journeys.catalogue.load import load
from journeys.identity import derive
from journeys.reference import Reference
from schemas import codec
from schemas.envelope import Envelope
from schemas.reference import CatalogueReleased, ProductReleased
from schemas.signals.engine import Advance, ReferenceAdvanced
from schemas.time import Instant
from schemas.wire import Wire
from streams.errors import WorkerStopError
from streams.ports import LogReader, Outgoing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE

RELEASE_SOURCE = "/suishen/release"
_READ_AT_ONCE = 500


class ReferenceLog:
    """Views of the reference log by offset; reads on as far as it is asked."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._views: dict[int, Reference] = {}
        self._newest: Reference | None = None
        self._read_to = 0

    def at(self, offset: int) -> Reference:
        """The reference up to an offset (exclusive).

        Raises:
            WorkerStopError: the log is shorter than that, or holds no catalogue by then.
        """
        while self._read_to < offset:
            records = self._reader.read(REFERENCE, 0, self._read_to, _READ_AT_ONCE)
            if not records:
                raise WorkerStopError(
                    f"a marker names reference offset {offset}, the log ends at {self._read_to}; "
                    "restore the reference log or point to the one these events belong to"
                )
            for record in records:
                self._take(record.offset, codec.decode(record.value, codec.REFERENCE))
        found = self._views.get(offset)
        if found is None:
            raise WorkerStopError(
                f"reference offset {offset} has no catalogue before it; release one first"
            )
        return found

    def _take(self, offset: int, event: Envelope) -> None:
        self._read_to = offset + 1
        if isinstance(event, CatalogueReleased):
            catalogue = load(event.data.files, version=event.data.version)
            self._newest = (
                Reference(self._read_to, catalogue)
                if self._newest is None
                else self._newest.with_catalogue(catalogue, offset=self._read_to)
            )
        elif isinstance(event, ProductReleased) and self._newest is not None:
            self._newest = self._newest.with_product(event.data, offset=self._read_to)
        if self._newest is not None:
            self._views[self._read_to] = self._newest


def releases(payloads: Sequence[Wire], *, now: Instant) -> list[Outgoing]:
    """Catalogues and products as records for the reference log."""
    return [_release(payload, now) for payload in payloads]


def markers(reader: LogReader, *, offset: int, now: Instant) -> list[Outgoing]:
    """One marker for every partition of the event logs."""
    written = []
    for topic in (CLIENT_EVENTS, DESK_EVENTS):
        for partition in range(reader.partitions(topic)):
            event = codec.build(
                ReferenceAdvanced,
                Advance(offset=offset),
                event_id=derive("marker", topic, partition, offset),
                source=RELEASE_SOURCE,
                key="reference",
                time=now,
                receivedat=now,
            )
            written.append(Outgoing(topic, None, codec.encode(event), (), partition))
    return written


def _release(payload: Wire, now: Instant) -> Outgoing:
    released: type[Envelope] = next(
        kind for kind in codec.REFERENCE if kind.model_fields["data"].annotation is type(payload)
    )
    kind = codec.wire_type(released).split(".")[-2]
    key = f"{kind}:{getattr(payload, 'product', 'catalogue')}:{getattr(payload, 'version', 0)}"
    event = codec.build(
        released,
        payload,
        event_id=derive("release", key),
        source=RELEASE_SOURCE,
        key=key,
        time=now,
    )
    return Outgoing(REFERENCE, key.encode(), codec.encode(event), (), 0)
