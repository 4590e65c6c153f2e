"""Decisions joined to what became of them: one label for each task that reached its client.

A label closes when the goal is reached, or as a no when the window after the contact ends. Whom
nobody reached, and what an adviser did not take, teaches nothing: it is missing, not a no. The
facts may come in any order and more than once.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from journeys.learning.naive_bayes import Rules
from journeys.learning.predictor import read
from schemas.decisions import Decision
from schemas.envelope import Envelope
from schemas.facts import DecisionMade, JourneyAdvanced, JourneyEnd, TaskChanged
from schemas.tasks import DeclineReason, Outcome, Task, TaskState
from schemas.time import Instant
from schemas.wire import Channel

_UNREACHED = frozenset({Outcome.UNREACHABLE, Outcome.WRONG_PERSON})
_DONE = frozenset({Outcome.CONVERTED, Outcome.SOLVED})
"""What is a goal reached, of a task that belongs to no journey."""
_BY_ADVISER = frozenset({Channel.REMOTE, Channel.BRANCH})


class Label(NamedTuple):
    """One contact and whether it reached its goal; sorted as they are learned."""

    closed_at: Instant
    decision_id: str
    task_id: str
    decided_at: Instant
    action: str
    channel: str
    bins: tuple[int, ...]
    prior: float
    """The dated base rate at the time."""
    label: int


class Joined(NamedTuple):
    """What a log teaches."""

    labels: list[Label]
    """By the time at which they closed, then by decision and task."""
    open: int
    """Contacts whose window has not ended."""
    missing: int
    """Closed tasks that teach nothing: not reached, not taken, or decided without bins."""
    until: Instant
    """The newest time that the log speaks of; 0 if it says nothing."""


Goals = dict[tuple[str, str, str], set[Instant]]


def join(facts: Iterable[Envelope], rules: Rules) -> Joined:
    """Every label of a log; what is no decision, task or journey's end is passed over.

    Args:
        facts: of clients and of tasks, in any order.
        rules: for the windows.
    """
    decisions: dict[str, Decision] = {}
    tasks: dict[str, dict[int, Task]] = {}
    goals: Goals = {}
    until = Instant(0)
    for fact in facts:
        until = max(until, fact.time)
        if isinstance(fact, DecisionMade):
            decisions[fact.data.decision_id] = fact.data
        elif isinstance(fact, TaskChanged):
            tasks.setdefault(fact.data.task_id, {})[fact.data.version] = fact.data
        elif isinstance(fact, JourneyAdvanced) and fact.data.end is JourneyEnd.GOAL:
            run = (fact.partitionkey, fact.data.journey, fact.data.instance)
            goals.setdefault(run, set()).add(fact.time)
    found = [_label(versions, decisions, goals, rules, until) for versions in tasks.values()]
    return Joined(
        sorted(one for one in found if isinstance(one, Label)), found.count(True),
        found.count(False), until,
    )  # fmt: skip


def _label(
    versions: Mapping[int, Task],
    decisions: Mapping[str, Decision],
    goals: Goals,
    rules: Rules,
    until: Instant,
) -> Label | bool:
    """The label of a task; `True` while it is open, `False` if there will be none."""
    life = [versions[number] for number in sorted(versions)]
    told = _told(life[-1], decisions.get(life[-1].decision_id))
    shown = _shown_at(life)
    if told is None or shown is None:
        return False
    window = rules.adviser_window if life[0].channel in _BY_ADVISER else rules.digital_window
    ends = Instant(shown + window)
    reached = min((at for at in _reached(life, goals) if shown <= at <= ends), default=None)
    if reached is None and ends > until:
        return True
    decided_at, bins, prior = told
    task = life[-1]
    return Label(
        closed_at=ends if reached is None else reached,
        decision_id=task.decision_id,
        task_id=task.task_id,
        decided_at=decided_at,
        action=task.action,
        channel=str(task.channel),
        bins=bins,
        prior=prior,
        label=int(reached is not None),
    )


def _told(task: Task, decision: Decision | None) -> tuple[Instant, tuple[int, ...], float] | None:
    """When it was decided, by which bins, above which base rate."""
    for one in () if decision is None else decision.candidates:
        if one.chosen and (one.action, one.treatment) == (task.action, task.treatment):
            parts = one.parts
            if decision is not None and parts is not None and parts.bins is not None:
                return decision.decided_at, read(parts.bins), parts.prior
    return None


def _shown_at(life: Iterable[Task]) -> Instant | None:
    """When the client was reached; `None` if they were not, or if no adviser took it."""
    shown: Instant | None = None
    for task in life:
        if task.state is TaskState.COMPLETED:
            shown = None if task.outcome in _UNREACHED else shown or task.changed_at
        elif task.state is TaskState.DECLINED:
            # Only the client's own no is a no.
            refused = task.state_reason == DeclineReason.CLIENT_REFUSES
            shown = (shown or task.changed_at) if refused else None
        elif task.state is TaskState.SNOOZED and task.state_reason == Outcome.UNREACHABLE:
            shown = None
        elif task.state is TaskState.STARTED:
            shown = shown or task.changed_at
    return shown


def _reached(life: list[Task], goals: Goals) -> Iterator[Instant]:
    """When its goal was reached: its run's, or its own where it belongs to none."""
    task = life[-1]
    if task.journey is not None and task.instance is not None:
        yield from goals.get((task.client, task.journey, task.instance), ())
        return
    for each in life:
        if each.state is TaskState.COMPLETED and each.outcome in _DONE:
            yield each.changed_at
