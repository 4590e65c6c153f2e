"""All that the engine knows of one client, small enough to be written after every event.

Every part has a cap and an eviction order (README of this room). Money is fen, time `Instant`.
"""

from datetime import date
from struct import Struct, pack, unpack
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from journeys.client.case.case import Case
from journeys.client.contact.ledger import Ledger
from journeys.client.intent.evidence import Evidence, Item, Residual
from journeys.client.journey.instance import Ended, Instance
from journeys.client.seen import Seen
from journeys.client.wealth.book import EMPTY_BOOK, Book, Lot
from journeys.client.wealth.profile import Profile
from schemas.signals.corebank import ProfileFields
from schemas.tasks import TaskState
from schemas.time import MINUTE, Instant


class Served(msgspec.Struct, frozen=True, array_like=True):
    """Who serves the client and where they live in time."""

    tier: str = "mass"
    segment: str = "unknown"
    rm: str | None = None
    team: str | None = None
    remote: str | None = None
    outlet: str | None = None
    locale: str = "zh"
    utc_offset_minutes: int = 480
    as_of: Instant = Instant(0)


class Allowed(msgspec.Struct, frozen=True, array_like=True):
    """What the client allows. Nothing said means nothing allowed."""

    marketing: bool = False
    marketing_at: Instant = Instant(0)
    profiling: bool = False
    profiling_at: Instant = Instant(0)
    methods: tuple[str, ...] = ()
    """Methods that the marketing consent names; none named means all."""
    opted_out: tuple[str, ...] = ()
    do_not_call_until: Instant = Instant(0)


class Tested(msgspec.Struct, frozen=True, array_like=True):
    """A risk test that counted."""

    at: Instant
    level: int
    mark: int
    """Short hash of the event that told it."""


TOLD_BITS: Final = {name: 1 << at for at, name in enumerate(ProfileFields.model_fields)}
"""Of a field of the contract, by name, its bit in what was said."""


class Retold(msgspec.Struct, frozen=True, array_like=True):
    """A change of the profile, with what it replaced: so it can be taken back."""

    mark: int
    taken: int
    """One bit for each field of the contract that was taken, as in `Household.said`."""
    refused: int
    """Of those that could not be: they left a doubt, and no value."""
    is_confirmed: bool
    """By the client or core data."""
    birth: date | None
    told: Profile
    """The profile before it, without the class, which tests give."""
    doubts: tuple[str, ...]
    said: int
    at: Instant = Instant(0)
    """When the client told it; 0 of what core data or an adviser told."""

    def differs(self, after: "Household | Retold") -> bool:
        """Did it change what was known? To tell for the first time, or the same again, did not."""
        known = self.taken & self.said
        names = (name for name, bit in TOLD_BITS.items() if known & bit)
        return any(self.value(name) != after.value(name) for name in names)

    def value(self, field: str) -> object:
        """A field of the contract, as it was before."""
        return _value(self, field)


class Household(msgspec.Struct, frozen=True, array_like=True):
    """The profile as told, with what the clock derives from it kept apart."""

    version: int = 0
    birth: date | None = None
    told: Profile = msgspec.field(default_factory=Profile)
    tested_at: Instant | None = None
    tests: tuple[Tested, ...] = ()
    """By time; as many as the limit of twelve months reads."""
    changes: tuple[Retold, ...] = ()
    """The last few changes, oldest first."""
    doubts: tuple[str, ...] = ()
    """What of the profile cannot be relied on, in order of name (`steps/doubt.py`)."""
    said: int = 0
    """One bit for each field of the contract, in its order: was it ever told?"""
    reported: Instant = Instant(0)
    """When the client last told of a change, of those that are kept no longer."""

    def reported_since(self, at: Instant) -> bool:
        """Has the client told of a change of what was known, after a time?"""
        after: tuple[Household | Retold, ...] = (*self.changes[1:], self)
        changed = zip(self.changes, after, strict=False)
        return self.reported > at or any(one.at > at and one.differs(then) for one, then in changed)

    def value(self, field: str) -> object:
        """A field of the contract, as it is."""
        return _value(self, field)

    def was_told(self, field: str) -> bool:
        """Was a field ever told? A default is no answer where a sale rests on it."""
        return bool(self.said & TOLD_BITS[field])


def _value(one: Household | Retold, field: str) -> object:
    return one.birth if field == "birth" else getattr(one.told, field.removesuffix("_fen"))


