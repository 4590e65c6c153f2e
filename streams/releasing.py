"""A release: versions onto the reference log, then a marker to every partition of the event logs.

A marker is written only after the log has been read once more as workers will read it. Whatever
is cut short is finished by the same command again; until then no other release begins, because
its marker would bring half of the first into force.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from pydantic_core import to_json

from journeys.identity import derive
from journeys.step import Place
from schemas import codec
from schemas.errors import ContractError
from schemas.reference import Activation, CatalogueDraft, CatalogueFiles, Model, Product
from schemas.time import Instant
from schemas.wire import Wire
from streams.errors import WorkerStopError
from streams.gate import States
from streams.ports import LogReader, Outgoing, Record
from streams.reference import ReferenceLog, markers, releases
from streams.topics import REFERENCE

RELEASE: Final = "release"
"""Header of a version: the release's name, and how many of its versions come after this one."""
_READ_AT_ONCE: Final = 500


class CutShortError(Exception):
    """Another release was cut short; it must be finished first."""


class Writing(Protocol):
    """Writes records that are durable when the call returns."""

    def __call__(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """Write all, in order."""
        ...


class Released(NamedTuple):
    """What a release did."""

    versions: int
    """Written now; those that stood there already are not written twice."""
    offset: int
    """Of the reference: what the markers bring into force."""
    markers: int


class Releasing:
    """Releases over one cluster, one at a time: see to that before."""

    def __init__(
        self,
        reader: LogReader,
        write: Writing,
        still_alone: Callable[[], None] = lambda: None,
        *,
        states: States = lambda: (),
    ) -> None:
        """Prepare to release.

        Args:
            reader: of the reference log.
            write: to any log.
            still_alone: raises if another may have begun; asked before each write.
            states: every client's, for what a catalogue may do to what runs.
        """
        self._states = states
        self._reader, self._write, self._still_alone = reader, write, still_alone

    def has_catalogue(self) -> bool:
        """Does a catalogue stand on the log?"""
        return any(isinstance(payload, CatalogueFiles) for payload, _ in self._versions())

    def release(self, payloads: Sequence[Wire], *, now: Instant, over: bool = False) -> Released:
        """Release catalogues and products.

        Args:
            payloads: in the order in which they are to stand.
            now: stamped into the records.
            over: even over a release that was cut short, which comes into force with this one.

        Raises:
            DefinitionError: they make no readable reference, or leave what runs without a way
                on; nothing was written.
            CutShortError: another release is unfinished; nothing was written.
            TransientError: the log is away; the same call again goes on where this one ended.
            WorkerStopError: somebody else wrote in between; no marker was written.
        """
        name = derive("release", *(to_json(payload).decode() for payload in payloads))
        missing = self._missing(name, payloads, over=over)
        ReferenceLog(self._reader).check(missing, states=self._states, now=now)
        start = self._reader.end(REFERENCE, 0)
        if missing:
            self._still_alone()
            self._write(_named(name, releases(missing, now=now)))
        end = self._checked_end(start, name)
        self._still_alone()
        told = markers(self._reader, offset=end, now=now)
        self._write(told)
        return Released(len(missing), end, len(told))

    def _missing(self, name: str, payloads: Sequence[Wire], *, over: bool) -> Sequence[Wire]:
        """What does not stand on the log as it should."""
        versions = list(self._versions())
        last, left = next((mark for _, mark in reversed(versions) if mark), (name, 0))
        if left > 0 and last != name and not over:
            raise CutShortError(
                "a release before this one was cut short; repeat that one first, with the same "
                "files, or let it come into force half as it is with --over"
            )
        standing = _Standing([payload for payload, _ in versions])
        missing = [payload for payload in payloads if not standing.holds(payload)]
        # An end that came late: the last version once more says that nothing is to come.
        return payloads[-1:] if left > 0 and last == name and not missing else missing

    def _checked_end(self, start: int, name: str) -> int:
        """Where the log ends, after a look at what was written since `start`."""
        end = self._reader.end(REFERENCE, 0)
        foreign = [
            record.offset
            for record in self._records(start)
            if (mark := _mark(record)) is not None and mark[0] != name
        ]
        if foreign:
            raise WorkerStopError(
                f"another release wrote at reference offset {foreign[0]} in between; nothing is "
                "in force yet: repeat both, one after the other"
            )
        ReferenceLog(self._reader).at(end)
        return end

    def _versions(self) -> Iterator[tuple[Wire, tuple[str, int] | None]]:
        for record in self._records(0):
            try:
                event = codec.decode(record.value, codec.REFERENCE)
            except ContractError as error:
                raise WorkerStopError(
                    f"reference record {record.offset} cannot be read: {error}; release with the "
                    "version that wrote it, or a newer one"
                ) from error
            yield event.data, _mark(record)  # type: ignore[attr-defined]  # every kind has data

    def _records(self, start: int) -> Iterator[Record]:
        while records := self._reader.read(REFERENCE, 0, start, _READ_AT_ONCE):
            yield from records
            start = records[-1].offset + 1


class _Standing:
    """What is on the log already, as far as it need not be written again."""

    def __init__(self, payloads: Sequence[Wire]) -> None:
        self._products = {(p.product, p.version): p for p in payloads if isinstance(p, Product)}
        self._stages = [p for p in payloads if isinstance(p, (CatalogueDraft, Activation, Model))]
        brought = (p for p in reversed(payloads) if isinstance(p, CatalogueFiles) or _to_all(p))
        self._catalogue = next(brought, None)

    def holds(self, payload: Wire) -> bool:
        """A catalogue only as the newest in force for all: an older one may come back."""
        if isinstance(payload, Product):
            return self._products.get((payload.product, payload.version)) == payload
        return payload == self._catalogue or payload in self._stages


def _to_all(payload: Wire) -> bool:
    return isinstance(payload, Activation) and payload.stage == "all"


def _named(name: str, messages: Sequence[Outgoing]) -> list[Outgoing]:
    """With the release's name, and how many are to come."""
    return [
        message._replace(headers=((RELEASE, f"{name}:{len(messages) - number}".encode()),))
        for number, message in enumerate(messages, start=1)
    ]


def _mark(record: Record) -> tuple[str, int] | None:
    for header, value in record.headers:
        if header == RELEASE:
            name, _, left = value.decode().partition(":")
            return name, int(left)
    return None
