"""Tasks that clients saw, runs of journeys, and whether their goals were met."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, case, func, select

from journeys.measures.rules import Measure
from schemas.facts import JourneyEnd, JourneyMove
from schemas.tasks import Outcome, TaskState
from schemas.time import Instant
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book, during, within
from streams.readmodel.measuring.figure import Cases, Figure, of_shares

_SUCCESS: Final = frozenset({Outcome.CONVERTED.value, Outcome.SOLVED.value})
_UNSEEN: Final = frozenset({Outcome.UNREACHABLE.value, Outcome.WRONG_PERSON.value})


class Shown(NamedTuple):
    """A task that reached the client."""

    task_id: str
    client: str
    action: str
    desk: str | None
    journey: str | None
    instance: str | None
    at: Instant
    """When it was shown first, or the talk began."""
    outcome: str | None


def shown(connection: Connection, asked: Asked) -> list[Shown]:
    """Every task shown from the oldest window on, up to the end of the period."""
    c = t.task_moves.c
    windows = [rule.window for rule in asked.edition.measures.values()]
    touched = (TaskState.STARTED.value, TaskState.COMPLETED.value)
    started, completed = (case((c.state == state, c.at)) for state in touched)
    first = func.coalesce(func.min(started), func.min(completed))
    start = Instant(asked.starts - max(windows))
    rows = connection.execute(
        select(
            c.task_id,
            c.client,
            func.max(c.action).label("action"),
            func.max(c.journey).label("journey"),
            func.max(c.instance).label("instance"),
            func.max(case((c.state.in_(touched), c.desk))).label("desk"),
            first.label("at"),
            func.max(case((c.state == TaskState.COMPLETED.value, c.outcome))).label("outcome"),
        )
        .where(c.state.in_(touched), c.at < asked.ends, within(asked, c.client))
        .group_by(c.task_id, c.client)
        .having(first >= start)
        .order_by(c.task_id)
    )
    return [
        Shown(r.task_id, r.client, r.action, r.desk, r.journey, r.instance, r.at, r.outcome)
        for r in rows
        if r.outcome not in _UNSEEN
    ]


class Met(NamedTuple):
    """A shown task whose window the period can judge."""

    task: Shown
    is_met: bool


def judged(
    connection: Connection, asked: Asked, tasks: Sequence[Shown], rule: Measure
) -> list[Met]:
    """Of the tasks whose window ended in the period: was the goal met within it?"""
    span = asked.judged(rule.id)
    goals = goals_met(connection, asked, since=span[0])
    return [
        Met(task, _is_met(task, goals, rule.window))
        for task in tasks
        if span[0] <= task.at < span[1]
    ]


_Run = tuple[str, str | None, str | None]


def goals_met(connection: Connection, asked: Asked, *, since: Instant) -> Mapping[_Run, list[int]]:
    """When the goals of each run's key were met, ascending."""
    c = t.journey_moves.c
    rows = connection.execute(
        select(c.client, c.journey, c.instance, c.at)
        .where(
            c.end == JourneyEnd.GOAL.value,
            during(c.at, (since, asked.ends)),
            within(asked, c.client),
        )
        .order_by(c.at)
    )
    found: dict[_Run, list[int]] = defaultdict(list)
    for row in rows:
        found[row.client, row.journey, row.instance].append(row.at)
    return found


def _is_met(task: Shown, goals: Mapping[_Run, list[int]], window: int) -> bool:
    if task.journey is None:
        return task.outcome in _SUCCESS
    times = goals.get((task.client, task.journey, task.instance), [])
    at = bisect_left(times, task.at)
    return at < len(times) and times[at] <= task.at + window


def conversion(asked: Asked, book: Book, found: Sequence[Met]) -> Figure:
    """Of the tasks shown; nobody of a control group is shown any that sells: no lift here."""
    mine = [met for met in found if asked.journey is None or met.task.journey == asked.journey]
    return of_shares(asked.rule("conversion"), _by_client(mine), book, has_control=False)


def _by_client(found: Sequence[Met]) -> Cases:
    hits, trials = Counter[str](), Counter[str]()
    for met in found:
        trials[met.task.client] += 1
        hits[met.task.client] += met.is_met
    return {client: (hits[client], trials[client]) for client in trials}


def goals(connection: Connection, asked: Asked, book: Book) -> list[Figure]:
    """Of the runs that ended: how many at their goal; all, and by journey."""
    rule, c = asked.rule("goals"), t.journey_moves.c
    is_goal = case((c.end == JourneyEnd.GOAL.value, 1), else_=0)
    rows = connection.execute(
        select(c.client, c.journey, func.sum(is_goal).label("hits"), func.count().label("trials"))
        .where(
            c.move == JourneyMove.ENDED.value,
            c.end != JourneyEnd.RECALL.value,
            during(c.at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
        .group_by(c.client, c.journey)
    )
    by_journey: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        if asked.journey in (None, row.journey):
            by_journey[row.journey][row.client] = (row.hits, row.trials)
    parts = [
        of_shares(rule, cases, book, part=journey) for journey, cases in sorted(by_journey.items())
    ]
    return [of_shares(rule, _together(by_journey), book), *parts]


def _together(by_journey: Mapping[str, Mapping[str, tuple[int, int]]]) -> Cases:
    hits, trials = Counter[str](), Counter[str]()
    for cases in by_journey.values():
        for client, (met, tried) in cases.items():
            hits[client] += met
            trials[client] += tried
    return {client: (hits[client], trials[client]) for client in trials}


class Funnel(NamedTuple):
    """What became of one journey's runs in the period."""

    entered: int
    steps: Mapping[str, int]
    """How often each step was come to, the most first."""
    ends: Mapping[str, int]


def funnel(connection: Connection, asked: Asked) -> Funnel | None:
    """Of the journey that is asked for; `None` where none is."""
    if asked.journey is None:
        return None
    c = t.journey_moves.c
    rows = connection.execute(
        select(c.move, c.step, c.end, func.count().label("many"))
        .where(
            c.journey == asked.journey,
            during(c.at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
        .group_by(c.move, c.step, c.end)
    ).all()
    steps, ends, entered = Counter[str](), Counter[str](), 0
    for row in rows:
        entered += row.many if row.move == JourneyMove.ENTERED.value else 0
        if row.end is not None:
            ends[row.end] += row.many
        elif row.step is not None:
            steps[row.step] += row.many
    ordered = sorted(steps.items(), key=lambda each: (-each[1], each[0]))
    return Funnel(entered, dict(ordered), dict(sorted(ends.items())))
