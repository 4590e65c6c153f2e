"""The scoreboard: the bank's or an outlet's measures over a period, treated against control."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from channels.measuring.asking import Editions, question
from channels.measuring.rivals_told import PairLine, StandingLine, pair_lines, standing_lines
from channels.measuring.told import CheckLine, Line, check_lines, lines
from channels.workbench.booking import bank_period, period_of, span_of
from channels.workbench.forest import Forest, forest
from channels.workbench.wording import Words
from journeys.identity import short_hash
from schemas.time import SECOND, Instant
from streams.readmodel.measuring.asked import Asked
from streams.readmodel.measuring.choices import Withheld
from streams.readmodel.measuring.measures import Measured
from streams.readmodel.queries import Views

_KEPT: Final = 32
"""Questions whose answers are kept: outlets times periods that people look at."""


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page shows; `found` is `None` where the figures could not be read."""

    period: str
    outlet: str | None
    outlets: Sequence[str]
    periods: Sequence[str]
    asked: Asked
    is_provisional: bool
    """The period is not over."""
    found: Measured | None
    read_at: Instant
    """When the figures were read; they are kept for a while."""
    error: str | None
    """By this an operator finds what went wrong."""


class Scoreboard:
    """Reads the measures, and keeps what was read for a while: they move by the day."""

    def __init__(self, views: Views, catalogue: Editions, *, keep_s: float) -> None:
        self._views, self._catalogue, self._keep = views, catalogue, int(keep_s * SECOND)
        self._read: dict[tuple[str, str | None], tuple[Instant, Asked, Measured]] = {}

    def board(
        self,
        period: str,
        outlet: str,
        *,
        now: Instant,
        failed: Callable[[str, Exception], object] = lambda _id, _error: None,
    ) -> Board | None:
        """A scoreboard; `None` if there is no such period or outlet, or it lies ahead.

        Args:
            period: such as `2026q4`; empty: the quarter of now.
            outlet: empty for the whole bank.
            now: the bank's time.
            failed: told of an error id and the error, where the figures cannot be read.
        """
        name, known = period or bank_period(now), self._views.outlets()
        if span_of(name) is None or (outlet and outlet not in known):
            return None
        try:
            asked = question(self._catalogue, name, now=now, outlet=outlet or None)
        except ValueError:
            return None
        span = span_of(name)
        head: dict[str, Any] = {
            "period": name,
            "outlet": outlet or None,
            "outlets": known,
            "periods": _periods(name, now),
            "is_provisional": span is not None and asked.ends >= now,
        }
        try:
            read_at, wanted, found = self._asked(name, asked, now)
        except SQLAlchemyError as error:
            error_id = f"{short_hash('scoreboard', name, outlet, str(now)):x}"[:8]
            failed(error_id, error)
            return Board(**head, asked=asked, found=None, read_at=now, error=error_id)
        return Board(**head, asked=wanted, found=found, read_at=read_at, error=None)

    def _asked(self, name: str, asked: Asked, now: Instant) -> tuple[Instant, Asked, Measured]:
        key = (name, asked.outlet)
        kept = self._read.get(key)
        if kept is not None and 0 <= now - kept[0] < self._keep:
            return kept
        fresh = (now, asked, self._views.measures(asked))
        if len(self._read) >= _KEPT:
            self._read.pop(next(iter(self._read)))
        self._read[key] = fresh
        return fresh


class Worded(NamedTuple):
    """The figures in the words of a language."""

    lines: Sequence[Line]
    checks: Sequence[CheckLine]
    withheld: Sequence[Withheld]
    standings: Sequence[StandingLine]
    pairs: Sequence[PairLine]
    more_pairs: int
    """Beyond those listed."""
    drawing: Forest | None
    """Of the differences; `None` where none can be told yet."""
    titles: Mapping[tuple[str, str | None], str]
    """What each row of the drawing is called, by measure and part."""


def worded(found: Measured, words: Words) -> Worded:
    """Figures for the template."""
    told = list(lines(found, words))
    titles = {
        (figure.measure, figure.part): line.title.strip()
        for figure, line in zip(found.figures, told, strict=True)
    }
    pairs, more = pair_lines(found, words)
    return Worded(
        lines=told,
        checks=check_lines(found, words),
        withheld=found.withheld,
        standings=standing_lines(found, words),
        pairs=pairs,
        more_pairs=more,
        drawing=forest(found.figures, found.asked.edition.measures),
        titles=titles,
    )


def _periods(shown: str, now: Instant) -> list[str]:
    """The quarters of now and of the year before it, and the year; with the one shown."""
    current = span_of(bank_period(now))
    if current is None:
        return [shown]
    quarters, first = [current.name], current.starts
    for _ in range(3):
        before = period_of(first - timedelta(1))
        quarters.append(before)
        span = span_of(before)
        first = first if span is None else span.starts
    return sorted({*quarters, current.name[:4], shown}, reverse=True)
