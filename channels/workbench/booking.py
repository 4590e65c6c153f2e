"""An adviser's book on a page: growth so far, what was signed, what is owed, what may be added."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from pydantic import ValidationError

from channels.workbench.acts import Refused, signal
from channels.workbench.diagnosing import today, year_plan
from journeys.catalogue.edition import Edition
from journeys.client.wealth.attribution import Causes
from journeys.client.wealth.document.plan import Plan
from journeys.desk.book.growth import Growth, Standing, Year, growth
from journeys.desk.book.ledger import Entry, State, state
from schemas.books import BookEntry, BookEntryKind, Target
from schemas.signals.desk import BookEntered
from schemas.time import Instant, start_of_day
from schemas.wire import ClientToken
from streams.ports import Outgoing
from streams.readmodel.queries import Views

Doc = Mapping[str, Any]
Status = Literal["not_opened", "provisional", "locked", "appealed", "paid"]
_BANK_OFFSET_MINUTES: Final = 480
_PERIOD: Final = re.compile(r"(2[0-9]{3})(?:q([1-4])|h([12]))?", re.ASCII)
_UNKNOWN: Final = Standing(total=0.0, coverage=0.0, served=False)
FLAGS: Final = (
    "trade_before_diagnosis",
    "class_up_without_facts",
    "spending_retyped",
    "cohort_edited",
)
"""What the integrity checks of `journeys/desk/book` find."""


@dataclass(frozen=True, slots=True)
class Span:
    """A period with its days, both counted in."""

    name: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Row:
    """A client of the book: what moved them, what is held, what is owed."""

    client: str
    opening: float | None
    closing: float | None
    by_cause: Mapping[str, float]
    organic: float
    in_cohort: bool
    left_out: str | None
    """Why the client is not compared; `None` in the cohort."""
    flags: tuple[str, ...]
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the target, and how far the book is from it."""

    name: str
    points: float
    pays: float
    gap: float | None
    """Points a client still missing, at least 0; `None` without a figure."""


@dataclass(frozen=True, slots=True)
class Book:
    """All that the page shows."""

    desk: str
    span: Span
    status: Status
    found: Growth
    """As it stands in the read model, whatever was signed."""
    mean: float | None
    """The figure that counts: the one signed once the period is locked."""
    rows: Sequence[Row]
    owed: Sequence[Row]
    stages: Sequence[Stage]
    is_own_target: bool
    """Was the target set in this ledger? Else it is the one of the policy in force."""
    lines: Sequence[Doc]
    signed: State
    may: Sequence[str]
    """Kinds of lines that may stand next."""
    periods: Sequence[str]
    """With a ledger, and the quarters of now and before; the newest first."""
    refusal: Doc | None
    """The last line not taken, if none was added since."""


def period_of(day: date) -> str:
    """The quarter of a day.

    Example:
        >>> period_of(date(2026, 11, 23))
        '2026q4'
    """
    return f"{day.year}q{(day.month + 2) // 3}"


def span_of(name: str) -> Span | None:
    """The days that a period's name stands for; `None` if it is no period.

    Example:
        >>> span_of("2026h2").ends
        datetime.date(2026, 12, 31)
    """
    match = _PERIOD.fullmatch(name)
    if match is None:
        return None
    first, months = 1, 12
    if match[2]:
        first, months = 3 * int(match[2]) - 2, 3
    elif match[3]:
        first, months = 6 * int(match[3]) - 5, 6
    year, after = int(match[1]), first + months
    next_first = date(year, after, 1) if after <= 12 else date(year, 12, 31) + timedelta(1)  # noqa: PLR2004
    return Span(name, date(year, first, 1), next_first - timedelta(1))


