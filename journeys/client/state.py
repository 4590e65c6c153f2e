"""All that the engine knows of one client, small enough to be written after every event.

Every part has a cap and an eviction order (README of this room). Money is fen, time `Instant`.
"""

from datetime import date

import msgspec

from journeys.client.contact.ledger import Ledger
from journeys.client.intent.evidence import Evidence
from journeys.client.journey.instance import Ended, Instance
from journeys.client.wealth.book import EMPTY_BOOK, Book, Lot
from journeys.client.wealth.profile import Profile
from schemas.tasks import TaskState
from schemas.time import Instant


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


class Household(msgspec.Struct, frozen=True, array_like=True):
    """The profile as told, with what the clock derives from it kept apart."""

    version: int = 0
    birth: date | None = None
    told: Profile = msgspec.field(default_factory=Profile)
    tested_at: Instant | None = None


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
    """The highest holdings since money last came, went or was traded."""


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


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """An event already applied."""

    at: Instant
    event: int


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
    seen: tuple[Seen, ...] = ()
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
    last_verdict: int = 0
    """Short hash of the last decision's choice and reasons: the same again is no news."""


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(ClientState)


def encode(state: ClientState) -> bytes:
    """The state as bytes; equal states give equal bytes."""
    return _ENCODER.encode(state)


def decode(blob: bytes) -> ClientState:
    """The state from its bytes."""
    return _DECODER.decode(blob)