class Holding(msgspec.Struct, frozen=True, array_like=True):
    """A position at its newest version; `lot` is `None` if the book cannot hold it."""

    account: str
    product: str
    version: int
    lot: Lot | None
    maturity: date | None = None
    due: Instant | None = None
    """The next day on which the lot's days to cash or maturity cross an edge."""
    cause: int = 0
    """Short hash of the event that reported it."""
    moved_by: int = 0
    """What moved it last, as a code; a correction keeps the cause of what it retracts."""
    as_of: Instant = Instant(0)
    """The day that its value speaks of."""
    doubt: int = 0
    """Fen that cannot be taken as said, until core says it anew; below 0, nobody knows how much."""

    @property
    def name(self) -> str:
        """Account and product, unique in one client."""
        return f"{self.account}/{self.product}"


class Scored(msgspec.Struct, frozen=True, array_like=True):
    """The last score, and what has moved since the last one published."""

    total: float = 0.0
    coverage: float = 0.0
    label: str | None = None
    published: float | None = None
    published_label: str | None = None
    since: dict[str, float] = {}
    peak_fen: int = 0
    """The highest value of the holdings; what comes, goes or is traded moves it in proportion."""
    parameters: str = ""
    """The set under which it was scored; empty before the first score."""
    at: Instant = Instant(0)
    """When it was scored: the calendar that it knows."""
    profile: tuple[float, float] = (0.0, 0.0)
    """Of `since`, what profile changes moved: confirmed, and of that told for the first time."""
    crest: int = 0
    """The highest total said since the last diagnosis, in hundredths of a point."""
    fallen_bp: int = 0
    """The fall from the peak that was told last, in basis points."""


class Payday(msgspec.Struct, frozen=True, array_like=True):
    """A salary that came, and what of it has gone on."""

    at: Instant
    account: str
    fen: int
    marks: tuple[int, ...]
    """Short hashes of the events that say so: the salary, then what took it out."""
    out_fen: int = 0
    has_left: bool = False
    due: Instant | None = None
    """Of a dormant account: when a salary that is still there counts as kept."""


class TaskRow(msgspec.Struct, frozen=True, array_like=True):
    """A task as the client fold owns it; the rest of the wire record is derived."""

    task_id: str
    version: int
    state: TaskState
    decision_id: str
    action: str
    treatment: str
    journey: str | None
    instance: str | None
    step: str | None
    channel: str
    method: str
    desk: str | None
    backups: tuple[str, ...]
    marketing: bool
    priority: float
    gain_points: float
    minutes: int
    due: Instant
    expires: Instant
    reasons: tuple[tuple[str, dict[str, str | int | float]], ...]
    proposed_at: Instant
    changed_at: Instant
    causes: tuple[int, ...] = ()
    state_reason: str | None = None
    outcome: str | None = None
    attempts: int = 0
    snoozed_until: Instant | None = None
    crossed_recall: bool = False
    touched: bool = False
    """Its slot was spent."""
    claim: int = 0
    """The highest claim number seen."""


class Hole(msgspec.Struct, frozen=True, array_like=True):
    """A record that could not be applied, by its place, and what it may have said."""

    partition: int
    offset: int
    family: str


