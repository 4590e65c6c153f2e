"""Overrides: what desks decline, by whom and for whom.

A report for whoever reviews them each month, from what desks made of tasks; no ranking hears of it.
What stops an action of which too many are not right for clients is a guard (`guards.toml`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from journeys.catalogue.edition import DeskPolicy
from journeys.measures.shares import Tries, around, lift
from schemas.tasks import DeclineReason
from schemas.time import Instant, format_instant
from streams.readmodel.overrides import Answers, Overrides

_NOT_RIGHT: Final = DeclineReason.NOT_RIGHT_FOR_CLIENT.value
Doc = dict[str, Any]


def report(overrides: Overrides, policy: DeskPolicy, *, until: Instant) -> Doc:
    """Rates of overrides by action, desk and client group, with their intervals.

    *Drift* compares the recent span with the one before it; *bias* a desk or a group with all
    others of the same actions. Flagged: an interval that leaves 0 out, of enough tasks.
    """
    recent_from = Instant(max(0, until - policy.drift_recent))
    before_from = Instant(max(0, recent_from - policy.drift_before))
    recent = overrides.counted(since=recent_from, until=until)
    before = overrides.counted(since=before_from, until=recent_from)
    whole = [*recent, *before]
    return {
        "from": format_instant(before_from),
        "recent_from": format_instant(recent_from),
        "until": format_instant(until),
        "tasks": sum(row.many for row in whole),
        "reasons": _reasons(whole),
        "actions": [
            {**row, "drift": _drift(row["name"], recent, before, policy)}
            for row in _rates(whole, _action, policy)
        ],
        "desks": _against_others(whole, _desk, policy),
        "groups": _against_others(whole, _tier, policy),
    }


def _action(row: Answers) -> str:
    return row.action


def _desk(row: Answers) -> str:
    return row.desk


def _tier(row: Answers) -> str:
    return row.tier


def _reasons(rows: Iterable[Answers]) -> dict[str, int]:
    many: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.reason is not None:
            many[row.reason] += row.many
    return dict(sorted(many.items(), key=lambda pair: (-pair[1], pair[0])))


def _tries(rows: Iterable[Answers]) -> tuple[int, int]:
    """Overridden, of how many."""
    hits = trials = 0
    for row in rows:
        trials += row.many
        hits += 0 if row.reason is None else row.many
    return hits, trials


def _rates(rows: Sequence[Answers], by: Callable[[Answers], str], policy: DeskPolicy) -> list[Doc]:
    return [_rate(name, mine, policy) for name, mine in sorted(_grouped(rows, by).items())]


def _grouped(rows: Iterable[Answers], by: Callable[[Answers], str]) -> Mapping[str, list[Answers]]:
    found: dict[str, list[Answers]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return found


def _rate(name: str, rows: Sequence[Answers], policy: DeskPolicy) -> Doc:
    """A share with its interval; `null` while too few tasks were closed to say one."""
    hits, trials = _tries(rows)
    shown = trials >= policy.shown_from
    share, low, high = around(Tries(hits, trials)) if shown else (None, None, None)
    not_right = sum(row.many for row in rows if row.reason == _NOT_RIGHT)
    found = {"name": name, "tasks": trials, "overridden": hits, "not_right": not_right}
    return {**found, "share": _short(share), "low": _short(low), "high": _short(high)}


def _drift(
    action: str, recent: Sequence[Answers], before: Sequence[Answers], policy: DeskPolicy
) -> Doc | None:
    now = _tries(row for row in recent if row.action == action)
    then = _tries(row for row in before if row.action == action)
    return _compared(now, then, policy)


def _against_others(
    rows: Sequence[Answers], by: Callable[[Answers], str], policy: DeskPolicy
) -> list[Doc]:
    """Each with what the others did with the same actions: desks differ in what they get."""
    grouped = _grouped(rows, by)
    found = []
    for name in sorted(grouped):
        mine = grouped[name]
        actions = {row.action for row in mine}
        others = [row for row in rows if by(row) != name and row.action in actions]
        compared = _compared(_tries(mine), _tries(others), policy)
        found.append({**_rate(name, mine, policy), "against_others": compared})
    return found


def _compared(mine: tuple[int, int], others: tuple[int, int], policy: DeskPolicy) -> Doc | None:
    """A difference of two shares; `None` while either has too few tasks."""
    if min(mine[1], others[1]) < policy.shown_from:
        return None
    found = lift(mine, others)
    shown = {name: _short(value) for name, value in found._asdict().items()}
    return {**shown, "flagged": found.low > 0 or found.high < 0}


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
