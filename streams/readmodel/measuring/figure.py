"""A figure with its number of cases, its interval and what control shows beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from journeys.measures import means
from journeys.measures.rules import Measure
from journeys.measures.shares import Around, Lift, Tries, around, lift, pooled
from streams.readmodel.measuring.asked import Book

Status = Literal["shown", "few", "not_measured"]
Cases = Mapping[str, tuple[int, int]]
"""By client: how often it happened, and how often it could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One group's figure."""

    n: int
    value: float | None
    """`None` with too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure, of everybody or of a part."""

    measure: str
    part: str | None = None
    """A tier, a journey, a cap; `None`: all."""
    n: int
    value: float | None = None
    """`None` unless shown."""
    low: float | None = None
    high: float | None = None
    status: Status
    is_good: bool | None = None
    """`None` where no limit says what is."""
    treated: Side | None = None
    control: Side | None = None
    """Both only where chance decided who is treated."""
    lift: Lift | None = None
    """Treated less control; `None` with too few on either side."""
    lacks: str | None = None
    """Not measured: the word for what somebody has to send."""
    beside: Mapping[str, int] = field(default_factory=dict)
    """Counts that a reader wants with it."""


def missing(rule: Measure, lacks: str, *, part: str | None = None) -> Figure:
    """Nobody sends what it is made of; that is not zero."""
    return Figure(measure=rule.id, part=part, n=0, status="not_measured", lacks=lacks)


def of_shares(
    rule: Measure,
    cases: Cases,
    book: Book,
    *,
    part: str | None = None,
    has_control: bool = True,
    beside: Mapping[str, int] | None = None,
) -> Figure:
    """A share of cases. Cases of one client are weighed as what they are worth together."""
    n = _count(cases.values())
    sides = _sides(cases, book) if has_control else {}
    found = around(pooled(cases.values())) if n >= rule.shown_from else None
    lifted = None
    if sides and min(_count(each) for each in sides.values()) >= rule.shown_from:
        lifted = lift(pooled(sides[False]), pooled(sides[True]))
    return Figure(
        measure=rule.id,
        part=part,
        n=n,
        treated=_share_side(rule, sides.get(False)),
        control=_share_side(rule, sides.get(True)),
        lift=lifted,
        beside=beside or {},
        **_told(rule, found),
    )


def of_means(
    rule: Measure,
    values: Mapping[str, float],
    book: Book,
    *,
    has_control: bool = True,
    beside: Mapping[str, int] | None = None,
) -> Figure:
    """A mean over clients."""
    found = means.mean(tuple(values.values())) if len(values) >= rule.shown_from else None
    sides: dict[bool, list[float]] = {False: [], True: []}
    for client, value in values.items():
        group = _group(client, book)
        if has_control and group is not None:
            sides[group].append(value)
    both = {at: means.mean(each) for at, each in sides.items() if len(each) >= rule.shown_from}
    treated, control = both.get(False), both.get(True)
    has_both = treated is not None and control is not None
    return Figure(
        measure=rule.id,
        n=len(values),
        treated=_mean_side(sides[False], treated) if has_control else None,
        control=_mean_side(sides[True], control) if has_control else None,
        lift=means.difference(treated, control) if has_both else None,  # type: ignore[arg-type]
        beside=beside or {},
        **_told(rule, None if found is None else means.near(found)),
    )


def plain(
    rule: Measure,
    value: float | Around,
    *,
    n: int,
    part: str | None = None,
    beside: Mapping[str, int] | None = None,
) -> Figure:
    """A count or a sum, or a rate with its interval."""
    enough = n >= rule.shown_from
    found = value if isinstance(value, Around) else None
    middle = value.value if isinstance(value, Around) else value
    return Figure(
        measure=rule.id,
        part=part,
        n=n,
        value=middle if enough else None,
        low=found.low if enough and found is not None else None,
        high=found.high if enough and found is not None else None,
        status="shown" if enough else "few",
        is_good=_is_good(rule, middle) if enough else None,
        beside=beside or {},
    )


def of_around(
    rule: Measure,
    found: Around | None,
    *,
    n: int,
    part: str | None = None,
    beside: Mapping[str, int] | None = None,
) -> Figure:
    """A figure that comes with its interval; `None` where too few of one kind are there."""
    enough = found if n >= rule.shown_from else None
    return Figure(measure=rule.id, part=part, n=n, beside=beside or {}, **_told(rule, enough))


def _told(rule: Measure, found: Around | None) -> dict[str, Any]:
    if found is None:
        return {"status": "few"}
    return {
        "status": "shown",
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "is_good": _is_good(rule, found.value),
    }


def _is_good(rule: Measure, value: float) -> bool | None:
    if rule.good_least is None and rule.good_most is None:
        return None
    least = rule.good_least is None or value >= rule.good_least
    return least and (rule.good_most is None or value <= rule.good_most)


def _count(cases: Iterable[tuple[int, int]]) -> int:
    return sum(trials for _, trials in cases)


def _group(client: str, book: Book) -> bool | None:
    person = book.get(client)
    return None if person is None else person.is_control


def _sides(cases: Cases, book: Book) -> dict[bool, list[tuple[int, int]]]:
    found: dict[bool, list[tuple[int, int]]] = {False: [], True: []}
    for client, tries in cases.items():
        group = _group(client, book)
        if group is not None:
            found[group].append(tries)
    return found


def _share_side(rule: Measure, cases: list[tuple[int, int]] | None) -> Side | None:
    if cases is None:
        return None
    n = _count(cases)
    hits = sum(each for each, _ in cases)
    return Side(n=n, value=Tries(hits, n).share if n >= rule.shown_from else None)


def _mean_side(values: list[float], found: means.Mean | None) -> Side:
    return Side(n=len(values), value=None if found is None else found.value)
