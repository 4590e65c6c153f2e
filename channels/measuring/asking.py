"""A period, an outlet and a journey as a reader names them, made into a question."""

from datetime import date, timedelta
from typing import Protocol

from channels.workbench.booking import Span, bank_period, span_of
from channels.workbench.diagnosing import today
from journeys.catalogue.edition import Edition
from journeys.condition import near
from schemas.time import Instant, start_of_day
from streams.readmodel.measuring.asked import Asked

_BANK_OFFSET_MINUTES = 480


class Editions(Protocol):
    """Policy through time."""

    def at(self, moment: Instant) -> Edition:
        """The edition in force at an instant."""
        ...


def question(
    catalogue: Editions,
    period: str | None,
    *,
    now: Instant,
    outlet: str | None = None,
    journey: str | None = None,
) -> Asked:
    """What to ask the measures.

    Args:
        catalogue: policy through time.
        period: a year, a half or a quarter such as `2026q4`; `None`: the quarter of now. One
            that is not over is measured up to now.
        now: the bank's time.
        outlet: of the clients; `None`: the whole bank.
        journey: of the runs; `None`: all.

    Raises:
        ValueError: no such period or journey, or the period lies ahead; the message says what may.
    """
    name = period or bank_period(now)
    span = span_of(name)
    if span is None:
        raise ValueError(f"'{name}' is no period; write a year, a half or a quarter: 2026q4")
    starts, after = instants(span)
    ends = min(after, now)
    if ends <= starts:
        raise ValueError(f"'{name}' has not begun at {today(now)}; name an earlier period")
    edition = catalogue.at(Instant(ends - 1))
    if journey is not None and journey not in edition.journeys:
        hint = near(journey, edition.journeys) or f"; known are {', '.join(edition.journeys)}"
        raise ValueError(f"no journey '{journey}'{hint}")
    controls = (catalogue.at(starts).arbitration.controls, edition.arbitration.controls)
    return Asked(starts, ends, edition, controls, outlet, journey)


def instants(span: Span) -> tuple[Instant, Instant]:
    """When a period begins, and when the day after it does."""
    first, after = span.starts, span.ends + timedelta(1)
    return _midnight(first), _midnight(after)


def _midnight(day: date) -> Instant:
    return start_of_day(day, utc_offset_minutes=_BANK_OFFSET_MINUTES)
