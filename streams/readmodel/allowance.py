"""What a client allows of marketing, from their own words: no fact says it as it stands."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, select

from schemas import codec
from schemas.envelope import Envelope
from schemas.errors import ContractError
from schemas.signals.consent import (
    ComplaintClosed,
    ComplaintOpened,
    ConsentChanged,
    DoNotCallSet,
    OptedOut,
    Purpose,
)
from schemas.signals.corebank import BaselineLoaded, EventReversed
from schemas.time import Instant
from streams.ports import Record
from streams.readmodel.noting import Place, note
from streams.readmodel.rows import Rows
from streams.readmodel.tables import allowances

_OPT_OUT: Final = "opt_out"
_NO_CALLS: Final = "do_not_call"
_OPENED: Final = "complaint_opened"
_CLOSED: Final = "complaint_closed"
_REVERSED: Final = "reversed"


class Consent(NamedTuple):
    """The newest word on a purpose."""

    given: bool
    at: Instant


class Allowance(NamedTuple):
    """What a client allows, as their words stand; `None` of a purpose: nothing was said."""

    marketing: Consent | None
    profiling: Consent | None
    methods: tuple[str, ...]
    """Those that the marketing consent names; none named means all."""
    opted_out: tuple[str, ...]
    do_not_call_until: Instant
    complaints: tuple[str, ...]


def allowances_of(connection: Connection, clients: Collection[str]) -> dict[str, Allowance]:
    """What clients allow, by the rules of the fold (`journeys/client/steps/consents.py`)."""
    c = allowances.c
    said: dict[str, list[Row[Any]]] = {client: [] for client in clients}
    found = select(allowances).where(c.client.in_(clients)).order_by(c.position, c.number)
    for row in connection.execute(found):
        said[row.client].append(row)
    return {client: _allowance(rows) for client, rows in said.items()}


def _allowance(rows: Sequence[Row[Any]]) -> Allowance:
    marketing, profiling = _newest(rows, Purpose.MARKETING), _newest(rows, Purpose.PROFILING)
    return Allowance(
        _consent(marketing),
        _consent(profiling),
        () if marketing is None else tuple(filter(None, marketing.name.split(" "))),
        tuple(sorted({row.name for row in rows if row.word == _OPT_OUT})),
        Instant(max((row.until for row in rows if row.word == _NO_CALLS), default=0)),
        _complaints(rows),
    )


def _newest(rows: Sequence[Row[Any]], purpose: Purpose) -> Row[Any] | None:
    """By its own time; of one instant the later on the log, and a first record before all."""
    mine = [row for row in rows if row.word == purpose.value]
    return max(mine, key=lambda row: (row.at, not row.is_first, row.position), default=None)


def _consent(row: Row[Any] | None) -> Consent | None:
    return None if row is None else Consent(row.given, Instant(row.at))


def _complaints(rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Those open, as the log has it; one whose event was reversed was never made."""
    is_open: set[str] = set()
    by_event: dict[str, str] = {}
    for row in rows:
        event = f"{row.source} {row.event_id}"
        if row.word == _REVERSED:
            is_open.discard(by_event.get(row.name, ""))
            by_event[row.name] = ""  # and if it comes after its reversal, it is known by then
        elif row.word == _OPENED and by_event.setdefault(event, row.name):
            is_open.add(row.name)
        elif row.word == _CLOSED:
            is_open.discard(row.name)
    return tuple(sorted(is_open))


def signal(rows: Rows, record: Record) -> None:
    """An event of `READ`; one that cannot be read is a dead letter elsewhere."""
    try:
        event = codec.decode(record.value, _READ)
    except ContractError:
        return
    words = list(_SAID[type(event)](event))
    whose = {
        "client": event.partitionkey,
        "event_id": event.id,
        "source": event.source,
        "position": record.offset,
        "at": event.time,
        "is_first": isinstance(event, BaselineLoaded),
    }
    for number, word in enumerate(words):
        rows.put(allowances, whose | {"number": number, **_NOTHING, **word})
    if words and not whose["is_first"]:  # what follows from a first record tells screens enough
        place = Place(record.topic, record.partition, record.offset)
        note(rows, place, "client", event.partitionkey, client=event.partitionkey)


_Word = dict[str, Any]
_NOTHING: Final[_Word] = {"name": "", "given": None, "until": None}


def _changed(event: ConsentChanged) -> Iterator[_Word]:
    said = event.data
    if said.purpose is not Purpose.UNKNOWN:
        yield {"word": said.purpose.value, "given": said.given, "name": " ".join(said.methods)}


def _opted_out(event: OptedOut) -> Iterator[_Word]:
    yield {"word": _OPT_OUT, "name": event.data.method.value}


def _no_calls(event: DoNotCallSet) -> Iterator[_Word]:
    yield {"word": _NO_CALLS, "until": event.data.until}


def _opened(event: ComplaintOpened) -> Iterator[_Word]:
    yield {"word": _OPENED, "name": event.data.complaint}


def _closed(event: ComplaintClosed) -> Iterator[_Word]:
    yield {"word": _CLOSED, "name": event.data.complaint}


def _loaded(event: BaselineLoaded) -> Iterator[_Word]:
    said = event.data.consents
    methods = " ".join(said.methods)
    yield {"word": Purpose.MARKETING.value, "given": said.marketing, "name": methods}
    yield {"word": Purpose.PROFILING.value, "given": said.profiling}
    for complaint in event.data.open_complaints:
        yield {"word": _OPENED, "name": complaint}


def _reversed(event: EventReversed) -> Iterator[_Word]:
    if event.data.type == codec.wire_type(ComplaintOpened):
        yield {"word": _REVERSED, "name": f"{event.data.source} {event.data.id}"}


_SAID: Final[dict[type[Envelope], Callable[[Any], Iterator[_Word]]]] = {
    BaselineLoaded: _loaded,
    ComplaintClosed: _closed,
    ComplaintOpened: _opened,
    ConsentChanged: _changed,
    DoNotCallSet: _no_calls,
    EventReversed: _reversed,
    OptedOut: _opted_out,
}
_READ: Final = tuple(_SAID)
READ: Final = frozenset(codec.wire_type(kind) for kind in _READ)
"""Their types, as they stand on the wire."""
