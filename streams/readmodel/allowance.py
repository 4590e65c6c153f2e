"""What a client allows of marketing, from their own words: no fact says it as it stands."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, select

from schemas import codec
from schemas.envelope import Envelope, kind_of
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
from streams.dead_letters import check_refused
from streams.ports import Record
from streams.readmodel.noting import Place, note
from streams.readmodel.rows import Rows
from streams.readmodel.tables import allowances

_OPT_OUT: Final = "opt_out"
_NO_CALLS: Final = "do_not_call"
_OPENED: Final = "complaint_opened"
_CLOSED: Final = "complaint_closed"
_REVERSED: Final = "reversed"
_COMPLAINT: Final = "consent.complaint_opened"
"""A kind, as the fold tells what a reversal takes back."""


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


def _allowance(said: Sequence[Row[Any]]) -> Allowance:
    rows = list(_heard(said))
    marketing, profiling = _newest(rows, Purpose.MARKETING), _newest(rows, Purpose.PROFILING)
    return Allowance(
        _consent(marketing),
        _consent(profiling),
        () if marketing is None else tuple(filter(None, marketing.name.split(" "))),
        tuple(sorted({row.name for row in rows if row.word == _OPT_OUT})),
        Instant(max((row.until for row in rows if row.word == _NO_CALLS), default=0)),
        _complaints(rows),
    )


def _heard(rows: Sequence[Row[Any]]) -> Iterator[Row[Any]]:
    """All but what its reversal overtook: the fold takes that for known when it comes."""
    reversed_: set[str] = set()
    for row in rows:
        if row.word == _REVERSED:
            reversed_.add(row.name)
        if _event_of(row) not in reversed_:
            yield row


def _event_of(row: Row[Any]) -> str:
    return f"{row.source} {row.event_id}"


def _newest(rows: Sequence[Row[Any]], purpose: Purpose) -> Row[Any] | None:
    """By its own time; of one instant the later on the log, but the earlier of first records."""
    mine = [row for row in rows if row.word == purpose.value]
    return max(mine, key=_newness, default=None)


def _newness(row: Row[Any]) -> tuple[int, bool, int]:
    return row.at, not row.is_first, -row.position if row.is_first else row.position


def _consent(row: Row[Any] | None) -> Consent | None:
    return None if row is None else Consent(row.given, Instant(row.at))


def _complaints(rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Those open; one whose event was reversed was never made, whoever else opened it."""
    is_open: set[str] = set()
    by_event: dict[str, str] = {}
    for row in rows:
        if row.word == _REVERSED and row.given:
            is_open.discard(by_event.get(row.name, ""))
        elif row.word == _OPENED:
            by_event[_event_of(row)] = row.name
            is_open.add(row.name)
        elif row.word == _CLOSED:
            is_open.discard(row.name)
    return tuple(sorted(is_open))


def signal(rows: Rows, record: Record) -> None:
    """An event of `READ`; one that cannot be read is a dead letter elsewhere."""
    key = (record.key or b"").decode("utf-8", "replace")
    try:
        check_refused(record)
        event = codec.decode(record.value, _READ, key=key)
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
    said = event.data
    is_complaint = kind_of(said.type) == _COMPLAINT
    yield {"word": _REVERSED, "name": f"{said.source} {said.id}", "given": is_complaint}


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
