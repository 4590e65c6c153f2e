"""The reference log, read into frozen views: one for every offset a marker may name.

A release appends versions and then one marker to every partition of the event logs. A fold uses
the reference as of its last marker, so a step repeated after a crash sees the same one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.load import load
from journeys.client.state import ClientState
from journeys.errors import DefinitionError
from journeys.identity import derive
from journeys.reference import Reference
from schemas import codec
from schemas.envelope import Envelope
from schemas.errors import ContractError
from schemas.reference import Activation, CatalogueDraft, CatalogueFiles, Model, Product, Stops
from schemas.signals.engine import Advance, Recheck, RecheckAsked, ReferenceAdvanced
from schemas.time import Instant
from schemas.wire import Wire
from streams.errors import WorkerStopError
from streams.gate import Signable, States, check_activation, check_signed, check_succession
from streams.ports import LogReader, Outgoing, Record
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE

RELEASE_SOURCE = "/suishen/release"
SWEEP_SOURCE = "/suishen/sweeper"
_READ_AT_ONCE = 500


_AT_FIRST = Instant(0)


def _nobody() -> Iterable[ClientState]:
    return ()


class Draft(NamedTuple):
    """A catalogue that is not in force by standing on the log."""

    catalogue: Catalogue


_Version = Catalogue | Draft | Product | Stops | Activation | Model
"""What a reference record adds to the view."""


class ReferenceLog:
    """Views of the reference log by offset; reads on as far as it is asked."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._versions: list[_Version | None] = []
        """By offset; `None` for records that no fold uses yet."""
        self._files: dict[str, Signable] = {}
        """The texts of each catalogue by version: what the next one is signed over."""
        self._views: dict[int, Reference] = {}
        """Only those that a marker asked for: one view may hold thousands of products."""

    def at(self, offset: int) -> Reference:
        """The reference up to an offset (exclusive).

        Raises:
            WorkerStopError: the log is shorter than that, cannot be read, or holds no catalogue
                by then.
        """
        found = self._views.get(offset)
        if found is None:
            self._read(offset)
            found = self._views[offset] = self._view(offset)
        return found

    def newest(self) -> Signable | None:
        """The catalogue in force from the next marker on; `None` before the first."""
        view = self._newest()
        return None if view is None else self._files[view.catalogue.version]

    def changes(self) -> int:
        """How many catalogues came into force for all so far: signatures are over it."""
        view = self._newest()
        return 0 if view is None else view.changes

    def standing(self, version: str) -> Signable | None:
        """A catalogue as it was last written under a version; `None` if it never was."""
        self._read(self._reader.end(REFERENCE, 0))
        return self._files.get(version)

    def check(
        self, payloads: Sequence[Wire], *, states: States = _nobody, now: Instant = _AT_FIRST
    ) -> None:
        """Would these make a readable reference, and leave nothing that runs without a way on?

        Args:
            payloads: what is to be released.
            states: every client's; read only if a catalogue may touch what runs.
            now: the moment whose editions are compared.

        Raises:
            DefinitionError: a broken catalogue, one that two people have not signed, edits what
                it may only follow or drops what still runs, or a product version with other facts.
        """
        end = self._reader.end(REFERENCE, 0)
        self._read(end)
        view = None if end == 0 else self._view(end)
        files = dict(self._files)
        for number, payload in enumerate(payloads, start=1):
            version = _version(payload)
            if isinstance(payload, (CatalogueFiles, CatalogueDraft)):
                check_signed(payload, files, view)
                files[payload.version] = payload
            if isinstance(payload, Activation):
                _check_activation(view, payload, files, states, now)
            elif view is not None and isinstance(version, Catalogue):
                check_succession(view, version, states, now)
            if version is not None:
                view = _with(view, version, end + number)

    def _newest(self) -> Reference | None:
        end = self._reader.end(REFERENCE, 0)
        self._read(end)
        return None if end == 0 else self._view(end)

    def _read(self, offset: int) -> None:
        while (start := len(self._versions)) < offset:
            records = self._reader.read(REFERENCE, 0, start, _READ_AT_ONCE)
            if not records:
                raise WorkerStopError(
                    f"a marker names reference offset {offset}, the log ends at {start}; "
                    "restore the reference log or point to the one these events belong to"
                )
            for record in records:
                payload, version = _read_version(record)
                self._versions.append(version)
                if isinstance(payload, (CatalogueFiles, CatalogueDraft)):
                    self._files[payload.version] = payload

    def _view(self, offset: int) -> Reference:
        start = max((known for known in self._views if known < offset), default=0)
        view = self._views.get(start)
        for at in range(start, offset):
            version = self._versions[at]
            if version is not None:
                view = _with_written(view, version, at + 1)
        if view is None:
            raise WorkerStopError(
                f"reference offset {offset} has no catalogue before it; release one first"
            )
        return replace(view, offset=offset)


