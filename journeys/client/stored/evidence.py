"""Evidence on disk, and the events seen: the largest parts of most states."""

from itertools import accumulate
from operator import sub
from struct import pack, unpack

import msgspec

from journeys.client.intent.evidence import Completed, Evidence, Item, Residual
from journeys.client.seen import Seen
from journeys.client.stored.columns import of_column, to_column
from schemas.time import MINUTE, Instant


class StoredEvidence(msgspec.Struct, frozen=True, array_like=True):
    """Packed by column, being the largest part of most."""

    names: tuple[str, ...]
    times: bytes
    """The first, then steps."""
    events: bytes
    named: bytes
    """Of each item the place of its name."""
    dues: tuple[tuple[int, Instant], ...]
    """Place in the list and due time: few items have one."""
    intents: bytes
    """Of each residual."""
    half_lives: bytes
    """In minutes: policy knows no shorter span."""
    ats: bytes
    values: bytes
    reset_at: tuple[int, ...]
    on: tuple[bool, ...]
    completed: tuple[Completed, ...]


class StoredSeen(msgspec.Struct, frozen=True, array_like=True):
    """`Seen`, with its days flat."""

    marks: bytes
    days: tuple[int, ...]
    """Steps from day to day, each with its count."""


def stored_evidence(evidence: Evidence) -> StoredEvidence:
    """As it stands on disk."""
    # Turned and packed at once: this is done after every event, for some thirty items.
    items, left = evidence.items, evidence.residuals
    ats, events, names, dues = zip(*items, strict=True) if items else ((), (), (), ())
    known = sorted(set(names))
    place_of = {name: place for place, name in enumerate(known)}
    return StoredEvidence(
        names=tuple(known),
        times=to_column([*ats[:1], *map(sub, ats[1:], ats)]),
        events=pack(f">{len(events)}q", *events),
        named=bytes(map(place_of.__getitem__, names)),
        dues=_told(dues) if dues.count(None) < len(dues) else (),
        intents=bytes([one.intent for one in left]),
        half_lives=to_column([one.half_life // MINUTE for one in left]),
        ats=to_column([one.at for one in left]),
        values=pack(f">{len(left)}d", *[one.value for one in left]),
        reset_at=evidence.reset_at,
        on=evidence.on,
        completed=evidence.completed,
    )


def _told(dues: tuple[Instant | None, ...]) -> tuple[tuple[int, Instant], ...]:
    return tuple((place, due) for place, due in enumerate(dues) if due is not None)


def evidence_of(stored: StoredEvidence) -> Evidence:
    """The evidence again."""
    count, due_at = len(stored.named), dict(stored.dues)
    ats = accumulate(of_column(stored.times))
    events = unpack(f">{count}q", stored.events)
    names = map(stored.names.__getitem__, stored.named)
    dues = map(due_at.get, range(count))
    half_lives = [minutes * MINUTE for minutes in of_column(stored.half_lives)]
    values = unpack(f">{len(stored.intents)}d", stored.values)
    left = map(Residual, stored.intents, half_lives, of_column(stored.ats), values)  # type: ignore[arg-type]
    return Evidence(
        items=tuple(map(Item._make, zip(ats, events, names, dues, strict=True))),
        residuals=tuple(left),
        reset_at=stored.reset_at,
        on=stored.on,
        completed=stored.completed,
    )


def stored_seen(seen: Seen) -> StoredSeen:
    """As it stands on disk."""
    flat: list[int] = []
    before = 0
    for day, count in seen.days:
        flat += day - before, count
        before = day
    return StoredSeen(seen.marks, tuple(flat))


def seen_of(stored: StoredSeen) -> Seen:
    """The events seen, again."""
    days = accumulate(stored.days[::2])
    return Seen(stored.marks, tuple(zip(days, stored.days[1::2], strict=True)))
