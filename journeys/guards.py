"""What guards count, fact by fact, and when an action is frozen by one.

Pure, and no part of a client's fold: it sees all clients. Time is that of the facts, so a backlog
is judged as the hour that it tells of.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from journeys.catalogue.guarding import Guard
from schemas.envelope import Envelope
from schemas.facts import JourneyAdvanced, JourneyMove, TaskChanged
from schemas.tasks import DeclineReason, Outcome, Task, TaskState
from schemas.time import Instant

KEPT: Final = 10_000
"""Tasks and ends remembered of one action: the most that a row may ask for."""
_MOST_CLIENTS: Final = 200_000
_NO: Final = "declines"
_NOT_RIGHT: Final = "not_right"


T = TypeVar("T")


class _End(NamedTuple):
    """A task that was worked, or not taken."""

    at: Instant
    word: str
    """The measure that counts it; empty where none does."""


class Trip(NamedTuple):
    """A guard that an action ran into."""

    guard: Guard
    action: str
    found: int
    out_of: int
    """Tasks that the count is of; 0 for a count within a span."""

    @property
    def reason(self) -> str:
        """For whoever meets the stop, in both languages."""
        rule, share = self.guard.id, f"{self.guard.share:.0%}"
        if self.out_of == 0:
            most, minutes = self.guard.most, self.guard.within // 60_000_000
            return (
                f"护栏 {rule}：{minutes} 分钟内 {self.found} 项，上限 {most} / "
                f"guard {rule}: {self.found} in {minutes} min, limit {most}"
            )
        return (
            f"护栏 {rule}：最近 {self.out_of} 项中 {self.found} 项，上限 {share} / "
            f"guard {rule}: {self.found} of the last {self.out_of}, limit {share}"
        )


class Tally:
    """Counts by action. What it has seen twice must not be told twice: see to that before."""

    def __init__(self) -> None:
        self.now = Instant(0)
        """The newest time that any fact told."""
        self._issued: dict[str, deque[Instant]] = defaultdict(_last)
        self._ended: dict[str, deque[_End]] = defaultdict(_last)
        self._complaints: dict[str, deque[Instant]] = defaultdict(_last)
        self._last: dict[str, tuple[str, Instant]] = {}
        """By client: the task that was spoken of last."""

    def see(self, fact: Envelope, *, complaints: Collection[str], within: int) -> None:
        """Count one fact.

        Args:
            fact: any; only tasks and complaints count.
            complaints: the journeys that a complaint begins.
            within: how long after a task a complaint counts against its action, microseconds.
        """
        self.now = max(self.now, fact.time)
        if isinstance(fact, TaskChanged):
            self._see_task(fact.data, fact.time)
        elif isinstance(fact, JourneyAdvanced):
            is_new = fact.data.move is JourneyMove.ENTERED and fact.data.journey in complaints
            action, at = self._last.get(fact.partitionkey, ("", Instant(0)))
            if is_new and action and fact.time - at <= within:
                self._complaints[action].append(fact.time)

    def forget(self, action: str, upto: Instant) -> None:
        """A person looked at what happened up to a time: it counts no more."""
        for kept in (self._issued, self._complaints):
            kept[action] = _last(at for at in kept[action] if at > upto)
        self._ended[action] = _last(one for one in self._ended[action] if one.at > upto)

    def trips(self, guards: Iterable[Guard]) -> Iterator[Trip]:
        """Every guard that an action has run into."""
        for guard in guards:
            for action in sorted(guard.actions or self._issued.keys() | self._ended.keys()):
                found = self._judge(guard, action)
                if found is not None:
                    yield found

    def _see_task(self, task: Task, at: Instant) -> None:
        if task.state is TaskState.RECALLED:
            return
        if task.version == 1:
            self._issued[task.action].append(at)
        if task.state in (TaskState.COMPLETED, TaskState.DECLINED):
            self._ended[task.action].append(_End(at, _word(task)))
        if task.client not in self._last and len(self._last) >= _MOST_CLIENTS:
            del self._last[next(iter(self._last))]  # the one who was spoken to first
        self._last.pop(task.client, None)
        self._last[task.client] = (task.action, at)

    def _judge(self, guard: Guard, action: str) -> Trip | None:
        if guard.measure == "contacts":
            since = self.now - guard.within
            count = sum(at > since for at in self._issued[action])
            return Trip(guard, action, count, 0) if count > guard.most else None
        if guard.measure == "complaints":
            tasks = list(self._issued[action])[-guard.of_last :]
            since = tasks[0] if tasks else self.now
            count = sum(at >= since for at in self._complaints[action])
        else:
            ends = list(self._ended[action])[-guard.of_last :]
            tasks = [end.at for end in ends]
            count = sum(end.word == guard.measure for end in ends)
        if len(tasks) < guard.of_last or count < guard.share * guard.of_last:
            return None
        return Trip(guard, action, count, guard.of_last)


def _word(task: Task) -> str:
    if task.outcome is Outcome.REFUSED or task.state_reason == DeclineReason.CLIENT_REFUSES:
        return _NO
    return _NOT_RIGHT if task.state_reason == DeclineReason.NOT_RIGHT_FOR_CLIENT else ""


def _last(these: Iterable[T] = ()) -> deque[T]:
    return deque(these, maxlen=KEPT)
