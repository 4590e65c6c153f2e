"""The ledger of a book: opened, counted, locked, appealed, restated; added to and never edited."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from schemas.books import BookEntryKind


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One line. Numbers count up from 1 without a gap."""

    number: int
    kind: BookEntryKind
    day: date
    by: str
    mean: float | None = None
    """Organic points a client: of a count or a restatement."""
    about: int | None = None
    """The entry that an appeal, a restatement or a review is about."""
    reason: str = ""


class State(msgspec.Struct, frozen=True):
    """Where a book stands after its entries."""

    mean: float | None
    """The newest count or restatement."""
    is_locked: bool
    open_appeals: tuple[int, ...]
    open_flags: tuple[int, ...]
    """Flags that nobody has reviewed: the credit of their clients is held."""
    is_paid: bool


Ledger = tuple[Entry, ...]


class Complaint(NamedTuple):
    """Why an entry may not stand: a word for screens, a sentence for people who read logs."""

    code: str
    says: str


class RefusedEntryError(ValueError):
    """An entry may not stand where it is; `code` is its reason in one word."""

    def __init__(self, entry: Entry, complaint: Complaint) -> None:
        super().__init__(f"entry {entry.number} ({entry.kind}): {complaint.says}")
        self.code = complaint.code


def add(ledger: Ledger, entry: Entry) -> Ledger:
    """The ledger with one more entry.

    Raises:
        RefusedEntryError: the entry may not stand here; the message says why and what may.
    """
    complaint = _complaint(ledger, entry)
    if complaint is not None:
        raise RefusedEntryError(entry, complaint)
    return (*ledger, entry)


def state(ledger: Sequence[Entry]) -> State:
    """Read a ledger from its first entry."""
    counts = [
        entry.mean
        for entry in ledger
        if entry.kind in {BookEntryKind.COUNTED, BookEntryKind.RESTATED}
    ]
    return State(
        mean=counts[-1] if counts else None,
        is_locked=any(entry.kind is BookEntryKind.LOCKED for entry in ledger),
        open_appeals=_unanswered(ledger, BookEntryKind.APPEALED, BookEntryKind.RESTATED),
        open_flags=_unanswered(ledger, BookEntryKind.FLAGGED, BookEntryKind.CLEARED),
        is_paid=any(entry.kind is BookEntryKind.PAID for entry in ledger),
    )


def _unanswered(
    ledger: Sequence[Entry], asked: BookEntryKind, answered: BookEntryKind
) -> tuple[int, ...]:
    done = {entry.about for entry in ledger if entry.kind is answered}
    numbers = (entry.number for entry in ledger if entry.kind is asked)
    return tuple(number for number in numbers if number not in done)


def _complaint(ledger: Ledger, entry: Entry) -> Complaint | None:
    now = state(ledger)
    if entry.number != len(ledger) + 1:
        return Complaint("wrong_number", f"the next number is {len(ledger) + 1}")
    if ledger and entry.day < ledger[-1].day:
        last = ledger[-1].day
        return Complaint("too_early", f"it is dated before {last}, the day of the entry before it")
    if not entry.by:
        return Complaint("unsigned", "nobody signed it")
    if not ledger and entry.kind is not BookEntryKind.OPENED:
        return Complaint("not_opened", "open the period first")
    return _RULES[entry.kind](ledger, entry, now)


def _opened(ledger: Ledger, _entry: Entry, _now: State) -> Complaint | None:
    return _OPEN_ALREADY if ledger else None


def _target_set(_ledger: Ledger, _entry: Entry, now: State) -> Complaint | None:
    if now.is_locked:
        return Complaint("locked", "the period is locked; its target stands")
    return None


def _counted(_ledger: Ledger, entry: Entry, now: State) -> Complaint | None:
    if now.is_locked:
        return Complaint("locked", "the period is locked; appeal and restate")
    return _NO_MEAN if entry.mean is None else None


def _locked(ledger: Ledger, entry: Entry, now: State) -> Complaint | None:
    if now.mean is None:
        return Complaint("not_counted", "nothing is counted yet")
    if now.is_locked:
        return Complaint("locked", "it is locked already")
    counted = next(one for one in reversed(ledger) if one.kind is BookEntryKind.COUNTED)
    return _SAME_PERSON_COUNTED if counted.by == entry.by else None


def _appealed(ledger: Ledger, entry: Entry, now: State) -> Complaint | None:
    if not now.is_locked:
        return Complaint("not_locked", "before the lock a count is simply counted again")
    if not entry.reason:
        return Complaint("no_reason", "an appeal says its reason")
    counts = {
        one.number for one in ledger if one.kind in {BookEntryKind.COUNTED, BookEntryKind.RESTATED}
    }
    return None if entry.about in counts else _ABOUT


def _restated(ledger: Ledger, entry: Entry, now: State) -> Complaint | None:
    if entry.about not in now.open_appeals:
        return Complaint(
            "no_open_appeal", f"it answers no open appeal; open are {list(now.open_appeals)}"
        )
    appeal = next(one for one in ledger if one.number == entry.about)
    if appeal.by == entry.by:
        return Complaint("same_person", "who appealed may not decide")
    return _NO_MEAN if entry.mean is None else None


def _flagged(_ledger: Ledger, _entry: Entry, now: State) -> Complaint | None:
    return _PAID_ALREADY if now.is_paid else None


def _cleared(ledger: Ledger, entry: Entry, now: State) -> Complaint | None:
    if entry.about not in now.open_flags:
        return Complaint("no_open_flag", f"it is about no open flag; open: {list(now.open_flags)}")
    flag = next(one for one in ledger if one.number == entry.about)
    if flag.by == entry.by:
        return Complaint("same_person", "who flagged may not clear")
    return None if entry.reason else Complaint("no_reason", "a review says its reason")


def _paid(_ledger: Ledger, _entry: Entry, now: State) -> Complaint | None:
    if not now.is_locked:
        return Complaint("not_locked", "lock the period first")
    if now.open_appeals:
        return Complaint("appeals_open", f"appeals are open: {list(now.open_appeals)}")
    return _PAID_ALREADY if now.is_paid else None


_OPEN_ALREADY: Final = Complaint(
    "opened_already", "a period is opened once; restate a count instead"
)
_NO_MEAN: Final = Complaint("no_mean", "say the mean, changed or not")
_SAME_PERSON_COUNTED: Final = Complaint("same_person", "who counted may not sign off")
_ABOUT: Final = Complaint("about_nothing", "it is about no count; name the number of one")
_PAID_ALREADY: Final = Complaint("paid", "it is paid already")
_RULES: Final = {
    BookEntryKind.OPENED: _opened,
    BookEntryKind.TARGET_SET: _target_set,
    BookEntryKind.COUNTED: _counted,
    BookEntryKind.LOCKED: _locked,
    BookEntryKind.APPEALED: _appealed,
    BookEntryKind.RESTATED: _restated,
    BookEntryKind.FLAGGED: _flagged,
    BookEntryKind.CLEARED: _cleared,
    BookEntryKind.PAID: _paid,
}
