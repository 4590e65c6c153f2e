"""Which actions win over which, what came of it, and what levers changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from journeys.measures.ranking import Rival, first, first_without_levers
from schemas.time import Instant
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book, within
from streams.readmodel.measuring.chances import Contact, told_apart
from streams.readmodel.measuring.figure import Cases, Figure, of_shares

NO_ACTION: Final = "no_action"
"""Stands where an action would, for a decision that chose none."""


class Race(NamedTuple):
    """A decision in which at least one action was ranked."""

    decision_id: str
    client: str
    at: Instant
    rivals: Sequence[Rival]
    """Without duties, and without what waits for something better."""
    won: str | None
    """The action chosen among them; `None`: none was worth a contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One action among its rivals."""

    action: str
    won: Figure
    """The share of its races that it won."""
    lost_to: str | None
    """The one that it lost to most often, perhaps `NO_ACTION`; `None` if it never lost."""
    lost_to_many: int
    apart: Figure
    """How well its chances told contacts apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One action chosen over another."""

    chosen: str
    over: str
    """The runner-up, perhaps `NO_ACTION`."""
    many: int
    goals: Figure
    """Of the contacts that came of such choices and are old enough: how many reached the goal."""


def races(connection: Connection, asked: Asked, found: Sequence[Contact]) -> list[Race]:
    """Every race from that of the oldest contact on, up to the end of the period."""
    since = min((one.decided_at for one in judged(asked, found)), default=asked.starts)
    c = t.ranked.c
    rows = connection.execute(
        select(t.ranked)
        .where(c.at >= min(since, asked.starts), c.at < asked.ends, within(asked, c.client))
        .order_by(c.at, c.decision_id, c.action)
    )
    by_decision: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if not _is_duty(asked, row.action) and not row.waits:
            by_decision[row.decision_id].append(row)
    return [_race(asked, ranked) for ranked in by_decision.values()]


def judged(asked: Asked, found: Iterable[Contact]) -> Iterator[Contact]:
    """Contacts that the period can judge."""
    starts, ends = asked.judged("win_loss")
    return (one for one in found if starts <= one.shown_at < ends)


def _is_duty(asked: Asked, action: str) -> bool:
    known = asked.edition.actions.get(action)
    return known is not None and known.obligation


def _race(asked: Asked, ranked: Sequence[Any]) -> Race:
    rivals = [
        Rival(
            row.action,
            row.priority,
            row.p * row.value_points * row.context,
            known.expires if (known := asked.edition.actions.get(row.action)) else 0,
        )
        for row in ranked
    ]
    won = next((row.action for row in ranked if row.chosen), None)
    head = ranked[0]
    return Race(head.decision_id, head.client, Instant(head.at), rivals, won)


def changed_by_levers(asked: Asked, book: Book, found: Iterable[Race]) -> Figure:
    """Of the races of the period: how many another would have won if every lever were 0."""
    cases = _shares((race.client, is_changed(asked, race)) for race in _of_period(asked, found))
    return of_shares(asked.rule("lever_choices"), cases, book, has_control=False)


def is_changed(asked: Asked, race: Race) -> bool:
    """Would another have won, or none, or some instead of none, if every lever were 0?

    Both are told by the cost of a contact at the end of the period, so that a change of it within
    is not taken for the levers' doing.
    """
    cost = asked.edition.arbitration.cost_points
    return first(race.rivals, cost=cost) != first_without_levers(race.rivals, cost=cost)


def contested(asked: Asked, book: Book, found: Iterable[Race]) -> Figure:
    """Of the choices of the period: how many had a runner-up."""
    cases = _shares(
        (race.client, runner_up(asked, race) != NO_ACTION)
        for race in _of_period(asked, found)
        if race.won is not None
    )
    return of_shares(asked.rule("win_loss"), cases, book, has_control=False)


def runner_up(asked: Asked, race: Race) -> str:
    """What would have been chosen if the winner had not been there."""
    others = (one for one in race.rivals if one.action != race.won)
    return first(others, cost=asked.edition.arbitration.cost_points) or NO_ACTION


def standings(
    asked: Asked, book: Book, found: Sequence[Race], shown: Sequence[Contact]
) -> list[Standing]:
    """Every action that was ranked in the period, those ranked most often first."""
    rule = asked.rule("win_loss")
    by_action: dict[str, list[Race]] = defaultdict(list)
    for race in _of_period(asked, found):
        for one in race.rivals:
            by_action[one.action].append(race)
    told = []
    for action, mine in sorted(by_action.items(), key=lambda each: (-len(each[1]), each[0])):
        lost = Counter(race.won or NO_ACTION for race in mine if race.won != action)
        most = min(lost.items(), key=lambda each: (-each[1], each[0]), default=(None, 0))
        cases = _shares((race.client, race.won == action) for race in mine)
        told.append(
            Standing(
                action=action,
                won=of_shares(rule, cases, book, part=action, has_control=False),
                lost_to=most[0],
                lost_to_many=most[1],
                apart=told_apart(asked, shown, action=action),
            )
        )
    return told


def pairs(asked: Asked, book: Book, found: Sequence[Race], shown: Sequence[Contact]) -> list[Pair]:
    """How often each action was chosen over which in the period.

    The most often first, and after all others those that nothing else would have been chosen for.
    """
    rule = asked.rule("win_loss")
    by_decision = {race.decision_id: race for race in found if race.won is not None}
    many = Counter(_pair(asked, race) for race in _of_period(asked, by_decision.values()))
    came: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
    for one in judged(asked, shown):
        race = by_decision.get(one.decision_id)
        if race is not None and race.won == one.action:
            came[_pair(asked, race)].append((one.client, one.is_met))
    ordered = sorted(
        many.keys() | came.keys(), key=lambda pair: (pair[1] == NO_ACTION, -many[pair], pair)
    )
    return [
        Pair(
            chosen=pair[0],
            over=pair[1],
            many=many[pair],
            goals=of_shares(rule, _shares(came[pair]), book, has_control=False),
        )
        for pair in ordered
    ]


def _pair(asked: Asked, race: Race) -> tuple[str, str]:
    return race.won or NO_ACTION, runner_up(asked, race)


def _of_period(asked: Asked, found: Iterable[Race]) -> Iterator[Race]:
    return (race for race in found if race.at >= asked.starts)


def _shares(each: Iterable[tuple[str, bool]]) -> Cases:
    """By client: how often it was so, and of how many."""
    found: dict[str, tuple[int, int]] = {}
    for client, is_so in each:
        hits, trials = found.get(client, (0, 0))
        found[client] = (hits + is_so, trials + 1)
    return found