def book_of(views: Views, desk: str, span: Span, policy: Edition, *, now: Instant) -> Book:
    """Read a book. Dates of an opened ledger count before those of the period's name."""
    asked = views.ledger(desk)
    lines = asked["periods"].get(span.name, [])
    span = _opened_span(lines) or span
    signed = state([_entry(line) for line in lines])
    clients = views.book(
        desk, starts=_midnight(span.starts), ends=_midnight(span.ends + timedelta(1))
    )
    flags = _open_flags(lines, signed)
    years = [_year(one, flags) for one in clients]
    found = growth(years, policy.book)
    mean = signed.mean if signed.is_locked else found.mean
    rows = [_row(one, year, policy, now=now) for one, year in zip(clients, years, strict=True)]
    return Book(
        desk=desk,
        span=span,
        status=_status(lines, signed),
        found=found,
        mean=mean,
        rows=sorted(rows, key=lambda row: (not row.in_cohort, row.organic, row.client)),
        owed=[row for row in rows if row.plan is not None and not row.plan.is_met],
        stages=_stages(lines, policy, mean),
        is_own_target=any(line["entry"]["targets"] for line in lines),
        lines=lines,
        signed=signed,
        may=_may(lines, signed),
        periods=_periods(asked["periods"], span.name, now),
        refusal=_open_refusal(asked["refusal"], lines, span.name),
    )


def _midnight(day: date) -> Instant:
    return start_of_day(day, utc_offset_minutes=_BANK_OFFSET_MINUTES)


def _opened_span(lines: Sequence[Doc]) -> Span | None:
    for line in lines:
        said = line["entry"]
        if said["kind"] == BookEntryKind.OPENED:
            days = date.fromisoformat(said["starts"]), date.fromisoformat(said["ends"])
            return Span(said["period"], *days)
    return None


def _entry(line: Doc) -> Entry:
    """A line as the ledger's rules read it; its day plays no part in where a book stands."""
    said = line["entry"]
    return Entry(
        line["number"],
        BookEntryKind(said["kind"]),
        date.min,
        said["by"],
        said["mean"],
        said["about"],
        said["reason"],
    )


def _open_flags(lines: Sequence[Doc], signed: State) -> dict[str, tuple[str, ...]]:
    """Clients whose credit is held, with what was found."""
    found: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if line["number"] in signed.open_flags:
            said = line["entry"]
            found[said["client"]] = (*found.get(said["client"], ()), *said["flags"])
    return found


def _year(one: Doc, flags: Mapping[str, tuple[str, ...]]) -> Year:
    """A client over the period, with what of the profile's part may count."""
    known = {cause.value for cause in Causes}
    return Year(
        client=one["client"],
        opening=_standing(one["opening"], is_served=one["was_served"]),
        closing=_standing(one["closing"], is_served=one["is_served"]),
        by_cause={Causes(c): points for c, points in one["by_cause"].items() if c in known},
        confirmed=one["confirmed"],
        reset=one["first_told"],
        flags=flags.get(one["client"], ()),
    )


def _standing(score: Doc | None, *, is_served: bool) -> Standing:
    if score is None:
        return _UNKNOWN
    return Standing(total=score["total"] or 0.0, coverage=score["coverage"], served=is_served)


def _row(one: Doc, year: Year, policy: Edition, *, now: Instant) -> Row:
    in_cohort = year.in_cohort(policy.book.coverage)
    opening, closing = one["opening"], one["closing"]
    return Row(
        client=one["client"],
        opening=None if opening is None else opening["total"],
        closing=None if closing is None else closing["total"],
        by_cause=one["by_cause"],
        organic=year.organic,
        in_cohort=in_cohort,
        left_out=None if in_cohort else _why_left_out(one),
        flags=year.flags,
        plan=year_plan(one["tier"], one["diagnoses"], policy.plan, now=now)
        if one["is_served"]
        else None,
    )


def _why_left_out(one: Doc) -> str:
    """The first of what keeps a client from being compared."""
    if not one["was_served"]:
        return "not_served_then"
    if not one["is_served"]:
        return "not_served_now"
    return "no_score_then" if one["opening"] is None else "low_coverage"


def _status(lines: Sequence[Doc], signed: State) -> Status:
    if not lines:
        return "not_opened"
    if signed.is_paid:
        return "paid"
    if signed.open_appeals:
        return "appealed"
    return "locked" if signed.is_locked else "provisional"