class ClientState(msgspec.Struct, frozen=True, array_like=True):
    """One client."""

    client: str
    contact_clock: Instant = Instant(0)
    served: Served = Served()
    allowed: Allowed = Allowed()
    complaints: tuple[str, ...] = ()
    household: Household = Household()
    holdings: tuple[Holding, ...] = ()
    book: Book = EMPTY_BOOK
    scored: Scored = Scored()
    evidence: Evidence = Evidence()
    seen: Seen = Seen()
    instances: tuple[Instance, ...] = ()
    ended: tuple[Ended, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    ledger: Ledger = Ledger()
    holes: tuple[Hole, ...] = ()
    retry_at: Instant | None = None
    """When a decision that had to wait is to be taken again."""
    intent_off_at: Instant | None = None
    clock_at: Instant | None = None
    """The next birthday or month of the risk test that the score feels."""
    diagnosis_at: Instant | None = None
    """When the next diagnosis that is owed is to be arranged; only of tiers in the plan."""
    last_verdict: int = 0
    """Short hash of the last decision's choice and reasons: the same again is no news."""
    paydays: tuple[Payday, ...] = ()
    """Months running in which the salary left, and the one being watched; of most clients none."""
    stated_fen: int = 0
    """The book's value when doors last heard of it."""
    cases: tuple[Case, ...] = ()
    """Those not closed, oldest first."""
    helped_on: int = 0
    """Days since 1970: when a desk last served the client; 0 while none is known to have."""


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A state on disk: its evidence is packed by column, being the largest part of most."""

    names: tuple[str, ...]
    times: bytes
    cut: int
    """So many bytes are left out before each time."""
    events: bytes
    named: bytes
    """Of each item the place of its name."""
    dues: tuple[tuple[int, Instant], ...]
    """Place in the list and due time: few items have one."""
    residuals: bytes
    accounts: tuple[str, ...]
    """Each once; holdings name them by their place."""
    ids: bytes
    """Of each task its own and its decision's: the digits of both names."""
    state: ClientState


class _Columns(NamedTuple):
    """The list of evidence, turned; `_Stored` says what each is."""

    names: tuple[str, ...] = ()
    times: bytes = b""
    cut: int = 0
    events: bytes = b""
    named: bytes = b""
    dues: tuple[tuple[int, Instant], ...] = ()


_WIDE = 8
"""Bytes of a time, or of a short hash."""
_SHORT = 1
"""A time's first byte is 0 until the year 4253: left out while it is so for all."""
_RESIDUAL = Struct(">BIqd")
"""The half-life in minutes: policy knows no shorter span."""
_FAR = 1 << 56
_ID_BYTES = 16
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(_Stored)


def encode(state: ClientState) -> bytes:
    """The state as bytes; equal states give equal bytes."""
    accounts = sorted({holding.account for holding in state.holdings})
    short = {account: str(place) for place, account in enumerate(accounts)}
    ids = "".join([row.task_id[2:] + row.decision_id[2:] for row in state.tasks])
    put = _RESIDUAL.pack
    left = [put(r.intent, r.half_life // MINUTE, r.at, r.value) for r in state.evidence.residuals]
    bare = replace(
        state,
        evidence=replace(state.evidence, items=(), residuals=()),
        holdings=tuple([replace(one, account=short[one.account]) for one in state.holdings]),
        tasks=tuple([replace(row, task_id="", decision_id="") for row in state.tasks]),
    )
    columns = _columns(state.evidence.items)
    stored = _Stored(*columns, b"".join(left), tuple(accounts), bytes.fromhex(ids), bare)
    return _ENCODER.encode(stored)


def _columns(items: tuple[Item, ...]) -> _Columns:
    # Turned and packed at once: this is done after every event, for some thirty items.
    if not items:
        return _Columns()
    ats, events, names, dues = zip(*items, strict=True)
    known = sorted(set(names))
    place_of = {name: place for place, name in enumerate(known)}
    column = f">{len(items)}q"
    times = bytearray(pack(column, *ats))
    cut = _SHORT if ats[-1] < _FAR else 0
    if cut:
        del times[::_WIDE]
    return _Columns(
        names=tuple(known),
        times=bytes(times),
        cut=cut,
        events=pack(column, *events),
        named=bytes(map(place_of.__getitem__, names)),
        dues=_told(dues) if dues.count(None) < len(dues) else (),
    )


def _told(dues: tuple[Instant | None, ...]) -> tuple[tuple[int, Instant], ...]:
    return tuple((place, due) for place, due in enumerate(dues) if due is not None)


def decode(blob: bytes) -> ClientState:
    """The state from its bytes."""
    stored = _DECODER.decode(blob)
    left = tuple(
        Residual(intent, half_life * MINUTE, Instant(at), value)
        for intent, half_life, at, value in _RESIDUAL.iter_unpack(stored.residuals)
    )
    state, accounts = stored.state, stored.accounts
    ids = [each.hex() for each in _pieces(stored.ids, _ID_BYTES)]
    return replace(
        state,
        evidence=replace(state.evidence, items=_items(stored), residuals=left),
        holdings=tuple(replace(one, account=accounts[int(one.account)]) for one in state.holdings),
        tasks=tuple(
            replace(row, task_id=f"t_{ids[2 * place]}", decision_id=f"d_{ids[2 * place + 1]}")
            for place, row in enumerate(state.tasks)
        ),
    )


def _items(stored: _Stored) -> tuple[Item, ...]:
    zero, due_at = bytes(stored.cut), dict(stored.dues)
    wide = b"".join([zero + each for each in _pieces(stored.times, _WIDE - stored.cut)])
    column = f">{len(stored.named)}q"
    ats, events = unpack(column, wide), unpack(column, stored.events)
    names = map(stored.names.__getitem__, stored.named)
    dues = map(due_at.get, range(len(ats)))
    return tuple(map(Item._make, zip(ats, events, names, dues, strict=True)))


def _pieces(whole: bytes, size: int) -> list[bytes]:
    """In pieces of one size."""
    return [whole[at : at + size] for at in range(0, len(whole), size)]
