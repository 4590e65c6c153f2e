"""The ledgers of this desk's book, one a period: each line asked for is added, or refused."""

from typing import Final

from msgspec.structs import replace

from journeys.desk.book.ledger import Entry, RefusedEntryError, add
from journeys.desk.state import Kept
from journeys.desk.work import Work
from journeys.identity import short_hash
from schemas.books import BookEntry, BookEntryKind, BookLine, BookRefusal
from schemas.facts import BookEntryAdded, BookEntryRefused
from schemas.signals.desk import BookEntered
from schemas.time import local_day

_MOST_PERIODS: Final = 4
_MOST_LINES: Final = 64
"""Bounds of a desk's state, with room for its tasks beside them."""
_BANK_OFFSET_MINUTES: Final = 480
"""A line is dated where the bank is."""


def on_entry(work: Work, event: BookEntered) -> None:
    """A line of a period's ledger; an event that came before changes nothing."""
    mark = short_hash(event.source, event.id)
    kept = _kept(work, event.data.period)
    if mark in kept.marks:
        return
    if not _is_whole(event.data):
        _refuse(work, event.data, "incomplete")
        return
    try:
        entry = _added(work, kept, event.data, mark)
    except RefusedEntryError as refused:
        _refuse(work, event.data, refused.code)
        return
    if entry is None:
        _refuse(work, event.data, "no_room")
        return
    work.conclude(
        BookEntryAdded, BookLine(number=entry.number, entered_at=work.now, entry=event.data)
    )


def _is_whole(said: BookEntry) -> bool:
    """Does it say all that its kind needs?"""
    if said.starts is not None and said.ends is not None and said.starts >= said.ends:
        return False
    empty: tuple[object, ...] = (None, (), "")
    return all(getattr(said, name) not in empty for name in _NEEDS.get(said.kind, ()))


_NEEDS: Final = {
    BookEntryKind.OPENED: ("starts", "ends"),
    BookEntryKind.TARGET_SET: ("targets",),
    BookEntryKind.COUNTED: ("mean", "cohort"),
    BookEntryKind.APPEALED: ("about", "reason"),
    BookEntryKind.RESTATED: ("about", "mean", "reason"),
    BookEntryKind.FLAGGED: ("client", "flags"),
    BookEntryKind.CLEARED: ("about", "reason"),
}


def _kept(work: Work, period: str) -> Kept:
    return next((book for book in work.books if book.period == period), Kept(period, (), ()))


def _added(work: Work, kept: Kept, said: BookEntry, mark: int) -> Entry | None:
    """Keep the line; `None` if there is no room for it."""
    entry = Entry(
        number=len(kept.ledger) + 1,
        kind=said.kind,
        day=local_day(work.now, utc_offset_minutes=_BANK_OFFSET_MINUTES),
        by=said.by,
        mean=said.mean,
        about=said.about,
        reason=said.reason,
    )
    add(kept.ledger, entry)
    if len(kept.ledger) >= _MOST_LINES or _is_gone(work, kept):
        return None
    # The reason stands in the fact; the state keeps what the next line is judged by.
    ledger = (*kept.ledger, replace(entry, reason=""))
    others = (book for book in work.books if book.period != kept.period)
    new = Kept(kept.period, ledger, (*kept.marks, mark))
    kept_now = sorted((*others, new), key=lambda book: book.period)
    work.books = tuple(kept_now[-_MOST_PERIODS:])
    return entry


def _is_gone(work: Work, kept: Kept) -> bool:
    """Older than all that are kept: its ledger may have been closed long ago."""
    is_full = len(work.books) >= _MOST_PERIODS
    return is_full and kept.period < work.books[0].period


def _refuse(work: Work, said: BookEntry, reason: str) -> None:
    work.conclude(BookEntryRefused, BookRefusal(entry=said, reason=reason, at=work.now))
