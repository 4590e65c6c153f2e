"""Evidence on disk, and the events seen: the largest parts of most states."""

from itertools import accumulate
from operator import sub
from struct import Struct, pack, unpack
from typing import Final

import msgspec

from journeys.client.intent.evidence import Completed, Evidence, Item, Residual
from journeys.client.seen import Seen
from journeys.client.stored.columns import of_column, to_column
from schemas.time import MINUTE, Instant

_RESIDUAL: Final = Struct(">BIqd")
"""The half-life in minutes: policy knows no shorter span."""


class StoredEvidence(msgspec.Struct, frozen=True, array_like=True):
    """Packed by column, being the largest part of most."""

    names: tuple[str, ...]
    start: int
    times: bytes
    """From the first at `start` in steps."""
    events: bytes
    named: bytes
    """Of each item the place of its name."""
    dues: tuple[tuple[int, Instant], ...]
    """Place in the list and due time: few items have one."""
    residuals: bytes
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
    items, left, put = evidence.items, evidence.residuals, _RESIDUAL.pack
    ats, events, names, dues = zip(*items, strict=True) if items else ((), (), (), ())
    known = sorted(set(names))
    place_of = {name: place for place, name in enumerate(known)}
    return StoredEvidence(
        names=tuple(known),
        start=ats[0] if ats else 0,
        times=to_column(list(map(sub, ats[1:], ats))),
        events=pack(f">{len(events)}q", *events),
        named=bytes(map(place_of.__getitem__, names)),
        dues=_told(dues) if dues.count(None) < len(dues) else (),
        residuals=b"".join(
            [put(one.intent, one.half_life // MINUTE, one.at, one.value) for one in left]
        ),
        reset_at=evidence.reset_at,
        on=evidence.on,
        completed=evidence.completed,
    )


def _told(dues: tuple[Instant | None, ...]) -> tuple[tuple[int, Instant], ...]:
    return tuple((place, due) for place, due in enumerate(dues) if due is not None)


def evidence_of(stored: StoredEvidence) -> Evidence:
    """The evidence again."""
    count, due_at = len(stored.named), dict(stored.dues)
    ats = accumulate(of_column(stored.times), initial=stored.start) if count else ()
    events = unpack(f">{count}q", stored.events)
    names = map(stored.names.__getitem__, stored.named)
    dues = map(due_at.get, range(count))
    left = [
        Residual(intent, half_life * MINUTE, Instant(at), value)
        for intent, half_life, at, value in _RESIDUAL.iter_unpack(stored.residuals)
    ]
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
