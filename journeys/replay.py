"""One log under two catalogues: what each decides, and where they part. Counts that add up.

A tally of one partition added to that of another is the tally of both, so that partitions are
folded side by side and a run that was cut short goes on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, Final, NamedTuple

import msgspec

from journeys.partings import PARTED, Parting, chosen, parting, told, where
from schemas.decisions import Candidate, Decision, Stage
from schemas.envelope import Envelope
from schemas.facts import ContactCounted, DecisionMade, TaskChanged
from schemas.tasks import TaskState
from schemas.time import format_instant, local_day

Counts = dict[str, int]
MOST_EXAMPLES: Final = 20
_NORMAL_95: Final = 1.96


class Side(msgspec.Struct):
    """What one catalogue decides."""

    decisions: int = 0
    tasks: Counts = {}
    """By action and channel."""
    load_minutes: dict[str, Counts] = {}
    """By desk, then by the client's day."""
    withheld: Counts = {}
    """By stage and reason."""
    suitability_stops: Counts = {}
    """By rule."""
    cap_overshoot: int = 0
    """Slots beyond a cap."""
    goals: float = 0.0
    """Expected goals: the sum of chances of what was issued."""
    variance: float = 0.0
    """Of the goals, if each comes or not by itself."""
    value_points: float = 0.0
    """Expected points of wealth health: chance times worth, summed."""


class Changed(msgspec.Struct):
    """A client whose decisions part."""

    count: int
    at: str
    """When they first do."""
    old: str
    new: str


class First(msgspec.Struct):
    """How a client's decisions first part, and how many do after it, by how."""

    parting: str
    where: str
    at: str
    follow: Counts


class Tally(msgspec.Struct):
    """Two sides, and where they part."""

    events: int = 0
    clients: int = 0
    old: Side = msgspec.field(default_factory=Side)
    new: Side = msgspec.field(default_factory=Side)
    partings: Counts = {}
    by_tier: dict[str, Counts] = {}
    first_stages: dict[str, Counts] = {}
    """By how they part: stage, reason and rule at which the action falls on one side alone."""
    task_changes: Counts = {}
    """By how decisions part: so many tasks more on the new side; a decision may issue two."""
    firsts: dict[str, First] = {}
    """By client."""
    changed: dict[str, Changed] = {}
    reports: int = 0
    """Events on the log that speak of a task: claims, contacts shown, outcomes."""
    assumed: int = 0
    """Those among them whose task the new catalogue never issued: they tell of another life."""


class Whom(NamedTuple):
    """The client whose event it was."""

    client: str
    tier: str
    utc_offset_minutes: int


def note(tally: Tally, whom: Whom, old: Sequence[Envelope], new: Sequence[Envelope]) -> None:
    """Take in what one event led to on both sides."""
    for side, concluded in ((tally.old, old), (tally.new, new)):
        for event in concluded:
            _count(side, event, whom)
    before, after = _decisions(old), _decisions(new)
    for name in dict.fromkeys([*before, *after]):
        _compare(tally, whom, before.get(name), after.get(name))


def merged(tallies: Iterable[Tally]) -> Tally:
    """The tally of all."""
    whole = Tally()
    for one in tallies:
        whole.events += one.events
        whole.clients += one.clients
        whole.reports += one.reports
        whole.assumed += one.assumed
        _add_side(whole.old, one.old)
        _add_side(whole.new, one.new)
        _add(whole.partings, one.partings)
        _add_each(whole.first_stages, one.first_stages)
        _add_each(whole.by_tier, one.by_tier)
        _add(whole.task_changes, one.task_changes)
        whole.firsts |= one.firsts
        whole.changed |= one.changed  # a client lives in one partition
    return whole


def report(tally: Tally) -> dict[str, Any]:
    """The tally as one JSON object."""
    return {
        "events": tally.events,
        "clients": tally.clients,
        "decisions": {"old": tally.old.decisions, "new": tally.new.decisions},
        "partings": _sorted(tally.partings),
        "by_tier": {tier: _sorted(found) for tier, found in sorted(tally.by_tier.items())},
        "first_stages": {
            kind: _by_count(tally.first_stages[kind])
            for kind in PARTED
            if kind in tally.first_stages
        },
        "first_partings": _causes(tally.firsts),
        "task_changes": _sorted(tally.task_changes),
        "tasks": _both(tally, lambda side: _sorted(side.tasks)),
        "withheld": _both(tally, lambda side: _by_count(side.withheld)),
        "suitability_stops": _both(tally, lambda side: _sorted(side.suitability_stops)),
        "cap_overshoot": _both(tally, lambda side: side.cap_overshoot),
        "expected_goals": _both(tally, _goals),
        "expected_points": _both(tally, lambda side: round(side.value_points, 3)),
        "load_minutes": _both(tally, lambda side: _load(side.load_minutes)),
        "clients_changed": len(tally.changed),
        "most_changed": _most_changed(tally),
        "assumed_share": round(tally.assumed / tally.reports, 4) if tally.reports else 0.0,
        "off_policy": {
            "estimate": None,
            "why": "the log's actions were not drawn at random, so nothing can be said of what "
            "others would have led to",
        },
    }


