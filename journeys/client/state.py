"""All that the engine knows of one client, small enough to be written after every event.

Every part has a cap and an eviction order (README of this room). Money is fen, time `Instant`.
"""

from datetime import date
from typing import Final

import msgspec

from journeys.client.case.case import Case
from journeys.client.contact.ledger import Ledger
from journeys.client.intent.evidence import Evidence
from journeys.client.journey.instance import Ended, Instance
from journeys.client.seen import Seen
from journeys.client.wealth.book import EMPTY_BOOK, Book, Lot
from journeys.client.wealth.profile import Profile
from schemas.signals.corebank import ProfileFields
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


def holding_of(held: tuple[Holding, ...], account: str, product: str) -> Holding | None:
    """The position of a product in an account; asked at every report, so it builds no name."""
    for holding in held:
        if holding.product == product and holding.account == account:
            return holding
    return None


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


class Regraded(msgspec.Struct, frozen=True, array_like=True):
    """A product graded anew of which its holder is still to be told."""

    product: str
    facts: int
    """The version of the facts that grade it now."""
    before: int
    """The version under which the client was last told, or bought."""


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
    regrades: tuple[Regraded, ...] = ()
    """Those that wait for room, longest first: of nearly all clients none."""
