"""One log under two catalogues: what each decides, and where they part. Counts that add up.

A tally of one partition added to that of another is the tally of both, so that partitions are
folded side by side and a run that was cut short goes on.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import sqrt
from typing import Any, Final, NamedTuple

import msgspec

from schemas.decisions import Candidate, Decision, Stage
from schemas.envelope import Envelope
from schemas.facts import ContactCounted, DecisionMade, TaskChanged
from schemas.tasks import TaskState
from schemas.time import format_instant, local_day

Counts = dict[str, int]
MOST_EXAMPLES: Final = 20
_NORMAL_95: Final = 1.96


class Parting(StrEnum):
    """How two decisions on one cause differ."""

    SAME = "same"
    GAINED = "gained"
    """A task where there was none."""
    LOST = "lost"
    """No task where there was one."""
    REORDERED = "reordered"
    """Another task."""
    REASONED = "reasoned"
    """The same task or none, for other reasons."""


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


_PARTED: Final = (Parting.LOST, Parting.GAINED, Parting.REORDERED)
"""How tasks part."""


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
            for kind in _PARTED
            if kind in tally.first_stages
        },
        "tasks": _both(tally, lambda side: _sorted(side.tasks)),
        "withheld": _both(tally, lambda side: _by_count(side.withheld)),
        "suitability_stops": _both(tally, lambda side: _sorted(side.suitability_stops)),
        "cap_overshoot": _both(tally, lambda side: side.cap_overshoot),
        "expected_goals": _both(tally, _goals),
        "expected_points": _both(tally, lambda side: round(side.value_points, 3)),
        "load_minutes": _both(tally, lambda side: _load(side.load_minutes)),
        "clients_changed": len(tally.changed),
        "most_changed": _most_changed(tally.changed),
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
    kind = _parting(old, new)
    _one_more(tally.partings, kind)
    _one_more(tally.by_tier.setdefault(whom.tier, {}), kind)
    if kind in {Parting.SAME, Parting.REASONED}:
        return
    where = _where(_chosen(old), new) if kind is not Parting.GAINED else _where(_chosen(new), old)
    _one_more(tally.first_stages.setdefault(kind, {}), where)
    known = tally.changed.get(whom.client)
    if known is not None:
        known.count += 1
        return
    at = (old or new).decided_at  # type: ignore[union-attr]  # one of them is there
    tally.changed[whom.client] = Changed(1, format_instant(at), _told(old, new), _told(new, old))


def _parting(old: Decision | None, new: Decision | None) -> Parting:
    was, now = _chosen(old), _chosen(new)
    if was != now:
        if not was:
            return Parting.GAINED
        return Parting.REORDERED if now else Parting.LOST
    if old is None or new is None or _fates(old) != _fates(new):
        return Parting.REASONED
    return Parting.SAME


def _chosen(decision: Decision | None) -> frozenset[tuple[str, str | None]]:
    if decision is None:
        return frozenset()
    return frozenset((one.action, one.treatment) for one in decision.candidates if one.chosen)


def _fates(decision: Decision) -> set[tuple[str, str]]:
    return {(one.action, str(one.reason)) for one in decision.candidates}


def _where(chosen: frozenset[tuple[str, str | None]], other: Decision | None) -> str:
    """Where the first of what one side chose falls on the other."""
    if other is None:
        return "no decision was due"
    actions = {action for action, _ in chosen}
    fell = next((c for c in other.candidates if c.action in actions and not c.chosen), None)
    return "another treatment" if fell is None else _fate(fell)


def _fate(one: Candidate) -> str:
    if one.chosen:
        return f"chosen, {one.treatment}"
    return " ".join(str(part) for part in (one.stage, one.reason, one.rule) if part is not None)


def _told(decision: Decision | None, other: Decision | None) -> str:
    """What one side decides of the actions that either side chose."""
    if decision is None:
        return "no decision was due"
    actions = {action for action, _ in _chosen(decision) | _chosen(other)}
    fates = [f"{c.action}: {_fate(c)}" for c in decision.candidates if c.action in actions]
    return "; ".join(fates)


def _most_changed(changed: Mapping[str, Changed]) -> list[dict[str, Any]]:
    ranked = sorted(changed.items(), key=lambda row: (-row[1].count, row[0]))
    return [
        {"client": client, "decisions": one.count, "at": one.at, "old": one.old, "new": one.new}
        for client, one in ranked[:MOST_EXAMPLES]
    ]


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