def _check_activation(
    view: Reference | None,
    asked: Activation,
    files: Mapping[str, Signable],
    states: States,
    now: Instant,
) -> None:
    """As a release of it would be checked; back to what was in force before, it always may."""
    if view is None:
        raise DefinitionError("a stage before any catalogue; release one first")
    check_activation(view, asked)
    if asked.stage == "none" or asked.catalogue == view.before:
        return
    check_signed(files[asked.catalogue], files, view)
    if asked.stage != "shadow":
        check_succession(view, view.known[asked.catalogue], states, now)


def _read_version(record: Record) -> tuple[Wire, _Version | None]:
    try:
        event = codec.decode(record.value, codec.REFERENCE)
        payload: Wire = event.data  # type: ignore[attr-defined]  # every kind has data
        return payload, _version(payload)
    except (ContractError, DefinitionError) as error:
        raise WorkerStopError(
            f"reference record {record.offset} cannot be read: {error}; run the version that "
            "released it, or a newer one"
        ) from error


def _version(payload: Wire) -> _Version | None:
    if isinstance(payload, CatalogueFiles):
        return load(payload.files, version=payload.version)
    if isinstance(payload, CatalogueDraft):
        return Draft(load(payload.files, version=payload.version))
    return payload if isinstance(payload, (Product, Stops, Activation, Model)) else None


def _with_written(view: Reference | None, version: _Version, offset: int) -> Reference | None:
    try:
        return _with(view, version, offset)
    except DefinitionError as error:
        raise WorkerStopError(f"reference record {offset - 1}: {error}") from error


def _with(view: Reference | None, version: _Version, offset: int) -> Reference | None:
    """The view with one version more; anything before the first catalogue is refused."""
    if view is not None:
        return _added(view, version, offset)
    if not isinstance(version, Catalogue):
        raise DefinitionError(f"{_named(version)} before any catalogue; release one first")
    return Reference(offset, version)


def _added(view: Reference, version: _Version, offset: int) -> Reference:
    match version:
        case Catalogue():
            return view.with_catalogue(version, offset=offset)
        case Draft():
            return view.with_draft(version.catalogue, offset=offset)
        case Activation():
            return view.with_activation(version, offset=offset)
        case Stops():
            return view.with_stops(version, offset=offset)
        case Model():
            return view.with_model(version, offset=offset)
        case Product():
            return view.with_product(version, offset=offset)


def _named(version: _Version) -> str:
    if isinstance(version, Product):
        return f"product '{version.product}' is released"
    if isinstance(version, Model):
        return f"model '{version.model}' is released"
    return "stops are released" if isinstance(version, Stops) else "a stage is set"


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


def rechecks(clients: Sequence[str], *, offset: int, now: Instant) -> list[Outgoing]:
    """One event for each client whom what was released up to an offset (exclusive) concerns."""
    return [_recheck(client, offset, now) for client in clients]


def _recheck(client: str, offset: int, now: Instant) -> Outgoing:
    event = codec.build(
        RecheckAsked,
        Recheck(offset=offset),
        event_id=derive("recheck", offset, client),
        source=SWEEP_SOURCE,
        key=client,
        time=now,
        receivedat=now,
    )
    return Outgoing(CLIENT_EVENTS, client.encode(), codec.encode(event))


def _subject(payload: Wire) -> str:
    """Of what a release speaks, and at which version."""
    if isinstance(payload, Model):
        return f"{payload.model}:{payload.sequence}"
    return f"{getattr(payload, 'product', 'catalogue')}:{getattr(payload, 'version', 0)}"


def _release(payload: Wire, now: Instant) -> Outgoing:
    released: type[Envelope] = next(
        kind for kind in codec.REFERENCE if kind.model_fields["data"].annotation is type(payload)
    )
    kind = codec.wire_type(released).split(".")[-2]
    key = f"{kind}:{_subject(payload)}"
    event = codec.build(
        released,
        payload,
        event_id=derive("release", key),
        source=RELEASE_SOURCE,
        key=key,
        time=now,
    )
    return Outgoing(REFERENCE, key.encode(), codec.encode(event), (), 0)