def _stages(lines: Sequence[Doc], policy: Edition, mean: float | None) -> list[Stage]:
    """Of the newest target, or of the policy; targets before it stay in the ledger."""
    targets = [(one.name, one.points, one.pays) for one in policy.book.stages]
    for line in lines:
        own = line["entry"]["targets"]
        targets = [(one["name"], one["points"], one["pays"]) for one in own] or targets
    return [
        Stage(name, points, pays, None if mean is None else max(0.0, points - mean))
        for name, points, pays in targets
    ]


def _may(lines: Sequence[Doc], signed: State) -> list[str]:
    """What may stand next, as far as the page can tell; the desk fold has the last word."""
    if not lines:
        return [BookEntryKind.OPENED.value]
    allowed = (
        (BookEntryKind.TARGET_SET, not signed.is_locked),
        (BookEntryKind.COUNTED, not signed.is_locked),
        (BookEntryKind.LOCKED, signed.mean is not None and not signed.is_locked),
        (BookEntryKind.APPEALED, signed.is_locked),
        (BookEntryKind.RESTATED, bool(signed.open_appeals)),
        (BookEntryKind.FLAGGED, not signed.is_paid),
        (BookEntryKind.CLEARED, bool(signed.open_flags)),
        (BookEntryKind.PAID, signed.is_locked and not signed.open_appeals and not signed.is_paid),
    )
    return [kind.value for kind, is_so in allowed if is_so]


def _periods(known: Mapping[str, object], shown: str, now: Instant) -> list[str]:
    current = span_of(bank_period(now))
    before = () if current is None else (period_of(current.starts - timedelta(1)), current.name)
    return sorted({*known, *before, shown}, reverse=True)


def _open_refusal(refusal: Doc | None, lines: Sequence[Doc], period: str) -> Doc | None:
    """The last refusal of this period, unless a line was added after it."""
    if refusal is None or refusal["entry"]["period"] != period:
        return None
    return None if lines and lines[-1]["seq"] > refusal["seq"] else refusal


def message_of(book: Book, said: Mapping[str, str], *, now: Instant) -> Outgoing:
    """The signal that asks for a line. Figures are never typed: a count is the page's own.

    Raises:
        Refused: a field is missing or cannot be read, or there is no cohort to count.
    """
    try:
        entry = _asked(book, said)
    except (ValidationError, ValueError):
        raise Refused("line") from None
    if entry.kind in _FIGURES and entry.mean is None:
        raise Refused("no_cohort")
    return signal(BookEntered, entry, desk=book.desk, nonce=said.get("nonce", ""), now=now)


_FIGURES: Final = frozenset({BookEntryKind.COUNTED, BookEntryKind.RESTATED})


def _asked(book: Book, said: Mapping[str, str]) -> BookEntry:
    kind = BookEntryKind(said.get("kind", ""))
    client, about = said.get("client", "").strip(), said.get("about", "").strip()
    is_figure, is_flag = kind in _FIGURES, kind is BookEntryKind.FLAGGED
    is_opening = kind is BookEntryKind.OPENED
    return BookEntry(
        period=book.span.name,
        kind=kind,
        by=said.get("by", "").strip(),
        starts=book.span.starts if is_opening else None,
        ends=book.span.ends if is_opening else None,
        targets=_targets(said.get("targets", "")) if kind is BookEntryKind.TARGET_SET else (),
        mean=book.found.mean if is_figure else None,
        cohort=book.found.cohort if is_figure else None,
        about=int(about) if about else None,
        client=ClientToken(client) if is_flag and client else None,
        flags=(said.get("flag", ""),) if is_flag else (),
        reason=said.get("reason", "").strip(),
    )


def _targets(text: str) -> tuple[Target, ...]:
    """Stages, a line each: points a client, and the share of the bonus in percent."""
    rows = [line.replace("%", " ").split() for line in text.splitlines() if line.strip()]
    if not rows:
        raise ValueError("a target has a stage")
    return tuple(
        Target(name=f"stage_{at}", points=float(points), pays=float(percent) / 100)
        for at, (points, percent) in enumerate(rows, start=1)
    )


def bank_period(now: Instant) -> str:
    """The quarter that the bank is in."""
    return period_of(today(now))
