"""Decisions joined to what became of them: one label for each task that reached its client.

A label closes when the goal is reached, or as a no when the window after the contact ends. A
contact whose window has not ended teaches nothing yet, not even a yes: else the newest contacts
would be known by their yes alone. Whom nobody reached, and what an adviser did not take, is
missing, not a no. The facts may come in any order and more than once.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from journeys.learning.naive_bayes import Rules
from journeys.learning.predictor import read
from schemas.decisions import Decision
from schemas.envelope import Envelope
from schemas.facts import DecisionMade, JourneyAdvanced, JourneyEnd, TaskChanged
from schemas.tasks import DeclineReason, Outcome, Task, TaskState
from schemas.time import Instant
from schemas.wire import Channel

KINDS = (DecisionMade, TaskChanged, JourneyAdvanced)
"""The facts that outcomes are read from."""
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
    ends_at: Instant
    """When its window ended."""


class Joined(NamedTuple):
    """What a log teaches."""

    labels: list[Label]
    """By the time at which they closed, then by decision and task."""
    open: int
    """Contacts whose window has not ended."""
    missing: int
    """Tasks that teach nothing: not reached, not taken, or decided without these bins."""


class _Chosen(NamedTuple):
    """What a decision knew of an action that it chose."""

    decided_at: Instant
    stamp: str | None
    """Of what the bins mean."""
    bins: str
    prior: float


class Version(NamedTuple):
    """A task at one version."""

    state: TaskState
    reason: str | None
    outcome: Outcome | None
    at: Instant


class _Task(NamedTuple):
    """What of a task stays the same, and its versions."""

    decision_id: str
    action: str
    treatment: str
    channel: Channel
    run: tuple[str, str, str] | None
    """Client, journey and key."""
    versions: dict[int, Version]


class Seen:
    """What a log said so far, as little of it as labels need."""

    def __init__(self) -> None:
        self.until = Instant(0)
        """The newest time that was spoken of; 0 of nothing."""
        self._chosen: dict[tuple[str, str, str], _Chosen] = {}
        self._tasks: dict[str, _Task] = {}
        self._goals: dict[tuple[str, str, str], set[Instant]] = {}

    def take(self, facts: Iterable[Envelope]) -> "Seen":
        """Take facts in, in any order; others than `KINDS` are passed over."""
        for fact in facts:
            self.until = max(self.until, fact.time)
            if isinstance(fact, DecisionMade):
                self._decided(fact.data)
            elif isinstance(fact, TaskChanged):
                self._changed(fact.data)
            elif isinstance(fact, JourneyAdvanced) and fact.data.end is JourneyEnd.GOAL:
                run = (fact.partitionkey, fact.data.journey, fact.data.instance)
                self._goals.setdefault(run, set()).add(fact.time)
        return self

    def _decided(self, taken: Decision) -> None:
        for one in taken.candidates:
            parts = one.parts
            if one.chosen and one.treatment is not None and parts is not None and parts.bins:
                place = (taken.decision_id, one.action, one.treatment)
                self._chosen[place] = _Chosen(
                    taken.decided_at, taken.versions.bins, parts.bins, parts.prior
                )

    def _changed(self, task: Task) -> None:
        known = self._tasks.get(task.task_id)
        if known is None:
            run = None
            if task.journey is not None and task.instance is not None:
                run = (str(task.client), task.journey, task.instance)
            known = self._tasks[task.task_id] = _Task(
                task.decision_id, task.action, task.treatment, task.channel, run, {}
            )
        known.versions[task.version] = Version(
            task.state, task.state_reason, task.outcome, task.changed_at
        )

    def joined(self, rules: Rules, stamp: str) -> Joined:
        """Every label of what was taken in.

        Args:
            rules: say when labels close.
            stamp: of the bins wanted; decisions that saw others teach nothing.
        """
        found = [self._label(name, task, rules, stamp) for name, task in self._tasks.items()]
        labels = sorted(one for one in found if isinstance(one, Label))
        still_open = sum(one is True for one in found)
        return Joined(labels, still_open, len(found) - len(labels) - still_open)

    def _label(self, name: str, task: _Task, rules: Rules, stamp: str) -> Label | bool:
        """The label of a task; `True` while it is open, `False` if there will be none."""
        life = [task.versions[number] for number in sorted(task.versions)]
        chosen = self._chosen.get((task.decision_id, task.action, task.treatment))
        shown = shown_at(life)
        if chosen is None or chosen.stamp != stamp or shown is None:
            return False
        ends = Instant(shown + window_of(task.channel, rules))
        if ends > self.until:
            return True
        goals = own_goals(life) if task.run is None else self._goals.get(task.run, ())
        reached = min((at for at in goals if shown <= at <= ends), default=None)
        return Label(
            closed_at=ends if reached is None else reached,
            decision_id=task.decision_id,
            task_id=name,
            decided_at=chosen.decided_at,
            action=task.action,
            channel=str(task.channel),
            bins=read(chosen.bins),
            prior=chosen.prior,
            label=int(reached is not None),
            ends_at=ends,
        )


def window_of(channel: Channel, rules: Rules) -> int:
    """Microseconds after a contact within which its goal counts."""
    return rules.adviser_window if channel in _BY_ADVISER else rules.digital_window


def shown_at(life: Iterable[Version]) -> Instant | None:
    """When the client was reached; `None` if they were not, or if no adviser took it."""
    shown: Instant | None = None
    for state, reason, outcome, at in life:
        if state is TaskState.STARTED:
            shown = shown or at
        elif state is TaskState.COMPLETED:
            shown = None if outcome in _UNREACHED else shown or at
        elif state is TaskState.DECLINED:
            # Only the client's own no is a no.
            shown = shown or at if reason == DeclineReason.CLIENT_REFUSES else None
        elif state is TaskState.SNOOZED and reason == Outcome.UNREACHABLE:
            shown = None
    return shown


def own_goals(life: Iterable[Version]) -> Iterator[Instant]:
    """When a task that belongs to no journey reached its goal, by the outcome of its talk."""
    return (one.at for one in life if one.state is TaskState.COMPLETED and one.outcome in _DONE)
