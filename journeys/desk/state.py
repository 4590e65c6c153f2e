"""All that the engine knows of one desk: an adviser, a team or a shard of a remote queue."""

import msgspec

from journeys.desk.book.ledger import Ledger
from schemas.tasks import TaskState
from schemas.time import Instant


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A task on this desk. Client and version are the client fold's; state may run ahead of it."""

    task_id: str
    version: int
    since_version: int
    """The version with which this desk got the task."""
    client: str
    state: TaskState
    priority: float
    minutes: int
    due: Instant
    expires: Instant
    backups: tuple[str, ...]
    marketing: bool
    offered_at: Instant
    pass_on_at: Instant | None
    """When it goes to the next desk if nobody has taken it."""
    claim: int = 0
    """The highest claim number this desk has used."""
    actor: str | None = None
    snoozed_until: Instant | None = None
    licence: str | None = None
    language: str | None = None
    unserved: bool = False
    """The fairness floor is for this client."""


class Spent(msgspec.Struct, frozen=True, array_like=True):
    """Minutes of completed work on one day of the bank."""

    day: int = 0
    """Days since 1970."""
    minutes: int = 0
    unserved: int = 0
    """Of these, for clients whom no desk had served for long."""


class Hours(msgspec.Struct, frozen=True, array_like=True):
    """Working time, with booked talks already taken out of it when minutes are counted."""

    version: int = 0
    shifts: tuple[tuple[Instant, Instant], ...] = ()
    booked: tuple[tuple[Instant, Instant], ...] = ()
    licences: tuple[str, ...] = ()
    deputy: str | None = None
    languages: tuple[str, ...] = ("zh",)


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A case that is handed over to this desk and waits to be taken."""

    handover_id: str
    version: int
    client: str
    accept_by: Instant
    taken_by: str | None = None
    """Told to the client's log, whose word is waited for."""
    licence: str | None = None
    language: str | None = None
    passes: bool = False
    """Whoever has it in `taken_by` has passed it on."""


class Left(msgspec.Struct, frozen=True, array_like=True):
    """A task or a hand-over that is gone from here: what was said of it before is no news."""

    mark: int
    """Short hash of its id."""
    version: int
    """The newest one heard."""
    until: Instant
    """From then on it can be worked nowhere: an offer of it is told by its own time."""


class Gap(msgspec.Struct, frozen=True, array_like=True):
    """A record of this desk's log that could not be applied."""

    partition: int
    offset: int
    family: str


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """The ledger of one period: what the next line is judged by. Reasons stand in the facts."""

    period: str
    ledger: Ledger
    marks: tuple[int, ...]
    """Short hashes of the events that brought them: one sent again is no second line."""


class DeskState(msgspec.Struct, frozen=True, array_like=True):
    """One desk."""

    desk: str
    hours: Hours = Hours()
    entries: tuple[Entry, ...] = ()
    claims: tuple[tuple[str, int], ...] = ()
    """Last claim numbers of tasks that left, so that one that comes back counts on."""
    gaps: tuple[Gap, ...] = ()
    ranking: int = 0
    """Short hash of the ranking last said."""
    books: tuple[Kept, ...] = ()
    """The newest periods, in order."""
    waiting: tuple[Waiting, ...] = ()
    """Hand-overs, the first clock first."""
    spent: Spent = Spent()
    left: tuple[Left, ...] = ()
    """Tasks and hand-overs that are gone, the longest gone first."""


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(DeskState)


def encode(state: DeskState) -> bytes:
    """The state as bytes; equal states give equal bytes."""
    return _ENCODER.encode(state)


def decode(blob: bytes) -> DeskState:
    """The state from its bytes."""
    return _DECODER.decode(blob)
