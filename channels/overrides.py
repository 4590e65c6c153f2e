"""Overrides, governed: what desks decline, by whom and for whom, and the rule that stops an action.

A report for whoever reviews them each month, and a guard that turns the stop switch by itself. Both
read what desks made of tasks; neither is heard by a ranking.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from channels.stopping import Board
from journeys.catalogue.edition import DeskPolicy
from journeys.measures.shares import Tries, around, lift
from schemas.reference import Stop
from schemas.tasks import DeclineReason
from schemas.time import Instant, format_instant
from streams.readmodel.overrides import Answers, Overrides

RULE: Final = "rule:not_right_for_client"
"""Who stops an action when no person does."""
_NOT_RIGHT: Final = DeclineReason.NOT_RIGHT_FOR_CLIENT.value
Doc = dict[str, Any]


class Guard:
    """Stops an action of whose last tasks too many were not right for the client."""

    def __init__(self, board: Board, overrides: Overrides) -> None:
        self._board, self._overrides = board, overrides

    def look(self, now: Instant, *, tell: bool = False) -> list[Stop]:
        """Judge every action once; the stops that were set.

        One that a person lifted stays lifted until as many new tasks have been closed.

        Args:
            now: when a stop is set.
            tell: tell the engine even if nothing new is stopped: the last telling failed.

        Raises:
            TransientError: the log is away; doors obey all the same, and telling is tried again.
        """
        edition, switch = self._board.edition(), self._board.switch
        turned = _last_turns(self._board)
        made = []
        for action in sorted(edition.actions):
            stop = self._judge(action, edition.desk, turned.get(action, Instant(0)))
            if stop is not None and switch.set(stop, by=RULE, now=now):
                made.append(stop)
        if made or tell:
            self._board.release(switch.release())
        return made

    def _judge(self, action: str, policy: DeskPolicy, since: Instant) -> Stop | None:
        reasons = self._overrides.newest(action, most=policy.pause_of, since=since)
        hits = sum(reason == _NOT_RIGHT for reason in reasons)
        if len(reasons) < policy.pause_of or hits < policy.pause_share * policy.pause_of:
            return None
        said = (
            f"最近{len(reasons)}项任务中有{hits}项被认为不适合客户，规则自动暂停，待复核 / "
            f"{hits} of the last {len(reasons)} tasks were not right for the client: "
            "stopped by rule, to be reviewed"
        )
        return Stop(scope="action", name=action, reason=said)


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


def _last_turns(board: Board) -> Mapping[str, Instant]:
    """When the switch of each action was last turned."""
    turned: dict[str, Instant] = {}
    for kept in board.switch.history():
        if kept.stop.scope == "action" and kept.stop.name is not None:
            turned[kept.stop.name] = max(kept.set_at, kept.lifted_at or kept.set_at)
    return turned


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
