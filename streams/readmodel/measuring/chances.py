"""Chances that decisions recorded, against what came: of every contact that is old enough."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, select

from journeys.learning.joining import Version, own_goals, shown_at, window_of
from journeys.learning.naive_bayes import Rules, clamped, moved
from journeys.measures.apart import Predicted, apart
from journeys.measures.skill import Weighed, skill
from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, Instant
from schemas.wire import Channel
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, within
from streams.readmodel.measuring.figure import Figure, of_around
from streams.readmodel.measuring.goals import goals_met

_TOLD: Final = (
    *(TaskState.STARTED.value, TaskState.COMPLETED.value),
    *(TaskState.DECLINED.value, TaskState.SNOOZED.value),
)
"""States of a task that say whether its client was reached."""


class Contact(NamedTuple):
    """A contact with the chance that its decision recorded."""

    decided_at: Instant
    decision_id: str
    action: str
    channel: str
    client: str
    shown_at: Instant
    ends_at: Instant
    """When the window of its goal ended."""
    p: float
    prior: float
    """The dated base rate."""
    is_met: bool


def contacts(connection: Connection, asked: Asked) -> list[Contact]:
    """Contacts whose window ended by the end of the period, in order of their decisions.

    What a contact is, and whether it came to its goal, is what models learn from (`joining.py`):
    a refusal is a no, whoever was not reached or not asked is missing.
    """
    since = Instant(asked.judged("model_skill")[0] - _history(asked))
    goals = goals_met(connection, asked, since=since)
    rules = asked.edition.propensity.rules
    lives = (_lived(task, goals, rules) for task in _tasks(connection, asked, since))
    return sorted(one for one in lives if one is not None and one.ends_at <= asked.ends)


def _history(asked: Asked) -> int:
    return asked.rule("model_skill").numbers["history_days"] * DAY


def _tasks(connection: Connection, asked: Asked, since: Instant) -> Iterator[Sequence[Any]]:
    """The lives of tasks, as rows in order of version, each with what its decision recorded."""
    c, r = t.task_moves.c, t.ranked.c
    rows = connection.execute(
        select(
            c.task_id, c.client, c.at, c.state, c.reason, c.outcome, c.action, c.channel,
            c.decision_id, c.journey, c.instance, r.at.label("decided_at"), r.p, r.prior,
        )
        .join(t.ranked, and_(r.decision_id == c.decision_id, r.action == c.action))
        .where(c.state.in_(_TOLD), c.at >= since, c.at < asked.ends, within(asked, c.client))
        .order_by(c.task_id, c.version)
    )  # fmt: skip
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    yield from found.values()


def _lived(task: Sequence[Any], goals: Mapping[Any, Sequence[int]], rules: Rules) -> Contact | None:
    """What a task came to; `None` where its client was not reached."""
    last = task[-1]
    life = [_version(row) for row in task]
    shown = shown_at(life)
    if shown is None:
        return None
    ends = Instant(shown + window_of(Channel(last.channel), rules))
    run = (last.client, last.journey, last.instance)
    reached = own_goals(life) if last.journey is None else goals.get(run, ())
    return Contact(
        decided_at=Instant(last.decided_at),
        decision_id=last.decision_id,
        action=last.action,
        channel=last.channel,
        client=last.client,
        shown_at=shown,
        ends_at=ends,
        p=last.p,
        prior=last.prior,
        is_met=any(shown <= at <= ends for at in reached),
    )


def _version(row: Any) -> Version:  # noqa: ANN401 - a row of the table
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return Version(TaskState(row.state), row.reason, outcome, Instant(row.at))


def told_apart(asked: Asked, found: Iterable[Contact], *, action: str | None = None) -> Figure:
    """How well the chances of one action, or of all, told its contacts apart."""
    rule = asked.rule("model_auc")
    starts, ends = asked.judged("model_auc")
    block = rule.numbers["block_days"] * DAY
    mine = [one for one in found if starts <= one.shown_at < ends and action in (None, one.action)]
    ranked = apart(
        Predicted(
            one.client, (one.action, one.channel, (one.shown_at - starts) // block), one.p,
            one.is_met,
        )
        for one in mine
    )  # fmt: skip
    met = sum(one.is_met for one in mine)
    least = rule.numbers["least_of_each"]
    enough = ranked is not None and min(ranked.met, ranked.missed) >= least
    beside = {"met": met, "by_model": sum(one.p != one.prior for one in mine)}
    return of_around(
        rule,
        ranked.around if ranked is not None and enough else None,
        n=len(mine),
        part=action,
        beside=beside,
    )


def skilled(asked: Asked, found: Sequence[Contact]) -> Figure:
    """How much more the chances said than the moving average of their action and channel."""
    rule = asked.rule("model_skill")
    starts, ends = asked.judged("model_skill")
    averaged = zip(found, averages(found, asked.edition.propensity.rules), strict=True)
    rows = [
        Weighed(one.client, clamped(one.p), average, one.is_met)
        for one, average in averaged
        if starts <= one.shown_at < ends
    ]
    return of_around(rule, skill(rows), n=len(rows))


def averages(found: Sequence[Contact], rules: Rules) -> Iterator[float]:
    """What the moving average of each contact's action and channel was when it was decided.

    It begins at the dated base rate, and knows a contact from the end of its window on.
    """
    ended = sorted(found, key=lambda one: one.ends_at)
    base: dict[tuple[str, str], float] = {}
    known = 0
    for one in found:
        while known < len(ended) and ended[known].ends_at <= one.decided_at:
            past = ended[known]
            before = base.get((past.action, past.channel), clamped(past.prior))
            base[past.action, past.channel] = moved(before, int(past.is_met), rules)
            known += 1
        yield base.get((one.action, one.channel), clamped(one.prior))
