"""Does what followed fulfil what the story wishes for?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from journeys.client.state import ClientState
from journeys.stories.story import Wish
from schemas.envelope import Envelope
from schemas.facts import DecisionMade, IntentChanged, JourneyAdvanced, TaskChanged
from schemas.tasks import Task, TaskState

Found = Mapping[str, str | bool | None]


class There(NamedTuple):
    """What is there instead of what was wished for."""

    wished: str
    """The wish's word."""
    found: tuple[Found, ...]
    """Whatever of that kind is there, by the catalogue's own ids; often nothing."""


def unfulfilled(wish: Wish, said: Sequence[Envelope], state: ClientState) -> There | None:
    """What is there instead, if the wish is not fulfilled; `None` if it is."""
    return _JUDGE[wish.word](wish, said, state)


def _task(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> There | None:
    tasks = _tasks(said, TaskState.PROPOSED)
    for task in tasks:
        by, desk = wish.more.get("by", task.channel), wish.more.get("desk", task.desk)
        if task.action == wish.value and task.channel == by and task.desk == desk:
            return None
    return _there(
        wish, ({"action": t.action, "channel": str(t.channel), "desk": t.desk} for t in tasks)
    )


def _no_task(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> There | None:
    tasks = _tasks(said, TaskState.PROPOSED)
    if bool(tasks) is not wish.value:
        return None
    return _there(wish, ({"action": task.action} for task in tasks))


def _recalled(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> There | None:
    tasks = _tasks(said, TaskState.RECALLED)
    for task in tasks:
        because = wish.more.get("because", task.state_reason)
        if task.action == wish.value and task.state_reason == because:
            return None
    return _there(wish, ({"action": t.action, "reason": _code(t.state_reason)} for t in tasks))


def _journey(wish: Wish, _said: Sequence[Envelope], state: ClientState) -> There | None:
    runs = [run for run in state.instances if run.journey == wish.value]
    if any(wish.more.get("step", run.step) == run.step for run in runs):
        return None
    return _there(wish, ({"journey": run.journey, "step": run.step} for run in runs))


def _ended(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> There | None:
    ends = [
        fact.data
        for fact in said
        if isinstance(fact, JourneyAdvanced) and fact.data.end is not None
    ]
    for end in ends:
        by, because = wish.more.get("by", end.end), wish.more.get("because", end.reason)
        if (end.journey, end.end, end.reason) == (wish.value, by, because):
            return None
    return _there(
        wish,
        (
            {"journey": end.journey, "end": _code(end.end), "reason": _code(end.reason)}
            for end in ends
        ),
    )


def _withheld(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> There | None:
    decisions = [fact.data for fact in said if isinstance(fact, DecisionMade)]
    fates = [one for taken in decisions for one in taken.candidates if one.action == wish.value]
    for one in fates:
        because = wish.more.get("because", one.reason)
        if not one.chosen and one.reason == because:
            return None
    return _there(wish, ({"chosen": one.chosen, "reason": _code(one.reason)} for one in fates))


def _intent(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> There | None:
    changes = [fact.data for fact in said if isinstance(fact, IntentChanged)]
    wanted = (wish.value, wish.more.get("on", True))
    if wanted in [(change.intent, change.on) for change in changes]:
        return None
    return _there(wish, ({"intent": str(one.intent), "on": one.on} for one in changes))


def _tasks(said: Sequence[Envelope], state: TaskState) -> list[Task]:
    tasks = [fact.data for fact in said if isinstance(fact, TaskChanged)]
    return [task for task in tasks if task.state is state]


def _there(wish: Wish, found: Iterable[Found]) -> There:
    return There(wish.word, tuple(found))


def _code(code: str | None) -> str | None:
    return None if code is None else str(code)


Judge = Callable[[Wish, Sequence[Envelope], ClientState], There | None]
_JUDGE: Final[Mapping[str, Judge]] = {
    "task": _task,
    "no_task": _no_task,
    "recalled": _recalled,
    "journey": _journey,
    "ended": _ended,
    "withheld": _withheld,
    "intent": _intent,
}