def _count(side: Side, event: Envelope, whom: Whom) -> None:
    if isinstance(event, DecisionMade):
        side.decisions += 1
        for one in event.data.candidates:
            _count_candidate(side, one)
    elif isinstance(event, TaskChanged):
        task = event.data
        if task.state is TaskState.PROPOSED and task.version == 1:
            _one_more(side.tasks, f"{task.action} {task.channel}")
            day = local_day(event.time, utc_offset_minutes=whom.utc_offset_minutes)
            desk = side.load_minutes.setdefault(task.desk or f"channel {task.channel}", {})
            _one_more(desk, day.isoformat(), task.minutes)
    elif isinstance(event, ContactCounted):
        use = event.data
        side.cap_overshoot += use.change == "held" and use.used_week + use.held_week > use.cap_week


def _count_candidate(side: Side, one: Candidate) -> None:
    if one.chosen:
        if one.parts is not None:
            p = one.parts.p
            side.goals += p
            side.variance += p * (1 - p)
            side.value_points += p * one.parts.value_points
        return
    _one_more(side.withheld, f"{one.stage} {one.reason}")
    if one.stage is Stage.SUITABILITY:
        _one_more(side.suitability_stops, one.rule or str(one.reason))


def _decisions(concluded: Sequence[Envelope]) -> dict[str, Decision]:
    found = [event.data for event in concluded if isinstance(event, DecisionMade)]
    return {one.decision_id: one for one in found}


def _compare(tally: Tally, whom: Whom, old: Decision | None, new: Decision | None) -> None:
    kind = parting(old, new)
    _one_more(tally.partings, kind)
    _one_more(tally.by_tier.setdefault(whom.tier, {}), kind)
    if kind is Parting.SAME:
        return
    decided = (old or new).decided_at  # type: ignore[union-attr]  # one of them is there
    found = First(kind, where(kind, old, new), format_instant(decided), {})
    _follow(tally, whom, found)
    if kind is Parting.REASONED:
        return
    _one_more(tally.first_stages.setdefault(kind, {}), found.where)
    _one_more(tally.task_changes, kind, len(chosen(new)) - len(chosen(old)))
    known = tally.changed.get(whom.client)
    if known is not None:
        known.count += 1
        return
    tally.changed[whom.client] = Changed(1, found.at, told(old, new), told(new, old))


def _follow(tally: Tally, whom: Whom, found: First) -> None:
    """A client's later partings are put down to the first: from there on the two lives differ."""
    first = tally.firsts.get(whom.client)
    if first is None:
        tally.firsts[whom.client] = found
    else:
        _one_more(first.follow, found.parting)


def _causes(firsts: Mapping[str, First]) -> list[dict[str, Any]]:
    """First partings by how and where, with what follows from them, the weightiest first."""
    clients, follow = Counter[tuple[str, str]](), dict[tuple[str, str], Counts]()
    for one in firsts.values():
        clients[one.parting, one.where] += 1
        _add(follow.setdefault((one.parting, one.where), {}), one.follow)
    ranked = sorted(clients, key=lambda key: (-clients[key] - sum(follow[key].values()), key))
    return [
        {
            "parting": key[0],
            "where": key[1],
            "clients": clients[key],
            "follow": _sorted(follow[key]),
        }
        for key in ranked
    ]


def _most_changed(tally: Tally) -> list[dict[str, Any]]:
    """Where tasks part first, and where it began: perhaps with a reason alone, or a time."""
    ranked = sorted(tally.changed.items(), key=lambda row: (-row[1].count, row[0]))
    return [
        {"client": client, "decisions": one.count, "at": one.at, "old": one.old, "new": one.new}
        | {"began": _began(tally.firsts[client])}
        for client, one in ranked[:MOST_EXAMPLES]
    ]


def _began(first: First) -> dict[str, str]:
    return {"at": first.at, "parting": first.parting, "where": first.where}


def _goals(side: Side) -> dict[str, float]:
    """With the half-width of their interval, as if each came or not by itself."""
    half = _NORMAL_95 * sqrt(side.variance)
    return {"sum": round(side.goals, 3), "plus_minus": round(half, 3)}


def _load(minutes: Mapping[str, Counts]) -> dict[str, dict[str, int]]:
    return {desk: _sorted(days) for desk, days in sorted(minutes.items())}


def _both(tally: Tally, of: Any) -> dict[str, Any]:  # noqa: ANN401 - any figure of a side
    return {"old": of(tally.old), "new": of(tally.new)}


def _add_side(whole: Side, one: Side) -> None:
    whole.decisions += one.decisions
    whole.cap_overshoot += one.cap_overshoot
    whole.goals += one.goals
    whole.variance += one.variance
    whole.value_points += one.value_points
    _add(whole.tasks, one.tasks)
    _add(whole.withheld, one.withheld)
    _add(whole.suitability_stops, one.suitability_stops)
    _add_each(whole.load_minutes, one.load_minutes)


def _add_each(whole: dict[str, Counts], one: Mapping[str, Counts]) -> None:
    for name, counts in one.items():
        _add(whole.setdefault(name, {}), counts)


def _add(whole: Counts, one: Mapping[str, int]) -> None:
    for name, count in one.items():
        _one_more(whole, name, count)


def _one_more(counts: Counts, name: str, count: int = 1) -> None:
    counts[name] = counts.get(name, 0) + count


def _sorted(counts: Mapping[str, int]) -> Counts:
    return dict(sorted(counts.items()))


def _by_count(counts: Mapping[str, int]) -> Counts:
    return dict(sorted(counts.items(), key=lambda row: (-row[1], row[0])))
